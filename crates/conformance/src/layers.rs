//! PyTorch's layers: output, gradients, and what was observed.

mod activation;
mod conv;
pub(crate) mod norm;

use nn_core::{Context, Layer};
use nn_layers::{BatchNorm, Dense};
use tensor_ops::Tensor;

use crate::case::{Answer, Case, Stop, number};
use crate::pass::Bound;
use crate::run::Operations;

pub(crate) const OPERATIONS: &[Operations] =
    &[activation::OPERATIONS, conv::OPERATIONS, norm::OPERATIONS, OTHERS];

const OTHERS: Operations = &[
    ("BatchNorm1d", batch_norm),
    ("BatchNorm2d", batch_norm),
    ("BatchNorm3d", batch_norm),
    ("Linear", linear),
];

type Answers = Result<Vec<Answer>, Stop>;

/// A step with nothing random in it.
const TRAINING: Context = Context { mode: nn_core::Mode::Training, seed: 0, step: 0 };

fn x(case: &Case) -> Result<&Tensor<f64>, Stop> {
    Ok(&case.input("x", "input")?.tensor)
}

/// A layer without state, on samples with up to `rank` axes.
fn stateless(case: &Case, layer: &dyn Layer, rank: usize) -> Answers {
    let x = x(case)?;
    let mut bound = Bound::new(layer, x, rank)?;
    bound.rows(x, &TRAINING)?;
    bound.take_params(case)?;
    bound.forward_and_backward(case, x, &TRAINING)
}

/// The first axis is that of the samples; a vector is one sample.
fn elementwise(case: &Case, layer: &dyn Layer) -> Answers {
    stateless(case, layer, x(case)?.shape().rank().saturating_sub(1).max(1))
}

fn linear(case: &Case) -> Answers {
    case.insist("weight_layout", "[out,in]")?;
    let dense = Dense::new(case.count("out_features", None)?);
    let dense = if case.flag("bias", Some(true))? { dense } else { dense.without_bias() };
    agree("in_features", case.count("in_features", None)?, x(case)?.shape().last())?;
    elementwise(case, &dense)
}

/// Refuses a number of the case that its tensors contradict.
fn agree(name: &str, stated: usize, found: Option<usize>) -> Result<(), Stop> {
    match found == Some(stated) {
        true => Ok(()),
        false => Err(Stop::Unknown(format!("attribute {name} is {stated}, but x has {found:?}"))),
    }
}

fn batch_norm(case: &Case) -> Answers {
    let norm = BatchNorm::new().eps(case.number("eps", Some(1e-5))?);
    let momentum = case.setting("momentum", Some(Some(0.1)), "a number or \"cumulative\"", |value| {
        // PyTorch writes None, the cases a word.
        let is_cumulative = value.is_null() || value.as_str() == Some("cumulative");
        if is_cumulative { Some(None) } else { number(value).map(Some) }
    })?;
    let norm = momentum.map_or(norm.cumulative(), |momentum| norm.momentum(momentum));
    let norm = if case.flag("affine", Some(true))? { norm } else { norm.without_affine() };
    let tracks = case.flag("track_running_stats", Some(true))?;
    let norm = if tracks { norm } else { norm.without_statistics() };
    let channels = case.count("num_features", None)?;
    if case.attribute("steps").is_some() {
        return batch_norm_sequence(case, &norm, channels);
    }

    let x = x(case)?;
    agree("num_features", channels, x.shape().as_slice().get(1).copied())?;
    let cx = if case.flag("training", None)? { TRAINING } else { Context::inference() };
    let mut bound = Bound::new(&norm, x, x.shape().rank() - 1)?;
    // Before the parameters: a case that expects a refusal has none.
    bound.rows(x, &cx)?;
    bound.take_params(case)?;
    bound.take_state(case)?;
    let mut answers = bound.forward_and_backward(case, x, &cx)?;
    answers.extend(bound.state()?);
    Ok(answers)
}

/// Trains on x0, x1, .. from the first state, then infers on xe.
fn batch_norm_sequence(case: &Case, norm: &BatchNorm, channels: usize) -> Answers {
    let xe = &case.input("xe", "input")?.tensor;
    agree("num_features", channels, xe.shape().as_slice().get(1).copied())?;
    let mut bound = Bound::new(norm, xe, xe.shape().rank() - 1)?;
    bound.take_params(case)?;
    let mut answers = Vec::new();
    for step in 0..case.count("steps", None)? {
        let x = &case.input(&format!("x{step}"), "input")?.tensor;
        answers.push(Answer::output(&format!("y{step}"), bound.forward(x, &TRAINING)?));
    }
    answers.push(Answer::output("ye", bound.forward(xe, &Context::inference())?));
    answers.extend(bound.state()?);
    Ok(answers)
}
