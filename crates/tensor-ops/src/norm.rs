//! Norms of vectors along axes, and of matrices.

use nalgebra::{DMatrix, DVector};

use crate::reduce::pairwise_sum;
use crate::{Axes, Real, Tensor, TensorError};

/// The order of a norm.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Norm {
    /// Σ|x|.
    L1,
    /// √Σx², the Euclidean norm.
    L2,
    /// max|x|, 0 over no elements.
    Max,
    /// min|x|.
    Min,
    /// The number of elements that are not 0.
    Count,
    /// (Σ|x|ᵖ)^(1/p) for any finite p but 0; a norm in the strict sense from p = 1 on.
    P(f64),
}

/// The order of a norm of a matrix as an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MatrixNorm {
    /// The largest sum of |x| down a column.
    L1,
    /// The largest singular value.
    Spectral,
    /// The largest sum of |x| along a row.
    Max,
    /// √Σx².
    Frobenius,
    /// The sum of the singular values.
    Nuclear,
    /// The smallest sum of |x| down a column.
    MinL1,
    /// The smallest singular value.
    MinSpectral,
    /// The smallest sum of |x| along a row.
    MinMax,
}

impl<T: Real, S: AsRef<[T]>> Tensor<T, S> {
    /// The norm of the elements over the axes, taken as one vector.
    ///
    /// # Errors
    /// An axis out of range or named twice; for [`Norm::Min`] no elements; for [`Norm::P`] an order that is 0 or not
    /// finite.
    ///
    /// ```
    /// use tensor_ops::{Axes, Norm, Tensor};
    /// let x = Tensor::from([[1.0f64, 2.0], [3.0, 4.0]]);
    /// let lengths = x.norm(Norm::L2, Axes::from(1).keepdims())?; // the course's row norms
    /// assert_eq!(lengths, Tensor::from([[5f64.sqrt()], [5.0]]));
    /// let unit_rows = x.divide(&lengths)?;
    /// assert!((unit_rows.norm(Norm::L2, 1)?.as_slice()[0] - 1.0).abs() < 1e-15);
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn norm(&self, order: Norm, axes: impl Into<Axes>) -> Result<Tensor<T>, TensorError> {
        let axes = axes.into();
        match order {
            Norm::L1 => self.reduce(&axes, "norm", |row| sum_of(row, |x| x.abs())),
            Norm::L2 => self.reduce(&axes, "norm", |row| sum_of(row, |x| x * x).sqrt()),
            Norm::Max => {
                self.reduce(&axes, "norm", |row| row.iter().fold(T::ZERO, |m, x| m.maximum(x.abs())))
            }
            Norm::Min => self.map(|x| x.abs()).min(axes),
            Norm::Count => {
                self.reduce(&axes, "norm", |row| T::from_usize(row.iter().filter(|&&x| x != T::ZERO).count()))
            }
            Norm::P(p) if p != 0.0 && p.is_finite() => {
                let (p, root) = (T::from_f64(p), T::from_f64(1.0 / p));
                self.reduce(&axes, "norm", |row| sum_of(row, |x| x.abs().powf(p)).powf(root))
            }
            Norm::P(p) => {
                let what = format!("the order {p}, expected a finite number other than 0");
                Err(TensorError::Setting { op: "norm", what })
            }
        }
    }

    /// The norm of a rank-2 tensor as a linear operator.
    ///
    /// # Errors
    /// [`TensorError::Rank`] for another rank; [`TensorError::EmptyReduction`] where one of the smallest is to
    /// be chosen from none. The others are 0 without elements, as in NumPy.
    ///
    /// ```
    /// use tensor_ops::{MatrixNorm, Tensor};
    /// let x = Tensor::from([[3.0, 0.0], [0.0, -4.0]]);
    /// assert_eq!(x.matrix_norm(MatrixNorm::Spectral)?, 4.0);
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn matrix_norm(&self, order: MatrixNorm) -> Result<T, TensorError> {
        let shape = *self.shape();
        if shape.rank() != 2 {
            return Err(TensorError::Rank { op: "matrix_norm", expected: "a matrix (rank 2)", shape });
        }
        let of_all = |x: Tensor<T>| x.as_slice()[0];
        let is_empty = shape.size() == 0;
        Ok(match order {
            MatrixNorm::Frobenius => of_all(self.norm(Norm::L2, Axes::All)?),
            MatrixNorm::L1 | MatrixNorm::Max | MatrixNorm::Spectral | MatrixNorm::Nuclear if is_empty => {
                T::ZERO
            }
            MatrixNorm::MinSpectral if is_empty => {
                return Err(TensorError::EmptyReduction { op: "matrix_norm", axes: Axes::All, shape });
            }
            MatrixNorm::L1 => of_all(self.norm(Norm::L1, 0)?.max(Axes::All)?),
            MatrixNorm::Max => of_all(self.norm(Norm::L1, 1)?.max(Axes::All)?),
            MatrixNorm::MinL1 => of_all(self.norm(Norm::L1, 0)?.min(Axes::All)?),
            MatrixNorm::MinMax => of_all(self.norm(Norm::L1, 1)?.min(Axes::All)?),
            MatrixNorm::Spectral => self.singular_values(|values| values.max()),
            MatrixNorm::MinSpectral => self.singular_values(|values| values.min()),
            MatrixNorm::Nuclear => self.singular_values(|values| values.sum()),
        })
    }

    /// `f` of the singular values of a matrix with elements; NaN where one of them is not finite.
    fn singular_values(&self, f: impl Fn(DVector<f64>) -> f64) -> T {
        // A NaN would keep the iteration from ending.
        if self.as_slice().iter().any(|x| !x.is_finite()) {
            return T::from_f64(f64::NAN);
        }
        let values = self.as_slice().iter().map(|x| x.to_f64());
        let matrix = DMatrix::from_row_iterator(self.shape()[0], self.shape()[1], values);
        T::from_f64(f(matrix.singular_values()))
    }
}

fn sum_of<T: Real>(row: &[T], f: impl Fn(T) -> T) -> T {
    let terms: Vec<T> = row.iter().map(|&x| f(x)).collect();
    pairwise_sum(&terms)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// σ = 2, 3 and known row and column sums.
    #[test]
    fn every_order_of_a_matrix() {
        let x = Tensor::from([[0.0, -3.0], [2.0, 0.0]]);
        let orders = [
            (MatrixNorm::L1, 3.0),
            (MatrixNorm::MinL1, 2.0),
            (MatrixNorm::Max, 3.0),
            (MatrixNorm::MinMax, 2.0),
            (MatrixNorm::Spectral, 3.0),
            (MatrixNorm::MinSpectral, 2.0),
            (MatrixNorm::Nuclear, 5.0),
            (MatrixNorm::Frobenius, 13f64.sqrt()),
        ];
        for (order, want) in orders {
            assert!((x.matrix_norm(order).unwrap() - want).abs() < 1e-14, "{order:?}");
        }
        assert!(Tensor::from([[f64::NAN]]).matrix_norm(MatrixNorm::Spectral).unwrap().is_nan());
        let empty = Tensor::<f64>::zeros([0, 3]);
        for order in
            [MatrixNorm::L1, MatrixNorm::Max, MatrixNorm::Spectral, MatrixNorm::Nuclear, MatrixNorm::MinL1]
        {
            assert_eq!(empty.matrix_norm(order).unwrap(), 0.0, "{order:?}");
        }
        assert!(empty.matrix_norm(MatrixNorm::MinMax).is_err(), "there is no row");
        assert!(empty.matrix_norm(MatrixNorm::MinSpectral).is_err());
    }
}
