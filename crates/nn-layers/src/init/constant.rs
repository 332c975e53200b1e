//! All elements equal.

use nn_core::{Fan, Initializer};
use rand::Rng;
use tensor_ops::Shape;

/// Every element starts as this number.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::{Dense, init::Constant};
/// let model: Model<f64> = Dense::new(1).init_weight(Constant(0.5)).init([2], 0)?;
/// assert_eq!(model.theta(), [0.5, 0.5, 0.0]);
/// # Ok::<(), nn_core::BindError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Constant(pub f64);

/// Every element starts as 0. Weights of a hidden layer must not: all its units would stay alike.
#[doc(alias = "zeros_")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Zeros;

/// Every element starts as 1.
#[doc(alias = "ones_")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ones;

impl Initializer for Constant {
    fn fill(&self, _: &Shape, _: Fan, _: &mut dyn Rng, out: &mut [f64]) {
        out.fill(self.0);
    }
}

impl Initializer for Zeros {
    fn fill(&self, _: &Shape, _: Fan, _: &mut dyn Rng, out: &mut [f64]) {
        out.fill(0.0);
    }
}

impl Initializer for Ones {
    fn fill(&self, _: &Shape, _: Fan, _: &mut dyn Rng, out: &mut [f64]) {
        out.fill(1.0);
    }
}
