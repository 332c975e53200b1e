//! Reductions, running sums, and what is chosen by size.

use tensor_ops::reduce::Scan;
use tensor_ops::{Axes, Norm, Real, Tensor, TensorError, TopK};

use super::{
    Answers, Given, answer, answers, integer, integers, is_set, kind, numbers, real, scalar, tensor,
};
use crate::case::{Answer, Case, Kind, Stop};
use crate::run::Operations;

pub(crate) const OPERATIONS: Operations = &[
    ("ArgMax", real!(position, |x, axes| x.argmax(axes))),
    ("ArgMin", real!(position, |x, axes| x.argmin(axes))),
    ("CumProd", real!(running, |x, axis, scan| x.cumprod_with(axis, scan))),
    ("CumSum", real!(running, |x, axis, scan| x.cumsum_with(axis, scan))),
    ("ReduceL1", real!(reduce, |x, axes| x.norm(Norm::L1, axes))),
    ("ReduceL2", real!(reduce, |x, axes| x.norm(Norm::L2, axes))),
    ("ReduceLogSum", real!(reduce, |x, axes| Ok(x.sum(axes)?.ln()))),
    ("ReduceLogSumExp", real!(reduce, |x, axes| x.logsumexp(axes))),
    ("ReduceMax", maximum),
    ("ReduceMean", real!(reduce, |x, axes| x.mean(axes))),
    ("ReduceMin", minimum),
    ("ReduceProd", real!(reduce, |x, axes| x.prod(axes))),
    ("ReduceSum", real!(reduce, |x, axes| x.sum(axes))),
    ("ReduceSumSquare", real!(reduce, |x, axes| x.square().sum(axes))),
    ("TopK", real!(top_k)),
];

type Running<T> = fn(&Tensor<T>, isize, Scan) -> Result<Tensor<T>, TensorError>;
type Reduction<T, U> = fn(&Tensor<T>, Axes) -> Result<Tensor<U>, TensorError>;

/// The axes, which are an input since opset 18 and were an attribute before. None at all means every axis, unless
/// the case says that it means none.
fn axes(case: &Case) -> Result<Axes, Stop> {
    let attribute =
        case.setting("axes", Some(None), "a list of axes", |value| crate::axis::integers(value).map(Some))?;
    let axes = integers(case, 1).or(attribute).unwrap_or_default();
    let does_nothing = is_set(case, "noop_with_empty_axes", false)?;
    let axes = if axes.is_empty() && !does_nothing { Axes::All } else { Axes::These(axes) };
    Ok(if is_set(case, "keepdims", true)? { axes.keepdims() } else { axes })
}

fn reduce<T: Real + Given>(case: &Case, f: Reduction<T, T>) -> Answers {
    answer(case, f(&tensor(case, 0)?, axes(case)?)?)
}

fn maximum(case: &Case) -> Answers {
    match kind(case, 0)? {
        Kind::Boolean => answer(case, tensor::<bool>(case, 0)?.any(axes(case)?)?),
        Kind::Single => extreme::<f32>(case, -f32::INFINITY, |x, axes| x.max(axes)),
        _ => extreme::<f64>(case, -f64::INFINITY, |x, axes| x.max(axes)),
    }
}

fn minimum(case: &Case) -> Answers {
    match kind(case, 0)? {
        Kind::Boolean => answer(case, tensor::<bool>(case, 0)?.all(axes(case)?)?),
        Kind::Single => extreme::<f32>(case, f32::INFINITY, |x, axes| x.min(axes)),
        _ => extreme::<f64>(case, f64::INFINITY, |x, axes| x.min(axes)),
    }
}

/// NumPy's rule is the library's: nothing has no extreme. ONNX gives it an infinite one.
fn extreme<T: Real + Given>(case: &Case, of_nothing: T, f: Reduction<T, T>) -> Answers {
    let (x, axes) = (tensor(case, 0)?, axes(case)?);
    match f(&x, axes.clone()) {
        Err(TensorError::EmptyReduction { .. }) => {
            answer(case, Tensor::full(*x.sum(axes)?.shape(), of_nothing))
        }
        y => answer(case, y?),
    }
}

fn position<T: Real + Given>(case: &Case, f: Reduction<T, usize>) -> Answers {
    let (x, axis) = (tensor::<T>(case, 0)?, integer(case, "axis", Some(0))?);
    let keeps = is_set(case, "keepdims", true)?;
    let axes = if keeps { Axes::from(axis).keepdims() } else { Axes::from(axis) };
    if !is_set(case, "select_last_index", false)? {
        return answer(case, f(&x, axes)?);
    }
    // The last of several is the first from the other end.
    let last = x.shape()[x.shape().axis(axis, "argmax")?].saturating_sub(1);
    let from_the_end = f(&x.flip(axis)?, axes)?;
    let positions = from_the_end.as_slice().iter().map(|&at| last - at).collect();
    answer(case, Tensor::new(*from_the_end.shape(), positions)?)
}

/// A running sum or product.
fn running<T: Real + Given>(case: &Case, f: Running<T>) -> Answers {
    let Some(axis) = scalar::<f64>(case, 1)? else {
        return Err(Stop::Unknown("there is no axis".into()));
    };
    let scan =
        Scan { exclusive: is_set(case, "exclusive", false)?, reverse: is_set(case, "reverse", false)? };
    answer(case, f(&tensor(case, 0)?, axis as isize, scan)?)
}

fn top_k<T: Real + Given>(case: &Case) -> Answers {
    let (x, axis) = (tensor::<T>(case, 0)?, integer(case, "axis", Some(-1))?);
    let Some(k) = scalar::<usize>(case, 1)? else { return Err(Stop::Unknown("there is no k".into())) };
    // Results in order are right where no order is asked for.
    is_set(case, "sorted", true)?;
    let which = if is_set(case, "largest", true)? { TopK::largest(k) } else { TopK::smallest(k) };
    let (values, places) = x.top_k(which, axis)?;
    let mut found = answers(case, vec![values])?;
    for output in case.outputs.iter().filter(|output| output.place == 1) {
        found.push(Answer::output(&output.name, numbers(&places)?));
    }
    Ok(found)
}
