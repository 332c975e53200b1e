//! Distributions as they are, whatever the layer's size.

use nn_core::{Fan, Initializer};
use rand::Rng;
use tensor_ops::Shape;

use super::draw;

/// Normal with this mean and standard deviation.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::{Dense, init::Normal};
/// let model: Model<f32> = Dense::new(3).init_weight(Normal::new(0.0, 0.02)).init([5], 0)?;
/// assert!(Dense::new(3).init_weight(Normal::new(0.0, -1.0)).bind([5]).is_err());
/// # Ok::<(), nn_core::BindError>(())
/// ```
#[doc(alias = "normal_")]
#[doc(alias = "RandomNormal")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Normal {
    mean: f64,
    deviation: f64,
}

/// Uniform on [low, high].
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::{Dense, init::Uniform};
/// let model: Model<f32> = Dense::new(3).init_weight(Uniform::new(-0.05, 0.05)).init([5], 0)?;
/// assert!(model.theta().iter().all(|w| w.abs() <= 0.05));
/// # Ok::<(), nn_core::BindError>(())
/// ```
#[doc(alias = "uniform_")]
#[doc(alias = "RandomUniform")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Uniform {
    low: f64,
    high: f64,
}

/// Normal with this mean and standard deviation, where what falls outside [low, high] is drawn again. The bounds are absolute, as
/// those of PyTorch's `trunc_normal_`, not multiples of the deviation; the deviation is that of the whole normal distribution.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::{Dense, init::TruncatedNormal};
/// let start = TruncatedNormal::new(0.0, 0.5, -0.5, 1.5);
/// let model: Model<f32> = Dense::new(3).init_weight(start).init([5], 0)?;
/// assert!(model.theta().iter().all(|w| (-0.5..=1.5).contains(w)));
/// # Ok::<(), nn_core::BindError>(())
/// ```
#[doc(alias = "trunc_normal_")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TruncatedNormal {
    mean: f64,
    deviation: f64,
    low: f64,
    high: f64,
}

impl Normal {
    /// The deviation is a finite number >= 0.
    pub fn new(mean: f64, deviation: f64) -> Normal {
        Normal { mean, deviation }
    }
}

impl Uniform {
    /// Finite bounds, low <= high.
    pub fn new(low: f64, high: f64) -> Uniform {
        Uniform { low, high }
    }
}

impl TruncatedNormal {
    /// A positive deviation, low < high.
    pub fn new(mean: f64, deviation: f64, low: f64, high: f64) -> TruncatedNormal {
        TruncatedNormal { mean, deviation, low, high }
    }
}

impl Initializer for Normal {
    fn fill(&self, _: &Shape, _: Fan, random: &mut dyn Rng, out: &mut [f64]) {
        draw::normal(self.mean, self.deviation, random, out);
    }

    fn check(&self, _: &Shape) -> Result<(), String> {
        let Normal { mean, deviation } = self;
        let good = mean.is_finite() && *deviation >= 0.0 && deviation.is_finite();
        if good { Ok(()) } else { Err(format!("{self:?}: expected finite numbers and a deviation >= 0")) }
    }
}

impl Initializer for Uniform {
    fn fill(&self, _: &Shape, _: Fan, random: &mut dyn Rng, out: &mut [f64]) {
        draw::uniform(self.low, self.high, random, out);
    }

    fn check(&self, _: &Shape) -> Result<(), String> {
        let good = self.low <= self.high && (self.high - self.low).is_finite();
        if good { Ok(()) } else { Err(format!("{self:?}: expected finite bounds, low <= high")) }
    }
}

impl Initializer for TruncatedNormal {
    fn fill(&self, _: &Shape, _: Fan, random: &mut dyn Rng, out: &mut [f64]) {
        draw::truncated(self.mean, self.deviation, [self.low, self.high], random, out);
    }

    fn check(&self, _: &Shape) -> Result<(), String> {
        let TruncatedNormal { mean, deviation, low, high } = self;
        let good = mean.is_finite() && *deviation > 0.0 && deviation.is_finite() && low < high;
        let good = good && *low < f64::INFINITY && *high > f64::NEG_INFINITY;
        if good { Ok(()) } else { Err(format!("{self:?}: expected a deviation > 0 and low < high")) }
    }
}
