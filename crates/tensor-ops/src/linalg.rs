//! The bridge to nalgebra: a rank-2 tensor is a matrix view at no cost, and a matrix becomes a tensor.

use nalgebra::{DMatrix, DMatrixView, Dyn, U1};

use crate::{Real, Shape, Tensor, TensorError};

/// A row-major view as nalgebra sees it: the strides are (columns, 1).
pub type RowMajorView<'a, T> = nalgebra::MatrixView<'a, T, Dyn, Dyn, Dyn, U1>;

impl<T: Real + nalgebra::Scalar, S: AsRef<[T]>> Tensor<T, S> {
    /// A rank-2 tensor as a nalgebra matrix, without a copy.
    ///
    /// # Errors
    /// [`TensorError::Rank`] for another rank.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.as_matrix()?[(0, 1)], 2.0);
    /// assert_eq!(x.as_matrix()?.determinant(), -2.0);
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn as_matrix(&self) -> Result<RowMajorView<'_, T>, TensorError> {
        let &[rows, cols] = self.shape().as_slice() else {
            let expected = "a matrix (rank 2)";
            return Err(TensorError::Rank { op: "as_matrix", expected, shape: *self.shape() });
        };
        Ok(RowMajorView::from_slice_with_strides_generic(
            self.as_slice(),
            Dyn(rows),
            Dyn(cols),
            Dyn(cols),
            U1,
        ))
    }
}

impl<T: Real + nalgebra::Scalar> From<&DMatrix<T>> for Tensor<T> {
    /// nalgebra stores columns, a tensor rows: the elements are copied into order.
    fn from(matrix: &DMatrix<T>) -> Tensor<T> {
        let view: DMatrixView<'_, T> = matrix.as_view();
        let mut data = Vec::with_capacity(matrix.len());
        for row in view.row_iter() {
            data.extend(row.iter().copied());
        }
        Tensor::from_parts(Shape::from([matrix.nrows(), matrix.ncols()]), data)
    }
}

impl<T: Real + nalgebra::Scalar> From<DMatrix<T>> for Tensor<T> {
    fn from(matrix: DMatrix<T>) -> Tensor<T> {
        Tensor::from(&matrix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let x = Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
        let owned: DMatrix<f64> = x.as_matrix().unwrap().clone_owned();
        assert_eq!(owned[(1, 0)], 4.0);
        assert_eq!(Tensor::from(owned), x);
        assert!(Tensor::<f32>::zeros([2]).as_matrix().unwrap_err().to_string().contains("[2]"));
    }
}
