//! The gradient of a model's loss.

use nn_core::{Batch, InputGradient, Loss, Model, Rows, Scalar, Target, Workspace};

use crate::function::{Function, Own};
use crate::layer::left_out;
use crate::run::{Part, Task};
use crate::{Check, CheckError, Missing, Report};

/// Compares dθ of a model's loss on a batch, in training mode, with the numerical gradient, tensor by tensor. Whatever
/// the model's scalar type, the check runs in f64; dropout keeps its mask while θ moves.
///
/// Elements that lie on a kink are left out and counted, and too many of them fail the report: a bias of 0 under a ReLU,
/// with a sample of zeros, is an example. Then move θ or the samples a little, or train for some steps first.
///
/// The cost is some four forward passes for each element of θ, divided among the threads: use a small batch. Of more than 5,000 elements
/// a thousand are looked at, of each tensor some, and random directions tell of the others; [`Check::all`] looks at every one.
///
/// # Errors
/// [`CheckError`] where the batch does not fit the model or the loss.
///
/// ```
/// use nn_core::{Batch, Layer, Model, Rows, Target};
/// use nn_layers::{Dense, SoftmaxCrossEntropy};
/// let model: Model<f32> = Dense::new(3).init([2], 0)?;
/// let batch = Batch::new(Rows::new(&[0.5, -1.0, 2.0, 0.1], [2])?, Target::Classes(&[2, 0]))?;
/// let report = nn_check::model(&model, &SoftmaxCrossEntropy::new(), &batch)?;
/// report.assert(); // panics with a table where the gradient is wrong
/// assert!(report.distance() < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn model<T: Scalar>(
    model: &Model<T>,
    loss: &dyn Loss<f64>,
    batch: &Batch<'_, T>,
) -> Result<Report, CheckError> {
    Check::new().model(model, loss, batch)
}

impl Check {
    /// As [`model`](crate::model()).
    ///
    /// # Errors
    /// [`CheckError`] where the batch does not fit the model or the loss.
    pub fn model<T: Scalar>(
        &self,
        model: &Model<T>,
        loss: &dyn Loss<f64>,
        batch: &Batch<'_, T>,
    ) -> Result<Report, CheckError> {
        let model = model.cast::<f64>();
        let network = model.network();
        let cast = |x: &[T]| -> Vec<f64> { x.iter().map(|x| x.to_f64()).collect() };
        let x = cast(batch.x.data());
        let values;
        let target = match batch.target {
            Target::Classes(classes) => Target::Classes(classes),
            Target::Values(rows) => {
                values = cast(rows.data());
                Target::Values(Rows::new(&values, *rows.shape())?)
            }
            _ => unreachable!("targets are classes or values"),
        };
        let weights = batch.weights.map(cast);
        let plain = Batch::new(Rows::new(&x, *batch.x.shape())?, target)?;
        let wide = match &weights {
            Some(weights) => plain.weighted(weights)?,
            None => plain,
        };
        let cx = self.context;
        network.accepts(&wide.x, cx.mode)?;
        loss.check_batch(network.output_shape(), &wide)?;

        let (samples, state) = (batch.x.len(), model.state());
        let mut ws = Workspace::training(network, samples)?;
        network.loss_and_gradient(model.theta(), state, &wide, loss, &cx, &mut ws, InputGradient::Skip);
        let task = Task {
            point: model.theta(),
            parts: Part::of_theta(network, 0),
            analytic: ws.gradient(),
            scale: 0.0,
            samples: Some(samples),
        };
        let make = |missing: Option<Missing>| -> Own<'_> {
            let mut ws = ws.clone();
            let weights = match (missing, &weights) {
                (None, weights) => weights.clone(),
                (_, Some(weights)) => Some(left_out(weights, samples, missing)),
                (_, None) => Some(left_out(&vec![1.0; samples], samples, missing)),
            };
            Box::new(move |theta| {
                let mut batch = plain;
                batch.weights = weights.as_deref();
                network.loss(theta, state, &batch, loss, &cx, &mut ws)
            })
        };
        Ok(self.run(&task, Function::Many(&make)))
    }
}
