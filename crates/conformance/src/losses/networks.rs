//! Small networks with their loss, end to end.

use nn_core::{Batch, Context, InputGradient, Layer, Loss, Rows, Target, Workspace};
use nn_layers::{Dense, SoftmaxCrossEntropy};
use tensor_ops::{Shape, Tensor};

use super::Answers;
use super::classes::class;
use crate::case::{Answer, Case};
use crate::run::Operations;

pub(super) const OPERATIONS: Operations = &[("SoftmaxRegression", softmax_regression)];

/// The cross-entropy of x Wᵀ + b in the mean, and the gradients of x, W and b.
fn softmax_regression(case: &Case) -> Answers {
    let x = &case.input("x", "input")?.tensor;
    let rows = Rows::of_tensor(x)?;
    let bias = &case.input("bias", "param")?.tensor;
    let network = Dense::new(bias.shape().size()).bind(*rows.shape())?;
    let mut theta = Vec::new();
    for entry in network.theta_layout().entries() {
        theta.extend_from_slice(case.input_of_shape(&entry.name, "param", &entry.shape)?.as_slice());
    }
    let labels = case.input_of_shape("target", "target", &Shape::new(&[rows.len()])?)?;
    let classes: Vec<usize> = labels.as_slice().iter().map(|label| class(*label as i64, None)).collect();
    let batch = Batch::new(rows, Target::Classes(&classes))?;
    let loss = SoftmaxCrossEntropy::new();
    loss.check_batch(network.output_shape(), &batch)?;

    let (cx, mut ws) = (Context::training(0, 0), Workspace::training(&network, rows.len())?);
    let wanted = InputGradient::Compute;
    let value = network.loss_and_gradient(&theta, &[], &batch, &loss, &cx, &mut ws, wanted);
    let dx = ws.input_gradient(&network).expect("asked for").data().to_vec();
    let mut answers = vec![
        Answer::output("loss", Tensor::from(value)),
        Answer::gradient("x", Tensor::new(*x.shape(), dx)?),
    ];
    for entry in network.theta_layout().entries() {
        let gradient = Tensor::new(entry.shape, ws.gradient()[entry.range()].to_vec())?;
        answers.push(Answer::gradient(&entry.name, gradient));
    }
    Ok(answers)
}
