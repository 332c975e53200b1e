//! NumPy's rules for tensors of any rank.

use tensor_ops::{Axes, Tensor, TensorError};

use crate::axis::{axis, integers};
use crate::case::{Answer, Case, Stop};
use crate::run::Operations;

pub(crate) const OPERATIONS: Operations = &[
    ("elementwise", elementwise),
    ("matmul", matmul),
    ("norm", crate::norm::norm),
    ("reduce", reduce),
    ("reshape", reshape),
];

type Answers = Result<Vec<Answer>, Stop>;

fn y(tensor: Tensor<f64>) -> Answers {
    Ok(vec![Answer::output("y", tensor)])
}

fn elementwise(case: &Case) -> Answers {
    let (a, b) = (&case.input("a", "input")?.tensor, &case.input("b", "input")?.tensor);
    y(match case.text("fn", None)? {
        "add" => a.add(b)?,
        "sub" => a.subtract(b)?,
        "mul" => a.multiply(b)?,
        "div" => a.divide(b)?,
        "pow" => a.power(b)?,
        "max" => a.maximum(b)?,
        "min" => a.minimum(b)?,
        other => return Err(Stop::Unknown(format!("attribute fn is {other:?}, which is not known"))),
    })
}

fn matmul(case: &Case) -> Answers {
    case.insist("fn", "a @ b")?;
    y(case.input("a", "input")?.tensor.matmul(&case.input("b", "input")?.tensor)?)
}

fn reduce(case: &Case) -> Answers {
    let a = &case.input("a", "input")?.tensor;
    let (ddof, axes) = (case.count("ddof", Some(0))?, axes(case)?);
    y(match case.text("fn", None)? {
        "sum" => a.sum(axes)?,
        "prod" => a.prod(axes)?,
        "mean" => a.mean(axes)?,
        "var" => a.var(axes, ddof)?,
        "std" => a.std(axes, ddof)?,
        "max" => a.max(axes)?,
        "min" => a.min(axes)?,
        "argmax" => positions(a.argmax(axes))?,
        "argmin" => positions(a.argmin(axes))?,
        other => return Err(Stop::Unknown(format!("attribute fn is {other:?}, which is not known"))),
    })
}

fn positions(found: Result<Tensor<usize>, TensorError>) -> Result<Tensor<f64>, TensorError> {
    let found = found?;
    Tensor::new(*found.shape(), found.as_slice().iter().map(|&at| at as f64).collect())
}

/// The attributes `axis` and `keepdims`.
fn axes(case: &Case) -> Result<Axes, Stop> {
    let axes = match axis(case)? {
        Some(list) => Axes::These(list),
        None => Axes::All,
    };
    Ok(if case.flag("keepdims", Some(false))? { axes.keepdims() } else { axes })
}

fn reshape(case: &Case) -> Answers {
    case.insist("order", "C")?;
    let shape = case.setting("shape", None, "a list of lengths", integers)?;
    y(case.input("a", "input")?.tensor.clone().reshape(&shape)?)
}
