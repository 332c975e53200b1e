//! Products that sum: the gradient of each factor is a product of dy with the other.

use tensor_ops::{Product, Tensor, TensorError};

use super::{Answers, answers, input, upstream};
use crate::case::{Case, Stop};
use crate::run::Operations;

pub(crate) const OPERATIONS: Operations = &[("einsum", einsum), ("matmul", matmul)];

/// dA = dY·Bᵀ and dB = Aᵀ·dY, summed over the batch axes that were repeated.
fn matmul(case: &Case) -> Answers {
    let (a, b) = (input(case, "a")?, input(case, "b")?);
    let y = a.matmul(b)?;
    let mut dy = upstream(case, &y)?.clone();
    // A vector takes part as a matrix of one row, or one column.
    let (mut rows, mut columns) = (a.clone(), b.clone());
    if b.shape().rank() == 1 {
        (columns, dy) = (columns.unsqueeze(-1)?, dy.unsqueeze(-1)?);
    }
    if a.shape().rank() == 1 {
        (rows, dy) = (rows.unsqueeze(0)?, dy.unsqueeze(-2)?);
    }
    let da = dy.matmul_with(&columns, Product::NT)?.sum_to(*rows.shape())?;
    let db = rows.matmul_with(&dy, Product::TN)?.sum_to(*columns.shape())?;
    answers(y, [("a", reshaped(da, a)?), ("b", reshaped(db, b)?)])
}

fn reshaped(x: Tensor<f64>, like: &Tensor<f64>) -> Result<Tensor<f64>, TensorError> {
    x.reshape(&like.shape().iter().map(|&n| n as isize).collect::<Vec<_>>())
}

/// The gradient of a factor is the sum with dy in its place: of "ij,jk->ik" by the first, "ik,jk->ij".
fn einsum(case: &Case) -> Answers {
    let equation = case.text("equation", None)?;
    let (a, b) = (input(case, "a")?, input(case, "b")?);
    let parts = equation.split_once("->").and_then(|(from, to)| Some((from.split_once(',')?, to)));
    let Some(((of_a, of_b), of_y)) = parts else {
        return Err(Stop::Unknown(format!("attribute equation is {equation:?}, expected \"..,..->..\"")));
    };
    let y = tensor_ops::einsum(equation, &[a, b])?;
    let dy = upstream(case, &y)?;
    let da = gradient(&[of_y, of_b], of_a, [dy, b], a)?;
    let db = gradient(&[of_y, of_a], of_b, [dy, a], b)?;
    answers(y, [("a", da), ("b", db)])
}

/// The sum over `from` with the labels `to` of the factor `like`. A label that is nowhere else was summed over
/// alone: the gradient is the same all along its axis.
fn gradient(
    from: &[&str; 2],
    to: &str,
    operands: [&Tensor<f64>; 2],
    like: &Tensor<f64>,
) -> Result<Tensor<f64>, TensorError> {
    let is_elsewhere = |label: &char| from.iter().any(|labels| labels.contains(*label));
    let known: String = to.chars().filter(is_elsewhere).collect();
    let mut gradient = tensor_ops::einsum(&format!("{},{}->{known}", from[0], from[1]), &operands)?;
    for (axis, _) in to.chars().enumerate().filter(|(_, label)| !is_elsewhere(label)) {
        gradient = gradient.unsqueeze(axis as isize)?;
    }
    gradient.broadcast_to(*like.shape())
}
