//! Nothing.

use nn_core::{BindError, Builder, Layer, Value};

/// y = x: for a place that wants a layer, such as a branch that goes straight on. It has no arithmetic and costs nothing: its output
/// is its input, so it has no place of its own in a network's list.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::{Dense, Identity, Sequential};
/// let model: Model<f32> = Sequential::new().push(Identity).push(Dense::new(1)).init([3], 0)?;
/// assert!(model.parameter("1.weight").is_some());
/// assert_eq!(model.network().nodes().len(), 1);
/// # Ok::<(), nn_core::BindError>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Identity;

impl Layer for Identity {
    fn build(&self, _: &mut Builder, x: Value) -> Result<Value, BindError> {
        Ok(x)
    }
}

#[cfg(test)]
nn_check::suite!(Identity, input: [2, 3], batch: 4);
#[cfg(test)]
nn_check::suite!(
    in_company: crate::Sequential::new().push(Identity).push(crate::Residual::new(Identity)).push(crate::Tanh),
    input: [3], batch: 4
);
