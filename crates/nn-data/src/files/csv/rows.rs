//! Lines of a table as numbers, in portions.

use std::collections::HashMap;
use std::io::{Chain, Cursor, Read};

use csv::{ByteRecord, ErrorKind, Reader, ReaderBuilder};
use tensor_ops::Real;

use super::block::{Layout, numbers};
use super::decimal::decimal;
use super::lines::Lines;
use super::schema::ordered;
use super::{Column, Kind, Missing, Schema, Table};
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
    pub(super) source: Source<R>,
    pub(super) delimiter: u8,
    /// The columns of the features, then those of the targets.
    pub(super) cells: Vec<Cells>,
    pub(super) features: usize,
    /// For each cell of a line its column, if it has one.
    pub(super) plan: Vec<Option<usize>>,
    pub(super) missing: Missing,
    pub(super) words: Vec<String>,
}

/// Where lines come from.
#[derive(Debug)]
pub(super) enum Source<R> {
    /// Bytes that are read right here: numbers without a copy, some times as fast.
    Plain(Lines<R>),
    /// From the first quote or carriage return on: the crate `csv`, behind this many lines.
    Quoted(Box<Reader<Chain<Cursor<Vec<u8>>, R>>>, ByteRecord, u64),
    /// Behind the end.
    Ended,
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

impl<R: Read + Send> CsvRows<R> {
    /// The next lines, at most this many; `None` behind the last.
    ///
    /// # Errors
    /// [`ReadError`] for a line of another length, or a cell that cannot be read.
    // Not `Iterator`: it has a type of number and a size.
    #[allow(clippy::should_implement_trait)]
    pub fn next<T: Real>(&mut self, lines: usize) -> Result<Option<Table<T>>, ReadError> {
        let (mut inputs, mut targets): (Vec<T>, Vec<T>) = (Vec::new(), Vec::new());
        let mut kept = 0;
        while kept < lines {
            let block = self.block(lines - kept, &mut inputs, &mut targets)?;
            if block > 0 {
                kept += block;
                continue;
            }
            let starts = [inputs.len(), targets.len()];
            inputs.resize(starts[0] + self.features, T::from_f64(f64::NAN));
            targets.resize(starts[1] + self.cells.len() - self.features, T::from_f64(f64::NAN));
            let line = self.line(&mut inputs[starts[0]..], &mut targets[starts[1]..])?;
            if line != Some(true) {
                inputs.truncate(starts[0]);
                targets.truncate(starts[1]);
            }
            match line {
                Some(is_kept) => kept += usize::from(is_kept),
                None => break,
            }
        }
        match kept {
            0 => Ok(None),
            _ => self.table(kept, inputs, targets).map(Some),
        }
    }

    /// The next block of lines, if it is one of plain numbers and not of more than `most` lines: their number, else 0.
    fn block<T: Real>(
        &mut self,
        most: usize,
        inputs: &mut Vec<T>,
        targets: &mut Vec<T>,
    ) -> Result<usize, ReadError> {
        let Source::Plain(lines) = &mut self.source else { return Ok(0) };
        if !lines.find().map_err(ReadError::io(&self.file))? || !std::mem::take(&mut lines.is_fresh) {
            return Ok(0);
        }
        let is_number = |cells: &Cells| cells.categories.is_none();
        // A line has two bytes and more.
        let is_for_us = is_fast(self.delimiter) && (lines.complete - lines.at) / 2 <= most;
        if !is_for_us || !self.cells.iter().all(is_number) {
            return Ok(0);
        }
        let (features, targets_width) = (self.features, self.cells.len() - self.features);
        let layout = Layout { delimiter: self.delimiter, features, targets: targets_width, plan: &self.plan };
        let mut read = Ok(());
        let (bytes, mut next) = lines.ahead();
        let pieces = numbers(bytes, layout, || read = next());
        drop(next);
        read.map_err(ReadError::io(&self.file))?;
        let Some(pieces) = pieces else { return Ok(0) };
        let mut count = 0;
        for piece in pieces {
            inputs.extend_from_slice(&piece.inputs);
            targets.extend_from_slice(&piece.targets);
            count += piece.lines;
            lines.line += piece.feeds;
        }
        lines.at = lines.complete;
        Ok(count)
    }

    /// The numbers of the next line; whether it is kept, `None` behind the last.
    fn line<T: Real>(&mut self, inputs: &mut [T], targets: &mut [T]) -> Result<Option<bool>, ReadError> {
        let CsvRows { file, source, delimiter, cells, features, plan, missing, words } = self;
        let mut put = |cells: &mut [Cells], i: usize, cell: Option<f64>, text: &[u8], line: u64| {
            let (is_target, out) =
                if i < *features { (false, &mut inputs[i]) } else { (true, &mut targets[i - *features]) };
            let cell = match cell {
                Some(x) => Ok(Cell::Number(x)),
                None => cells[i].read(text, words),
            };
            let expected = match (cell, *missing) {
                (Ok(Cell::Number(x)), _) => {
                    *out = T::from_f64(x);
                    if out.is_finite() {
                        return Ok(true);
                    }
                    "a number within the range of its type"
                }
                (Ok(Cell::Missing), Missing::DropLine) => return Ok(false),
                (Ok(Cell::Missing), Missing::Keep) if !is_target => return Ok(true),
                (Ok(Cell::Missing), Missing::Keep) => "a target, which cannot be missing",
                (Ok(Cell::Missing), Missing::Refuse) => "a value: say what becomes of missing ones",
                (Err(expected), _) => expected,
            };
            let (file, column) = (file.clone(), cells[i].name.clone());
            let value = String::from_utf8_lossy(text).into_owned();
            Err(ReadError::Cell { file, line, column, value, expected })
        };
        if let Source::Plain(lines) = source {
            if !lines.find().map_err(ReadError::io(file))? {
                *source = Source::Ended;
                return Ok(None);
            }
            if lines.is_plain() {
                let line = lines.line;
                let bytes = &lines.buffer[lines.at..lines.complete];
                let is_fast = is_fast(*delimiter);
                let (mut at, mut cell, mut is_kept) = (0, 0, true);
                loop {
                    let column = plan.get(cell).copied().flatten();
                    let number = match column {
                        Some(i) if is_fast && cells[i].categories.is_none() => {
                            decimal(&bytes[at..], *delimiter)
                        }
                        _ => None,
                    };
                    let length = match number {
                        Some((_, length)) => length,
                        None => {
                            let is_end = |b: &u8| *b == *delimiter || *b == b'\n';
                            bytes[at..].iter().position(is_end).unwrap_or(bytes.len() - at)
                        }
                    };
                    if let Some(i) = column
                        && is_kept
                    {
                        is_kept = put(cells, i, number.map(|(x, _)| x), &bytes[at..at + length], line)?;
                    }
                    cell += 1;
                    at += length;
                    if bytes.get(at).is_none_or(|b| *b == b'\n') {
                        break;
                    }
                    at += 1;
                }
                if cell != plan.len() {
                    let (file, found, expected) = (file.clone(), cell as u64, plan.len() as u64);
                    return Err(ReadError::Cells { file, line, found, expected });
                }
                lines.at += (at + 1).min(bytes.len());
                lines.line += 1;
                return Ok(Some(is_kept));
            }
        }
        if matches!(source, Source::Plain(_))
            && let Source::Plain(lines) = std::mem::replace(source, Source::Ended)
        {
            let rest = Cursor::new(lines.rest()).chain(lines.input);
            let mut builder = ReaderBuilder::new();
            builder.delimiter(*delimiter).has_headers(false).flexible(true);
            let reader = Box::new(builder.from_reader(rest));
            *source = Source::Quoted(reader, ByteRecord::new(), lines.line - 1);
        }
        let Source::Quoted(reader, record, before) = source else { return Ok(None) };
        if !reader.read_byte_record(record).map_err(|error| wrong(file, error))? {
            return Ok(None);
        }
        let line = *before + record.position().map_or(0, csv::Position::line);
        if record.len() != plan.len() {
            let (file, found, expected) = (file.clone(), record.len() as u64, plan.len() as u64);
            return Err(ReadError::Cells { file, line, found, expected });
        }
        for (cell, column) in plan.iter().enumerate() {
            if let Some(i) = column
                && !put(cells, *i, None, record.get(cell).unwrap_or_default(), line)?
            {
                return Ok(Some(false));
            }
        }
        Ok(Some(true))
    }

    fn table<T: Real>(
        &mut self,
        m: usize,
        mut inputs: Vec<T>,
        mut targets: Vec<T>,
    ) -> Result<Table<T>, ReadError> {
        let (feature_cells, target_cells) = self.cells.split_at_mut(self.features);
        let features = columns(feature_cells, &mut inputs);
        let target_columns = columns(target_cells, &mut targets);
        let schema = Schema { features, targets: target_columns };
        Table::of(schema, m, inputs, targets).map_err(ReadError::data(&self.file))
    }
}

impl Cells {
    /// The number of a cell, or what it should have been.
    fn read(&mut self, text: &[u8], words: &[String]) -> Result<Cell, &'static str> {
        let text = std::str::from_utf8(text).map_err(|_| "text in UTF-8")?.trim();
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

/// A digit, point or sign between cells is nobody's idea, but must not be taken for a number.
fn is_fast(delimiter: u8) -> bool {
    !matches!(delimiter, b'0'..=b'9' | b'.' | b'-')
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
        _ => ReadError::format(file, text),
    }
}
