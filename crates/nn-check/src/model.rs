//! The gradient of a model's loss.

use nn_core::{Batch, Context, InputGradient, Loss, Mode, Model, Rows, Scalar, Target, Workspace};

use crate::{CheckError, Report, numeric};

/// Compares dθ of a model's loss on a batch, in training mode, with the numerical gradient, tensor by tensor. Whatever
/// the model's scalar type, the check runs in f64; dropout keeps its mask while θ moves.
///
/// Elements that lie on a kink are left out and counted, and too many of them fail the report: a bias of 0 under a ReLU,
/// with a sample of zeros, is an example. Then move θ or the samples a little, or train for some steps first.
///
/// The cost is some four forward passes for each element of θ: use a small batch.
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
    let mut wide = Batch::new(Rows::new(&x, *batch.x.shape())?, target)?;
    if let Some(weights) = &weights {
        wide = wide.weighted(weights)?;
    }
    network.accepts(&wide.x, Mode::Training)?;
    loss.check_batch(network.output_shape(), &wide)?;

    let cx = Context::training(0, 0);
    let (theta, state) = (model.theta(), model.state());
    let mut ws = Workspace::training(network, batch.x.len())?;
    network.loss_and_gradient(theta, state, &wide, loss, &cx, &mut ws, InputGradient::Skip);
    let analytic = ws.gradient().to_vec();
    let numeric =
        numeric::gradient(|theta| network.loss(theta, state, &wide, loss, &cx, &mut ws), theta, 0.0);

    let mut report = Report::default();
    for entry in network.theta_layout().entries() {
        let range = entry.range();
        report.add(&entry.name, entry.shape, &analytic[range.clone()], &numeric[range]);
    }
    Ok(report)
}
