//! What a user stacks: a description that can be built into a network.

use std::fmt::Debug;
use std::sync::Arc;

use tensor_ops::Shape;

use crate::{BindError, Builder, Kernel, Model, Network, Op, Scalar, Value};

/// A description of a network or a part of one.
///
/// An operation with arithmetic of its own implements [`Op`] and [`Kernel`] and is a layer by that. A block made of
/// other layers implements this trait: it has no arithmetic, it says how its parts are wired. A residual block reads
///
/// ```
/// use nn_core::{BindError, Builder, Layer, Network, Value};
/// use nn_layers::{Add, Dense};
///
/// #[derive(Debug)]
/// struct Block {
///     body: Dense,
/// }
///
/// impl Layer for Block {
///     fn build(&self, net: &mut Builder, x: Value) -> Result<Value, BindError> {
///         let y = net.child("body", &self.body, x)?;
///         net.apply(Add, &[x, y])
///     }
/// }
/// assert!(Block { body: Dense::new(4) }.bind([4]).is_ok());
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no layer",
    label = "not a layer",
    note = "is a `?` or an `.unwrap()` missing? some layers are made by a `new` that returns a `Result`, such as `Dropout::new(0.5)?`",
    note = "a layer of your own implements `Op`, `Kernel<f32>` and `Kernel<f64>` (or `impl<T: Real> Kernel<T>`) and `Clone`: docs/custom-layer.md"
)]
pub trait Layer: Debug + Send + Sync {
    /// Adds this layer to a network, fed by `x`, and returns its output.
    ///
    /// # Errors
    /// Shapes that do not fit, with the path of the layer.
    fn build(&self, net: &mut Builder, x: Value) -> Result<Value, BindError>;

    /// Checks every shape and lays out θ, for samples of shape `input`.
    ///
    /// # Errors
    /// Shapes that do not fit, with the path of the layer, and samples without elements.
    fn bind(&self, input: impl Into<Shape>) -> Result<Network, BindError>
    where
        Self: Sized,
    {
        Network::bind(self, input.into())
    }

    /// Binds, and draws the first θ: a function of the seed and the parameters' names alone.
    ///
    /// # Errors
    /// As [`Layer::bind`], and as [`Model::init`].
    fn init<T: Scalar>(&self, input: impl Into<Shape>, seed: u64) -> Result<Model<T>, BindError>
    where
        Self: Sized,
    {
        Model::init(self.bind(input)?, seed)
    }
}

/// A layer that was chosen at run time is a layer.
impl Layer for Box<dyn Layer> {
    fn build(&self, net: &mut Builder, x: Value) -> Result<Value, BindError> {
        (**self).build(net, x)
    }
}

/// A layer that several networks share is a layer.
impl Layer for Arc<dyn Layer> {
    fn build(&self, net: &mut Builder, x: Value) -> Result<Value, BindError> {
        (**self).build(net, x)
    }
}

impl<K: Op + Kernel<f32> + Kernel<f64> + Clone> Layer for K {
    fn build(&self, net: &mut Builder, x: Value) -> Result<Value, BindError> {
        net.apply(self.clone(), &[x])
    }
}
