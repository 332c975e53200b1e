//! The names that an optimizer goes by, from a model.

use nn_core::{Model, Scalar};
use nn_optim::Tensors;

/// The names and shapes of a model's parameters: what [`Groups`](nn_optim::Groups), [`Lamb`](nn_optim::Lamb),
/// [`Muon`](nn_optim::Muon) and [`clip_unit_norms`](nn_optim::clip_unit_norms) go by. `nn-optim` knows no model.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::{Dense, Relu, Sequential, SoftmaxCrossEntropy};
/// use nn_optim::{AdamW, Groups};
/// use nn_train::{Trainer, tensors_of};
/// let net = Sequential::new().push(Dense::new(16)).push(Relu).push(Dense::new(3));
/// let model: Model<f32> = net.init([4], 0)?;
/// let adamw = AdamW::new(0.001).weight_decay(0.01);
/// let groups = Groups::new(adamw, &tensors_of(&model)).group("*.bias", adamw.weight_decay(0.0))?; // no decay on biases
/// let trainer = Trainer::<_, _, f32>::new(groups, SoftmaxCrossEntropy::new());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn tensors_of<T: Scalar>(model: &Model<T>) -> Tensors {
    let entries = model.network().theta_layout().entries();
    let shapes = entries.iter().map(|entry| (entry.name.as_str(), entry.shape.as_slice()));
    Tensors::with_shapes(shapes).expect("a network has each name once")
}
