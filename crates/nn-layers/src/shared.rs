//! One set of parameters in several places.

use std::sync::Arc;

use nn_core::{BindError, Builder, Layer, Value};

/// A layer whose parameters are known by a name of their own, wherever it stands: all places with this name use the same ones. The
/// gradient is the sum over the places; what is observed (a running mean) is observed in each, one after the other.
///
/// The layers of one name must be alike: parameters of the same shapes, in the same order. Names are those of the whole network, so
/// choose one that no layer has by its position.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::{Dense, Parallel, Sequential, Shared, Tanh};
/// let net = Parallel::concat(-1)
///     .push(Shared::new("encoder", Dense::new(4)))
///     .push(Sequential::new().push(Tanh).push(Shared::new("encoder", Dense::new(4))));
/// let model: Model<f32> = net.init([3], 0)?;
/// let names: Vec<_> = model.network().theta_layout().entries().iter().map(|e| e.name.as_str()).collect();
/// assert_eq!(names, ["encoder.weight", "encoder.bias"]);
/// # Ok::<(), nn_core::BindError>(())
/// ```
#[doc(alias = "weight tying")]
#[derive(Debug, Clone)]
pub struct Shared {
    name: String,
    layer: Arc<dyn Layer>,
}

impl Shared {
    /// `layer` with the parameters that are called `name`.
    pub fn new(name: impl Into<String>, layer: impl Layer + 'static) -> Shared {
        Shared { name: name.into(), layer: Arc::new(layer) }
    }
}

impl Layer for Shared {
    fn build(&self, net: &mut Builder, x: Value) -> Result<Value, BindError> {
        net.shared(&self.name, &*self.layer, x)
    }
}

#[cfg(test)]
use crate::{BatchNorm, Conv2d, Dense, Padding, Repeat, Sequential, Tanh};
// Four uses, two of them of the sum of the others.
#[cfg(test)]
nn_check::suite!(
    Repeat::new(2, Sequential::new().push(Shared::new("a", Dense::new(3))).push(Tanh).push(Shared::new("a", Dense::new(3)))),
    input: [3], batch: 4, refuses: [&[]]
);
#[cfg(test)]
nn_check::suite!(
    of_a_kernel_with_scratch: Repeat::new(3, Shared::new("c", Conv2d::new(2, [3, 3]).padding(Padding::Same))),
    input: [2, 4, 4], batch: 2
);
#[cfg(test)]
nn_check::suite!(
    that_observes: Repeat::new(2, Shared::new("n", Sequential::new().push(Dense::new(3)).push(BatchNorm::new()))),
    input: [3], batch: 5
);

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::BindErrorKind;

    fn refusal(first: impl Layer + 'static, second: impl Layer + 'static) -> String {
        Sequential::new().push(first).push(second).bind([3]).unwrap_err().to_string()
    }

    #[test]
    fn uses_that_are_not_alike_are_refused() {
        let shared = |layer: Dense| Shared::new("a", layer);
        let error = refusal(shared(Dense::new(3)), shared(Dense::new(4)));
        assert!(
            error.starts_with("layers.1 (Dense): \"a.weight\" is shared, and has shape [3, 3]"),
            "{error}"
        );
        let error = refusal(shared(Dense::new(3)), shared(Dense::new(3).without_bias()));
        assert!(error.contains("layers.0 (Dense), which uses them in another way"), "{error}");
        let error = refusal(shared(Dense::new(3).without_bias()), shared(Dense::new(3)));
        assert!(error.contains("some of its parameters"), "{error}");
        let error = refusal(crate::Frozen::new(shared(Dense::new(3))), shared(Dense::new(3)));
        assert!(error.contains("frozen in one place"), "{error}");
    }

    /// A name by position is not shared by accident, in either order, nor two of one name inside a part.
    #[test]
    fn only_what_says_so_is_shared() {
        for (a, b) in [("0", "x"), ("x", "1")] {
            let net =
                Sequential::new().push(Shared::new(b, Dense::new(3))).push(Shared::new(a, Dense::new(3)));
            assert!(net.bind([3]).is_ok());
        }
        let error = Sequential::new().push(Dense::new(3)).push(Shared::new("0", Dense::new(3))).bind([3]);
        assert!(matches!(error.unwrap_err().kind, BindErrorKind::DuplicateName { .. }));
        let error = Sequential::new().push(Shared::new("1", Dense::new(3))).push(Dense::new(3)).bind([3]);
        assert!(matches!(error.unwrap_err().kind, BindErrorKind::DuplicateName { .. }));
    }

    /// The same numbers as with copies, whose gradients are added by hand.
    #[test]
    fn the_gradient_is_the_sum_of_the_copies() {
        use nn_core::{Batch, Context, Model, Rows, Target};
        let x: Vec<f64> = (0..12).map(|i| f64::from(i) / 10.0).collect();
        let rows = Rows::new(&x, [3]).unwrap();
        let batch = Batch::new(rows, Target::Values(rows)).unwrap();
        let loss = crate::MeanSquaredError::new();
        let shared = Repeat::new(3, Shared::new("a", Dense::new(3)));
        let mut shared: Model<f64> = shared.init([3], 1).unwrap();
        let mut copies: Model<f64> = Repeat::new(3, Dense::new(3)).init([3], 1).unwrap();
        let n = shared.theta().len();
        copies.theta_mut().copy_from_slice(&shared.theta().repeat(3));
        let (mut a, mut b) = (shared.workspace(4).unwrap(), copies.workspace(4).unwrap());
        shared.loss_and_gradient(&batch, &loss, &Context::training(0, 0), &mut a);
        copies.loss_and_gradient(&batch, &loss, &Context::training(0, 0), &mut b);
        for i in 0..n {
            let sum = b.gradient()[i] + b.gradient()[n + i] + b.gradient()[2 * n + i];
            assert!((a.gradient()[i] - sum).abs() < 1e-12, "{i}");
        }
    }
}
