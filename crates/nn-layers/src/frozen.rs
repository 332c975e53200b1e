//! Parameters that do not learn.

use std::sync::Arc;

use nn_core::{BindError, Builder, Layer, Value};

/// A layer whose parameters stay as they are: a pretrained part below a new one.
///
/// They are part of the model's state instead of θ, under the same names. So no gradient of theirs is computed or clipped, and no
/// optimizer can move them, whatever it decays or remembers. The gradient with respect to the layer's input is computed where
/// something before it learns. What the layer observes it goes on observing, as in PyTorch with `requires_grad = False`.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::{Dense, Frozen, Relu, Sequential};
/// let body = || Sequential::new().push(Dense::new(8)).push(Relu);
/// let net = Sequential::new().push(Frozen::new(body())).push(Dense::new(2));
/// let model: Model<f32> = net.init([4], 0)?;
/// assert_eq!(model.theta().len(), 8 * 2 + 2); // the last layer alone learns
/// assert!(model.parameter("0.0.weight").is_some());
/// // It starts as it would if it learnt.
/// let learning: Model<f32> = Sequential::new().push(body()).push(Dense::new(2)).init([4], 0)?;
/// assert_eq!(model.parameter("0.0.weight"), learning.parameter("0.0.weight"));
/// # Ok::<(), nn_core::BindError>(())
/// ```
#[doc(alias = "requires_grad")]
#[doc(alias = "trainable")]
#[derive(Debug, Clone)]
pub struct Frozen {
    layer: Arc<dyn Layer>,
}

impl Frozen {
    /// `layer`, as it is.
    pub fn new(layer: impl Layer + 'static) -> Frozen {
        Frozen { layer: Arc::new(layer) }
    }
}

impl Layer for Frozen {
    fn build(&self, net: &mut Builder, x: Value) -> Result<Value, BindError> {
        net.frozen(&*self.layer, x)
    }
}

#[cfg(test)]
use crate::{BatchNorm, Dense, Relu, Sequential, Shared, Tanh};
#[cfg(test)]
nn_check::suite!(
    Sequential::new()
        .push(Dense::new(4))
        .push(Frozen::new(Sequential::new().push(BatchNorm::new()).push(Dense::new(3)).push(Tanh)))
        .push(Dense::new(2)),
    input: [3], batch: 5, refuses: [&[]]
);
#[cfg(test)]
nn_check::suite!(
    all_of_it: Frozen::new(Sequential::new().push(Shared::new("a", Dense::new(3))).push(Relu).push(Shared::new("a", Dense::new(3)))),
    input: [3], batch: 2
);

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::{Batch, Context, Model, Rows, Target};

    /// Frozen or not, a step is the same for everything else.
    #[test]
    fn the_others_learn_as_before() {
        let net = |frozen: bool| {
            let middle = Sequential::new().push(Dense::new(4)).push(Tanh);
            let net = Sequential::new().push(Dense::new(4)).push(Relu);
            let net = if frozen { net.push(Frozen::new(middle)) } else { net.push(middle) };
            net.push(Dense::new(1))
        };
        let (x, t) = ([0.5, -1.0, 2.0, 1.0], [1.0, -1.0]);
        let batch = Batch::new(Rows::new(&x, [2]).unwrap(), Target::Values(Rows::new(&t, [1]).unwrap()));
        let step = |frozen: bool| {
            let mut model: Model<f64> = net(frozen).init([2], 3).unwrap();
            let before = model.parameter("2.0.weight").unwrap().1.to_vec();
            let mut ws = model.workspace(2).unwrap();
            let loss = crate::MeanSquaredError::new();
            model.step(batch.as_ref().unwrap(), &loss, &Context::training(0, 0), &mut ws, &mut [], &|part| {
                // Decay moves everything that an update sees.
                part.theta.iter_mut().zip(part.gradient).for_each(|(theta, g)| *theta = 0.9 * *theta - *g);
            });
            (before, model)
        };
        let ((before, frozen), (_, learning)) = (step(true), step(false));
        assert_eq!(frozen.parameter("2.0.weight").unwrap().1, before);
        for name in ["0.weight", "0.bias", "3.weight", "3.bias"] {
            assert_eq!(frozen.parameter(name), learning.parameter(name), "{name}");
        }
        assert_ne!(learning.parameter("2.0.weight").unwrap().1, before);
    }
}
