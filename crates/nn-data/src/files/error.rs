//! What can be wrong with a file.

use std::io;

use crate::DataError;

/// A file that cannot be used, with the place where it is wrong. `file` is its path, or the name that a reader was given.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The system could not read or write.
    #[error("{file}: {source}")]
    Io {
        /// The file.
        file: String,
        /// Why.
        source: io::Error,
    },
    /// A file that ends too early.
    #[error("{file}: ends after {found} of {expected} elements")]
    Truncated {
        /// The file.
        file: String,
        /// What its header promises.
        expected: usize,
        /// What is there.
        found: usize,
    },
    /// A file of another format, or with another content than the format has.
    #[error("{file}: {what}")]
    Format {
        /// The file.
        file: String,
        /// What is wrong.
        what: String,
    },
    /// A cell of a table that cannot be read.
    #[error("{file}, line {line}, column {column:?}: {value:?}, expected {expected}")]
    Cell {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// The name of the column, or its number from 1 where there are no names.
        column: String,
        /// The text of the cell.
        value: String,
        /// What it has to be.
        expected: &'static str,
    },
    /// A line of a table with too few or too many cells.
    #[error("{file}, line {line}: {found} cells, expected {expected}")]
    Cells {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// How many there are.
        found: u64,
        /// How many the first line has.
        expected: u64,
    },
    /// A column that is not there, or that the name does not tell from another.
    #[error("{file}: {count} columns are named {name:?}, expected one; there are: {names}")]
    Column {
        /// The file.
        file: String,
        /// The name.
        name: String,
        /// How many columns have it.
        count: usize,
        /// All names.
        names: String,
    },
    /// A file without samples or without features.
    #[error("{file}: no {what}")]
    Empty {
        /// The file.
        file: String,
        /// What is not there.
        what: &'static str,
    },
    /// What was read makes no data set.
    #[error("{file}: {source}")]
    Data {
        /// The file.
        file: String,
        /// Why.
        source: DataError,
    },
}

impl ReadError {
    pub(super) fn format(file: &str, what: impl Into<String>) -> ReadError {
        ReadError::Format { file: file.to_string(), what: what.into() }
    }

    pub(super) fn io(file: &str) -> impl Fn(io::Error) -> ReadError {
        move |source| ReadError::Io { file: file.to_string(), source }
    }

    pub(super) fn data<E: Into<DataError>>(file: &str) -> impl Fn(E) -> ReadError {
        move |source| ReadError::Data { file: file.to_string(), source: source.into() }
    }
}
