//! Lines of a table as numbers, in portions.

use std::collections::HashMap;
use std::io::Read;

use csv::{ByteRecord, ErrorKind, Reader};
use tensor_ops::{Real, Tensor};

use super::schema::ordered;
use super::{Column, Kind, Missing, Schema, Table};
use crate::Targets;
use crate::files::ReadError;

/// The lines of a CSV file, read in portions of any size: in constant memory, however long the file is.
///
/// ```
/// use nn_data::files::Csv;
/// let csv = Csv::new().classes("kind");
/// let text = "x,kind\n1,a\n2,b\n3,a\n";
/// let schema = csv.read_from::<f32>(text.as_bytes(), "text")?.schema().clone();
/// let mut rows = csv.rows_from(text.as_bytes(), "text", &schema)?;
/// let mut lines = Vec::new();
/// while let Some(table) = rows.next::<f32>(2)? {
///     lines.push(table.inputs().shape()[0]);
/// }
/// assert_eq!(lines, [2, 1]);
/// # Ok::<(), nn_data::files::ReadError>(())
/// ```
#[derive(Debug)]
pub struct CsvRows<R> {
    pub(super) file: String,
    pub(super) reader: Reader<R>,
    /// Lines that were read to infer types, the next one last.
    pub(super) ahead: Vec<ByteRecord>,
    pub(super) record: ByteRecord,
    pub(super) features: Vec<Cells>,
    pub(super) targets: Vec<Cells>,
    pub(super) missing: Missing,
    pub(super) words: Vec<String>,
}

/// A column while it is read.
#[derive(Debug)]
pub(super) struct Cells {
    pub(super) name: String,
    /// Its place in a line, from 0.
    pub(super) place: usize,
    /// The categories so far; `None` for numbers.
    pub(super) categories: Option<HashMap<String, usize>>,
    /// Whether new categories may come.
    pub(super) grows: bool,
    /// Whether numbers were only inferred.
    pub(super) inferred: bool,
}

/// The number of a cell, or that it is missing.
enum Cell {
    Number(f64),
    Missing,
}

impl<R: Read> CsvRows<R> {
    /// The next lines, at most this many; `None` behind the last.
    ///
    /// # Errors
    /// [`ReadError`] for a line of another length, or a cell that cannot be read.
    // Not `Iterator`: it has a type of number and a size.
    #[allow(clippy::should_implement_trait)]
    pub fn next<T: Real>(&mut self, lines: usize) -> Result<Option<Table<T>>, ReadError> {
        let (mut inputs, mut targets): (Vec<T>, Vec<T>) = (Vec::new(), Vec::new());
        let mut kept = 0;
        while kept < lines && self.advance()? {
            let starts = (inputs.len(), targets.len());
            if self.line(&mut inputs, &mut targets)? {
                kept += 1;
            } else {
                inputs.truncate(starts.0);
                targets.truncate(starts.1);
            }
        }
        match kept {
            0 => Ok(None),
            _ => self.table(kept, inputs, targets).map(Some),
        }
    }

    /// Reads the next line; false behind the last.
    pub(super) fn advance(&mut self) -> Result<bool, ReadError> {
        if let Some(record) = self.ahead.pop() {
            self.record = record;
            return Ok(true);
        }
        let file = &self.file;
        self.reader.read_byte_record(&mut self.record).map_err(|error| wrong(file, error))
    }

    /// Appends the numbers of the line; false where it is to be left out.
    fn line<T: Real>(&mut self, inputs: &mut Vec<T>, targets: &mut Vec<T>) -> Result<bool, ReadError> {
        let line = self.record.position().map_or(0, csv::Position::line);
        let targets_begin = self.features.len();
        for (i, cells) in self.features.iter_mut().chain(&mut self.targets).enumerate() {
            let is_target = i >= targets_begin;
            let raw = self.record.get(cells.place).unwrap_or_default();
            let refuse = |cells: &Cells, expected| ReadError::Cell {
                file: self.file.clone(),
                line,
                column: cells.name.clone(),
                value: String::from_utf8_lossy(raw).into_owned(),
                expected,
            };
            let text = std::str::from_utf8(raw).map_err(|_| refuse(cells, "text in UTF-8"))?.trim();
            let cell = cells.read(text, &self.words).map_err(|expected| refuse(cells, expected))?;
            let number = match (cell, self.missing) {
                (Cell::Number(number), _) => T::from_f64(number),
                (Cell::Missing, Missing::DropLine) => return Ok(false),
                (Cell::Missing, Missing::Keep) if !is_target => T::from_f64(f64::NAN),
                (Cell::Missing, Missing::Keep) => {
                    return Err(refuse(cells, "a target, which cannot be missing"));
                }
                (Cell::Missing, Missing::Refuse) => {
                    return Err(refuse(cells, "a value: say what becomes of missing ones"));
                }
            };
            if !number.is_finite() && !number.is_nan() {
                return Err(refuse(cells, "a number within the range of its type"));
            }
            if is_target { &mut *targets } else { &mut *inputs }.push(number);
        }
        Ok(true)
    }

    fn table<T: Real>(
        &mut self,
        m: usize,
        mut inputs: Vec<T>,
        mut targets: Vec<T>,
    ) -> Result<Table<T>, ReadError> {
        let features = columns(&mut self.features, &mut inputs);
        let target_columns = columns(&mut self.targets, &mut targets);
        let data = ReadError::data(&self.file);
        let inputs = Tensor::new([m, self.features.len()], inputs).map_err(&data)?;
        let made = match target_columns.first().map(|column| &column.kind) {
            None => None,
            Some(Kind::Category(names)) => {
                let labels = targets.iter().map(|label| label.to_f64() as usize).collect();
                Some(Targets::Classes { labels, classes: names.len() })
            }
            Some(Kind::Number) => {
                let values = Tensor::new([m, target_columns.len()], targets);
                Some(Targets::Values(values.map_err(&data)?))
            }
        };
        Ok(Table { schema: Schema { features, targets: target_columns }, inputs, targets: made })
    }
}

impl Cells {
    /// The number of a cell, or what it should have been.
    fn read(&mut self, text: &str, words: &[String]) -> Result<Cell, &'static str> {
        let is_missing = || words.iter().any(|word| word == text);
        let Some(categories) = &mut self.categories else {
            return match text.parse::<f64>() {
                Ok(x) if x.is_finite() => Ok(Cell::Number(x)),
                _ if is_missing() => Ok(Cell::Missing),
                _ if self.inferred => Err(
                    "a number, as its column has at the beginning (declare it as a category if it is one)",
                ),
                _ => Err("a finite number"),
            };
        };
        if is_missing() {
            return Ok(Cell::Missing);
        }
        let next = categories.len();
        match categories.get(text) {
            Some(&category) => Ok(Cell::Number(category as f64)),
            // Beyond that a number of 32 bits does not tell two categories apart.
            None if self.grows && next >= 1 << 24 => Err("one of at most 16,777,216 categories"),
            None if self.grows => {
                categories.insert(text.to_string(), next);
                Ok(Cell::Number(next as f64))
            }
            None => Err("one of the categories of the schema"),
        }
    }

    /// The categories in the order of their numbers.
    fn names(&self) -> Option<Vec<String>> {
        let mut names: Vec<(&String, &usize)> = self.categories.as_ref()?.iter().collect();
        names.sort_by_key(|(_, number)| **number);
        Some(names.into_iter().map(|(name, _)| name.clone()).collect())
    }
}

/// What the columns turned out to be. Categories that were numbered as they came are brought into their order.
fn columns<T: Real>(cells: &mut [Cells], numbers: &mut [T]) -> Vec<Column> {
    let width = cells.len();
    let column = |(j, cells): (usize, &mut Cells)| {
        let name = cells.name.clone();
        let Some(names) = cells.names() else { return Column { name, kind: Kind::Number } };
        if !cells.grows {
            return Column { name, kind: Kind::Category(names) };
        }
        let mut used = vec![false; names.len()];
        let of_column = |x: &T| Some(x.to_f64() as usize).filter(|_| !x.is_nan());
        numbers.iter().skip(j).step_by(width).filter_map(of_column).for_each(|i| used[i] = true);
        let (names, place) = ordered(names, &used);
        for x in numbers.iter_mut().skip(j).step_by(width) {
            if let Some(i) = of_column(x) {
                *x = T::from_usize(place[i]);
            }
        }
        Column { name, kind: Kind::Category(names) }
    };
    cells.iter_mut().enumerate().map(column).collect()
}

/// An error of the crate `csv`, with its place.
pub(super) fn wrong(file: &str, error: csv::Error) -> ReadError {
    let text = error.to_string();
    match error.into_kind() {
        ErrorKind::Io(source) => ReadError::Io { file: file.into(), source },
        ErrorKind::UnequalLengths { pos, expected_len, len } => ReadError::Cells {
            file: file.into(),
            line: pos.map_or(0, |pos| pos.line()),
            found: len,
            expected: expected_len,
        },
        _ => ReadError::format(file, text),
    }
}
