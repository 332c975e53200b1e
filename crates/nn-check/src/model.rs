//! The gradient of a model's loss.

use nn_core::{Batch, Context, InputGradient, Loss, Model, Rows, Scalar, Target, Workspace};

use crate::{Report, numeric};

/// Compares dθ of a model's loss on a batch, in training mode, with the numerical gradient, tensor by tensor. Whatever
/// the model's scalar type, the check runs in f64; dropout keeps its mask while θ moves.
///
/// The cost is some four forward passes for each element of θ: use a small batch.
///
/// # Panics
/// Where the batch does not fit the model or the loss.
pub fn model<T: Scalar>(model: &Model<T>, loss: &impl Loss<f64>, batch: &Batch<'_, T>) -> Report {
    let model = model.cast::<f64>();
    let network = model.network();
    let cast = |x: &[T]| -> Vec<f64> { x.iter().map(|x| x.to_f64()).collect() };
    let x = cast(batch.x.data());
    let values;
    let target = match batch.target {
        Target::Classes(classes) => Target::Classes(classes),
        Target::Values(rows) => {
            values = cast(rows.data());
            Target::Values(rows_of(&values, rows.shape()))
        }
        _ => panic!("a kind of target that this check does not know"),
    };
    let weights = batch.weights.map(cast);
    let fits = "a batch of the same shapes in f64";
    let mut wide = Batch::new(rows_of(&x, batch.x.shape()), target).expect(fits);
    if let Some(weights) = &weights {
        wide = wide.weighted(weights).expect(fits);
    }

    let cx = Context::training(0, 0);
    let (theta, state) = (model.theta(), model.state());
    let mut ws = Workspace::training(network, batch.x.len()).expect("a workspace for the batch");
    network.loss_and_gradient(theta, state, &wide, loss, &cx, &mut ws, InputGradient::Skip);
    let analytic = ws.gradient().to_vec();
    let numeric =
        numeric::gradient(|theta| network.loss(theta, state, &wide, loss, &cx, &mut ws), theta, 0.0);

    let mut report = Report::default();
    for entry in network.theta_layout().entries() {
        let range = entry.range();
        report.add(&entry.name, entry.shape, &analytic[range.clone()], &numeric[range]);
    }
    report
}

fn rows_of<'a>(data: &'a [f64], shape: &tensor_ops::Shape) -> Rows<'a, f64> {
    Rows::new(data, *shape).expect("rows of the same shape")
}
