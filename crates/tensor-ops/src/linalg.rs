//! The bridge to nalgebra: tensors of rank 1 and 2 are vector and matrix views at no cost, and matrices become tensors.
//!
//! nalgebra stores columns and a tensor rows, so whole matrices are copied into order.

use nalgebra::base::storage::RawStorage;
use nalgebra::{DMatrix, DVector, DVectorView, DVectorViewMut, Dim, Dyn, Matrix, U1};

use crate::{Real, Shape, Tensor, TensorError};

/// A row-major view as nalgebra sees it: the strides are (columns, 1).
pub type RowMajorView<'a, T> = nalgebra::MatrixView<'a, T, Dyn, Dyn, Dyn, U1>;

/// A row-major view as nalgebra sees it, to be changed.
pub type RowMajorViewMut<'a, T> = nalgebra::MatrixViewMut<'a, T, Dyn, Dyn, Dyn, U1>;

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
        let (rows, cols) = matrix_shape("as_matrix", self.shape())?;
        Ok(RowMajorView::from_slice_with_strides_generic(self.as_slice(), rows, cols, cols, U1))
    }

    /// A rank-1 tensor as a nalgebra vector, without a copy.
    ///
    /// # Errors
    /// [`TensorError::Rank`] for another rank.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let (a, b) = (Tensor::from([1.0, 2.0, 2.0]), Tensor::from([0.0, 1.0, 0.0]));
    /// assert_eq!(a.as_vector()?.norm(), 3.0);
    /// assert_eq!(Tensor::from(a.as_vector()?.cross(&b.as_vector()?)), Tensor::from([-2.0, 0.0, 1.0]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn as_vector(&self) -> Result<DVectorView<'_, T>, TensorError> {
        let n = vector_length("as_vector", self.shape())?;
        Ok(DVectorView::from_slice(self.as_slice(), n))
    }

    /// A rank-2 tensor as a nalgebra matrix that owns its elements, in nalgebra's order.
    ///
    /// # Errors
    /// [`TensorError::Rank`] for another rank.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let x = Tensor::from([[2.0, 0.0], [0.0, 4.0]]);
    /// let inverse = x.to_dmatrix()?.try_inverse().expect("a regular matrix");
    /// assert_eq!(Tensor::from(inverse), Tensor::from([[0.5, 0.0], [0.0, 0.25]]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn to_dmatrix(&self) -> Result<DMatrix<T>, TensorError> {
        let (Dyn(rows), Dyn(cols)) = matrix_shape("to_dmatrix", self.shape())?;
        Ok(DMatrix::from_row_slice(rows, cols, self.as_slice()))
    }

    /// A rank-1 tensor as a nalgebra vector that owns its elements.
    ///
    /// # Errors
    /// [`TensorError::Rank`] for another rank.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([1.0, 2.0]).to_dvector()?, nalgebra::DVector::from_vec(vec![1.0, 2.0]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn to_dvector(&self) -> Result<DVector<T>, TensorError> {
        vector_length("to_dvector", self.shape())?;
        Ok(DVector::from_column_slice(self.as_slice()))
    }
}

impl<T: Real + nalgebra::Scalar, S: AsRef<[T]> + AsMut<[T]>> Tensor<T, S> {
    /// A rank-2 tensor as a nalgebra matrix that can be changed, without a copy.
    ///
    /// # Errors
    /// [`TensorError::Rank`] for another rank.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let mut x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    /// x.as_matrix_mut()?.swap_rows(0, 1);
    /// assert_eq!(x, Tensor::from([[3.0, 4.0], [1.0, 2.0]]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn as_matrix_mut(&mut self) -> Result<RowMajorViewMut<'_, T>, TensorError> {
        let (rows, cols) = matrix_shape("as_matrix_mut", self.shape())?;
        Ok(RowMajorViewMut::from_slice_with_strides_generic(self.as_mut_slice(), rows, cols, cols, U1))
    }

    /// A rank-1 tensor as a nalgebra vector that can be changed, without a copy.
    ///
    /// # Errors
    /// [`TensorError::Rank`] for another rank.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let mut x = Tensor::from([3.0, 4.0]);
    /// x.as_vector_mut()?.normalize_mut();
    /// assert_eq!(x, Tensor::from([0.6, 0.8]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn as_vector_mut(&mut self) -> Result<DVectorViewMut<'_, T>, TensorError> {
        let n = vector_length("as_vector_mut", self.shape())?;
        Ok(DVectorViewMut::from_slice(self.as_mut_slice(), n))
    }
}

impl<T: Real + nalgebra::Scalar> Tensor<T> {
    /// Any matrix of nalgebra as a tensor of rank 2: owned or a view, of fixed or dynamic size, vectors included.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let m = nalgebra::Matrix2x3::new(1.0, 2.0, 3.0, 4.0, 5.0, 6.0);
    /// assert_eq!(Tensor::from_matrix(&m), Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]));
    /// assert_eq!(Tensor::from_matrix(&m.columns(1, 2)), Tensor::from([[2.0, 3.0], [5.0, 6.0]]));
    /// ```
    pub fn from_matrix<R: Dim, C: Dim, S: RawStorage<T, R, C>>(matrix: &Matrix<T, R, C, S>) -> Tensor<T> {
        let mut data = Vec::with_capacity(matrix.len());
        for row in matrix.row_iter() {
            data.extend(row.iter().copied());
        }
        Tensor::from_parts(Shape::from([matrix.nrows(), matrix.ncols()]), data)
    }
}

/// A matrix, or a view of one, as a tensor of rank 2.
impl<T: Real + nalgebra::Scalar, R: Dim, S: RawStorage<T, R, Dyn>> From<&Matrix<T, R, Dyn, S>> for Tensor<T> {
    fn from(matrix: &Matrix<T, R, Dyn, S>) -> Tensor<T> {
        Tensor::from_matrix(matrix)
    }
}

/// A matrix, or a view of one, as a tensor of rank 2.
impl<T: Real + nalgebra::Scalar, R: Dim, S: RawStorage<T, R, Dyn>> From<Matrix<T, R, Dyn, S>> for Tensor<T> {
    fn from(matrix: Matrix<T, R, Dyn, S>) -> Tensor<T> {
        Tensor::from_matrix(&matrix)
    }
}

/// A column vector, or a view of one, as a tensor of rank 1.
impl<T: Real + nalgebra::Scalar, R: Dim, S: RawStorage<T, R, U1>> From<&Matrix<T, R, U1, S>> for Tensor<T> {
    fn from(vector: &Matrix<T, R, U1, S>) -> Tensor<T> {
        vector.iter().copied().collect()
    }
}

/// A column vector, or a view of one, as a tensor of rank 1.
impl<T: Real + nalgebra::Scalar, R: Dim, S: RawStorage<T, R, U1>> From<Matrix<T, R, U1, S>> for Tensor<T> {
    fn from(vector: Matrix<T, R, U1, S>) -> Tensor<T> {
        Tensor::from(&vector)
    }
}

fn matrix_shape(op: &'static str, shape: &Shape) -> Result<(Dyn, Dyn), TensorError> {
    match *shape.as_slice() {
        [rows, cols] => Ok((Dyn(rows), Dyn(cols))),
        _ => Err(TensorError::Rank { op, expected: "a matrix (rank 2)", shape: *shape }),
    }
}

fn vector_length(op: &'static str, shape: &Shape) -> Result<usize, TensorError> {
    match *shape.as_slice() {
        [n] => Ok(n),
        _ => Err(TensorError::Rank { op, expected: "a vector (rank 1)", shape: *shape }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn there_and_back(rows in 0usize..5, cols in 0usize..5) {
            let x = Tensor::<f64>::randn([rows, cols], 1);
            let owned = x.to_dmatrix().unwrap();
            prop_assert_eq!(&x.as_matrix().unwrap().clone_owned(), &owned);
            for i in 0..rows {
                for j in 0..cols {
                    prop_assert_eq!(owned[(i, j)], x.get([i, j]).unwrap());
                }
            }
            prop_assert_eq!(&Tensor::from(x.as_matrix().unwrap()), &x);
            prop_assert_eq!(&Tensor::from(&owned), &x);
            prop_assert_eq!(Tensor::from(owned.transpose()), x.permute(&[1, 0]).unwrap());
            prop_assert_eq!(&Tensor::from(owned), &x);
            let v = Tensor::<f32>::randn([rows], 2);
            prop_assert_eq!(&Tensor::from(v.to_dvector().unwrap()), &v);
            prop_assert_eq!(&Tensor::from(v.as_vector().unwrap()), &v);
        }
    }

    #[test]
    fn changes_reach_the_tensor() {
        let mut x = Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
        x.as_matrix_mut().unwrap()[(1, 0)] = 40.0;
        x.as_matrix_mut().unwrap().column_mut(2).fill(0.0);
        assert_eq!(x, Tensor::from([[1.0, 2.0, 0.0], [40.0, 5.0, 0.0]]));
        let mut v = x.row(1).unwrap().to_owned();
        v.view_mut().as_vector_mut().unwrap()[2] = 7.0;
        assert_eq!(v, Tensor::from([40.0, 5.0, 7.0]));
        let column = x.as_matrix().unwrap().column(1).clone_owned();
        assert_eq!(Tensor::from(column), Tensor::from([2.0, 5.0]));
        assert_eq!(Tensor::from(x.as_matrix().unwrap().column(1)), Tensor::from([2.0, 5.0]));
    }

    #[test]
    fn another_rank_is_refused() {
        let (mut scalar, mut cube) = (Tensor::from(1.0f32), Tensor::<f32>::zeros([1, 1, 1]));
        for x in [&mut scalar, &mut cube] {
            let shape = x.shape().to_string();
            let errors = [
                x.as_matrix().map(drop),
                x.as_vector().map(drop),
                x.to_dmatrix().map(drop),
                x.to_dvector().map(drop),
            ];
            for error in errors.into_iter().chain([x.as_matrix_mut().map(drop)]) {
                assert!(error.unwrap_err().to_string().contains(&shape));
            }
            assert!(x.as_vector_mut().is_err());
        }
    }
}
