//! Parts of tensors, put together and cut.

use tensor_ops::{Padding, Real, Slice, Tensor};

use super::{
    Answers, Given, all, answer, answers, any, integer, integers, is_set, list, real, required, scalar,
    tensor,
};
use crate::case::{Case, Stop};
use crate::run::Operations;

pub(crate) const OPERATIONS: Operations = &[
    ("Concat", any!(concat)),
    ("EyeLike", eye_like),
    ("Pad", any!(pad)),
    ("Range", real!(range)),
    ("Slice", any!(slice)),
    ("Split", any!(split)),
    ("Trilu", any!(trilu)),
];

fn concat<T: Given>(case: &Case) -> Answers {
    let parts = all::<T>(case)?;
    let parts: Vec<&Tensor<T>> = parts.iter().collect();
    answer(case, Tensor::concat(&parts, integer(case, "axis", None)?)?)
}

/// 1 on a diagonal of a matrix of the shape of the input.
fn eye_like(case: &Case) -> Answers {
    let shape = *required(case, 0)?.tensor.shape();
    let [rows, columns] = *shape.as_slice() else {
        return Err(Stop::Refused(format!("shape {shape} is no matrix")));
    };
    // The numbers are 0 and 1 in every type.
    integer(case, "dtype", Some(1))?;
    answer(case, Tensor::<f64>::eye_with(rows, columns, integer(case, "k", Some(0))?))
}

fn range<T: Real + Given>(case: &Case) -> Answers {
    let number =
        |place| scalar::<T>(case, place)?.ok_or_else(|| Stop::Unknown(format!("input {place} is missing")));
    answer(case, Tensor::arange(number(0)?, number(1)?, number(2)?)?)
}

/// The axes of a list that goes with them: all in their order, unless an input says which.
fn axes<T: Given>(case: &Case, place: usize, x: &Tensor<T>, entries: usize) -> Result<Vec<usize>, Stop> {
    let axes = integers(case, place).unwrap_or_else(|| (0..entries as isize).collect());
    if axes.len() != entries {
        return Err(Stop::Refused(format!("{entries} entries for {} axes", axes.len())));
    }
    axes.iter().map(|&axis| Ok(x.shape().axis(axis, "slice")?)).collect()
}

fn slice<T: Given>(case: &Case) -> Answers {
    let mut x: Tensor<T> = tensor(case, 0)?;
    let (starts, ends) = (list(case, 1)?, list(case, 2)?);
    let steps = integers(case, 4).unwrap_or_else(|| vec![1; starts.len()]);
    if ends.len() != starts.len() || steps.len() != starts.len() {
        return Err(Stop::Refused(format!("a slice from {starts:?} to {ends:?} by {steps:?}")));
    }
    for (i, axis) in axes(case, 3, &x, starts.len())?.into_iter().enumerate() {
        let part = Slice { start: Some(starts[i]), end: Some(ends[i]), step: steps[i] };
        x = x.slice(axis as isize, part)?;
    }
    answer(case, x)
}

/// Lengths before and behind every axis. A negative one cuts off.
fn pad<T: Given>(case: &Case) -> Answers {
    let mut x: Tensor<T> = tensor(case, 0)?;
    let pads = list(case, 1)?;
    let (before, behind) = pads.split_at(pads.len() / 2);
    let mut widths = vec![(0, 0); x.shape().rank()];
    for (i, axis) in axes(case, 3, &x, before.len())?.into_iter().enumerate() {
        let end = x.shape()[axis] as isize + behind[i].min(0);
        x = x.slice(axis as isize, (-before[i]).max(0)..end)?;
        widths[axis] = (before[i].max(0) as usize, behind[i].max(0) as usize);
    }
    let mode = match case.text("mode", Some("constant"))? {
        "constant" => Padding::Constant(scalar(case, 2)?.unwrap_or_default()),
        "reflect" => Padding::Reflect,
        "edge" => Padding::Replicate,
        "wrap" => Padding::Circular,
        other => return Err(Stop::Unknown(format!("attribute mode is {other:?}, which is not known"))),
    };
    answer(case, x.pad(&widths, mode)?)
}

/// Lengths that an input gives, or as many equal ones as there are outputs: the last may be shorter.
fn split<T: Given>(case: &Case) -> Answers {
    let (x, axis) = (tensor::<T>(case, 0)?, integer(case, "axis", Some(0))?);
    let n = x.shape()[x.shape().axis(axis, "split")?];
    let parts = case.count("num_outputs", Some(case.outputs.len()))?;
    let lengths = match integers(case, 1) {
        Some(lengths) => lengths.into_iter().map(|n| n.max(0) as usize).collect(),
        None => {
            let length = n.div_ceil(parts.max(1));
            (0..parts).map(|i| length.min(n.saturating_sub(i * length))).collect::<Vec<_>>()
        }
    };
    answers(case, x.split(&lengths, axis)?)
}

fn trilu<T: Given>(case: &Case) -> Answers {
    let (x, k) = (tensor::<T>(case, 0)?, integers(case, 1).map_or(0, |k| k[0]));
    answer(case, if is_set(case, "upper", true)? { x.triu(k)? } else { x.tril(k)? })
}
