//! Data in files: CSV, NumPy, IDX, and by features images and Parquet.
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
#![cfg_attr(feature = "images", doc = "| PNG and JPEG in class folders (feature `images`) | [`Images`] | |")]
#![cfg_attr(feature = "parquet", doc = "| Parquet (feature `parquet`) | [`Parquet`] | |")]
//!
//! A file that is truncated, damaged or hostile gives a [`ReadError`] that says where, or a valid value; never a panic.
//! Memory grows with the bytes that are there, never with what a header claims.

mod bytes;
#[cfg(feature = "csv")]
mod csv;
mod error;
mod idx;
#[cfg(feature = "images")]
mod images;
mod npy;
mod npz;
#[cfg(feature = "parquet")]
mod parquet;
#[cfg(test)]
mod tests;
mod write_csv;

#[cfg(feature = "csv")]
pub use self::csv::{Column, Csv, CsvRows, Kind, Missing, Schema, Table};
#[cfg(feature = "parquet")]
pub use self::parquet::Parquet;
pub use error::ReadError;
pub use idx::{read_idx, read_idx_from, read_mnist};
#[cfg(feature = "images")]
pub use images::Images;
pub use npy::{read_npy, read_npy_from, write_npy, write_npy_to};
pub use npz::{read_npz, read_npz_from};
pub use write_csv::{write_csv, write_csv_to};
