//! Losses of outputs each of which is a yes or no of its own.

use nn_core::{Rows, Target};
use nn_layers::{BinaryCrossEntropy, MultiLabelSoftMargin, SigmoidCrossEntropy};
use tensor_ops::Shape;

use super::{Answers, Evaluation, answers, evaluate, of_values, reducing, rows};
use crate::case::{Case, Stop};
use crate::run::Operations;

pub(super) const OPERATIONS: Operations = &[
    ("BCELoss", binary_cross_entropy),
    ("BCEWithLogitsLoss", with_logits),
    ("MultiLabelSoftMarginLoss", multi_label_soft_margin),
];

/// A constant of the case, as PyTorch broadcasts it to the input.
fn broadcast(case: &Case, name: &str, shape: &Shape) -> Result<Option<Vec<f64>>, Stop> {
    match case.find(name, "const") {
        Some(entry) => Ok(Some(entry.tensor.broadcast_to(*shape)?.into_vec())),
        None => Ok(None),
    }
}

fn binary_cross_entropy(case: &Case) -> Answers {
    let weights = broadcast(case, "weight", case.input("input", "input")?.tensor.shape())?;
    of_values(case, &BinaryCrossEntropy::new().reduction(reducing(case)?), weights)
}

fn with_logits(case: &Case) -> Answers {
    let input = &case.input("input", "input")?.tensor;
    let target = case.input_of_shape("target", "target", input.shape())?;
    let weights = broadcast(case, "weight", input.shape())?;
    let mut loss = SigmoidCrossEntropy::new().reduction(reducing(case)?);
    if let Some(positive) = broadcast(case, "pos_weight", input.shape())? {
        loss = loss.positive_weights(positive);
    }
    // One sample: the positive weights may differ along any axis, and the mean is over all elements.
    let y = Rows::new(input.as_slice(), *input.shape())?;
    let target = Target::Values(Rows::new(target.as_slice(), *input.shape())?);
    let evaluation = Evaluation { loss: &loss, y, target, weights, terms: *input.shape() };
    let (value, gradient) = evaluate(case, evaluation)?;
    answers(value, input, gradient)
}

fn multi_label_soft_margin(case: &Case) -> Answers {
    let input = &case.input("input", "input")?.tensor;
    let target = &case.input("target", "target")?.tensor;
    let mut loss = MultiLabelSoftMargin::new().reduction(reducing(case)?);
    if let Some(weight) = case.find("weight", "const") {
        loss = loss.label_weights(weight.tensor.as_slice());
    }
    // The labels are the last axis; a vector is one sample.
    let labels = [input.shape().last().unwrap_or(1)];
    let terms = &input.shape().as_slice()[..input.shape().rank().saturating_sub(1)];
    let (y, target) = match input.shape() == target.shape() {
        true => (Rows::new(input.as_slice(), labels)?, Rows::new(target.as_slice(), labels)?),
        false => (rows(input)?, rows(target)?), // which the loss refuses
    };
    let (target, terms) = (Target::Values(target), Shape::new(terms)?);
    let (value, gradient) = evaluate(case, Evaluation { loss: &loss, y, target, weights: None, terms })?;
    answers(value, input, gradient)
}
