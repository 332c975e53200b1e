//! Mean 0 and standard deviation 1 for every feature.

use tensor_ops::{Real, Shape, Tensor};

use crate::{DataError, Dataset, Transform};

/// x ← (x - mean) / deviation, for each feature, with the mean and the standard deviation of the set that it was fitted
/// on: fit on the training part, apply to every part (the course's rule).
///
/// The deviation is that of the values themselves (divided by m, as scikit-learn's `StandardScaler`). A constant feature
/// has none and is only centred. Fitting and applying compute in f64.
///
/// ```
/// use nn_data::{Dataset, Standardizer, Targets, Transform};
/// let targets = Targets::Classes { labels: vec![0, 1], classes: 2 };
/// let train = Dataset::new([[1.0, 5.0], [3.0, 5.0]].into(), targets)?;
/// let scale = Standardizer::fit(&train)?;
/// assert_eq!(scale.apply(train)?.inputs(), &[[-1.0, 0.0], [1.0, 0.0]].into());
/// assert_eq!(scale.constant_features(), [1]);
/// # Ok::<(), nn_data::DataError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Standardizer {
    mean: Vec<f64>,
    /// 1 for a constant feature.
    deviation: Vec<f64>,
    constant: Vec<usize>,
}

impl Standardizer {
    /// Fits mean and deviation, in two passes.
    ///
    /// # Errors
    /// [`DataError::NotFinite`] where a sum overflows.
    pub fn fit<T: Real>(set: &Dataset<T>) -> Result<Standardizer, DataError> {
        let width = set.sample_shape().size();
        let samples = || set.inputs().as_slice().chunks_exact(width);
        let m = set.len() as f64;
        let average = |f: &dyn Fn(usize, f64) -> f64| {
            let mut sums = vec![0.0; width];
            for row in samples() {
                for (j, (sum, x)) in sums.iter_mut().zip(row).enumerate() {
                    *sum += f(j, x.to_f64());
                }
            }
            sums.into_iter().map(|sum| sum / m).collect::<Vec<f64>>()
        };
        let mean = average(&|_, x| x);
        let variance = average(&|j, x| (x - mean[j]).powi(2));
        if let Some(feature) = variance.iter().position(|v| !v.is_finite()) {
            let value = variance[feature];
            return Err(DataError::NotFinite { what: "variance", sample: 0, feature, value });
        }
        // A constant feature is seen in its values: its computed variance may be a rounding error.
        let first = &set.inputs().as_slice()[..width];
        let constant: Vec<usize> = (0..width).filter(|&j| samples().all(|row| row[j] == first[j])).collect();
        let mut deviation: Vec<f64> = variance.into_iter().map(f64::sqrt).collect();
        for &j in &constant {
            deviation[j] = 1.0;
        }
        // A variance of tiny differences can underflow.
        deviation.iter_mut().filter(|d| **d == 0.0).for_each(|d| *d = 1.0);
        Ok(Standardizer { mean, deviation, constant })
    }

    /// The features that had one value only.
    pub fn constant_features(&self) -> &[usize] {
        &self.constant
    }

    /// The mean of each feature.
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// What each feature is divided by.
    pub fn deviation(&self) -> &[f64] {
        &self.deviation
    }

    fn map<T: Real>(
        &self,
        mut inputs: Tensor<T>,
        f: impl Fn(f64, f64, f64) -> f64,
    ) -> Result<Tensor<T>, DataError> {
        let shape = *inputs.shape();
        let sample = Shape::new(shape.as_slice().get(1..).unwrap_or(&[]))?;
        if shape.rank() < 2 || sample.size() != self.mean.len() {
            return Err(DataError::Features { fitted: self.mean.len(), shape: sample });
        }
        for row in inputs.as_mut_slice().chunks_exact_mut(self.mean.len()) {
            for (x, (mean, deviation)) in row.iter_mut().zip(self.mean.iter().zip(&self.deviation)) {
                *x = T::from_f64(f(x.to_f64(), *mean, *deviation));
            }
        }
        Ok(inputs)
    }
}

impl<T: Real> Transform<T> for Standardizer {
    fn apply_tensor(&self, inputs: Tensor<T>) -> Result<Tensor<T>, DataError> {
        self.map(inputs, |x, mean, deviation| (x - mean) / deviation)
    }

    fn invert_tensor(&self, inputs: Tensor<T>) -> Result<Tensor<T>, DataError> {
        self.map(inputs, |x, mean, deviation| x * deviation + mean)
    }
}

#[cfg(feature = "safetensors")]
mod file {
    use tensor_ops::file::{FileError, TensorFile};

    use super::*;

    const MEAN: &str = "standardizer.mean";
    const DEVIATION: &str = "standardizer.deviation";
    const CONSTANT: &str = "standardizer.constant";

    impl Standardizer {
        /// Adds the fitted numbers to a file, beside a model: in f64, so that what is read is what was fitted.
        pub fn attach_to(&self, file: &mut TensorFile) {
            file.attach(MEAN, &Tensor::from(self.mean.clone()));
            file.attach(DEVIATION, &Tensor::from(self.deviation.clone()));
            let mut is_constant = vec![0.0; self.mean.len()];
            self.constant.iter().for_each(|&j| is_constant[j] = 1.0);
            file.attach(CONSTANT, &Tensor::<f64>::from(is_constant));
        }

        /// The standardizer that [`Standardizer::attach_to`] added.
        ///
        /// # Errors
        /// [`FileError`] where the file holds none, or one whose numbers cannot be.
        pub fn from_file(file: &TensorFile) -> Result<Standardizer, FileError> {
            let read = |name| Ok::<Vec<f64>, FileError>(file.attached(name)?.into_vec());
            let (mean, deviation, constant) = (read(MEAN)?, read(DEVIATION)?, read(CONSTANT)?);
            let is_whole = !mean.is_empty() && deviation.len() == mean.len() && constant.len() == mean.len();
            let is_valid =
                mean.iter().all(|x| x.is_finite()) && deviation.iter().all(|x| *x > 0.0 && x.is_finite());
            if !is_whole || !is_valid {
                return Err(FileError::Format("a standardizer whose numbers do not fit together".into()));
            }
            let constant = (0..mean.len()).filter(|&j| constant[j] != 0.0).collect();
            Ok(Standardizer { mean, deviation, constant })
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn what_is_read_is_what_was_fitted() {
            let fitted = super::super::tests::fitted();
            let mut file = TensorFile::default();
            fitted.attach_to(&mut file);
            assert_eq!(Standardizer::from_file(&file).unwrap(), fitted);
            assert!(matches!(
                Standardizer::from_file(&TensorFile::default()),
                Err(FileError::Missing { .. })
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Targets;
    use proptest::prelude::*;

    fn set(values: Vec<f64>, width: usize) -> Dataset<f64> {
        let m = values.len() / width;
        let labels = vec![0; m];
        Dataset::new(Tensor::new([m, width], values).unwrap(), Targets::Classes { labels, classes: 1 })
            .unwrap()
    }

    pub(super) fn fitted() -> Standardizer {
        Standardizer::fit(&set(vec![1.0, 7.0, 2.0, 7.0, 4.5, 7.0], 2)).unwrap()
    }

    proptest! {
        #[test]
        fn mean_0_deviation_1_and_back(values in prop::collection::vec(-100.0f64..100.0, 6..60), offset in -1e6f64..1e6) {
            let values: Vec<f64> = values[..values.len() / 3 * 3].iter().map(|x| x + offset).collect();
            let set = set(values.clone(), 3);
            let scale = Standardizer::fit(&set).unwrap();
            let scaled = scale.apply_tensor(set.inputs().clone()).unwrap();
            prop_assert!(scaled.mean(0).unwrap().as_slice().iter().all(|m| m.abs() < 1e-8));
            for (j, d) in scaled.std(0, 0).unwrap().as_slice().iter().enumerate() {
                prop_assert!((d - 1.0).abs() < 1e-8 || scale.constant_features().contains(&j));
            }
            let back = scale.invert_tensor(scaled).unwrap();
            for (a, b) in back.as_slice().iter().zip(&values) {
                prop_assert!((a - b).abs() < 1e-8 * offset.abs().max(100.0));
            }
        }
    }

    #[test]
    fn other_features_are_refused() {
        let error = fitted().apply_tensor(Tensor::<f64>::zeros([4, 3])).unwrap_err();
        assert_eq!(error.to_string(), "fitted on 2 features, got samples of shape [3]");
    }
}
