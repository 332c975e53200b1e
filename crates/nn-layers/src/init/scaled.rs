//! A variance that goes with the size of the layer.

use nn_core::{Fan, Initializer};
use rand::Rng;
use tensor_ops::Shape;

use super::draw;

/// Mean 0 and Var(W) = gain²/n, where n is the number of inputs of an output, the number of outputs of an input, or the mean of both.
///
/// It holds every rule of its kind: LeCun's is the plain one, He's has gain √2, Glorot's the mean of both fans. PyTorch's
/// `kaiming_normal_(nonlinearity="tanh", mode="fan_out")` is `Scaled::new().gain(Gain::Tanh).fan_out()`, its default for linear
/// layers `Scaled::new().gain(3f64.sqrt().recip()).uniform()`.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::{Dense, init::{Gain, HeUniform, Scaled}};
/// let scaled: Model<f64> = Dense::new(3).init_weight(Scaled::new().gain(Gain::Relu).uniform()).init([5], 0)?;
/// let named: Model<f64> = Dense::new(3).init_weight(HeUniform).init([5], 0)?;
/// assert_eq!(scaled.theta(), named.theta());
/// # Ok::<(), nn_core::BindError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scaled {
    gain: f64,
    n: Count,
    distribution: Distribution,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Count {
    Inputs,
    Outputs,
    Mean,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Distribution {
    Normal,
    Uniform,
    Truncated,
}

/// The standard deviation of a standard normal number that is kept inside ±2: √(1 - 4φ(2)/(2Φ(2) - 1)).
const WITHIN_TWO: f64 = 0.879_625_661_034_239_8;

impl Default for Scaled {
    fn default() -> Scaled {
        Scaled { gain: 1.0, n: Count::Inputs, distribution: Distribution::Normal }
    }
}

impl Scaled {
    /// Normal with Var(W) = 1/n, n inputs.
    pub fn new() -> Scaled {
        Scaled::default()
    }

    /// Sets the gain: a number, or a [`Gain`](super::Gain).
    #[must_use]
    pub fn gain(self, gain: impl Into<f64>) -> Scaled {
        Scaled { gain: gain.into(), ..self }
    }

    /// n is the number of outputs of an input, which keeps the scale of gradients on their way back.
    #[must_use]
    pub fn fan_out(self) -> Scaled {
        Scaled { n: Count::Outputs, ..self }
    }

    /// n is the mean of both numbers.
    #[must_use]
    pub fn fan_mean(self) -> Scaled {
        Scaled { n: Count::Mean, ..self }
    }

    /// Uniform, on ±gain·√(3/n).
    #[must_use]
    pub fn uniform(self) -> Scaled {
        Scaled { distribution: Distribution::Uniform, ..self }
    }

    /// Normal within two standard deviations, those widened by 1/0.8796 so that the variance is as stated: what Keras calls
    /// `he_normal`, `lecun_normal` and `glorot_normal`.
    #[must_use]
    pub fn truncated(self) -> Scaled {
        Scaled { distribution: Distribution::Truncated, ..self }
    }
}

impl Initializer for Scaled {
    fn fill(&self, _: &Shape, fan: Fan, random: &mut dyn Rng, out: &mut [f64]) {
        let (inputs, outputs) = (fan.inputs as f64, fan.outputs as f64);
        let n = match self.n {
            Count::Inputs => inputs,
            Count::Outputs => outputs,
            Count::Mean => 0.5 * (inputs + outputs),
        };
        let deviation = self.gain / n.max(1.0).sqrt();
        match self.distribution {
            Distribution::Normal => draw::normal(0.0, deviation, random, out),
            Distribution::Uniform => {
                // Var of the uniform distribution on ±a is a²/3.
                let bound = 3f64.sqrt() * deviation.abs();
                draw::uniform(-bound, bound, random, out);
            }
            Distribution::Truncated => {
                let whole = deviation.abs() / WITHIN_TWO;
                draw::truncated(0.0, whole, [-2.0 * whole, 2.0 * whole], random, out);
            }
        }
    }

    fn check(&self, _: &Shape) -> Result<(), String> {
        let is_good = self.gain > 0.0 && self.gain.is_finite();
        if is_good { Ok(()) } else { Err(format!("gain {} is not a finite number > 0", self.gain)) }
    }
}
