//! Layers one after the other.

use std::sync::Arc;

use nn_core::{BindError, Builder, Layer, Value};

/// Layers one after the other; itself a layer, so blocks nest. Parameters are named as in PyTorch: `"0.weight"`.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::{Dense, Relu, Sequential};
/// let net = Sequential::new().push(Dense::new(16)).push(Relu).push(Dense::new(3));
/// let model: Model<f32> = net.init([4], 0)?;
/// let names: Vec<_> = model.network().theta_layout().entries().iter().map(|e| e.name.as_str()).collect();
/// assert_eq!(names, ["0.weight", "0.bias", "2.weight", "2.bias"]);
/// # Ok::<(), nn_core::BindError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Sequential {
    layers: Vec<(Option<String>, Arc<dyn Layer>)>,
}

impl Sequential {
    /// No layers yet: the identity.
    pub fn new() -> Sequential {
        Sequential::default()
    }

    /// Adds a layer at the end, and returns the network: in a loop say `net = net.push(..)`.
    #[doc(alias = "add")]
    #[must_use]
    pub fn push(mut self, layer: impl Layer + 'static) -> Sequential {
        self.layers.push((None, Arc::new(layer)));
        self
    }

    /// Adds a layer at the end whose parameters' names begin with `name` instead of its position, as those of a PyTorch module
    /// with attributes do. A name that was there before is an error of `bind` where the parameters' names meet.
    ///
    /// ```
    /// use nn_core::{Layer, Model};
    /// use nn_layers::{Dense, Relu, Sequential};
    /// let net = Sequential::new().push_named("fc1", Dense::new(16)).push(Relu).push_named("fc2", Dense::new(3));
    /// let model: Model<f32> = net.init([4], 0)?;
    /// assert!(model.parameter("fc1.weight").is_some() && model.parameter("fc2.bias").is_some());
    /// # Ok::<(), nn_core::BindError>(())
    /// ```
    #[must_use]
    pub fn push_named(mut self, name: impl Into<String>, layer: impl Layer + 'static) -> Sequential {
        self.layers.push((Some(name.into()), Arc::new(layer)));
        self
    }
}

impl Layer for Sequential {
    fn build(&self, net: &mut Builder, x: Value) -> Result<Value, BindError> {
        self.layers.iter().enumerate().try_fold(x, |x, (i, (name, layer))| {
            let position = i.to_string();
            net.child(name.as_ref().unwrap_or(&position), &**layer, x)
        })
    }
}

#[cfg(test)]
use crate::{Dense, Dropout, Relu};
#[cfg(test)]
nn_check::suite!(
    Sequential::new()
        .push(Dense::new(6))
        .push(Relu)
        .push(Sequential::new().push(Dropout::new(0.3).unwrap()).push(Dense::new(4)))
        .push(Dense::new(2)),
    input: [5], batch: 4, refuses: [&[]]
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_layers_are_the_identity() {
        let model: nn_core::Model<f64> = Sequential::new().init([2], 0).unwrap();
        let x = tensor_ops::Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
        assert_eq!(model.predict(&x).unwrap(), x);
    }

    #[test]
    fn an_error_names_the_layer_by_its_path() {
        let inner = Sequential::new().push(Relu).push(crate::Conv2d::new(2, [3, 3]));
        let error = Sequential::new().push(Dense::new(6)).push(inner).bind([5]).unwrap_err().to_string();
        assert!(error.starts_with("layers.1.1 (Conv2d): ") && error.contains("[m, 6]"), "{error}");
    }
}
