//! What moves elements about: the gradient moves them back, and adds where one had gone to several places.

use tensor_ops::{Shape, Tensor};

use super::{Answers, Computed, answers, input, upstream};
use crate::axis::{counts, integer, integers};
use crate::case::{Case, Stop};
use crate::run::Operations;

pub(crate) const OPERATIONS: Operations = &[
    ("concat", concat),
    ("expand", expand),
    ("flip", flip),
    ("index_select", index_select),
    ("reshape", reshape),
    ("roll", roll),
    ("slice", slice),
    ("stack", stack),
    ("tile", tile),
    ("transpose", transpose),
];

fn axis(case: &Case) -> Result<isize, Stop> {
    case.setting("axis", None, "an axis", integer)
}

fn concat(case: &Case) -> Answers {
    let (a, b, axis) = (input(case, "a")?, input(case, "b")?, axis(case)?);
    let y = Tensor::concat(&[a, b], axis)?;
    let at = y.shape().axis(axis, "concat")?;
    let mut parts = upstream(case, &y)?.split(&[a.shape()[at], b.shape()[at]], axis)?;
    let (db, da) = (parts.pop().expect("two parts"), parts.pop().expect("two parts"));
    answers(y, [("a", da), ("b", db)])
}

fn stack(case: &Case) -> Answers {
    let (a, b, axis) = (input(case, "a")?, input(case, "b")?, axis(case)?);
    let y = Tensor::stack(&[a, b], axis)?;
    let dy = upstream(case, &y)?;
    let part = |i: usize| dy.index_select(axis, &[i])?.squeeze(&[axis]);
    let (da, db) = (part(0)?, part(1)?);
    answers(y, [("a", da), ("b", db)])
}

fn expand(case: &Case) -> Answers {
    let x = input(case, "x")?;
    let shape = case.setting("shape", None, "a list of lengths", integers)?;
    // In PyTorch's words -1 leaves a length as it is.
    let skip = shape.len().saturating_sub(x.shape().rank());
    let lengths = shape.iter().enumerate().map(|(at, &n)| match n {
        -1 => at.checked_sub(skip).and_then(|at| x.shape().as_slice().get(at).copied()),
        n => usize::try_from(n).ok(),
    });
    let lengths: Option<Vec<usize>> = lengths.collect();
    let lengths = lengths.ok_or_else(|| Stop::Refused(format!("{shape:?} is no shape")))?;
    let y = x.broadcast_to(Shape::new(&lengths)?)?;
    let dx = upstream(case, &y)?.sum_to(*x.shape())?;
    answers(y, [("x", dx)])
}

fn flip(case: &Case) -> Answers {
    let x = input(case, "x")?;
    let axes = crate::axis::axis(case)?.unwrap_or_else(|| (0..x.shape().rank() as isize).collect());
    let y = x.flip(&axes)?;
    let dx = upstream(case, &y)?.flip(&axes)?;
    answers(y, [("x", dx)])
}

fn reshape(case: &Case) -> Answers {
    let x = input(case, "x")?;
    let y = x.clone().reshape(&case.setting("shape", None, "a list of lengths", integers)?)?;
    let lengths: Vec<isize> = x.shape().iter().map(|&n| n as isize).collect();
    let dx = upstream(case, &y)?.clone().reshape(&lengths)?;
    answers(y, [("x", dx)])
}

fn roll(case: &Case) -> Answers {
    let (x, axis) = (input(case, "x")?, axis(case)?);
    let shift = case.setting("shift", None, "an integer", integer)?;
    let y = x.roll(shift, axis)?;
    let dx = upstream(case, &y)?.roll(-shift, axis)?;
    answers(y, [("x", dx)])
}

/// Axis `to` of y is axis `order[to]` of x.
fn transpose(case: &Case) -> Answers {
    let x = input(case, "x")?;
    let order = case.setting("perm", None, "a list of axes", integers)?;
    let y = x.permute(&order)?;
    let mut back = vec![0; order.len()];
    for (to, &from) in order.iter().enumerate() {
        back[x.shape().axis(from, "permute")?] = to as isize;
    }
    let dx = upstream(case, &y)?.permute(&back)?;
    answers(y, [("x", dx)])
}

/// A movement whose way back is not one of the same kind: done to the positions of x, it says where every part of
/// dy came from.
fn moved(case: &Case, movement: impl Fn(&Tensor<f64>) -> Computed) -> Answers {
    let x = input(case, "x")?;
    let y = movement(x)?;
    let n = x.shape().size();
    let positions = movement(&Tensor::new(*x.shape(), (0..n).map(|at| at as f64).collect())?)?;
    let positions = Tensor::from(positions.as_slice().iter().map(|&at| at as usize).collect::<Vec<_>>());
    let dy = Tensor::from(upstream(case, &y)?.as_slice().to_vec());
    let dx = Tensor::zeros([n]).scatter_add(0, &positions, &dy)?;
    answers(y, [("x", Tensor::new(*x.shape(), dx.into_vec())?)])
}

fn index_select(case: &Case) -> Answers {
    let index = case.setting("index", None, "a list of positions", counts)?;
    let axis = axis(case)?;
    moved(case, |x| x.index_select(axis, &index))
}

fn tile(case: &Case) -> Answers {
    let repeats = case.setting("reps", None, "a list of counts", counts)?;
    moved(case, |x| x.tile(&repeats))
}

/// `x[start:end:step, ..]`, in Python's words.
fn slice(case: &Case) -> Answers {
    let text = case.text("expr", None)?;
    let unknown = || Stop::Unknown(format!("attribute expr is {text:?}, expected x[start:end:step, ..]"));
    let inner = text.strip_prefix("x[").and_then(|text| text.strip_suffix(']')).ok_or_else(unknown)?;
    let mut ranges = Vec::new();
    for part in inner.split(',') {
        let mut bounds = [None; 3];
        for (i, number) in part.split(':').enumerate() {
            let bound = bounds.get_mut(i).ok_or_else(unknown)?;
            if !number.trim().is_empty() {
                *bound = Some(number.trim().parse::<i64>().map_err(|_| unknown())?);
            }
        }
        if !part.contains(':') {
            return Err(unknown());
        }
        ranges.push(bounds);
    }
    moved(case, |x| {
        ranges.iter().zip(0..).try_fold(x.clone(), |x, ([start, end, step], axis)| {
            let n = x.shape()[x.shape().axis(axis, "slice")?];
            x.index_select(axis, &places(*start, *end, step.unwrap_or(1), n))
        })
    })
}
