//! Every feature in a given range.

use tensor_ops::Real;

use super::affine::{Affine, transforms};
use crate::transform::finite_dimensions;
use crate::{DataError, Samples, Train};

/// x ← (x - min) / (max - min) · (high - low) + low, for each feature, with the extremes of the set that it was fitted on.
///
/// A constant feature has no range and becomes `low` (its range is taken as 1, as in scikit-learn). Samples beyond the
/// fitted extremes go beyond the range.
///
/// ```
/// use nn_data::{MinMax, Train, Transform};
/// use tensor_ops::Tensor;
/// let train = Train(Tensor::from([[0.0, 7.0], [4.0, 7.0]]));
/// let scale = MinMax::fit(&train)?;
/// assert_eq!(scale.apply_tensor([[1.0, 8.0]].into())?, [[0.25, 1.0]].into());
/// # Ok::<(), nn_data::DataError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct MinMax {
    pub(super) affine: Affine,
}

impl MinMax {
    /// To [0, 1].
    ///
    /// # Errors
    /// As [`MinMax::fit_to`].
    pub fn fit<T: Real>(train: &Train<impl Samples<T>>) -> Result<MinMax, DataError> {
        MinMax::fit_to(train, 0.0, 1.0)
    }

    /// To [low, high].
    ///
    /// # Errors
    /// [`DataError::Setting`] unless low < high are finite, [`DataError::NotFinite`] for NaN or infinity among the samples
    /// or a range that overflows, [`DataError::Empty`] for no samples.
    ///
    /// ```
    /// use nn_data::{MinMax, Train, Transform};
    /// use tensor_ops::Tensor;
    /// let train = Train(Tensor::from([[0.0], [4.0]]));
    /// assert_eq!(MinMax::fit_to(&train, -1.0, 1.0)?.apply(train)?.0, [[-1.0], [1.0]].into());
    /// # Ok::<(), nn_data::DataError>(())
    /// ```
    pub fn fit_to<T: Real>(train: &Train<impl Samples<T>>, low: f64, high: f64) -> Result<MinMax, DataError> {
        if !(low < high && low.is_finite() && high.is_finite()) {
            let expected = "finite numbers low < high";
            return Err(DataError::Setting { what: "the upper end of MinMax", value: high, expected });
        }
        let (smallest, largest) = extremes(train)?;
        let range: Vec<f64> = largest.iter().zip(&smallest).map(|(high, low)| high - low).collect();
        if let Some(feature) = range.iter().position(|range| !range.is_finite()) {
            return Err(DataError::NotFinite { what: "range", sample: 0, feature, value: range[feature] });
        }
        let unit = |range: f64| if range == 0.0 { 1.0 } else { range };
        let scale = range.into_iter().map(|range| unit(range) / (high - low)).collect();
        Ok(MinMax { affine: Affine::new(smallest, scale, low) })
    }

    /// The smallest value of each feature.
    pub fn smallest(&self) -> &[f64] {
        &self.affine.center
    }
}

transforms!(MinMax);

/// The smallest and the largest value of each feature.
pub(super) fn extremes<T: Real>(train: &Train<impl Samples<T>>) -> Result<(Vec<f64>, Vec<f64>), DataError> {
    let x = train.samples();
    let (_, width) = finite_dimensions(x)?;
    let mut smallest: Vec<T> = x.as_slice()[..width].to_vec();
    let mut largest = smallest.clone();
    for row in x.as_slice().chunks_exact(width) {
        for (x, (low, high)) in row.iter().zip(smallest.iter_mut().zip(&mut largest)) {
            *low = if *x < *low { *x } else { *low };
            *high = if *x > *high { *x } else { *high };
        }
    }
    let wide = |x: Vec<T>| x.into_iter().map(|x| x.to_f64()).collect();
    Ok((wide(smallest), wide(largest)))
}
