//! Matrix products, and determinants.

use tensor_ops::{Product, Real, Tensor};

use super::{Answers, Given, all, answer, is_set, kind, number, optional, real, reshaped, tensor};
use crate::case::{Case, Kind, Stop};
use crate::run::Operations;

pub(crate) const OPERATIONS: Operations =
    &[("Det", det), ("Einsum", real!(einsum)), ("Gemm", real!(gemm)), ("MatMul", real!(matmul))];

fn matmul<T: Real + Given>(case: &Case) -> Answers {
    answer(case, tensor::<T>(case, 0)?.matmul(&tensor(case, 1)?)?)
}

/// α·A·B + β·C, with A or B transposed where the case says so.
fn gemm<T: Real + Given>(case: &Case) -> Answers {
    let product = Product {
        transpose_left: is_set(case, "transA", false)?,
        transpose_right: is_set(case, "transB", false)?,
    };
    let y = tensor::<T>(case, 0)?.matmul_with(&tensor(case, 1)?, product)?;
    let y = y.multiply(&number(case, "alpha", 1.0)?)?;
    let beta = number(case, "beta", 1.0)?;
    // An attribute of old opsets: C broadcasts since 7 without being told.
    is_set(case, "broadcast", true)?;
    answer(
        case,
        match optional::<T>(case, 2)? {
            Some(c) => y.add(&c.multiply(&beta)?.broadcast_to(*y.shape())?)?,
            None => y,
        },
    )
}

/// The determinant of every matrix in the last two axes, by nalgebra.
fn det(case: &Case) -> Answers {
    macro_rules! determinants {
        ($t:ty) => {{
            let x: Tensor<$t> = tensor(case, 0)?;
            let [batch @ .., rows, columns] = x.shape().as_slice() else {
                return Err(Stop::Refused(format!("shape {} is no matrix", x.shape())));
            };
            if rows != columns {
                return Err(Stop::Refused(format!("shape {} is not square", x.shape())));
            }
            let (batch, n) = (batch.to_vec(), *rows);
            let x = reshaped(x, &[batch.iter().product(), n, n])?;
            let each = (0..x.shape()[0]).map(|i| Ok(x.row(i)?.as_matrix()?.determinant()));
            let determinants: Vec<$t> = each.collect::<Result<_, Stop>>()?;
            answer(case, reshaped(Tensor::from(determinants), &batch)?)
        }};
    }
    match kind(case, 0)? {
        Kind::Single => determinants!(f32),
        _ => determinants!(f64),
    }
}

fn einsum<T: Real + Given>(case: &Case) -> Answers {
    let operands = all::<T>(case)?;
    let operands: Vec<&Tensor<T>> = operands.iter().collect();
    if operands.len() > 2 {
        return Err(Stop::Unsupported("einsum of three operands"));
    }
    answer(case, tensor_ops::einsum(case.text("equation", None)?, &operands)?)
}
