//! The default: what follows decides.

use nn_core::{Fan, Initializer};
use rand::Rng;
use tensor_ops::Shape;

use super::Scaled;

/// Normal with Var(W) = g²/n, n inputs, for a layer that goes straight into an operation of [gain](nn_core::Op::gain) g: He's 2/n
/// before a rectifier (ReLU, GELU, SiLU and their like; 2/(n(1 + slope²)) before a leaky one), and the course's 1/n before
/// anything else, such as tanh, sigmoid, SELU, a norm, another layer, or nothing.
///
/// The default of `Dense` and `Conv2d`. What follows is the next operation in the network, however blocks are nested.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::{Dense, Relu, Sequential, Tanh, init::LeCunNormal};
/// let weight = |net: Sequential| -> Result<f64, nn_core::BindError> {
///     let model: Model<f64> = net.init([4], 0)?;
///     Ok(model.theta()[0])
/// };
/// let dense = || Sequential::new().push(Dense::new(2));
/// let before_tanh = weight(dense().push(Tanh))?;
/// assert_eq!(before_tanh, weight(dense())?);
/// assert!((weight(dense().push(Relu))? / before_tanh - 2f64.sqrt()).abs() < 1e-12);
/// // A rule that is chosen does not look at what follows.
/// let chosen = Sequential::new().push(Dense::new(2).init_weight(LeCunNormal)).push(Relu);
/// assert_eq!(weight(chosen)?, before_tanh);
/// # Ok::<(), nn_core::BindError>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct FitNext;

impl Initializer for FitNext {
    fn fill(&self, shape: &Shape, fan: Fan, random: &mut dyn Rng, out: &mut [f64]) {
        self.fill_before(1.0, shape, fan, random, out);
    }

    fn fill_before(&self, gain: f64, shape: &Shape, fan: Fan, random: &mut dyn Rng, out: &mut [f64]) {
        Scaled::new().gain(gain).fill(shape, fan, random, out);
    }
}
