//! Which learning rate? A short training with a rate that grows, and the curve of its loss.

use nn_core::{Loss, Model, Scalar};
use nn_data::Dataset;
use nn_optim::{ExponentiallyWeightedAverage, Optimizer};

use crate::chart::{Chart, Series};
use crate::{Flow, Now, Observer, TrainError, Trainer};

/// Trains a copy of a model for some steps while the rate grows exponentially (L. N. Smith, "Cyclical learning rates for training neural
/// networks", 2017). Where the loss falls most is a good rate.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_data::{Standardizer, Train, Transform, datasets};
/// use nn_layers::{Dense, Relu, Sequential, SoftmaxCrossEntropy};
/// use nn_optim::Sgd;
/// use nn_train::RateFinder;
/// let set = Train(datasets::digits::<f32>());
/// let set = Standardizer::fit(&set)?.apply(set)?;
/// let model: Model<f32> = Sequential::new().push(Dense::new(32)).push(Relu).push(Dense::new(10)).init([64], 0)?;
/// let curve = RateFinder::new().find(&model, Sgd::new(0.1), SoftmaxCrossEntropy::new(), &set)?;
/// let rate = curve.suggestion().unwrap();
/// assert!(rate > 1e-3 && rate < 3.0, "{rate}");
/// assert!(curve.svg().starts_with("<svg"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateFinder {
    from: f64,
    to: f64,
    steps: u64,
    batch_size: usize,
    seed: u64,
}

/// The past's weight in the smoothed loss: about 20 steps.
const BETA: f64 = 0.95;
/// A smoothed loss so many times the lowest ends the search: nothing comes after it.
const DIVERGED: f64 = 4.0;

impl Default for RateFinder {
    fn default() -> RateFinder {
        RateFinder::new()
    }
}

impl RateFinder {
    /// From 1e-6 to 10 in 200 steps, with batches of 64.
    pub fn new() -> RateFinder {
        RateFinder { from: 1e-6, to: 10.0, steps: 200, batch_size: 64, seed: 0 }
    }

    /// Sets the first and the last rate.
    #[must_use]
    pub fn range(self, from: f64, to: f64) -> Self {
        RateFinder { from, to, ..self }
    }

    /// Sets the number of steps.
    #[must_use]
    pub fn steps(self, steps: u64) -> Self {
        RateFinder { steps: steps.max(2), ..self }
    }

    /// Sets the samples of a batch.
    #[must_use]
    pub fn batch_size(self, batch_size: usize) -> Self {
        RateFinder { batch_size, ..self }
    }

    /// Sets the seed of the order of samples and of dropout.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        RateFinder { seed, ..self }
    }

    /// The loss over the rate. The model is left alone.
    ///
    /// # Errors
    /// [`TrainError`] for settings and data that do not fit together.
    pub fn find<T: Scalar>(
        &self,
        model: &Model<T>,
        optimizer: impl Optimizer<T>,
        loss: impl Loss<T>,
        set: &Dataset<T>,
    ) -> Result<RateCurve, TrainError> {
        let RateFinder { from, to, steps, batch_size, seed } = *self;
        let mut points = Vec::new();
        let average = ExponentiallyWeightedAverage::new(BETA).map_err(TrainError::Setting)?;
        let watch = Watch { points: &mut points, average, lowest: f64::INFINITY };
        let growth = (to / from).powf(1.0 / (steps - 1) as f64);
        let fitted = Trainer::new(optimizer, loss)
            .batch_size(batch_size)
            .steps(steps)
            .seed(seed)
            .record_every(0)
            .schedule(move |step: u64| from * growth.powf(step as f64))
            .observe(watch)
            .fit(&mut model.clone(), set, None);
        match fitted {
            Ok(_) | Err(TrainError::Diverged { .. }) => Ok(RateCurve { points }),
            Err(error) => Err(error),
        }
    }
}

/// Takes the curve down, and stops where it has left the valley.
struct Watch<'p> {
    points: &'p mut Vec<RatePoint>,
    average: ExponentiallyWeightedAverage,
    lowest: f64,
}

impl<T: Scalar> Observer<T> for Watch<'_> {
    fn step(&mut self, now: &Now<'_, T>) -> Flow {
        let smoothed = self.average.push(now.step.loss);
        self.lowest = self.lowest.min(smoothed);
        self.points.push(RatePoint { rate: now.step.rate, loss: now.step.loss, smoothed });
        if smoothed > DIVERGED * self.lowest { Flow::Stop } else { Flow::Continue }
    }
}

/// A step of the search.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct RatePoint {
    /// The learning rate.
    pub rate: f64,
    /// The loss of the batch.
    pub loss: f64,
    /// The exponentially weighted average of the losses so far.
    pub smoothed: f64,
}

/// The loss over the learning rate.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RateCurve {
    /// The steps, from the smallest rate up.
    pub points: Vec<RatePoint>,
}

impl RateCurve {
    /// The rate at which the smoothed loss falls most, for an equal factor of the rate; `None` where it never falls.
    pub fn suggestion(&self) -> Option<f64> {
        // Each step multiplies the rate by the same factor, so differences of losses are slopes.
        // The first averages are of few losses, and jump.
        let settled = &self.points[(1.0 / (1.0 - BETA)).min(self.points.len() as f64 / 2.0) as usize..];
        let steps = settled.windows(2).map(|pair| (pair[1].smoothed - pair[0].smoothed, pair[1].rate));
        steps.min_by(|a, b| a.0.total_cmp(&b.0)).filter(|(slope, _)| *slope < 0.0).map(|(_, rate)| rate)
    }

    /// The curve as the text of an SVG picture.
    pub fn svg(&self) -> String {
        let series = |name: &str, is_faint, of: fn(&RatePoint) -> f64| Series {
            name: name.to_string(),
            points: self.points.iter().map(|point| (point.rate, of(point))).collect(),
            is_faint,
        };
        let series = vec![series("smoothed", false, |p| p.smoothed), series("batches", true, |p| p.loss)];
        let (title, x) = ("loss".to_string(), "learning rate".to_string());
        Chart { title, x, series, log_x: true, log_y: true, from_zero: false }.svg()
    }
}
