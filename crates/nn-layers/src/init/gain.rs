//! What an activation does to the scale of a signal.

/// The gains of PyTorch's `calculate_gain`, for [`Scaled`](super::Scaled) and [`Orthogonal`](super::Orthogonal).
///
/// ```
/// use nn_layers::init::Gain;
/// assert_eq!(Gain::LeakyRelu(0.0).value(), Gain::Relu.value());
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Gain {
    /// 1.
    Linear,
    /// 1.
    Sigmoid,
    /// 5/3.
    Tanh,
    /// √2.
    Relu,
    /// √(2/(1 + slope²)).
    LeakyRelu(f64),
    /// 3/4, which trades some self-normalisation for a steadier gradient.
    Selu,
}

impl Gain {
    /// The number.
    pub fn value(self) -> f64 {
        match self {
            Gain::Linear | Gain::Sigmoid => 1.0,
            Gain::Tanh => 5.0 / 3.0,
            Gain::Relu => std::f64::consts::SQRT_2,
            Gain::LeakyRelu(slope) => (2.0 / (1.0 + slope * slope)).sqrt(),
            Gain::Selu => 0.75,
        }
    }
}

impl From<Gain> for f64 {
    fn from(gain: Gain) -> f64 {
        gain.value()
    }
}
