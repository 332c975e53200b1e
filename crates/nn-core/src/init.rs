//! How a parameter starts.

use std::fmt::Debug;

use rand::Rng;
use tensor_ops::Shape;

/// How many inputs feed an output, and how many outputs an input feeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs)]
pub struct Fan {
    /// Inputs per output (n in the course's Var(W) = 1/n).
    pub inputs: usize,
    /// Outputs per input.
    pub outputs: usize,
}

/// A rule for the first values of a parameter. Values are drawn in f64 and then rounded, so that a model in f32 and
/// the same model in f64 start alike.
pub trait Initializer: Debug + Send + Sync {
    /// Writes the values of a tensor of this shape. `random` depends on the seed and the parameter's name only.
    fn fill(&self, shape: &Shape, fan: Fan, random: &mut dyn Rng, out: &mut [f64]);
}
