//! Numbers for what is missing.

use tensor_ops::{Real, Tensor};

use super::quantile::quantile;
use crate::transform::{check_features, column, dimensions};
use crate::{DataError, Samples, Train, Transform};

/// NaN ← a number for each feature, from the values of the set that it was fitted on.
///
/// What was missing is not remembered: the inverse leaves all as it is.
///
/// ```
/// use nn_data::{Imputer, Train, Transform};
/// use tensor_ops::Tensor;
/// let train = Train(Tensor::from([[1.0, 5.0], [f64::NAN, 5.0], [3.0, f64::NAN], [8.0, 6.0]]));
/// assert_eq!(Imputer::mean(&train)?.fill(), [4.0, 16.0 / 3.0]);
/// assert_eq!(Imputer::median(&train)?.fill(), [3.0, 5.0]);
/// let fill = Imputer::most_frequent(&train)?;
/// assert_eq!(fill.apply_tensor([[f64::NAN, f64::NAN]].into())?, [[1.0, 5.0]].into());
/// # Ok::<(), nn_data::DataError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Imputer {
    pub(super) fill: Vec<f64>,
}

impl Imputer {
    /// The mean of what is there.
    ///
    /// # Errors
    /// [`DataError::Missing`] for a feature without values, [`DataError::Empty`] for no samples.
    pub fn mean<T: Real>(train: &Train<impl Samples<T>>) -> Result<Imputer, DataError> {
        // The running mean: no sum that could overflow.
        let running = |values: Vec<f64>| {
            values.iter().enumerate().fold(0.0, |mean, (i, x)| mean + (x - mean) / (i + 1) as f64)
        };
        Imputer::of(train, running)
    }

    /// The median of what is there.
    ///
    /// # Errors
    /// As [`Imputer::mean`].
    pub fn median<T: Real>(train: &Train<impl Samples<T>>) -> Result<Imputer, DataError> {
        Imputer::of(train, |mut values| {
            values.sort_unstable_by(f64::total_cmp);
            quantile(&values, 0.5)
        })
    }

    /// The most frequent value, the smallest of several.
    ///
    /// # Errors
    /// As [`Imputer::mean`].
    pub fn most_frequent<T: Real>(train: &Train<impl Samples<T>>) -> Result<Imputer, DataError> {
        Imputer::of(train, |mut values| {
            values.sort_unstable_by(f64::total_cmp);
            let runs = values.chunk_by(|a, b| a == b);
            let longest = |best: &[f64], run: &[f64]| run.len() > best.len();
            runs.fold(&values[..0], |best, run| if longest(best, run) { run } else { best })[0]
        })
    }

    /// The same number for every feature of `features`.
    pub fn constant(features: usize, value: f64) -> Imputer {
        Imputer { fill: vec![value; features] }
    }

    /// The number of each feature.
    pub fn fill(&self) -> &[f64] {
        &self.fill
    }

    fn of<T: Real>(
        train: &Train<impl Samples<T>>,
        f: impl Fn(Vec<f64>) -> f64,
    ) -> Result<Imputer, DataError> {
        let x = train.samples();
        let (_, width) = dimensions(x)?;
        let mut fill = Vec::with_capacity(width);
        for feature in 0..width {
            let mut values = column(x, width, feature);
            values.retain(|x| !x.is_nan());
            match values.is_empty() {
                true => return Err(DataError::Missing { feature }),
                false => fill.push(f(values)),
            }
        }
        Ok(Imputer { fill })
    }
}

impl<T: Real> Transform<T> for Imputer {
    fn apply_tensor(&self, mut inputs: Tensor<T>) -> Result<Tensor<T>, DataError> {
        check_features(&inputs, self.fill.len())?;
        for row in inputs.as_mut_slice().chunks_exact_mut(self.fill.len()) {
            for (x, fill) in row.iter_mut().zip(&self.fill) {
                if x.is_nan() {
                    *x = T::from_f64(*fill);
                }
            }
        }
        Ok(inputs)
    }

    fn invert_tensor(&self, inputs: Tensor<T>) -> Result<Tensor<T>, DataError> {
        check_features(&inputs, self.fill.len())?;
        Ok(inputs)
    }
}
