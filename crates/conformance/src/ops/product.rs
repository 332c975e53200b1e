//! Products that sum: the gradient of each factor is a product of dy with the other.

use tensor_ops::Tensor;

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
        columns = columns.unsqueeze(-1)?;
        dy = dy.unsqueeze(-1)?;
    }
    if a.shape().rank() == 1 {
        rows = rows.unsqueeze(0)?;
        dy = dy.unsqueeze(-2)?;
    }
    let da = dy.matmul(&columns.swap_axes(-2, -1)?)?.sum_to(*rows.shape())?;
    let db = rows.swap_axes(-2, -1)?.matmul(&dy)?.sum_to(*columns.shape())?;
    answers(y, [("a", reshaped(da, a)?), ("b", reshaped(db, b)?)])
}

fn reshaped(x: Tensor<f64>, like: &Tensor<f64>) -> Result<Tensor<f64>, tensor_ops::TensorError> {
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
    let y = a.einsum(equation, b)?;
    let dy = upstream(case, &y)?;
    let da = dy.einsum(&format!("{of_y},{of_b}->{of_a}"), b)?;
    let db = a.einsum(&format!("{of_a},{of_y}->{of_b}"), dy)?;
    answers(y, [("a", da), ("b", db)])
}
