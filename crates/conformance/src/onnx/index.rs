//! Elements by their positions: taken, and put.

use tensor_ops::{Element, Real, Tensor, TensorError};

use super::{Answers, Given, answer, any, integer, real, required, reshaped, scalar, tensor, whole};
use crate::case::{Case, Stop};
use crate::run::Operations;

pub(crate) const OPERATIONS: Operations = &[
    ("Gather", any!(gather)),
    ("GatherElements", any!(gather_elements)),
    ("GatherND", any!(gather_nd)),
    ("OneHot", any!(@2 one_hot)),
    ("ScatterElements", real!(scatter_elements)),
    ("ScatterND", real!(scatter_nd)),
];

/// The positions of an input along an axis of length `n`, counted from the end where they are negative. What lies
/// outside is given on, for the library to refuse.
fn positions(case: &Case, place: usize, n: usize) -> Result<Tensor<usize>, Stop> {
    let list = whole(case, place).ok_or_else(|| Stop::Unknown(format!("input {place} is missing")))?;
    let positions = list.into_iter().map(|at| wrapped(at, n)).collect();
    Ok(Tensor::new(*required(case, place)?.tensor.shape(), positions)?)
}

fn wrapped(at: i64, n: usize) -> usize {
    usize::try_from(if at < 0 { at + n as i64 } else { at }).unwrap_or(usize::MAX)
}

/// The axis of `axis`, and its length.
fn along<T: Element>(case: &Case, x: &Tensor<T>) -> Result<(usize, usize), Stop> {
    let axis = x.shape().axis(integer(case, "axis", Some(0))?, "gather")?;
    Ok((axis, x.shape()[axis]))
}

/// In the place of the axis, the axes of the positions.
fn gather<T: Given>(case: &Case) -> Answers {
    let x: Tensor<T> = tensor(case, 0)?;
    let (axis, n) = along(case, &x)?;
    answer(case, x.take(axis as isize, &positions(case, 1, n)?)?)
}

fn gather_elements<T: Given>(case: &Case) -> Answers {
    let x: Tensor<T> = tensor(case, 0)?;
    let (axis, n) = along(case, &x)?;
    answer(case, x.gather(axis as isize, &positions(case, 1, n)?)?)
}

/// Rows of positions on several axes, as positions on one axis that stands for them: the rows, and how many axes
/// it stands for. `batch` axes come before, and each of their places has rows of its own.
fn rows(case: &Case, lengths: &[usize], batch: usize) -> Result<(Vec<usize>, usize), Stop> {
    let index = required(case, 1)?.tensor.shape();
    let (list, k) = (whole(case, 1).unwrap_or_default(), index.last().unwrap_or(1));
    let axes = lengths.get(batch..batch + k);
    let Some(axes) = axes.filter(|_| index.rank() > batch) else {
        return Err(Stop::Refused(format!("positions of shape {index} for an operand of shape {lengths:?}")));
    };
    let places: usize = lengths[..batch].iter().product();
    let each = index.size() / k.max(1) / places.max(1);
    let mut rows = Vec::new();
    for (i, row) in list.chunks(k.max(1)).enumerate() {
        let mut at = i / each.max(1);
        for (&p, &n) in row.iter().zip(axes) {
            let p = wrapped(p, n);
            if p >= n {
                return Err(Stop::Refused(format!("position {p} is beyond an axis of length {n}")));
            }
            at = at * n + p;
        }
        rows.push(at);
    }
    Ok((rows, batch + k))
}

fn gather_nd<T: Given>(case: &Case) -> Answers {
    let (x, batch) = (tensor::<T>(case, 0)?, case.count("batch_dims", Some(0))?);
    let lengths = x.shape().as_slice().to_vec();
    let (rows, axes) = rows(case, &lengths, batch)?;
    let (outer, inner) = lengths.split_at(axes);
    let taken = reshaped(x, &[outer.iter().product(), inner.iter().product()])?.index_select(0, &rows)?;
    let index = required(case, 1)?.tensor.shape().as_slice();
    answer(case, reshaped(taken, &[&index[..index.len() - 1], inner].concat())?)
}

/// Values [off, on]: on at the position, on the new axis.
fn one_hot<T: Given>(case: &Case) -> Answers {
    let Some(depth) = scalar::<usize>(case, 1)? else {
        return Err(Stop::Unknown("there is no depth".into()));
    };
    let values: Tensor<T> = tensor(case, 2)?;
    let [off, on] = *values.as_slice() else {
        return Err(Stop::Refused(format!("values of shape {}, expected off and on", values.shape())));
    };
    // ONNX has no error for a position outside, which is on nowhere: it gets a class of its own, which is cut off.
    let inside = positions(case, 0, depth)?;
    let labels = inside.as_slice().iter().map(|&at| at.min(depth)).collect();
    let axis = integer(case, "axis", Some(-1))?;
    let hot = Tensor::new(*inside.shape(), labels)?.one_hot_with(depth + 1, axis, off, on)?;
    answer(case, hot.slice(axis, 0..depth as isize)?)
}

/// What becomes of an element at which several values arrive.
type Update<T> = fn(&Tensor<T>, &Tensor<T>) -> Result<Tensor<T>, TensorError>;

fn update<T: Real>(case: &Case) -> Result<Update<T>, Stop> {
    Ok(match case.text("reduction", Some("none"))? {
        "none" => |_, new| Ok(new.clone()),
        "add" => |old, new| old.add(new),
        "mul" => |old, new| old.multiply(new),
        "max" => |old, new| old.maximum(new),
        "min" => |old, new| old.minimum(new),
        other => return Err(Stop::Unknown(format!("attribute reduction is {other:?}, which is not known"))),
    })
}

/// Puts values at positions along an axis. Those that lie in one place of that axis never meet, so they go at once.
fn scatter<T: Real>(
    mut x: Tensor<T>,
    axis: isize,
    at: &Tensor<usize>,
    values: &Tensor<T>,
    update: Update<T>,
) -> Result<Tensor<T>, TensorError> {
    let n = at.shape()[at.shape().axis(axis, "scatter")?];
    for place in 0..n {
        let (at, values) = (at.index_select(axis, &[place])?, values.index_select(axis, &[place])?);
        let new = update(&x.gather(axis, &at)?, &values)?;
        x = x.scatter(axis, &at, &new)?;
    }
    Ok(x)
}

fn scatter_elements<T: Real + Given>(case: &Case) -> Answers {
    let x: Tensor<T> = tensor(case, 0)?;
    let (axis, n) = along(case, &x)?;
    let (at, values) = (positions(case, 1, n)?, tensor::<T>(case, 2)?);
    answer(
        case,
        match case.text("reduction", Some("none"))? {
            "none" => x.scatter(axis as isize, &at, &values)?,
            "add" => x.scatter_add(axis as isize, &at, &values)?,
            _ => scatter(x, axis as isize, &at, &values, update(case)?)?,
        },
    )
}

fn scatter_nd<T: Real + Given>(case: &Case) -> Answers {
    let x: Tensor<T> = tensor(case, 0)?;
    let lengths = x.shape().as_slice().to_vec();
    let (rows, axes) = rows(case, &lengths, 0)?;
    let (outer, inner) = lengths.split_at(axes);
    let width: usize = inner.iter().product();
    let at = rows.iter().flat_map(|&row| std::iter::repeat_n(row, width)).collect();
    let at = Tensor::new([rows.len(), width], at)?;
    let values = reshaped(tensor::<T>(case, 2)?, &[rows.len(), width])?;
    let x = reshaped(x, &[outer.iter().product(), width])?;
    answer(case, reshaped(scatter(x, 0, &at, &values, update(case)?)?, &lengths)?)
}
