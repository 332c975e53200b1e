//! `Debug` of what holds many numbers: what it is and how large, never the numbers.

use std::fmt::{self, Debug, Formatter};

use crate::error::{batched, place};
use crate::{Model, Network, Predictor, Workspace};

/// The layers, the shape of a sample before and behind them, and how many numbers there are.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::{Dense, Relu, Sequential};
/// let model: Model<f32> = Sequential::new().push(Dense::new(8)).push(Relu).push(Dense::new(2)).init([4], 0)?;
/// assert_eq!(
///     format!("{model:?}"),
///     r#"Model<f32> { network: Network { input: "[m, 4]", layers: ["layers.0 (Dense)", "layers.1 (Relu)", "layers.2 (Dense)"], output: "[m, 2]", parameters: 58, observed: 0 } }"#
/// );
/// # Ok::<(), nn_core::BindError>(())
/// ```
impl<T> Debug for Model<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let name = format!("Model<{}>", std::any::type_name::<T>());
        f.debug_struct(&name).field("network", &self.network).finish()
    }
}

impl Debug for Network {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let layers: Vec<String> = self.nodes.iter().map(|node| place(&node.path, node.name)).collect();
        f.debug_struct("Network")
            .field("input", &batched(self.input_shape()))
            .field("layers", &layers)
            .field("output", &batched(self.output_shape()))
            .field("parameters", &self.theta.len())
            .field("observed", &self.state.len())
            .finish()
    }
}

impl<T> Debug for Workspace<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workspace")
            .field("capacity", &self.capacity)
            .field("trains", &self.trains)
            .finish_non_exhaustive()
    }
}

impl<T> Debug for Predictor<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Predictor")
            .field("model", &self.model)
            .field("workspace", &self.ws)
            .finish_non_exhaustive()
    }
}
