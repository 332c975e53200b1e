//! A range of samples: contiguous rows, one sample after the other.

use std::ops::Range;

use tensor_ops::{Real, Shape, Tensor};

use crate::BatchError;

/// Samples of one shape, one after the other in memory: `(m, shape...)`.
///
/// ```
/// use nn_core::Rows;
/// let x = Rows::new(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [3])?;
/// assert_eq!((x.len(), x.row(1)), (2, &[4.0, 5.0, 6.0][..]));
/// # Ok::<(), nn_core::BatchError>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a, T> {
    data: &'a [T],
    shape: Shape,
}

impl<'a, T> Rows<'a, T> {
    /// Samples of `shape` in `data`.
    ///
    /// # Errors
    /// [`BatchError::Ragged`] where `data` is no whole number of samples, or a sample has no elements.
    pub fn new(data: &'a [T], shape: impl Into<Shape>) -> Result<Rows<'a, T>, BatchError> {
        let shape = shape.into();
        let width = shape.size();
        if width == 0 || !data.len().is_multiple_of(width) {
            return Err(BatchError::Ragged { shape, len: data.len() });
        }
        Ok(Rows { data, shape })
    }

    /// As [`Rows::new`] where binding has made sure of the shape.
    pub(crate) fn of(data: &'a [T], shape: Shape) -> Rows<'a, T> {
        debug_assert!(data.len().is_multiple_of(shape.size()));
        Rows { data, shape }
    }

    /// No samples.
    pub(crate) fn none() -> Rows<'a, T> {
        Rows { data: &[], shape: Shape::SCALAR }
    }

    /// The number of samples.
    pub fn len(&self) -> usize {
        self.data.len() / self.width()
    }

    /// No samples.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// The number of elements of a sample.
    pub fn width(&self) -> usize {
        self.shape.size()
    }

    /// The shape of a sample.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// All elements, `(m, shape...)`.
    pub fn data(&self) -> &'a [T] {
        self.data
    }

    /// Sample `i`.
    ///
    /// # Panics
    /// Where there is no sample `i`.
    pub fn row(&self, i: usize) -> &'a [T] {
        &self.data[i * self.width()..(i + 1) * self.width()]
    }

    /// The samples of a range.
    ///
    /// # Panics
    /// Where the range ends beyond the last sample.
    pub fn slice(&self, range: Range<usize>) -> Rows<'a, T> {
        Rows { data: &self.data[range.start * self.width()..range.end * self.width()], shape: self.shape }
    }
}

impl<'a, T: Real> Rows<'a, T> {
    /// The samples along the first axis of a tensor.
    ///
    /// # Errors
    /// [`BatchError::NoSampleAxis`] for a scalar, [`BatchError::Ragged`] for samples without elements.
    pub fn of_tensor(tensor: &'a Tensor<T>) -> Result<Rows<'a, T>, BatchError> {
        match tensor.shape().as_slice() {
            [_, sample @ ..] => Rows::new(tensor.as_slice(), Shape::new(sample)?),
            [] => Err(BatchError::NoSampleAxis),
        }
    }
}

/// Samples to be written; otherwise as [`Rows`].
#[derive(Debug)]
pub struct RowsMut<'a, T> {
    data: &'a mut [T],
    shape: Shape,
    wanted: bool,
}

impl<'a, T> RowsMut<'a, T> {
    /// Samples of `shape` in `data`.
    ///
    /// # Errors
    /// As [`Rows::new`].
    pub fn new(data: &'a mut [T], shape: impl Into<Shape>) -> Result<RowsMut<'a, T>, BatchError> {
        let shape = Rows::new(data, shape)?.shape;
        Ok(RowsMut { data, shape, wanted: true })
    }

    pub(crate) fn of(data: &'a mut [T], shape: Shape) -> RowsMut<'a, T> {
        debug_assert!(data.len().is_multiple_of(shape.size()));
        RowsMut { data, shape, wanted: true }
    }

    /// Rows of a result that nobody asks for.
    pub(crate) fn unwanted() -> RowsMut<'a, T> {
        RowsMut { data: &mut [], shape: Shape::SCALAR, wanted: false }
    }

    /// Whether this result is used. Only an operation with several inputs need ask.
    pub fn is_wanted(&self) -> bool {
        self.wanted
    }

    /// The number of samples.
    pub fn len(&self) -> usize {
        self.data.len() / self.width()
    }

    /// No samples.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// The number of elements of a sample.
    pub fn width(&self) -> usize {
        self.shape.size()
    }

    /// The shape of a sample.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// All elements, `(m, shape...)`.
    pub fn data(&mut self) -> &mut [T] {
        self.data
    }

    /// Sample `i`.
    ///
    /// # Panics
    /// Where there is no sample `i`.
    pub fn row(&mut self, i: usize) -> &mut [T] {
        let width = self.width();
        &mut self.data[i * width..(i + 1) * width]
    }
}
