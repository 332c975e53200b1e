//! The format IDX, in which MNIST and its like are distributed.

use std::io::{BufRead, Read};
use std::path::Path;

use tensor_ops::{Real, Tensor};

use super::ReadError;
use super::bytes::{Number, expect_end, numbers, open, plain, plain_ahead, read_up_to};
use crate::{Dataset, Parts, Targets, Test, Train};

/// The tensor of an IDX file, gzip or not: any rank from 1 to 8, numbers as they are stored (images: 0 to 255).
///
/// The format (LeCun, Cortes and Burges, "The MNIST database of handwritten digits"): two zeros, a byte for the type of the
/// numbers, a byte for the rank, the lengths as big-endian u32, then the numbers, big-endian and row-major.
///
/// # Errors
/// [`ReadError`] for a file that is not there, no IDX, truncated, longer than its header says, or compressed without the feature
/// `gzip`.
pub fn read_idx<T: Real>(path: impl AsRef<Path>) -> Result<Tensor<T>, ReadError> {
    let (input, name) = open(path.as_ref())?;
    tensor(&mut plain_ahead(input, &name)?, &name)
}

/// As [`read_idx`], from any reader; `name` is what errors call it.
///
/// # Errors
/// As [`read_idx`].
///
/// ```
/// let bytes = [0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9]; // three bytes
/// let x = nn_data::files::read_idx_from::<f32>(&bytes[..], "bytes")?;
/// assert_eq!(x, [7.0, 8.0, 9.0].into());
/// # Ok::<(), nn_data::files::ReadError>(())
/// ```
pub fn read_idx_from<T: Real>(input: impl BufRead, name: &str) -> Result<Tensor<T>, ReadError> {
    tensor(&mut plain(input, name)?, name)
}

fn tensor<T: Real>(input: &mut dyn Read, name: &str) -> Result<Tensor<T>, ReadError> {
    let mut head = [0; 4];
    let found = read_up_to(input, &mut head).map_err(ReadError::io(name))?;
    if found < 4 || head[..2] != [0, 0] {
        return Err(ReadError::format(
            name,
            "no IDX file: it does not begin with two zeros, a type and a rank",
        ));
    }
    let number = match head[2] {
        0x08 => Number::U8,
        0x09 => Number::I8,
        0x0b => Number::I16,
        0x0c => Number::I32,
        0x0d => Number::F32,
        0x0e => Number::F64,
        other => return Err(ReadError::format(name, format!("IDX has no numbers of type {other:#04x}"))),
    };
    let mut lengths = Vec::new();
    for axis in 0..head[3] {
        let mut length = [0; 4];
        if read_up_to(input, &mut length).map_err(ReadError::io(name))? < 4 {
            return Err(ReadError::format(name, format!("ends before the length of axis {axis}")));
        }
        lengths.push(u32::from_be_bytes(length) as usize);
    }
    let tensor = numbers(input, name, &lengths, number, true)?;
    expect_end(input, name)?;
    Ok(tensor)
}

/// The training set and the test set of MNIST, or of one of those that look like it (Fashion-MNIST, KMNIST): the four files
/// `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte` of a folder, each
/// with or without `.gz`. Images are `(m, 28, 28)` of 0 to 255, of 10 classes.
///
/// # Errors
/// As [`read_idx`], and [`ReadError::Data`] for images and labels that do not fit together.
///
/// ```no_run
/// let (train, test) = nn_data::files::read_mnist::<f32>("data/mnist")?;
/// assert_eq!((train.len(), test.len()), (60_000, 10_000));
/// # Ok::<(), nn_data::files::ReadError>(())
/// ```
pub fn read_mnist<T: Real>(folder: impl AsRef<Path>) -> Result<Parts<Dataset<T>>, ReadError> {
    let folder = folder.as_ref();
    Ok((Train(part(folder, "train")?), Test(part(folder, "t10k")?)))
}

fn part<T: Real>(folder: &Path, part: &str) -> Result<Dataset<T>, ReadError> {
    let file = |what: &str| {
        let path = folder.join(format!("{part}-{what}-ubyte"));
        if path.exists() { path } else { path.with_extension("gz") }
    };
    let (images, labels) = (file("images-idx3"), file("labels-idx1"));
    let name = labels.display().to_string();
    let numbers: Tensor<f32> = read_idx(&labels)?;
    if numbers.shape().rank() != 1 {
        let what = format!("labels of shape {}, expected one number a sample", numbers.shape());
        return Err(ReadError::format(&name, what));
    }
    // What is not a class number below 10 is refused by the data set: a negative one or a fraction does not come in bytes.
    let labels = numbers.as_slice().iter().map(|label| *label as usize).collect();
    Dataset::new(read_idx(&images)?, Targets::Classes { labels, classes: 10 })
        .map_err(ReadError::data(&images.display().to_string()))
}
