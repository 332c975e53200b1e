//! Losses with a term for every output.

use nn_core::{Loss, Target};
use nn_layers::{
    HingeEmbedding, Huber, KlDivergence, MeanAbsoluteError, MeanSquaredError, PoissonNll, SmoothL1,
    SoftMargin,
};
use tensor_ops::Tensor;

use super::{Answers, Evaluation, answers, evaluate, of_values, reducing, rows};
use crate::case::{Answer, Case};
use crate::run::Operations;

pub(super) const OPERATIONS: Operations = &[
    ("HingeEmbeddingLoss", hinge_embedding),
    ("HuberLoss", |case| {
        difference(case, &Huber::new(case.number("delta", Some(1.0))?).reduction(reducing(case)?))
    }),
    ("KLDivLoss", kl_divergence),
    ("L1Loss", |case| difference(case, &MeanAbsoluteError::new().reduction(reducing(case)?))),
    ("MSELoss", |case| difference(case, &MeanSquaredError::new().reduction(reducing(case)?))),
    ("PoissonNLLLoss", poisson),
    ("SmoothL1Loss", |case| {
        difference(case, &SmoothL1::new(case.number("beta", Some(1.0))?).reduction(reducing(case)?))
    }),
    ("SoftMarginLoss", |case| of_values(case, &SoftMargin::new().reduction(reducing(case)?), None)),
];

/// A loss that is symmetric in its arguments: the gradient for the second is that for the first, exchanged.
fn difference(case: &Case, loss: &dyn Loss<f64>) -> Answers {
    let input = &case.input("input", "input")?.tensor;
    // An argument that the case wants a gradient for goes by another name.
    let (target, name) = match case.find("target_", "input") {
        Some(entry) => (&entry.tensor, Some("target_")),
        None => (&case.input("target", "target")?.tensor, None),
    };
    let weights = match case.find("weight", "const") {
        Some(entry) => Some(entry.tensor.broadcast_to(*input.shape())?.into_vec()),
        None => None,
    };
    let evaluate = |y: &Tensor<f64>, target: &Tensor<f64>| {
        let (y, target, terms) = (rows(y)?, Target::Values(rows(target)?), *y.shape());
        evaluate(case, Evaluation { loss, y, target, weights: weights.clone(), terms })
    };
    let (value, gradient) = evaluate(input, target)?;
    let mut answers = answers(value, input, gradient)?;
    if let Some(name) = name {
        let (_, gradient) = evaluate(target, input)?;
        answers.push(Answer::gradient(name, Tensor::new(*target.shape(), gradient)?));
    }
    Ok(answers)
}

fn hinge_embedding(case: &Case) -> Answers {
    let margin = case.number("margin", Some(1.0))?;
    of_values(case, &HingeEmbedding::new(margin).reduction(reducing(case)?), None)
}

/// PyTorch's "mean" is over the elements; the library's mean is "batchmean".
fn kl_divergence(case: &Case) -> Answers {
    let loss = match case.text("reduction", Some("mean"))? {
        "batchmean" => KlDivergence::new(),
        _ => KlDivergence::new().mean_over_elements().reduction(reducing(case)?),
    };
    let loss = if case.flag("log_target", Some(false))? { loss.log_target() } else { loss };
    of_values(case, &loss, None)
}

fn poisson(case: &Case) -> Answers {
    let loss = PoissonNll::new().eps(case.number("eps", Some(1e-8))?).reduction(reducing(case)?);
    let loss = if case.flag("log_input", Some(true))? { loss } else { loss.on_rates() };
    let loss = if case.flag("full", Some(false))? { loss.full() } else { loss };
    of_values(case, &loss, None)
}
