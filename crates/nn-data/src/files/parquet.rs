//! Tables in Parquet files.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use ::parquet::data_type::{ByteArray, DataType};
use ::parquet::errors::ParquetError;
use ::parquet::file::reader::{ChunkReader, FileReader, SerializedFileReader};
use tensor_ops::Real;

use super::ReadError;
use super::csv::{Column, Kind, Schema, Table, ordered};

/// Values that are read at once.
const PORTION: usize = 1 << 14;

/// How a Parquet file is to be read: which columns are targets. Every other column is a feature: numbers (of up to 64 bits, truth values
/// as 0 and 1), or text, whose categories are numbered in the order of their names. What is null becomes NaN, to be filled by
/// [`Imputer`](crate::Imputer).
///
/// Uncompressed, snappy, gzip. Nested columns, dates, decimals and other compressions are refused with their names.
///
/// ```no_run
/// use nn_data::files::Parquet;
/// let table = Parquet::new().classes("kind").skip("id").read::<f32>("iris.parquet")?;
/// let (train, test) = table.into_dataset()?.split_stratified(0.8, 0)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Parquet {
    classes: Option<String>,
    values: Vec<String>,
    skipped: Vec<String>,
}

/// A column as it was read: categories, if it has some, in no order yet.
struct Read {
    name: String,
    numbers: Vec<f64>,
    categories: Option<Vec<String>>,
}

impl Parquet {
    /// No targets.
    pub fn new() -> Parquet {
        Parquet::default()
    }

    /// The target is the class in this column.
    #[must_use]
    pub fn classes(self, column: &str) -> Parquet {
        Parquet { classes: Some(column.into()), ..self }
    }

    /// A target is the number in this column; several make a target of several numbers.
    #[must_use]
    pub fn values(mut self, column: &str) -> Parquet {
        self.values.push(column.into());
        self
    }

    /// This column is neither feature nor target.
    #[must_use]
    pub fn skip(mut self, column: &str) -> Parquet {
        self.skipped.push(column.into());
        self
    }

    /// The whole file.
    ///
    /// # Errors
    /// [`ReadError`] for a file that is not there, damaged or empty, a column that cannot be read, a name that no column has, a class
    /// that is null.
    pub fn read<T: Real>(&self, path: impl AsRef<Path>) -> Result<Table<T>, ReadError> {
        let name = path.as_ref().display().to_string();
        let file = File::open(path).map_err(ReadError::io(&name))?;
        // What the decoder takes for granted a damaged file need not keep.
        catch_unwind(AssertUnwindSafe(|| self.table(file, &name)))
            .unwrap_or_else(|_| Err(ReadError::format(&name, "damaged: the decoder gave up")))
    }

    fn table<T: Real>(&self, file: impl ChunkReader + 'static, name: &str) -> Result<Table<T>, ReadError> {
        let mut columns = columns(file, name, &self.skipped)?;
        let mut targets = Vec::new();
        for target in self.classes.iter().chain(&self.values) {
            let count = columns.iter().filter(|column| column.name == *target).count();
            match columns.iter().position(|column| column.name == *target) {
                Some(place) if count == 1 => targets.push(columns.remove(place)),
                _ => {
                    let names = columns.iter().map(|column| &column.name[..]).collect::<Vec<_>>().join(", ");
                    return Err(ReadError::Column { file: name.into(), name: target.clone(), count, names });
                }
            }
        }
        if self.classes.is_some() && targets.len() > 1 {
            return Err(ReadError::format(name, "targets are the classes of one column, or real values"));
        }
        if let (Some(_), Some(classes)) = (&self.classes, targets.first_mut()) {
            classes.categorize();
            if let Some(row) = classes.numbers.iter().position(|x| x.is_nan()) {
                let what = format!("row {row} (from 0): the class in {:?} is null", classes.name);
                return Err(ReadError::format(name, what));
            }
        }
        if columns.is_empty() {
            return Err(ReadError::Empty { file: name.into(), what: "features" });
        }
        if columns[0].numbers.is_empty() {
            return Err(ReadError::Empty { file: name.into(), what: "rows" });
        }
        let rows = columns[0].numbers.len();
        let schema = Schema {
            features: columns.iter_mut().map(Read::ordered).collect(),
            targets: targets.iter_mut().map(Read::ordered).collect(),
        };
        let table = Table::of(schema, rows, by_row(&columns, rows), by_row(&targets, rows));
        table.map_err(ReadError::data(name))
    }
}

impl Read {
    /// Numbers as names of classes.
    fn categorize(&mut self) {
        if self.categories.is_none() {
            let mut distinct: Vec<f64> = self.numbers.iter().copied().filter(|x| !x.is_nan()).collect();
            distinct.sort_by(f64::total_cmp);
            distinct.dedup();
            for x in self.numbers.iter_mut().filter(|x| !x.is_nan()) {
                *x = distinct.partition_point(|d| *d < *x) as f64;
            }
            self.categories = Some(distinct.iter().map(f64::to_string).collect());
        }
    }

    /// Categories in the order of their names, and the numbers with them.
    fn ordered(&mut self) -> Column {
        let name = self.name.clone();
        let Some(names) = self.categories.take() else { return Column { name, kind: Kind::Number } };
        let (names, place) = ordered(names.clone(), &vec![true; names.len()]);
        for x in self.numbers.iter_mut().filter(|x| !x.is_nan()) {
            *x = place[*x as usize] as f64;
        }
        Column { name, kind: Kind::Category(names) }
    }
}

fn by_row<T: Real>(columns: &[Read], rows: usize) -> Vec<T> {
    (0..rows).flat_map(|row| columns.iter().map(move |column| T::from_f64(column.numbers[row]))).collect()
}

fn columns(file: impl ChunkReader + 'static, name: &str, skipped: &[String]) -> Result<Vec<Read>, ReadError> {
    let wrong = |error: ParquetError| ReadError::format(name, error.to_string());
    let reader = SerializedFileReader::new(file).map_err(wrong)?;
    let descriptions = reader.metadata().file_metadata().schema_descr().columns().to_vec();
    let mut columns = Vec::new();
    for (i, description) in descriptions.iter().enumerate() {
        let column = description.path().string();
        if skipped.contains(&column) {
            continue;
        }
        if description.max_rep_level() > 0 || description.max_def_level() > 1 {
            return Err(ReadError::format(name, format!("the column {column:?} is nested")));
        }
        let mut read = Read { name: column, numbers: Vec::new(), categories: None };
        for group in 0..reader.num_row_groups() {
            let group = reader.get_row_group(group).map_err(wrong)?;
            let values = group.get_column_reader(i).map_err(wrong)?;
            let nullable = description.max_def_level() == 1;
            append(values, nullable, &mut read)
                .map_err(|error| ReadError::format(name, format!("the column {:?}: {error}", read.name)))?;
        }
        columns.push(read);
    }
    let lengths: Vec<usize> = columns.iter().map(|column| column.numbers.len()).collect();
    match lengths.iter().all(|length| *length == lengths[0]) {
        true => Ok(columns),
        false => Err(ReadError::format(name, "columns of different lengths")),
    }
}

fn append(values: ColumnReader, nullable: bool, read: &mut Read) -> Result<(), ParquetError> {
    let numbers = &mut read.numbers;
    match values {
        ColumnReader::BoolColumnReader(values) => {
            each(values, nullable, numbers, |x| f64::from(u8::from(*x)))
        }
        ColumnReader::Int32ColumnReader(values) => each(values, nullable, numbers, |x| f64::from(*x)),
        ColumnReader::Int64ColumnReader(values) => each(values, nullable, numbers, |x| *x as f64),
        ColumnReader::FloatColumnReader(values) => each(values, nullable, numbers, |x| f64::from(*x)),
        ColumnReader::DoubleColumnReader(values) => each(values, nullable, numbers, |x| *x),
        ColumnReader::ByteArrayColumnReader(values) => {
            let categories = read.categories.get_or_insert_default();
            let mut places: std::collections::HashMap<String, usize> =
                categories.iter().cloned().zip(0..).collect();
            each(values, nullable, numbers, |text: &ByteArray| {
                let text = String::from_utf8_lossy(text.data()).into_owned();
                let next = places.len();
                *places.entry(text).or_insert_with_key(|text| {
                    categories.push(text.clone());
                    next
                }) as f64
            })
        }
        _ => Err(ParquetError::General("a type that is no number and no text".into())),
    }
}

/// All values of a column of a row group; NaN for null.
fn each<D: DataType>(
    mut reader: ColumnReaderImpl<D>,
    nullable: bool,
    out: &mut Vec<f64>,
    mut f: impl FnMut(&D::T) -> f64,
) -> Result<(), ParquetError> {
    let (mut values, mut levels): (Vec<D::T>, Vec<i16>) = (Vec::new(), Vec::new());
    loop {
        values.clear();
        levels.clear();
        let (rows, ..) = reader.read_records(PORTION, nullable.then_some(&mut levels), None, &mut values)?;
        if rows == 0 {
            return Ok(());
        }
        let mut values = values.iter();
        match nullable {
            false => out.extend(values.map(&mut f)),
            true => {
                for level in &levels {
                    let value = if *level == 1 { values.next().map_or(f64::NAN, &mut f) } else { f64::NAN };
                    out.push(value);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
