//! Categories as numbers 0, 1, 2, ..

use tensor_ops::{Real, Tensor};

use crate::transform::{check_features, column, finite_dimensions};
use crate::{DataError, Samples, Train, Transform};

/// What becomes of a category that the fit has not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Unknown {
    /// [`DataError::Category`], with its place.
    #[default]
    Refuse,
    /// [`OneHot`](crate::OneHot): zeros only; [`Ordinal`]: -1. The inverse of either is refused.
    Accept,
}

/// x ← the position of x among the ascending categories of its feature, those of the set that it was fitted on.
///
/// ```
/// use nn_data::{Ordinal, Train, Transform, Unknown};
/// use tensor_ops::Tensor;
/// let train = Train(Tensor::from([[20.0], [10.0], [30.0]]));
/// let codes = Ordinal::fit(&train)?;
/// assert_eq!(codes.apply(train)?.0, [[1.0], [0.0], [2.0]].into());
/// assert!(codes.apply_tensor(Tensor::from([[15.0]])).is_err());
/// assert_eq!(codes.unknown(Unknown::Accept).apply_tensor([[15.0]].into())?, [[-1.0]].into());
/// # Ok::<(), nn_data::DataError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Ordinal {
    pub(super) categories: Vec<Vec<f64>>,
    pub(super) unknown: Unknown,
}

impl Ordinal {
    /// The categories of each feature.
    ///
    /// # Errors
    /// [`DataError::NotFinite`] for NaN or infinity, [`DataError::Empty`] for no samples.
    pub fn fit<T: Real>(train: &Train<impl Samples<T>>) -> Result<Ordinal, DataError> {
        Ok(Ordinal { categories: categories(train)?, unknown: Unknown::Refuse })
    }

    /// Sets what becomes of unknown categories; by default they are refused.
    #[must_use]
    pub fn unknown(self, unknown: Unknown) -> Ordinal {
        Ordinal { unknown, ..self }
    }

    /// The categories of each feature, ascending.
    pub fn categories(&self) -> &[Vec<f64>] {
        &self.categories
    }
}

impl<T: Real> Transform<T> for Ordinal {
    fn apply_tensor(&self, mut inputs: Tensor<T>) -> Result<Tensor<T>, DataError> {
        let width = self.categories.len();
        check_features(&inputs, width)?;
        for (sample, row) in inputs.as_mut_slice().chunks_exact_mut(width).enumerate() {
            for (feature, x) in row.iter_mut().enumerate() {
                let place = place(&self.categories[feature], x.to_f64(), [sample, feature], self.unknown)?;
                *x = place.map_or(-T::ONE, T::from_usize);
            }
        }
        Ok(inputs)
    }

    fn invert_tensor(&self, mut inputs: Tensor<T>) -> Result<Tensor<T>, DataError> {
        let width = self.categories.len();
        check_features(&inputs, width)?;
        for (sample, row) in inputs.as_mut_slice().chunks_exact_mut(width).enumerate() {
            for (feature, x) in row.iter_mut().enumerate() {
                let value = x.to_f64();
                // A number that is no position saturates to one that is none, or is not equal to it.
                let known = self.categories[feature]
                    .get(value as usize)
                    .filter(|_| value == value.trunc() && value >= 0.0);
                *x = T::from_f64(*known.ok_or(DataError::Category { sample, feature, value })?);
            }
        }
        Ok(inputs)
    }
}

/// The distinct values of each feature, ascending.
pub(super) fn categories<T: Real>(train: &Train<impl Samples<T>>) -> Result<Vec<Vec<f64>>, DataError> {
    let x = train.samples();
    let (_, width) = finite_dimensions(x)?;
    let distinct = |j| {
        // -0 is 0.
        let mut values: Vec<f64> = column(x, width, j).into_iter().map(|x| x + 0.0).collect();
        values.sort_unstable_by(f64::total_cmp);
        values.dedup();
        values
    };
    Ok((0..width).map(distinct).collect())
}

/// The position of a value, `None` for an unknown one that is accepted; `at` is its sample and feature.
pub(super) fn place(
    categories: &[f64],
    value: f64,
    [sample, feature]: [usize; 2],
    unknown: Unknown,
) -> Result<Option<usize>, DataError> {
    match (categories.binary_search_by(|c| c.total_cmp(&(value + 0.0))), unknown) {
        (Ok(place), _) => Ok(Some(place)),
        (Err(_), Unknown::Accept) => Ok(None),
        (Err(_), Unknown::Refuse) => Err(DataError::Category { sample, feature, value }),
    }
}
