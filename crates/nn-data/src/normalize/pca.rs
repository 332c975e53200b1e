//! Principal components.

use tensor_ops::{Real, Tensor};

use super::covariance::{Axes, Linear};
use crate::{DataError, Samples, Train, Transform};

/// How many principal components are kept.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Components {
    /// All that have a variance.
    All,
    /// This many, or all where there are fewer.
    Count(usize),
    /// As few as hold this share of the variance, in (0, 1].
    Share(f64),
}

/// y = V·(x - mean): the coordinates of a sample on the axes of largest variance (the rows of V, eigenvectors of the
/// covariance matrix of the set that it was fitted on): `(m, ..)` with n features becomes `(m, k)`.
///
/// Whitened, each coordinate is divided by its deviation. The covariance is divided by m - 1, and the largest element of
/// an axis is positive, as in scikit-learn. Axes without variance (below n·ε of the largest) are left out. The inverse is the
/// nearest point on the axes that are kept.
///
/// ```
/// use nn_data::{Components, Pca, Train, Transform};
/// use tensor_ops::Tensor;
/// let train = Train(Tensor::<f64>::from([[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]]));
/// let pca = Pca::fit(&train, Components::All)?;
/// assert_eq!((pca.variances().len(), pca.axes().shape().as_slice()), (1, &[1, 2][..]));
/// let y = pca.apply(train)?;
/// assert!((y.as_slice()[2] - 5.0).abs() < 1e-12);
/// # Ok::<(), nn_data::DataError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Pca {
    pub(super) linear: Linear,
    pub(super) variances: Vec<f64>,
    pub(super) total: f64,
}

impl Pca {
    /// Fits mean and axes, in one pass.
    ///
    /// # Errors
    /// [`DataError::Setting`] for fewer than 2 samples, no components, or a share outside (0, 1];
    /// [`DataError::NotFinite`] for NaN or infinity; [`DataError::Empty`] for no samples.
    pub fn fit<T: Real>(train: &Train<impl Samples<T>>, components: Components) -> Result<Pca, DataError> {
        match components {
            Components::Count(0) => {
                let what = "the number of components";
                return Err(DataError::Setting { what, value: 0.0, expected: "at least 1" });
            }
            Components::Share(share) if !(share > 0.0 && share <= 1.0) => {
                let what = "the share of variance";
                return Err(DataError::Setting { what, value: share, expected: "0 < share <= 1" });
            }
            _ => {}
        }
        let Axes { mean, mut variances, mut rows, .. } = Axes::of(train.samples())?;
        let n = mean.len();
        let total: f64 = variances.iter().sum();
        let smallest = variances[0] * n as f64 * f64::EPSILON;
        // One axis is always kept, so that constant samples have a coordinate: 0.
        let all = variances.iter().take_while(|v| **v > smallest).count().max(1);
        let kept = match components {
            Components::All => all,
            Components::Count(k) => k.min(all),
            Components::Share(share) => {
                let mut sum = 0.0;
                let before = |v: &&f64| {
                    let goes_on = sum < share * total;
                    sum += **v;
                    goes_on
                };
                variances.iter().take_while(before).count().clamp(1, all)
            }
        };
        variances.truncate(kept);
        rows.truncate(kept * n);
        let mut pca = Pca {
            linear: Linear { mean, outputs: kept, backward: Vec::new(), forward: rows },
            variances,
            total,
        };
        pca.linear.backward = transposed(&pca.linear.forward, kept, n);
        Ok(pca)
    }

    /// The same with every coordinate divided by its deviation: mean 0, variance 1 and no correlation on the training set.
    #[must_use]
    pub fn whitened(mut self) -> Pca {
        let n = self.linear.mean.len();
        for (i, v) in self.variances.iter().enumerate() {
            let deviation = if *v > 0.0 { v.sqrt() } else { 1.0 };
            self.linear.forward[i * n..(i + 1) * n].iter_mut().for_each(|a| *a /= deviation);
            self.linear
                .backward
                .iter_mut()
                .skip(i)
                .step_by(self.linear.outputs)
                .for_each(|b| *b *= deviation);
        }
        self
    }

    /// The variance along each axis, falling.
    pub fn variances(&self) -> &[f64] {
        &self.variances
    }

    /// The share of the whole variance along each axis; zeros where there is none.
    pub fn shares(&self) -> Vec<f64> {
        self.variances.iter().map(|v| if self.total > 0.0 { v / self.total } else { 0.0 }).collect()
    }

    /// What a centred sample is multiplied by, `(k, n)`: an axis a row, divided by its deviation where it is whitened.
    pub fn axes(&self) -> Tensor<f64> {
        let shape = [self.linear.outputs, self.linear.mean.len()];
        Tensor::new(shape, self.linear.forward.clone()).expect("k rows of n")
    }
}

/// A matrix `(rows, cols)`, its rows as columns.
fn transposed(matrix: &[f64], rows: usize, cols: usize) -> Vec<f64> {
    (0..cols).flat_map(|j| (0..rows).map(move |i| matrix[i * cols + j])).collect()
}

impl<T: Real> Transform<T> for Pca {
    fn apply_tensor(&self, inputs: Tensor<T>) -> Result<Tensor<T>, DataError> {
        self.linear.apply(&inputs)
    }

    fn invert_tensor(&self, inputs: Tensor<T>) -> Result<Tensor<T>, DataError> {
        self.linear.invert(&inputs)
    }
}
