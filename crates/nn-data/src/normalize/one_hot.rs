//! Categories as rows with a single 1.

use tensor_ops::{Real, Tensor};

use super::ordinal::{Unknown, categories, place};
use crate::transform::check_features;
use crate::{DataError, Samples, Train, Transform};

/// A feature with k categories ← k features, 1 at the position of the sample's category and 0 elsewhere:
/// `(m, n)` becomes `(m, k₁ + .. + kₙ)`. Categories are the distinct values of the set that it was fitted on, ascending.
///
/// ```
/// use nn_data::{OneHot, Train, Transform};
/// use tensor_ops::Tensor;
/// let train = Train(Tensor::from([[20.0], [10.0], [30.0]]));
/// let codes = OneHot::fit(&train)?;
/// let rows = codes.apply(train.clone())?.0;
/// assert_eq!(rows, [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]].into());
/// assert_eq!(codes.invert_tensor(rows)?, train.0);
/// # Ok::<(), nn_data::DataError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct OneHot {
    pub(super) categories: Vec<Vec<f64>>,
    pub(super) unknown: Unknown,
}

impl OneHot {
    /// The categories of each feature.
    ///
    /// # Errors
    /// [`DataError::NotFinite`] for NaN or infinity, [`DataError::Empty`] for no samples.
    pub fn fit<T: Real>(train: &Train<impl Samples<T>>) -> Result<OneHot, DataError> {
        Ok(OneHot { categories: categories(train)?, unknown: Unknown::Refuse })
    }

    /// One feature of class numbers 0 to `classes` - 1, whether or not each of them occurs.
    ///
    /// # Errors
    /// [`DataError::Setting`] for no classes.
    ///
    /// ```
    /// use nn_data::{OneHot, Transform};
    /// assert_eq!(OneHot::of_classes(3)?.apply_tensor([[2.0]].into())?, [[0.0, 0.0, 1.0]].into());
    /// # Ok::<(), nn_data::DataError>(())
    /// ```
    pub fn of_classes(classes: usize) -> Result<OneHot, DataError> {
        if classes == 0 {
            let what = "the number of classes";
            return Err(DataError::Setting { what, value: 0.0, expected: "at least 1" });
        }
        let categories = vec![(0..classes).map(|c| c as f64).collect()];
        Ok(OneHot { categories, unknown: Unknown::Refuse })
    }

    /// Sets what becomes of unknown categories; by default they are refused.
    #[must_use]
    pub fn unknown(self, unknown: Unknown) -> OneHot {
        OneHot { unknown, ..self }
    }

    /// The categories of each feature, ascending.
    pub fn categories(&self) -> &[Vec<f64>] {
        &self.categories
    }

    fn width(&self) -> usize {
        self.categories.iter().map(Vec::len).sum()
    }
}

impl<T: Real> Transform<T> for OneHot {
    fn apply_tensor(&self, inputs: Tensor<T>) -> Result<Tensor<T>, DataError> {
        let features = self.categories.len();
        check_features(&inputs, features)?;
        let (m, width) = (inputs.shape()[0], self.width());
        let mut rows = Tensor::zeros([m, width]);
        let samples = inputs.as_slice().chunks_exact(features);
        for (sample, (x, row)) in samples.zip(rows.as_mut_slice().chunks_exact_mut(width)).enumerate() {
            let mut first = 0;
            for (feature, categories) in self.categories.iter().enumerate() {
                if let Some(at) = place(categories, x[feature].to_f64(), [sample, feature], self.unknown)? {
                    row[first + at] = T::ONE;
                }
                first += categories.len();
            }
        }
        Ok(rows)
    }

    /// The category with the largest number, so that rows of probabilities are understood too.
    fn invert_tensor(&self, inputs: Tensor<T>) -> Result<Tensor<T>, DataError> {
        let width = self.width();
        check_features(&inputs, width)?;
        let mut values = Vec::with_capacity(inputs.shape()[0] * self.categories.len());
        for (sample, row) in inputs.as_slice().chunks_exact(width).enumerate() {
            let mut first = 0;
            for (feature, categories) in self.categories.iter().enumerate() {
                let part = &row[first..first + categories.len()];
                let best = (1..part.len()).fold(0, |best, c| if part[c] > part[best] { c } else { best });
                // Zeros only: an unknown category.
                if part[best].is_nan() || part[best] <= T::ZERO {
                    let value = part[best].to_f64();
                    return Err(DataError::Category { sample, feature, value });
                }
                values.push(T::from_f64(categories[best]));
                first += categories.len();
            }
        }
        Ok(Tensor::new([inputs.shape()[0], self.categories.len()], values)?)
    }
}
