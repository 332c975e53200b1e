//! Data in files: CSV, NumPy, IDX.
//!
//! | format | read | write |
//! |---|---|---|
#![cfg_attr(
    feature = "csv",
    doc = "| CSV, whole or in portions (feature `csv`) | [`Csv`], [`CsvRows`] | [`write_csv`] |"
)]
#![cfg_attr(not(feature = "csv"), doc = "| CSV (feature `csv`) | | [`write_csv`] |")]
//! | NumPy's `.npy` | [`read_npy`] | [`write_npy`] |
//! | NumPy's `.npz` (compressed: feature `gzip`) | [`read_npz`] | |
//! | IDX, the format of MNIST (`.gz`: feature `gzip`) | [`read_idx`], [`read_mnist`] | |
//!
//! A file that is truncated, damaged or hostile gives a [`ReadError`] that says where, or a valid value; never a panic.
//! Memory grows with the bytes that are there, never with what a header claims.

mod bytes;
#[cfg(feature = "csv")]
mod csv;
mod error;
mod idx;
mod npy;
mod npz;
#[cfg(test)]
mod tests;
mod write_csv;

#[cfg(feature = "csv")]
pub use self::csv::{Column, Csv, CsvRows, Kind, Missing, Schema, Table};
pub use error::ReadError;
pub use idx::{read_idx, read_idx_from, read_mnist};
pub use npy::{read_npy, read_npy_from, write_npy, write_npy_to};
pub use npz::{read_npz, read_npz_from};
pub use write_csv::{write_csv, write_csv_to};
