//! Every feature in [-1, 1], zeros untouched.

use tensor_ops::Real;

use super::affine::{Affine, transforms};
use super::min_max::extremes;
use crate::{DataError, Samples, Train};

/// x ← x / max |x|, for each feature, with the largest magnitude of the set that it was fitted on. A feature of zeros is
/// left as it is.
///
/// ```
/// use nn_data::{MaxAbs, Train, Transform};
/// use tensor_ops::Tensor;
/// let train = Train(Tensor::from([[1.0, -4.0], [2.0, 3.0]]));
/// assert_eq!(MaxAbs::fit(&train)?.apply(train)?.0, [[0.5, -1.0], [1.0, 0.75]].into());
/// # Ok::<(), nn_data::DataError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct MaxAbs {
    pub(super) affine: Affine,
}

impl MaxAbs {
    /// Fits the largest magnitudes.
    ///
    /// # Errors
    /// [`DataError::NotFinite`] for NaN or infinity, [`DataError::Empty`] for no samples.
    pub fn fit<T: Real>(train: &Train<impl Samples<T>>) -> Result<MaxAbs, DataError> {
        let (smallest, largest) = extremes(train)?;
        let scale: Vec<f64> = smallest.iter().zip(&largest).map(|(low, high)| low.abs().max(*high)).collect();
        Ok(MaxAbs { affine: Affine::new(vec![0.0; scale.len()], scale, 0.0) })
    }

    /// What each feature is divided by.
    pub fn largest(&self) -> &[f64] {
        &self.affine.scale
    }
}

transforms!(MaxAbs);
