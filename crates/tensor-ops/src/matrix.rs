//! What a matrix product reads: views of slices.

use std::ops::Range;

/// A row-major matrix in a slice, or its transpose at no cost.
// Invariant: (rows - 1)·strides[0] + (cols - 1)·strides[1] < data.len()
// wherever rows and cols are positive.
#[derive(Debug, Clone, Copy)]
pub struct Matrix<'a, T> {
    data: &'a [T],
    rows: usize,
    cols: usize,
    /// Distances in memory to the next row and to the next column.
    strides: [usize; 2],
}

impl<'a, T> Matrix<'a, T> {
    /// A view of `rows * cols` elements, row after row.
    ///
    /// # Panics
    /// Where `data` has another length.
    #[track_caller]
    pub fn new(data: &'a [T], rows: usize, cols: usize) -> Self {
        assert_eq!(Some(data.len()), rows.checked_mul(cols), "elements of a {rows} x {cols} matrix");
        Matrix { data, rows, cols, strides: [cols, 1] }
    }

    /// The transpose of this view.
    pub fn t(self) -> Self {
        let [row, col] = self.strides;
        Matrix { rows: self.cols, cols: self.rows, strides: [col, row], ..self }
    }

    /// Rows `range` of this view.
    ///
    /// # Panics
    /// Where the range ends beyond the last row.
    #[track_caller]
    pub fn slice_rows(self, range: Range<usize>) -> Self {
        assert!(range.start <= range.end && range.end <= self.rows, "rows {range:?} of {}", self.rows);
        // An empty range may start one row behind the data.
        let from = (range.start * self.strides[0]).min(self.data.len());
        Matrix { data: &self.data[from..], rows: range.len(), ..self }
    }

    /// Columns `range` of this view.
    ///
    /// # Panics
    /// Where the range ends beyond the last column.
    #[track_caller]
    pub fn slice_cols(self, range: Range<usize>) -> Self {
        self.t().slice_rows(range).t()
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    pub fn cols(&self) -> usize {
        self.cols
    }

    pub(crate) fn data(&self) -> &'a [T] {
        self.data
    }

    pub(crate) fn strides(&self) -> [usize; 2] {
        self.strides
    }

    /// The element in row i and column j.
    pub(crate) fn at(&self, i: usize, j: usize) -> T
    where
        T: Copy,
    {
        self.data[i * self.strides[0] + j * self.strides[1]]
    }
}

/// What becomes of the old contents of the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Update {
    /// C = A·B.
    Assign,
    /// C = C + A·B.
    Accumulate,
}
