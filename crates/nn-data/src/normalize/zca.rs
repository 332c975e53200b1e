//! Whitening that changes samples as little as possible.

use tensor_ops::matmul::{Matrix, Update, gemm};
use tensor_ops::{Real, Tensor};

use super::covariance::{Axes, Linear};
use crate::{DataError, Samples, Train, Transform};

/// y = Σ^(-1/2)·(x - mean), with Σ^(-1/2) = Vᵀ·diag(1/√(λ + ε))·V of the covariance of the set that it was fitted on (divided by
/// m - 1): features without correlation that stay as near to their own as they can (Bell and Sejnowski, "The independent
/// components of natural scenes are edge filters", 1997). An image stays an image; the shape is kept.
///
/// ```
/// use nn_data::{Train, Transform, Zca};
/// use tensor_ops::Tensor;
/// let train = Train(Tensor::from([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]]));
/// let white = Zca::fit(&train, 0.0)?.apply(train)?;
/// assert!((white.as_slice()[0] - 0.75f64.sqrt()).abs() < 1e-12);
/// # Ok::<(), nn_data::DataError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Zca {
    pub(super) linear: Linear,
}

impl Zca {
    /// Fits mean and covariance, in one pass. `epsilon` is added to every variance, so that axes without any are not blown
    /// up: 1e-5 of the largest is usual, and 0 is for data without such axes.
    ///
    /// # Errors
    /// [`DataError::Setting`] unless `epsilon` is finite and >= 0, for fewer than 2 samples, and for an axis whose variance
    /// is 0 with `epsilon` 0; [`DataError::NotFinite`] for NaN or infinity; [`DataError::Empty`] for no samples.
    pub fn fit<T: Real>(train: &Train<impl Samples<T>>, epsilon: f64) -> Result<Zca, DataError> {
        let what = "the epsilon of Zca";
        if !(epsilon >= 0.0 && epsilon.is_finite()) {
            return Err(DataError::Setting { what, value: epsilon, expected: "a finite number >= 0" });
        }
        let Axes { mean, variances, rows, .. } = Axes::of(train.samples())?;
        let n = mean.len();
        // What is below the rounding of the largest variance is 0.
        let rounding = variances[0] * n as f64 * f64::EPSILON;
        if epsilon == 0.0 && variances[n - 1] <= rounding {
            let expected = "more than 0: the samples have no variance along some axis";
            return Err(DataError::Setting { what, value: epsilon, expected });
        }
        let of = |f: &dyn Fn(f64) -> f64| {
            let mut scaled = rows.clone();
            for (row, v) in scaled.chunks_exact_mut(n).zip(&variances) {
                let factor = f(v + epsilon);
                row.iter_mut().for_each(|x| *x *= factor);
            }
            let mut out = vec![0.0; n * n];
            gemm(Matrix::new(&rows, n, n).t(), Matrix::new(&scaled, n, n), Update::Assign, &mut out);
            out
        };
        let (forward, backward) = (of(&|v| v.sqrt().recip()), of(&f64::sqrt));
        Ok(Zca { linear: Linear { mean, outputs: n, forward, backward } })
    }
}

impl<T: Real> Transform<T> for Zca {
    fn apply_tensor(&self, inputs: Tensor<T>) -> Result<Tensor<T>, DataError> {
        let shape = *inputs.shape();
        Ok(Tensor::new(shape, self.linear.apply(&inputs)?.into_vec())?)
    }

    fn invert_tensor(&self, inputs: Tensor<T>) -> Result<Tensor<T>, DataError> {
        let shape = *inputs.shape();
        Ok(Tensor::new(shape, self.linear.invert(&inputs)?.into_vec())?)
    }
}
