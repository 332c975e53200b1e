//! Norms, dropout, embedding and padding.

use nn_core::{Context, Layer};
use nn_layers::{Dropout, Embedding, GroupNorm, InstanceNorm, LayerNorm, LocalResponseNorm, Pad, RmsNorm};
use tensor_ops::{Shape, Tensor};

use super::{Answers, TRAINING, agree, stateless, x};
use crate::axis::counts;
use crate::case::{Answer, Case, Kind, Stop};
use crate::pass::Bound;
use crate::run::Operations;

pub(super) const OPERATIONS: Operations = &[
    ("Dropout", dropout),
    ("Embedding", embedding),
    ("GroupNorm", group_norm),
    ("InstanceNorm", instance_norm),
    ("LayerNorm", layer_norm),
    ("LocalResponseNorm", local_response_norm),
    ("Pad", pad),
    ("RMSNorm", rms_norm),
];

/// A layer whose samples lie along the first axis.
fn of_samples(case: &Case, layer: &dyn Layer) -> Answers {
    stateless(case, layer, x(case)?.shape().rank().saturating_sub(1))
}

/// The number of normalised axes, whose lengths have to be the last ones of x.
fn axes(case: &Case) -> Result<usize, Stop> {
    let lengths =
        case.setting("normalized_shape", None, "a list of lengths", |value| match value.as_u64() {
            Some(n) => Some(vec![usize::try_from(n).ok()?]),
            None => counts(value),
        })?;
    let shape = x(case)?.shape();
    match shape.as_slice().ends_with(&lengths) {
        true => Ok(lengths.len()),
        false => Err(Stop::Refused(format!("shape {shape} does not end with {lengths:?}"))),
    }
}

/// A norm of rows treats every row by itself, so all of x can be one sample.
fn of_rows(case: &Case, layer: &dyn Layer) -> Answers {
    stateless(case, layer, x(case)?.shape().rank())
}

fn layer_norm(case: &Case) -> Answers {
    let norm = LayerNorm::new().axes(axes(case)?).eps(case.number("eps", Some(1e-5))?);
    let affine = case.flag("elementwise_affine", Some(true))?;
    let norm = match (affine, case.flag("bias", Some(affine))?) {
        (true, true) => norm,
        (true, false) => norm.without_bias(),
        (false, _) => norm.without_affine(),
    };
    of_rows(case, &norm)
}

fn rms_norm(case: &Case) -> Answers {
    let norm = RmsNorm::new().axes(axes(case)?);
    let eps = case.setting("eps", Some(None), "a number", |value| match value.is_null() {
        true => Some(None),
        false => crate::case::number(value).map(Some),
    })?;
    let norm = eps.map_or(norm, |eps| norm.eps(eps));
    let norm = if case.flag("elementwise_affine", Some(true))? { norm } else { norm.without_affine() };
    of_rows(case, &norm)
}

fn channels(case: &Case, name: &str) -> Result<(), Stop> {
    agree(name, case.count(name, None)?, x(case)?.shape().as_slice().get(1).copied())
}

fn group_norm(case: &Case) -> Answers {
    let norm = GroupNorm::new(case.count("num_groups", None)?).eps(case.number("eps", Some(1e-5))?);
    let norm = if case.flag("affine", Some(true))? { norm } else { norm.without_affine() };
    channels(case, "num_channels")?;
    of_samples(case, &norm)
}

fn instance_norm(case: &Case) -> Answers {
    let norm = InstanceNorm::new()
        .eps(case.number("eps", Some(1e-5))?)
        .momentum(case.number("momentum", Some(0.1))?);
    let norm = if case.flag("affine", Some(false))? { norm.with_affine() } else { norm };
    let tracks = case.flag("track_running_stats", Some(false))?;
    let norm = if tracks { norm.with_statistics() } else { norm };
    channels(case, "num_features")?;
    let x = x(case)?;
    let cx = if case.flag("training", Some(true))? { TRAINING } else { Context::inference() };
    let mut bound = Bound::new(&norm, x, x.shape().rank() - 1)?;
    bound.rows(x, &cx)?;
    bound.take_params(case)?;
    bound.take_state(case)?;
    let mut answers = bound.forward_and_backward(case, x, &cx)?;
    answers.extend(bound.state()?);
    Ok(answers)
}

fn local_response_norm(case: &Case) -> Answers {
    let norm = LocalResponseNorm::new(case.count("size", None)?)
        .alpha(case.number("alpha", Some(1e-4))?)
        .beta(case.number("beta", Some(0.75))?)
        .k(case.number("k", Some(1.0))?);
    of_samples(case, &norm)
}

fn pad(case: &Case) -> Answers {
    let side = |name| case.setting(name, Some(0), "a whole number", crate::axis::integer);
    let pads = [(side("top")?, side("bottom")?), (side("left")?, side("right")?)];
    let value = case.number("value", Some(0.0))?;
    let pad = match case.text("mode", Some("constant"))? {
        "constant" => Pad::constant(pads, value),
        "reflect" => Pad::reflect(pads),
        "replicate" => Pad::replicate(pads),
        "circular" => Pad::circular(pads),
        other => return Err(Stop::Unknown(format!("attribute mode is {other:?}, which is not known"))),
    };
    stateless(case, &pad, 3)
}

/// dx is 0, and the reference has none.
fn embedding(case: &Case) -> Answers {
    let index = case.input("index", "input")?;
    if index.kind != Kind::Integer {
        return Err(Stop::Unknown("the indices are no whole numbers".into()));
    }
    let dim = case.find("weight", "param").and_then(|weight| weight.tensor.shape().last());
    agree("dim", case.count("dim", None)?, dim)?;
    let embedding = Embedding::new(case.count("num_embeddings", None)?, case.count("dim", None)?);
    let padding = case.setting("padding_idx", Some(None), "a row or null", |value| {
        match (value.is_null(), value.as_i64()) {
            (true, _) => Some(None),
            // Counted from the end where it is negative.
            (_, Some(at)) => {
                let count = case.attributes.get("num_embeddings")?.as_i64()?;
                Some(Some(usize::try_from(if at < 0 { at + count } else { at }).ok()?))
            }
            _ => None,
        }
    })?;
    let embedding = padding.map_or(embedding.clone(), |index| embedding.padding(index));
    let by_frequency = case.flag("scale_grad_by_freq", Some(false))?;
    let embedding = if by_frequency { embedding.scale_by_frequency() } else { embedding };
    stateless_on(case, &embedding, &index.tensor)
}

fn stateless_on(case: &Case, layer: &dyn Layer, x: &Tensor<f64>) -> Answers {
    let mut bound = Bound::new(layer, x, x.shape().rank().saturating_sub(1))?;
    bound.rows(x, &TRAINING)?;
    bound.take_params(case)?;
    bound.forward_and_backward(case, x, &TRAINING)
}

fn dropout(case: &Case) -> Answers {
    let p = case.number("p", Some(0.5))?;
    let mask = case.input("mask", "given")?.mask()?;
    let (x, dy) = (x(case)?, &case.input("dy", "upstream")?.tensor);
    let [y, dx] = match case.flag("training", None)? {
        true => dropped(p, &mask, x, dy)?,
        false => Bound::new(&layer(p)?, x, x.shape().rank())?.pull_back(x, dy, &Context::inference())?,
    };
    Ok(vec![Answer::output("y", y), Answer::gradient("x", dx)])
}

fn layer(p: f64) -> Result<Dropout, Stop> {
    Dropout::new(p).map_err(|error| Stop::Refused(error.to_string()))
}

/// Steps after which no mask is looked for any longer. For p = 0.99 and 1000 elements the mask of one in a million is not
/// found.
const STEPS: u64 = 2000;

/// y and dx of the library's dropout under a mask that others drew. Every element is dropped or kept by itself, so
/// each is taken from the first step in which the library does with it what the mask says.
pub(crate) fn dropped(
    p: f64,
    mask: &Tensor<bool>,
    x: &Tensor<f64>,
    dy: &Tensor<f64>,
) -> Result<[Tensor<f64>; 2], Stop> {
    let size = x.shape().size();
    if mask.shape() != x.shape() || dy.shape() != x.shape() {
        return Err(Stop::Unknown("mask, x and dy have different shapes".into()));
    }
    let (ones, one) = (Tensor::ones([1, size]), Shape::new(&[1, size])?);
    let mut found: [Vec<Option<f64>>; 2] = [vec![None; size], vec![None; size]];
    for step in 0..STEPS {
        let cx = Context { step, ..TRAINING };
        let run = |x: &Tensor<f64>, dy: &Tensor<f64>| {
            let x = Tensor::new(one, x.as_slice().to_vec())?;
            let dy = Tensor::new(one, dy.as_slice().to_vec())?;
            Bound::new(&layer(p)?, &x, 1)?.pull_back(&x, &dy, &cx)
        };
        let [kept, _] = run(&ones, &ones)?;
        let [y, dx] = run(x, dy)?;
        for i in 0..size {
            if found[0][i].is_none() && (kept.as_slice()[i] != 0.0) == mask.as_slice()[i] {
                (found[0][i], found[1][i]) = (Some(y.as_slice()[i]), Some(dx.as_slice()[i]));
            }
        }
        if found[0].iter().all(Option::is_some) {
            break;
        }
    }
    let [y, dx] = found.map(|found| found.into_iter().collect::<Option<Vec<f64>>>());
    match (y, dx) {
        (Some(y), Some(dx)) => Ok([Tensor::new(*x.shape(), y)?, Tensor::new(*x.shape(), dx)?]),
        _ => Err(Stop::Refused(format!(
            "in {STEPS} steps with p = {p} some element never was as the mask has it"
        ))),
    }
}
