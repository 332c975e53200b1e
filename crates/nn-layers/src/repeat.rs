//! The same description several times.

use std::sync::Arc;

use nn_core::{BindError, Builder, Layer, Value};

/// A layer this many times, one after the other, each with parameters of its own: `"0.weight"`, `"1.weight"`. Where all are to
/// use the same parameters, repeat a [`Shared`](crate::Shared) layer.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::{Dense, Repeat, Sequential, Shared, Tanh};
/// let block = || Sequential::new().push(Dense::new(4)).push(Tanh);
/// let deep: Model<f32> = Repeat::new(3, block()).init([4], 0)?;
/// assert_eq!(deep.theta().len(), 3 * (4 * 4 + 4));
/// let recurrent: Model<f32> = Repeat::new(3, Shared::new("cell", block())).init([4], 0)?;
/// assert_eq!(recurrent.theta().len(), 4 * 4 + 4);
/// # Ok::<(), nn_core::BindError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Repeat {
    times: usize,
    layer: Arc<dyn Layer>,
}

impl Repeat {
    /// `layer` `times` times; 0 times is the identity.
    pub fn new(times: usize, layer: impl Layer + 'static) -> Repeat {
        Repeat { times, layer: Arc::new(layer) }
    }
}

impl Layer for Repeat {
    fn build(&self, net: &mut Builder, x: Value) -> Result<Value, BindError> {
        (0..self.times).try_fold(x, |x, i| net.child(&i.to_string(), &*self.layer, x))
    }
}

#[cfg(test)]
use crate::{Dense, Sequential, Tanh};
#[cfg(test)]
nn_check::suite!(Repeat::new(3, Sequential::new().push(Dense::new(4)).push(Tanh)), input: [3], batch: 4, refuses: [&[]]);
