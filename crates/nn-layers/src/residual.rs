//! The residual block.

use std::sync::Arc;

use nn_core::{BindError, BindErrorKind, Builder, Layer, Value};

use crate::Add;

/// y = x + body(x), for a body that keeps the shape.
///
/// Its parameters' names begin with `body.`. (He et al., "Deep residual learning for image recognition", 2016, eq. 1.)
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::{Dense, Relu, Residual, Sequential};
/// let block = Residual::new(Sequential::new().push(Dense::new(4)).push(Relu).push(Dense::new(4)));
/// let model: Model<f32> = block.init([4], 0)?;
/// assert!(model.parameter("body.2.weight").is_some());
/// # Ok::<(), nn_core::BindError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Residual {
    body: Arc<dyn Layer>,
}

impl Residual {
    /// The block around `body`.
    pub fn new(body: impl Layer + 'static) -> Residual {
        Residual { body: Arc::new(body) }
    }
}

impl Layer for Residual {
    fn build(&self, net: &mut Builder, x: Value) -> Result<Value, BindError> {
        let y = net.child("body", &*self.body, x)?;
        if net.shape(x) != net.shape(y) {
            let what = format!(
                "the body makes samples of shape {} from this, expected the same shape",
                net.shape(y)
            );
            return Err(net.refuse("Residual", &[x], BindErrorKind::Setting { what }));
        }
        net.apply(Add, &[x, y])
    }
}

#[cfg(test)]
use crate::{BatchNorm, Dense, Sequential, Tanh};
#[cfg(test)]
nn_check::suite!(
    Sequential::new()
        .push(Dense::new(3))
        .push(Residual::new(Sequential::new().push(Dense::new(4)).push(Tanh).push(Dense::new(3))))
        .push(Residual::new(Residual::new(Dense::new(3)))),
    input: [5], batch: 4, refuses: [&[]]
);
// A layer that mixes samples, inside a block: a barrier in the middle of a branch.
#[cfg(test)]
nn_check::suite!(
    around_a_batch_norm: Residual::new(Sequential::new().push(Dense::new(3)).push(BatchNorm::new()).push(Tanh)),
    input: [3], batch: 5, refuses: [&[4]]
);
