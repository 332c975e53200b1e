//! CSV files: a header, types that are inferred or given, targets by name.

mod block;
mod decimal;
mod lines;
mod rows;
mod schema;
mod table;

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use ::csv::{ByteRecord, ReaderBuilder};
use tensor_ops::Real;

use self::lines::Lines;
pub use self::rows::CsvRows;
use self::rows::{Cells, Source, wrong};
#[cfg(feature = "parquet")]
pub(super) use self::schema::ordered;
pub use self::schema::{Column, Kind, Missing, Schema};
pub use self::table::Table;
use super::ReadError;
use super::bytes::open;

/// Lines from which types are inferred.
const LOOK_AHEAD: usize = 1000;
/// Lines in a portion of a pass that only collects categories.
const PORTION: usize = 10_000;

/// How a CSV file is to be read: which columns are targets, what their cells are, what becomes of missing values.
///
/// Every column that is not named becomes a feature: of numbers, where every cell of the first 1,000 lines is a number or
/// missing, else of categories. Spaces around a cell do not count.
///
/// ```
/// use nn_data::files::{Csv, Missing};
/// let text = "id,size,color,price\n1,2.5,red,10\n2,,blue,12\n3,4,red,9\n";
/// let csv = Csv::new().values("price").skip("id").missing(Missing::DropLine);
/// let set = csv.read_from::<f64>(text.as_bytes(), "text")?.into_dataset()?;
/// assert_eq!(set.inputs(), &[[2.5, 0.0], [4.0, 0.0]].into()); // red is the one color that is left
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Csv {
    delimiter: u8,
    has_header: bool,
    missing: Missing,
    words: Vec<String>,
    /// What was said of columns, by name.
    said: Vec<(String, Said)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Classes,
    Values,
    Number,
    Category,
    Skip,
}

impl Default for Csv {
    fn default() -> Csv {
        let words = ["", "NA", "N/A", "NaN", "nan", "null", "NULL", "?"];
        Csv {
            delimiter: b',',
            has_header: true,
            missing: Missing::Refuse,
            words: words.map(str::to_string).to_vec(),
            said: Vec::new(),
        }
    }
}

impl Csv {
    /// Commas, a line of names, no targets, missing values refused.
    pub fn new() -> Csv {
        Csv::default()
    }

    /// Sets what stands between cells, such as `b';'` or `b'\t'`.
    #[must_use]
    pub fn delimiter(self, delimiter: u8) -> Csv {
        Csv { delimiter, ..self }
    }

    /// The first line has no names: columns are called "1", "2", ..
    #[must_use]
    pub fn without_header(self) -> Csv {
        Csv { has_header: false, ..self }
    }

    /// Sets what becomes of missing values; by default they are refused.
    #[must_use]
    pub fn missing(self, missing: Missing) -> Csv {
        Csv { missing, ..self }
    }

    /// Sets the cells that say that a value is missing; by default the empty one, NA, N/A, NaN, nan, null, NULL and ?.
    #[must_use]
    pub fn missing_words(self, words: &[&str]) -> Csv {
        Csv { words: words.iter().map(|word| word.to_string()).collect(), ..self }
    }

    /// The target is the class in this column.
    #[must_use]
    pub fn classes(self, column: &str) -> Csv {
        self.say(column, Said::Classes)
    }

    /// A target is the number in this column; several make a target of several numbers.
    #[must_use]
    pub fn values(self, column: &str) -> Csv {
        self.say(column, Said::Values)
    }

    /// This column has numbers, whatever its first lines look like.
    #[must_use]
    pub fn number(self, column: &str) -> Csv {
        self.say(column, Said::Number)
    }

    /// This column has categories, though they may look like numbers.
    #[must_use]
    pub fn category(self, column: &str) -> Csv {
        self.say(column, Said::Category)
    }

    /// This column is neither feature nor target.
    #[must_use]
    pub fn skip(self, column: &str) -> Csv {
        self.say(column, Said::Skip)
    }

    /// What was said last counts.
    fn say(mut self, column: &str, said: Said) -> Csv {
        self.said.retain(|(name, _)| name != column);
        self.said.push((column.to_string(), said));
        self
    }

    /// The whole file.
    ///
    /// # Errors
    /// [`ReadError`] for a file that is not there or has no lines, a name that no column has, a line of another length, a cell
    /// that cannot be read (with line and column).
    pub fn read<T: Real>(&self, path: impl AsRef<Path>) -> Result<Table<T>, ReadError> {
        let (input, name) = open(path.as_ref())?;
        self.read_from(input, &name)
    }

    /// As [`Csv::read`], from any reader; `name` is what errors call it.
    ///
    /// # Errors
    /// As [`Csv::read`].
    pub fn read_from<T: Real>(&self, input: impl Read + Send, name: &str) -> Result<Table<T>, ReadError> {
        all(self.open(input, name, None)?)
    }

    /// The whole file with the columns of another: the same categories have the same numbers, and others are refused.
    ///
    /// # Errors
    /// As [`Csv::read`].
    pub fn read_like<T: Real>(&self, path: impl AsRef<Path>, schema: &Schema) -> Result<Table<T>, ReadError> {
        all(self.rows(path, schema)?)
    }

    /// What the columns of a file are: one pass in constant memory, beside the categories.
    ///
    /// # Errors
    /// As [`Csv::read`].
    pub fn schema(&self, path: impl AsRef<Path>) -> Result<Schema, ReadError> {
        let (input, name) = open(path.as_ref())?;
        let mut rows = self.open(input, &name, None)?;
        let mut found: Option<Schema> = None;
        while let Some(table) = rows.next::<f64>(PORTION)? {
            match &mut found {
                None => found = Some(table.schema),
                Some(found) => found.join(table.schema),
            }
        }
        found.ok_or(ReadError::Empty { file: name, what: "lines" })
    }

    /// The lines of a file in portions, in constant memory, with the columns of a schema.
    ///
    /// # Errors
    /// As [`Csv::read`].
    pub fn rows(
        &self,
        path: impl AsRef<Path>,
        schema: &Schema,
    ) -> Result<CsvRows<BufReader<File>>, ReadError> {
        let (input, name) = open(path.as_ref())?;
        self.open(input, &name, Some(schema))
    }

    /// As [`Csv::rows`], from any reader; `name` is what errors call it.
    ///
    /// # Errors
    /// As [`Csv::read`].
    pub fn rows_from<R: Read + Send>(
        &self,
        input: R,
        name: &str,
        schema: &Schema,
    ) -> Result<CsvRows<R>, ReadError> {
        self.open(input, name, Some(schema))
    }

    fn open<R: Read + Send>(
        &self,
        input: R,
        file: &str,
        schema: Option<&Schema>,
    ) -> Result<CsvRows<R>, ReadError> {
        let mut lines = Lines::new(input).map_err(ReadError::io(file))?;
        let mut builder = ReaderBuilder::new();
        builder.delimiter(self.delimiter).has_headers(self.has_header).flexible(true);
        let mut reader = builder.from_reader(&lines.buffer[lines.at..]);
        let mut names: Vec<String> = Vec::new();
        if self.has_header {
            let header = reader.byte_headers().map_err(|error| wrong(file, error))?;
            names = header.iter().map(|name| String::from_utf8_lossy(name).trim().to_string()).collect();
        }
        let start = reader.position().clone();
        let mut ahead: Vec<ByteRecord> = Vec::new();
        for record in reader.byte_records().take(LOOK_AHEAD) {
            ahead.push(record.map_err(|error| wrong(file, error))?);
        }
        // The last line of a block may be a part of one.
        if !lines.ended && ahead.len() < LOOK_AHEAD {
            ahead.pop();
        }
        if !self.has_header {
            names = (1..=ahead.first().map_or(0, ByteRecord::len)).map(|number| number.to_string()).collect();
        }
        lines.at = (lines.at + start.byte() as usize).min(lines.buffer.len());
        lines.complete = lines.complete.max(lines.at);
        lines.line = start.line();
        let (features, targets) = match schema {
            Some(schema) => (given(&schema.features, &names, file)?, given(&schema.targets, &names, file)?),
            None => self.infer(&names, &ahead, file)?,
        };
        if features.is_empty() {
            return Err(ReadError::Empty { file: file.into(), what: "features" });
        }
        let mut plan = vec![None; names.len()];
        let count = features.len();
        let cells: Vec<Cells> = features.into_iter().chain(targets).collect();
        cells.iter().enumerate().for_each(|(i, cells)| plan[cells.place] = Some(i));
        Ok(CsvRows {
            file: file.into(),
            source: Source::Plain(lines),
            delimiter: self.delimiter,
            cells,
            features: count,
            plan,
            missing: self.missing,
            words: self.words.clone(),
        })
    }

    /// Columns by what was said of them, or by their first cells.
    fn infer(
        &self,
        names: &[String],
        ahead: &[ByteRecord],
        file: &str,
    ) -> Result<(Vec<Cells>, Vec<Cells>), ReadError> {
        for (name, _) in &self.said {
            find(names, name, file)?;
        }
        let is_number = |place: usize| {
            ahead.iter().all(|record| {
                let text = std::str::from_utf8(record.get(place).unwrap_or_default()).unwrap_or("?").trim();
                text.parse::<f64>().is_ok() || self.words.iter().any(|word| word == text)
            })
        };
        let (mut features, mut targets) = (Vec::new(), Vec::new());
        for (place, name) in names.iter().enumerate() {
            let said = self.said.iter().find(|(said, _)| said == name).map(|(_, said)| *said);
            let is_category = match said {
                Some(Said::Skip) => continue,
                Some(Said::Classes | Said::Category) => true,
                Some(Said::Values | Said::Number) => false,
                None => !is_number(place),
            };
            let cells = Cells {
                name: name.clone(),
                place,
                categories: is_category.then(HashMap::new),
                grows: true,
                inferred: said.is_none(),
            };
            let is_target = matches!(said, Some(Said::Classes | Said::Values));
            if is_target { &mut targets } else { &mut features }.push(cells);
        }
        let of_classes = self.said.iter().filter(|(_, said)| *said == Said::Classes).count();
        if of_classes > 0 && targets.len() > 1 {
            return Err(ReadError::format(file, "targets are the classes of one column, or real values"));
        }
        Ok((features, targets))
    }
}

impl Schema {
    /// Adds the categories of a later part of the same file.
    fn join(&mut self, later: Schema) {
        let columns = self.features.iter_mut().chain(&mut self.targets);
        for (column, later) in columns.zip(later.features.into_iter().chain(later.targets)) {
            if let (Kind::Category(names), Kind::Category(more)) = (&mut column.kind, later.kind) {
                let new = more.into_iter().filter(|name| !names.contains(name)).collect::<Vec<_>>();
                names.extend(new);
                let used = vec![true; names.len()];
                *names = schema::ordered(std::mem::take(names), &used).0;
            }
        }
    }
}

fn all<R: Read + Send, T: Real>(mut rows: CsvRows<R>) -> Result<Table<T>, ReadError> {
    let table = rows.next(usize::MAX)?;
    table.ok_or(ReadError::Empty { file: rows.file, what: "lines" })
}

/// The place of the one column of a name.
fn find(names: &[String], name: &str, file: &str) -> Result<usize, ReadError> {
    let count = names.iter().filter(|n| *n == name).count();
    match names.iter().position(|n| n == name) {
        Some(place) if count == 1 => Ok(place),
        _ => {
            let names = names.join(", ");
            Err(ReadError::Column { file: file.into(), name: name.into(), count, names })
        }
    }
}

/// The columns of a schema, where they stand in this file.
fn given(columns: &[Column], names: &[String], file: &str) -> Result<Vec<Cells>, ReadError> {
    let cells = |column: &Column| {
        let categories = match &column.kind {
            Kind::Number => None,
            Kind::Category(names) => Some(names.iter().cloned().zip(0..).collect()),
        };
        let place = find(names, &column.name, file)?;
        Ok(Cells { name: column.name.clone(), place, categories, grows: false, inferred: false })
    };
    columns.iter().map(cells).collect()
}
