//! What moves elements about: the gradient moves them back, and adds where one had gone to several places.

use tensor_ops::{Axes, Shape, Slice, Tensor};

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
    let part = |i: usize| dy.index_select(axis, &[i])?.squeeze(axis);
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
    let axes = crate::axis::axis(case)?.map_or(Axes::All, Axes::These);
    let y = x.flip(axes.clone())?;
    let dx = upstream(case, &y)?.flip(axes)?;
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
    let list = |name| {
        case.setting(name, None, "an integer or a list", |value| {
            integers(value).or_else(|| integer(value).map(|one| vec![one]))
        })
    };
    let (x, shifts, axes) = (input(case, "x")?, list("shift")?, list("axis")?);
    let back: Vec<isize> = shifts.iter().map(|shift| -shift).collect();
    let y = x.roll(&shifts, &axes)?;
    let dx = upstream(case, &y)?.roll(&back, &axes)?;
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

fn slice(case: &Case) -> Answers {
    let text = case.text("expr", None)?;
    let unknown = || Stop::Unknown(format!("attribute expr is {text:?}, expected x[start:end:step, ..]"));
    let slices = slices(text).ok_or_else(unknown)?;
    let x = input(case, "x")?;
    let y = x.slice_with(&slices)?;
    let mut dx = Tensor::zeros(*x.shape());
    dx.slice_assign(&slices, upstream(case, &y)?)?;
    answers(y, [("x", dx)])
}

/// `x[start:end:step, ..]` in Python's words.
fn slices(text: &str) -> Option<Vec<Slice>> {
    let bound = |text: &str| match text.trim() {
        "" => Some(None),
        number => number.parse().ok().map(Some),
    };
    let slice = |text: &str| {
        let parts: Vec<Option<isize>> = text.split(':').map(bound).collect::<Option<_>>()?;
        match *parts.as_slice() {
            [start, end] => Some(Slice { start, end, step: 1 }),
            [start, end, step] => Some(Slice { start, end, step: step.unwrap_or(1) }),
            _ => None,
        }
    };
    text.strip_prefix("x[")?.strip_suffix(']')?.split(',').map(slice).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_are_pythons() {
        let all = Slice::ALL;
        assert_eq!(slices("x[1:, ::2]"), Some(vec![(1..).into(), all.step(2)]));
        assert_eq!(slices("x[:-1,::-1]"), Some(vec![(..-1).into(), all.step(-1)]));
        for unknown in ["x", "x[]", "x[0]", "x[1:2:3:4]", "x[a:]", "y[1:]"] {
            assert_eq!(slices(unknown), None, "{unknown}");
        }
    }
}
