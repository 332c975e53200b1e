//! The gradients of a model: of every parameter, and of its input.

use nn_core::{Batch, InputGradient, Loss, Model, Scalar, Workspace};
use tensor_ops::random::Stream;

use crate::layer::{left_out, rows};
use crate::samples::Samples;
use crate::sides::{Gradients, Own2, Sides};
use crate::{Check, CheckError, Missing, Report};

/// Compares the gradients of a model, dx of its input and dθ of every parameter, with numerical ones, tensor by tensor, in training
/// mode. Whatever the model's scalar type, the check runs in f64; dropout keeps its mask while x and θ move.
///
/// No loss is needed: what is differentiated is J = Σ wᵢ yᵢ of all outputs, with fixed random weights w. So the targets of the batch, and its
/// weights, are not looked at. With a loss behind, see [`model_with_loss`].
///
/// Elements that lie on a kink are left out and counted, and too many of them fail the report: a bias of 0 under a ReLU,
/// with a sample of zeros, is an example. Then move θ or the samples a little, or train for some steps first. Where it is the input that
/// lies on kinks, as equal pixels under a max-pool do, the samples are moved for its part by up to a hundredth of their size.
///
/// The cost is some four forward passes for each element, divided among the threads: use a small batch. Of more than 5,000 elements, of
/// the input or of θ, a thousand are looked at, of each tensor some, and random directions tell of the others; [`Check::all`] looks at every
/// one. An input of indices, as an embedding takes them, has no gradient and is left out.
///
/// # Errors
/// [`CheckError`] where the batch does not fit the model.
///
/// ```
/// use nn_core::{Batch, Layer, Model, Rows, Target};
/// use nn_layers::{Dense, Sequential, Tanh};
/// let model: Model<f32> = Sequential::new().push(Dense::new(3)).push(Tanh).init([2], 0)?;
/// let batch = Batch::new(Rows::new(&[0.5, -1.0, 2.0, 0.1], [2])?, Target::Classes(&[2, 0]))?;
/// let report = nn_check::model(&model, &batch)?;
/// report.assert(); // panics with a table where a gradient is wrong
/// let names: Vec<_> = report.tensors().iter().map(|t| t.name.as_str()).collect();
/// assert_eq!(names, ["input", "0.weight", "0.bias"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn model<T: Scalar>(model: &Model<T>, batch: &Batch<'_, T>) -> Result<Report, CheckError> {
    Check::new().model(model, batch)
}

/// As [`model`](crate::model()), with J the loss of the model on the batch: what training descends.
///
/// # Errors
/// [`CheckError`] where the batch does not fit the model or the loss.
///
/// ```
/// use nn_core::{Batch, Layer, Model, Rows, Target};
/// use nn_layers::{Dense, SoftmaxCrossEntropy};
/// let model: Model<f32> = Dense::new(3).init([2], 0)?;
/// let batch = Batch::new(Rows::new(&[0.5, -1.0, 2.0, 0.1], [2])?, Target::Classes(&[2, 0]))?;
/// let report = nn_check::model_with_loss(&model, &SoftmaxCrossEntropy::new(), &batch)?;
/// report.assert();
/// assert!(report.distance() < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn model_with_loss<T: Scalar>(
    model: &Model<T>,
    loss: &dyn Loss<f64>,
    batch: &Batch<'_, T>,
) -> Result<Report, CheckError> {
    Check::new().model_with_loss(model, loss, batch)
}

impl Check {
    /// As [`model`](crate::model()), in the mode of [`Check::context`]; the weights of the outputs are drawn from [`Check::seed`].
    ///
    /// # Errors
    /// As [`model`](crate::model()).
    pub fn model<T: Scalar>(&self, model: &Model<T>, batch: &Batch<'_, T>) -> Result<Report, CheckError> {
        let model = model.cast::<f64>();
        let (network, theta, state) = (model.network(), model.theta(), model.state());
        let numbers = Samples::new(batch);
        let wide = numbers.batch()?;
        let (cx, samples, shape) = (self.context, wide.x.len(), *wide.x.shape());
        network.accepts(&wide.x, cx.mode)?;
        let mut weights = vec![0.0; samples * network.output_shape().size()];
        Stream::new(self.seed, Stream::key("weights of outputs"), 0).uniform(0, -1.0, 1.0, &mut weights);
        let ws = Workspace::training(network, samples)?;
        let y = network.forward(theta, state, wide.x, &cx, &mut ws.clone()).data().to_vec();
        let weighted = |y: &[f64], weights: &[f64]| y.iter().zip(weights).map(|(y, w)| y * w).sum();
        let make = |missing: Option<Missing>| -> Own2<'_> {
            let (mut ws, weights) = (ws.clone(), left_out(&weights, samples, missing));
            Box::new(move |x, theta| {
                let x = rows(x, shape);
                weighted(network.forward(theta, state, x, &cx, &mut ws).data(), &weights)
            })
        };
        let gradients = |x: &[f64], input: InputGradient| -> Gradients {
            let mut ws = ws.clone();
            // What is read before it is written, or added to instead of assigned, shows.
            ws.fill(f64::NAN);
            let x = rows(x, shape);
            network.forward(theta, state, x, &cx, &mut ws);
            ws.output_gradient_mut(network).copy_from_slice(&weights);
            network.backward(theta, state, x, &cx, &mut ws, input);
            Gradients::of(&ws, network)
        };
        // Terms may cancel in J, so its own size says too little about round-off.
        let scale = y.iter().zip(&weights).map(|(y, w)| (y * w).abs()).sum();
        Ok(self.sides(&Sides { network, theta, x: wide.x, scale, make: &make, gradients: &gradients }))
    }

    /// As [`model_with_loss`], in the mode of [`Check::context`].
    ///
    /// # Errors
    /// As [`model_with_loss`].
    pub fn model_with_loss<T: Scalar>(
        &self,
        model: &Model<T>,
        loss: &dyn Loss<f64>,
        batch: &Batch<'_, T>,
    ) -> Result<Report, CheckError> {
        let model = model.cast::<f64>();
        let (network, theta, state) = (model.network(), model.theta(), model.state());
        let numbers = Samples::new(batch);
        let wide = numbers.batch()?;
        let (cx, samples, shape) = (self.context, wide.x.len(), *wide.x.shape());
        network.accepts(&wide.x, cx.mode)?;
        loss.check_batch(network.output_shape(), &wide)?;
        let ws = Workspace::training(network, samples)?;
        let make = |missing: Option<Missing>| -> Own2<'_> {
            let mut ws = ws.clone();
            let weights = match (missing, &numbers.weights) {
                (None, weights) => weights.clone(),
                (_, Some(weights)) => Some(left_out(weights, samples, missing)),
                (_, None) => Some(left_out(&vec![1.0; samples], samples, missing)),
            };
            Box::new(move |x, theta| {
                let mut batch = wide;
                (batch.x, batch.weights) = (rows(x, shape), weights.as_deref());
                network.loss(theta, state, &batch, loss, &cx, &mut ws)
            })
        };
        let gradients = |x: &[f64], input: InputGradient| -> Gradients {
            let mut ws = ws.clone();
            ws.fill(f64::NAN);
            let mut batch = wide;
            batch.x = rows(x, shape);
            network.loss_and_gradient(theta, state, &batch, loss, &cx, &mut ws, input);
            Gradients::of(&ws, network)
        };
        let (x, scale) = (wide.x, 0.0);
        Ok(self.sides(&Sides { network, theta, x, scale, make: &make, gradients: &gradients }))
    }
}
