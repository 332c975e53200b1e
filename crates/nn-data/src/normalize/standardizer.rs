//! Mean 0 and standard deviation 1 for every feature.

use tensor_ops::Real;

use super::affine::{Affine, transforms};
use super::{Moments, Summary};
use crate::{DataError, Samples, Train};

/// x ← (x - mean) / deviation, for each feature, with the mean and the standard deviation of the set that it was fitted
/// on: fit on the training part, apply to every part (the course's rule).
///
/// The deviation is that of the values themselves (divided by m, as scikit-learn's `StandardScaler`). A constant feature
/// has none and is only centred. Fitting is one pass ([`Moments`]); fitting and applying compute in f64.
///
/// ```
/// use nn_data::{Dataset, Standardizer, Targets, Train, Transform};
/// let targets = Targets::Classes { labels: vec![0, 1], classes: 2 };
/// let train = Train(Dataset::new([[1.0, 5.0], [3.0, 5.0]].into(), targets)?);
/// let scale = Standardizer::fit(&train)?;
/// assert_eq!(scale.apply(train)?.inputs(), &[[-1.0, 0.0], [1.0, 0.0]].into());
/// assert_eq!(scale.constant_features(), [1]);
/// # Ok::<(), nn_data::DataError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Standardizer {
    /// The scale is 1 for a constant feature.
    affine: Affine,
    constant: Vec<usize>,
}

impl Standardizer {
    /// Fits mean and deviation.
    ///
    /// # Errors
    /// [`DataError::NotFinite`] for NaN or infinity, and where a sum overflows; [`DataError::Empty`] for no samples.
    pub fn fit<T: Real>(train: &Train<impl Samples<T>>) -> Result<Standardizer, DataError> {
        Ok(Standardizer::of(&Moments::of(train.samples())?))
    }

    /// Of features that were summarised portion by portion.
    ///
    /// ```
    /// use nn_data::{Moments, Standardizer, Train};
    /// let mut moments = Moments::new(2);
    /// [[1.0, 5.0], [3.0, 6.0]].iter().for_each(|row| moments.observe(row));
    /// assert_eq!(Standardizer::of(&moments.finish()).deviation(), [1.0, 0.5]);
    /// ```
    pub fn of(summary: &Summary) -> Standardizer {
        let constant = summary.constant();
        let mut deviation: Vec<f64> = summary.variance(0).into_iter().map(f64::sqrt).collect();
        for &j in &constant {
            deviation[j] = 1.0;
        }
        // A variance of tiny differences can underflow: the scale is 1 then, too.
        Standardizer { affine: Affine::new(summary.mean.clone(), deviation, 0.0), constant }
    }

    /// The same without division: only centred.
    #[must_use]
    pub fn unscaled(mut self) -> Standardizer {
        self.affine.scale.fill(1.0);
        self
    }

    /// The same without subtraction: only scaled, so that zeros stay zeros.
    #[must_use]
    pub fn uncentered(mut self) -> Standardizer {
        self.affine.center.fill(0.0);
        self
    }

    /// The features that had one value only.
    pub fn constant_features(&self) -> &[usize] {
        &self.constant
    }

    /// The mean of each feature.
    pub fn mean(&self) -> &[f64] {
        &self.affine.center
    }

    /// What each feature is divided by.
    pub fn deviation(&self) -> &[f64] {
        &self.affine.scale
    }
}

transforms!(Standardizer);

#[cfg(feature = "safetensors")]
mod file {
    use tensor_ops::Tensor;
    use tensor_ops::file::{FileError, TensorFile};

    use super::*;

    const MEAN: &str = "standardizer.mean";
    const DEVIATION: &str = "standardizer.deviation";
    const CONSTANT: &str = "standardizer.constant";

    impl Standardizer {
        /// Adds the fitted numbers to a file, beside a model: in f64, so that what is read is what was fitted.
        pub fn attach_to(&self, file: &mut TensorFile) {
            file.attach(MEAN, &Tensor::from(self.affine.center.clone()));
            file.attach(DEVIATION, &Tensor::from(self.affine.scale.clone()));
            let mut is_constant = vec![0.0; self.affine.center.len()];
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
            Ok(Standardizer { affine: Affine::new(mean, deviation, 0.0), constant })
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
    use crate::{Dataset, Targets, Transform};
    use proptest::prelude::*;
    use tensor_ops::Tensor;

    fn set(values: Vec<f64>, width: usize) -> Dataset<f64> {
        let m = values.len() / width;
        let labels = vec![0; m];
        Dataset::new(Tensor::new([m, width], values).unwrap(), Targets::Classes { labels, classes: 1 })
            .unwrap()
    }

    pub(super) fn fitted() -> Standardizer {
        Standardizer::fit(&Train(set(vec![1.0, 7.0, 2.0, 7.0, 4.5, 7.0], 2))).unwrap()
    }

    proptest! {
        #[test]
        fn mean_0_deviation_1_and_back(values in prop::collection::vec(-100.0f64..100.0, 6..60), offset in -1e6f64..1e6) {
            let values: Vec<f64> = values[..values.len() / 3 * 3].iter().map(|x| x + offset).collect();
            let set = set(values.clone(), 3);
            let scale = Standardizer::fit(&Train(&set)).unwrap();
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
