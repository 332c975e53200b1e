//! Centre and spread that outliers do not move.

use tensor_ops::Real;

use super::affine::{Affine, transforms};
use super::quantile::quantile;
use crate::transform::{column, finite_dimensions};
use crate::{DataError, Samples, Train};

/// x ← (x - median) / (q₇₅ - q₂₅), for each feature, with the quantiles of the set that it was fitted on, linear between
/// ranks. Where the two quantiles are equal the feature is only centred.
///
/// Quantiles need all values of a feature in their order: a copy of one column at a time.
///
/// ```
/// use nn_data::{Robust, Train, Transform};
/// use tensor_ops::Tensor;
/// let train = Train(Tensor::from([[1.0], [2.0], [3.0], [4.0], [1e9]]));
/// let scaled = Robust::fit(&train)?.apply(train)?;
/// assert_eq!(scaled.as_slice()[..4], [-1.0, -0.5, 0.0, 0.5]);
/// # Ok::<(), nn_data::DataError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Robust {
    pub(super) affine: Affine,
}

impl Robust {
    /// Fits median and quartiles.
    ///
    /// # Errors
    /// As [`Robust::fit_between`].
    pub fn fit<T: Real>(train: &Train<impl Samples<T>>) -> Result<Robust, DataError> {
        Robust::fit_between(train, 0.25, 0.75)
    }

    /// Fits the median and the quantiles `low` and `high` (in [0, 1]), whose distance is the scale.
    ///
    /// # Errors
    /// [`DataError::Setting`] unless 0 <= low < high <= 1, [`DataError::NotFinite`] for NaN or infinity,
    /// [`DataError::Empty`] for no samples.
    ///
    /// ```
    /// use nn_data::{Robust, Train, Transform};
    /// use tensor_ops::Tensor;
    /// let train = Train(Tensor::from([[0.0], [10.0], [20.0]]));
    /// assert_eq!(Robust::fit_between(&train, 0.0, 1.0)?.apply(train)?.as_slice(), [-0.5, 0.0, 0.5]);
    /// # Ok::<(), nn_data::DataError>(())
    /// ```
    pub fn fit_between<T: Real>(
        train: &Train<impl Samples<T>>,
        low: f64,
        high: f64,
    ) -> Result<Robust, DataError> {
        if !(0.0 <= low && low < high && high <= 1.0) {
            let expected = "0 <= low < high <= 1";
            return Err(DataError::Setting { what: "the upper quantile of Robust", value: high, expected });
        }
        let x = train.samples();
        let (_, width) = finite_dimensions(x)?;
        let (mut center, mut scale) = (Vec::with_capacity(width), Vec::with_capacity(width));
        for j in 0..width {
            let mut values = column(x, width, j);
            values.sort_unstable_by(f64::total_cmp);
            center.push(quantile(&values, 0.5));
            scale.push(quantile(&values, high) - quantile(&values, low));
        }
        Ok(Robust { affine: Affine::new(center, scale, 0.0) })
    }

    /// The same without division: only centred.
    #[must_use]
    pub fn unscaled(mut self) -> Robust {
        self.affine.scale.fill(1.0);
        self
    }

    /// The same without subtraction: only scaled.
    #[must_use]
    pub fn uncentered(mut self) -> Robust {
        self.affine.center.fill(0.0);
        self
    }

    /// The median of each feature.
    pub fn median(&self) -> &[f64] {
        &self.affine.center
    }
}

transforms!(Robust);
