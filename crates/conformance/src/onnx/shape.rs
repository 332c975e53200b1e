//! Shapes: asked for, and changed without a look at the elements.

use tensor_ops::{Axes, Shape, Tensor};

use super::{Answers, Given, answer, any, integer, integers, is_set, list, required, reshaped, tensor};
use crate::case::{Case, Stop};
use crate::run::Operations;

pub(crate) const OPERATIONS: Operations = &[
    ("DepthToSpace", any!(depth_to_space)),
    ("Expand", any!(expand)),
    ("Flatten", any!(flatten)),
    ("Reshape", any!(reshape)),
    ("Shape", shape),
    ("Size", size),
    ("SpaceToDepth", any!(space_to_depth)),
    ("Squeeze", any!(squeeze)),
    ("Tile", any!(tile)),
    ("Transpose", any!(transpose)),
    ("Unsqueeze", any!(unsqueeze)),
];

/// Lengths that an input gives.
fn shape_of(list: &[isize]) -> Result<Shape, Stop> {
    let lengths: Result<Vec<usize>, _> = list.iter().map(|&n| usize::try_from(n)).collect();
    Ok(Shape::new(&lengths.map_err(|_| Stop::Refused(format!("{list:?} is no shape")))?)?)
}

/// Both ways: a length of 1 in the shape leaves that of x.
fn expand<T: Given>(case: &Case) -> Answers {
    let x: Tensor<T> = tensor(case, 0)?;
    let shape = x.shape().broadcast(&shape_of(&list(case, 1)?)?, "broadcast_to")?;
    answer(case, x.broadcast_to(shape)?)
}

/// A matrix: the axes before `axis`, and the others.
fn flatten<T: Given>(case: &Case) -> Answers {
    let (x, axis) = (tensor::<T>(case, 0)?, integer(case, "axis", Some(1))?);
    // As many axes as there are may stand before.
    let rank = x.shape().rank();
    let at = if axis == rank as isize { rank } else { x.shape().axis(axis, "flatten")? };
    let (rows, columns) = x.shape().as_slice().split_at(at);
    let matrix = [rows.iter().product(), columns.iter().product()];
    answer(case, reshaped(x, &matrix)?)
}

/// A length of 0 is that of x, unless `allowzero` says that it is 0.
fn reshape<T: Given>(case: &Case) -> Answers {
    let (x, mut shape) = (tensor::<T>(case, 0)?, list(case, 1)?);
    if !is_set(case, "allowzero", false)? {
        for (at, n) in shape.iter_mut().enumerate().filter(|(_, n)| **n == 0) {
            let Some(&length) = x.shape().as_slice().get(at) else {
                return Err(Stop::Refused(format!("axis {at} of shape {} has no length", x.shape())));
            };
            *n = length as isize;
        }
    }
    answer(case, x.reshape(&shape)?)
}

/// The lengths from `start` to `end`, which count from the end where they are negative and stop at both ends.
fn shape(case: &Case) -> Answers {
    let lengths = required(case, 0)?.tensor.shape();
    let rank = lengths.rank() as isize;
    let place = |at: isize| (if at < 0 { at + rank } else { at }).clamp(0, rank) as usize;
    let start = place(integer(case, "start", Some(0))?);
    let end = place(integer(case, "end", Some(rank))?).max(start);
    answer(case, Tensor::from(lengths.as_slice()[start..end].to_vec()))
}

fn size(case: &Case) -> Answers {
    answer(case, Tensor::from(required(case, 0)?.tensor.shape().size()))
}

/// The axes of an input, or of an attribute in old opsets.
fn axes(case: &Case) -> Result<Option<Vec<isize>>, Stop> {
    let attribute =
        case.setting("axes", Some(None), "a list of axes", |value| crate::axis::integers(value).map(Some))?;
    Ok(integers(case, 1).or(attribute))
}

fn squeeze<T: Given>(case: &Case) -> Answers {
    let x: Tensor<T> = tensor(case, 0)?;
    answer(case, x.squeeze(axes(case)?.map_or(Axes::All, Axes::These))?)
}

/// The axes are those of the result, in any order.
fn unsqueeze<T: Given>(case: &Case) -> Answers {
    let axes = Axes::These(axes(case)?.unwrap_or_default());
    answer(case, tensor::<T>(case, 0)?.unsqueeze(axes)?)
}

fn tile<T: Given>(case: &Case) -> Answers {
    let repeats: Vec<usize> = list(case, 1)?.into_iter().map(|n| n.max(0) as usize).collect();
    answer(case, tensor::<T>(case, 0)?.tile(&repeats)?)
}

fn transpose<T: Given>(case: &Case) -> Answers {
    let x: Tensor<T> = tensor(case, 0)?;
    let reversed = (0..x.shape().rank() as isize).rev().collect();
    let order = case.setting("perm", Some(reversed), "a list of axes", crate::axis::integers)?;
    answer(case, x.permute(&order)?)
}

/// What a picture of shape [n, c, h, w] is cut into: blocks of b·b pixels.
fn picture<T: Given>(case: &Case) -> Result<(Tensor<T>, [usize; 5]), Stop> {
    let x: Tensor<T> = tensor(case, 0)?;
    let block = case.count("blocksize", None)?;
    match *x.shape().as_slice() {
        [n, c, h, w] if block > 0 => Ok((x, [n, c, h, w, block])),
        _ => Err(Stop::Refused(format!("shape {} is no batch of pictures", x.shape()))),
    }
}

fn depth_to_space<T: Given>(case: &Case) -> Answers {
    let (x, [n, c, h, w, b]) = picture::<T>(case)?;
    let depth = c / (b * b);
    let y = match case.text("mode", Some("DCR"))? {
        "DCR" => reshaped(x, &[n, b, b, depth, h, w])?.permute(&[0, 3, 4, 1, 5, 2])?,
        "CRD" => reshaped(x, &[n, depth, b, b, h, w])?.permute(&[0, 1, 4, 2, 5, 3])?,
        other => return Err(Stop::Unknown(format!("attribute mode is {other:?}, which is not known"))),
    };
    answer(case, reshaped(y, &[n, depth, h * b, w * b])?)
}

fn space_to_depth<T: Given>(case: &Case) -> Answers {
    let (x, [n, c, h, w, b]) = picture::<T>(case)?;
    let y = reshaped(x, &[n, c, h / b, b, w / b, b])?.permute(&[0, 3, 5, 1, 2, 4])?;
    answer(case, reshaped(y, &[n, c * b * b, h / b, w / b])?)
}
