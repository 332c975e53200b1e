//! Mean 0 and standard deviation 1 for every channel of images.

use tensor_ops::{Real, Tensor};

use super::Moments;
use super::affine::Affine;
use super::moments::Summary;
use crate::transform::check_features;
use crate::{DataError, Samples, Train, Transform};

/// x ← (x - mean) / deviation, for images `(m, C, H, W)` or anything else `(m, C, ..)`: one mean and one standard deviation for
/// all places of a channel. A constant channel is only centred.
///
/// ```
/// use nn_data::{ChannelStandardizer, Train, Transform};
/// use tensor_ops::Tensor;
/// let images = Train(Tensor::from([[[1.0, 3.0], [7.0, 7.0]]])); // (1, 2 channels, 2 places)
/// let scale = ChannelStandardizer::fit(&images)?;
/// assert_eq!((scale.mean(), scale.deviation()), (&[2.0, 7.0][..], &[1.0, 1.0][..]));
/// assert_eq!(scale.apply(images)?.0, [[[-1.0, 1.0], [0.0, 0.0]]].into());
/// # Ok::<(), nn_data::DataError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ChannelStandardizer {
    pub(super) mean: Vec<f64>,
    pub(super) deviation: Vec<f64>,
    /// The same, repeated over the places of each channel.
    pub(super) affine: Affine,
}

impl ChannelStandardizer {
    /// Fits mean and deviation of each channel, in one pass.
    ///
    /// # Errors
    /// [`DataError::Rank`] without a channel axis, [`DataError::NotFinite`] for NaN or infinity, [`DataError::Empty`] for
    /// no samples.
    pub fn fit<T: Real>(train: &Train<impl Samples<T>>) -> Result<ChannelStandardizer, DataError> {
        let x = train.samples();
        let summary = Moments::of(x)?;
        let channels = x.shape()[1];
        let places = summary.mean.len() / channels;
        let (mut mean, mut deviation) = (Vec::new(), Vec::new());
        for channel in 0..channels {
            let mut joined = Summary::empty(1);
            (0..places).for_each(|place| joined.join_feature(&summary, channel * places + place));
            mean.push(joined.mean[0]);
            let is_constant = !joined.constant().is_empty();
            deviation.push(if is_constant { 1.0 } else { joined.variance(0)[0].sqrt() });
        }
        Ok(ChannelStandardizer::of(mean, deviation, places))
    }

    pub(super) fn of(mean: Vec<f64>, deviation: Vec<f64>, places: usize) -> ChannelStandardizer {
        let repeat = |x: &[f64]| x.iter().flat_map(|x| std::iter::repeat_n(*x, places)).collect();
        let affine = Affine::new(repeat(&mean), repeat(&deviation), 0.0);
        ChannelStandardizer { mean, deviation, affine }
    }

    /// The mean of each channel.
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// What each channel is divided by.
    pub fn deviation(&self) -> &[f64] {
        &self.deviation
    }
}

impl<T: Real> Transform<T> for ChannelStandardizer {
    fn apply_tensor(&self, inputs: Tensor<T>) -> Result<Tensor<T>, DataError> {
        self.check(&inputs)?;
        self.affine.apply(inputs)
    }

    fn invert_tensor(&self, inputs: Tensor<T>) -> Result<Tensor<T>, DataError> {
        self.check(&inputs)?;
        self.affine.invert(inputs)
    }
}

impl ChannelStandardizer {
    /// As many features in other channels would be scaled by the wrong numbers.
    fn check<T: Real>(&self, inputs: &Tensor<T>) -> Result<(), DataError> {
        check_features(inputs, self.affine.center.len())?;
        match inputs.shape()[1] == self.mean.len() {
            true => Ok(()),
            false => Err(DataError::Features {
                fitted: self.affine.center.len(),
                shape: crate::transform::sample_shape(inputs)?,
            }),
        }
    }
}
