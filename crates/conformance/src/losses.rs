//! PyTorch's losses: values, and gradients with respect to the outputs of a network.

mod classes;
mod elementwise;
mod labels;
mod networks;
mod stacked;

use nn_core::{Loss, Reduction, Rows, Target, loss_value_and_gradient};
use tensor_ops::{Shape, Tensor};

use crate::case::{Answer, Case, Stop};
use crate::run::Operations;

pub(crate) const OPERATIONS: &[Operations] = &[
    classes::OPERATIONS,
    elementwise::OPERATIONS,
    labels::OPERATIONS,
    networks::OPERATIONS,
    stacked::OPERATIONS,
];

type Answers = Result<Vec<Answer>, Stop>;

/// A loss with the data of a case.
struct Evaluation<'a> {
    loss: &'a dyn Loss<f64>,
    y: Rows<'a, f64>,
    target: Target<'a, f64>,
    /// Factors of the terms.
    weights: Option<Vec<f64>>,
    /// The shape of the terms, which are the value where there is no reduction.
    terms: Shape,
}

/// The attribute `reduction`; without one ("none") a loss is the terms of its sum.
fn reduction(case: &Case) -> Result<Option<Reduction>, Stop> {
    match case.text("reduction", Some("mean"))? {
        // "batchmean" is for KLDivLoss alone, which asks for it itself.
        "mean" => Ok(Some(Reduction::Mean)),
        "sum" => Ok(Some(Reduction::Sum)),
        "none" => Ok(None),
        other => Err(Stop::Unknown(format!("attribute reduction is {other:?}, which is not known"))),
    }
}

/// The same for the library, whose losses have to reduce in some way.
fn reducing(case: &Case) -> Result<Reduction, Stop> {
    Ok(reduction(case)?.unwrap_or(Reduction::Sum))
}

/// The value and dy, for the upstream gradient of the case.
fn evaluate(case: &Case, evaluation: Evaluation<'_>) -> Result<(Tensor<f64>, Vec<f64>), Stop> {
    let is_reduced = case.text("reduction", Some("mean"))? != "none";
    let Evaluation { loss, y, target, weights, terms: shape } = evaluation;
    loss.check(y.shape(), y.len(), &target)?;
    loss.check_outputs(y)?;
    let (mut gradient, mut terms) = (vec![0.0; y.data().len()], Vec::new());
    if is_reduced {
        let upstream = case.input_of_shape("dy", "upstream", &Shape::SCALAR)?.as_slice()[0];
        let value = loss_value_and_gradient(loss, y, target, weights.as_deref(), &mut terms, &mut gradient);
        gradient.iter_mut().for_each(|dy| *dy *= upstream);
        return Ok((Tensor::from(value), gradient));
    }
    // The gradient of the sum of the terms, each times its upstream gradient.
    let mut factors = case.input_of_shape("dy", "upstream", &shape)?.as_slice().to_vec();
    let mut values = vec![0.0; shape.size()];
    loss.value(y, target, &mut values);
    for (i, weight) in weights.iter().flatten().enumerate() {
        factors[i] *= weight;
        values[i] *= weight;
    }
    loss_value_and_gradient(loss, y, target, Some(&factors), &mut terms, &mut gradient);
    Ok((Tensor::new(shape, values)?, gradient))
}

/// Samples along the first axis; a vector of values is samples of one number.
fn rows(tensor: &Tensor<f64>) -> Result<Rows<'_, f64>, Stop> {
    match tensor.shape().rank() {
        0 => Ok(Rows::new(tensor.as_slice(), Shape::SCALAR)?),
        _ => Ok(Rows::of_tensor(tensor)?),
    }
}

/// A loss of values against a target of the same shape; `weights` are factors of the terms.
fn of_values(case: &Case, loss: &dyn Loss<f64>, weights: Option<Vec<f64>>) -> Answers {
    let input = &case.input("input", "input")?.tensor;
    let target = &case.input("target", "target")?.tensor;
    let (y, target, terms) = (rows(input)?, Target::Values(rows(target)?), *input.shape());
    let (value, gradient) = evaluate(case, Evaluation { loss, y, target, weights, terms })?;
    answers(value, input, gradient)
}

fn answers(value: Tensor<f64>, input: &Tensor<f64>, gradient: Vec<f64>) -> Answers {
    let gradient = Tensor::new(*input.shape(), gradient)?;
    Ok(vec![Answer::output("loss", value), Answer::gradient("input", gradient)])
}
