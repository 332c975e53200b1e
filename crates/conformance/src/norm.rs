//! `numpy.linalg.norm`, which is three functions: of all elements, of vectors and of matrices.

use tensor_ops::{Axes, MatrixNorm, Norm, Shape, Tensor};

use crate::axis::axis;
use crate::case::{Answer, Case, Stop, number};

pub(crate) fn norm(case: &Case) -> Result<Vec<Answer>, Stop> {
    let a = &case.input("a", "input")?.tensor;
    let order = case.setting("ord", Some(None), "a string or null", |value| match value {
        serde_json::Value::Null => Some(None),
        _ => Some(Some(value.as_str()?)),
    })?;
    let keepdims = case.flag("keepdims", Some(false))?;
    let keep = |axes: Axes| if keepdims { axes.keepdims() } else { axes };
    let y = match (axis(case)?, order) {
        (None, None) => a.norm(Norm::L2, keep(Axes::All))?,
        (None, Some(order)) if a.shape().rank() == 1 => a.norm(vector_order(order)?, keep(Axes::All))?,
        // Of another rank than 2 this is an error of NumPy's and of the library's.
        (None, Some(order)) => match keepdims {
            true => matrix_norm(a, order)?.reshape(&[1, 1])?,
            false => matrix_norm(a, order)?,
        },
        (Some(axes), Some(order)) if axes.len() == 2 => matrix_norms(a, order, &axes, keepdims)?,
        (Some(axes), order) => {
            let order = order.map_or(Ok(Norm::L2), vector_order)?;
            a.norm(order, keep(Axes::These(axes)))?
        }
    };
    Ok(vec![Answer::output("y", y)])
}

/// The order of a norm of vectors. The orders of matrices alone cannot be said in the library's type.
fn vector_order(order: &str) -> Result<Norm, Stop> {
    Ok(match order {
        "0" => Norm::Count,
        "1" => Norm::L1,
        "2" => Norm::L2,
        "inf" => Norm::Max,
        "-inf" => Norm::Min,
        "fro" | "nuc" => return Err(Stop::Refused(format!("{order} is no order of `Norm`"))),
        _ => match number(&serde_json::Value::from(order)).or_else(|| order.parse().ok()) {
            Some(p) => Norm::P(p),
            None => return Err(Stop::Unknown(format!("attribute ord is {order:?}, which is not known"))),
        },
    })
}

/// The norm of a matrix, as a scalar.
fn matrix_norm(a: &Tensor<f64>, order: &str) -> Result<Tensor<f64>, Stop> {
    let order = match order {
        "1" => MatrixNorm::L1,
        "2" => MatrixNorm::Spectral,
        "inf" => MatrixNorm::Max,
        "fro" => MatrixNorm::Frobenius,
        "nuc" => MatrixNorm::Nuclear,
        "-1" => MatrixNorm::MinL1,
        "-2" => MatrixNorm::MinSpectral,
        "-inf" => MatrixNorm::MinMax,
        _ => return Err(Stop::Refused(format!("{order} is no order of `MatrixNorm`"))),
    };
    Ok(Tensor::from(a.matrix_norm(order)?))
}

/// The norms of the matrices that lie in two axes, one for each place of the others.
fn matrix_norms(a: &Tensor<f64>, order: &str, axes: &[isize], keepdims: bool) -> Result<Tensor<f64>, Stop> {
    let shape = a.shape();
    let (rows, columns) = (shape.axis(axes[0], "norm")?, shape.axis(axes[1], "norm")?);
    let others = (0..shape.rank()).filter(|axis| ![rows, columns].contains(axis));
    let last = others.clone().chain([rows, columns]).map(|axis| axis as isize);
    let permuted = a.permute(&last.collect::<Vec<_>>())?;

    let matrix = Shape::from([shape[rows], shape[columns]]);
    let places = others.clone().map(|axis| shape[axis]).product();
    let mut norms = Vec::new();
    for place in 0..places {
        let elements = &permuted.as_slice()[place * matrix.size()..(place + 1) * matrix.size()];
        norms.extend(matrix_norm(&Tensor::new(matrix, elements.to_vec())?, order)?.into_vec());
    }
    let lengths: Vec<usize> = match keepdims {
        true => (0..shape.rank()).map(|i| if [rows, columns].contains(&i) { 1 } else { shape[i] }).collect(),
        false => others.map(|axis| shape[axis]).collect(),
    };
    Ok(Tensor::new(Shape::new(&lengths)?, norms)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The 1-norm and the inf-norm of a matrix are a sum over one axis and a maximum over the other.
    #[test]
    fn matrices_in_any_two_axes() {
        let values = (0..24).map(|i| f64::from(i * 7 % 24) - 11.0).collect();
        let x = Tensor::new([2, 3, 4], values).unwrap();
        for (rows, columns) in [(0, 1), (1, 0), (0, 2), (2, 0), (-2, -1), (2, 1)] {
            let axes = [rows, columns];
            for (order, summed, other) in [("1", rows, columns), ("inf", columns, rows)] {
                let sums = x.norm(Norm::L1, Axes::from(summed).keepdims()).unwrap();
                let kept = sums.max(Axes::from(other).keepdims()).unwrap();
                assert_eq!(matrix_norms(&x, order, &axes, true).unwrap(), kept);
                let dropped = matrix_norms(&x, order, &axes, false).unwrap();
                assert_eq!((dropped.shape().rank(), dropped.as_slice()), (1, kept.as_slice()));
            }
        }
        assert!(matches!(matrix_norms(&x, "1", &[1, -2], false), Err(Stop::Refused(_))));
        assert!(matches!(matrix_norms(&x, "1", &[1, 3], false), Err(Stop::Refused(_))));
    }
}
