//! Norms of vectors along axes, and of matrices.

use nalgebra::DMatrix;

use crate::reduce::pairwise_sum;
use crate::{Axes, Real, Shape, Tensor, TensorError};

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
    /// (Σ|x|ᵖ)^(1/p).
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
}

impl<T: Real> Tensor<T> {
    /// The norm of the elements over the axes, taken as one vector.
    ///
    /// # Errors
    /// An axis out of range or named twice; for [`Norm::Min`] no elements; for [`Norm::P`] an order that is not
    /// positive and finite.
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
            Norm::P(p) if p > 0.0 && p.is_finite() => {
                let (p, root) = (T::from_f64(p), T::from_f64(1.0 / p));
                self.reduce(&axes, "norm", |row| sum_of(row, |x| x.abs().powf(p)).powf(root))
            }
            Norm::P(p) => {
                let what = format!("the order {p} is not positive and finite");
                Err(TensorError::Setting { op: "norm", what })
            }
        }
    }

    /// The norm of a rank-2 tensor as a linear operator.
    ///
    /// # Errors
    /// [`TensorError::Rank`] for another rank; [`TensorError::EmptyReduction`] where [`MatrixNorm::L1`], `Max` or
    /// `Spectral` has nothing to take the largest of.
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
        match order {
            MatrixNorm::Frobenius => Ok(self.norm(Norm::L2, Axes::All)?.as_slice()[0]),
            MatrixNorm::L1 => self.largest(self.norm(Norm::L1, 0)?),
            MatrixNorm::Max => self.largest(self.norm(Norm::L1, 1)?),
            MatrixNorm::Spectral => {
                if shape.size() == 0 {
                    return Err(self.nothing_to_choose(shape));
                }
                // A NaN would keep the iteration from ending.
                if self.as_slice().iter().any(|x| !x.is_finite()) {
                    return Ok(T::from_f64(f64::NAN));
                }
                let values = self.as_slice().iter().map(|x| x.to_f64());
                let matrix = DMatrix::from_row_iterator(shape[0], shape[1], values);
                Ok(T::from_f64(matrix.singular_values().max()))
            }
        }
    }

    fn largest(&self, sums: Tensor<T>) -> Result<T, TensorError> {
        match sums.max(Axes::All) {
            Ok(max) => Ok(max.as_slice()[0]),
            Err(_) => Err(self.nothing_to_choose(*self.shape())),
        }
    }

    fn nothing_to_choose(&self, shape: Shape) -> TensorError {
        TensorError::EmptyReduction { op: "matrix_norm", axes: Axes::All, shape }
    }
}

fn sum_of<T: Real>(row: &[T], f: impl Fn(T) -> T) -> T {
    let terms: Vec<T> = row.iter().map(|&x| f(x)).collect();
    pairwise_sum(&terms)
}
