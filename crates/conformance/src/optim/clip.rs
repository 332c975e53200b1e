//! PyTorch's `clip_grad_norm_` and `clip_grad_value_`: several gradients that are clipped as one.

use nn_optim::clip_norm_of;
use tensor_ops::{Norm, Tensor};

use super::Answers;
use crate::case::{Answer, Case, Entry, Stop};
use crate::run::Operations;

pub(crate) const OPERATIONS: Operations = &[("ClipGradNorm", clip_grad_norm)];

fn clip_grad_norm(case: &Case) -> Answers {
    let order = Norm::P(case.number("norm_type", Some(2.0))?);
    let order = if order == Norm::P(2.0) { Norm::L2 } else { order };
    let max = case.number("max_norm", None)?;
    let gradients: Vec<&Entry> = case
        .inputs
        .iter()
        .filter(|input| input.role == "grad_in")
        .map(|input| case.input(&input.name, &input.role))
        .collect::<Result<_, Stop>>()?;
    let mut flat: Vec<f64> = gradients.iter().flat_map(|entry| entry.tensor.as_slice()).copied().collect();
    let norm = clip_norm_of(&mut flat, order, max)?;

    let mut answers = vec![Answer::output("total_norm", norm.into())];
    let mut rest = &flat[..];
    for entry in gradients {
        let (own, after) = rest.split_at(entry.tensor.shape().size());
        let tensor = Tensor::new(*entry.tensor.shape(), own.to_vec())?;
        answers.push(Answer::output(&format!("{}_after", entry.name), tensor));
        rest = after;
    }
    Ok(answers)
}
