//! NumPy's rules for tensors of any rank.

use tensor_ops::{Shape, Tensor};

use crate::axis::{axes, counts, integer, integers};
use crate::case::{Answer, Case, Stop};
use crate::run::Operations;

pub(crate) const OPERATIONS: Operations = &[
    ("broadcast_shapes", broadcast_shapes),
    ("broadcast_to", broadcast_to),
    ("concat", concat),
    ("dot", dot),
    ("elementwise", elementwise),
    ("inplace", in_place),
    ("matmul", matmul),
    ("norm", crate::norm::norm),
    ("reduce", reduce),
    ("reshape", reshape),
    ("transpose", transpose),
];

type Answers = Result<Vec<Answer>, Stop>;

fn y(tensor: Tensor<f64>) -> Answers {
    Ok(vec![Answer::output("y", tensor)])
}

fn operand<'a>(case: &'a Case, name: &str) -> Result<&'a Tensor<f64>, Stop> {
    Ok(&case.input(name, "input")?.tensor)
}

/// The value of the attribute `fn` is not one that this program has a function for.
fn unknown(function: &str) -> Stop {
    Stop::Unknown(format!("attribute fn is {function:?}, which is not known"))
}

/// Lengths as numbers, which is how the cases list a shape.
fn numbers(list: &[usize]) -> Tensor<f64> {
    Tensor::from(list.iter().map(|&n| n as f64).collect::<Vec<_>>())
}

fn broadcast_shapes(case: &Case) -> Answers {
    let shapes = case.setting("shapes", None, "a list of shapes", |value| {
        value.as_array()?.iter().map(counts).collect::<Option<Vec<_>>>()
    })?;
    let mut shape = Shape::SCALAR;
    for lengths in shapes {
        shape = shape.broadcast(&Shape::new(&lengths)?, "broadcast")?;
    }
    Ok(vec![Answer::output("shape", numbers(shape.as_slice()))])
}

fn broadcast_to(case: &Case) -> Answers {
    let shape = case.setting("shape", None, "a list of lengths", counts)?;
    y(operand(case, "a")?.broadcast_to(Shape::new(&shape)?)?)
}

fn concat(case: &Case) -> Answers {
    let mut parts = Vec::new();
    while let Some(part) = case.find(&format!("x{}", parts.len()), "input") {
        parts.push(&part.tensor);
    }
    y(Tensor::concat(&parts, case.setting("axis", Some(0), "an axis", integer)?)?)
}

fn dot(case: &Case) -> Answers {
    let (a, b) = (operand(case, "a")?, operand(case, "b")?);
    y(match case.text("fn", None)? {
        "np.dot" => a.dot(b)?,
        "np.multiply" => a.multiply(b)?,
        "np.outer" => a.outer(b)?,
        other => return Err(unknown(other)),
    })
}

fn elementwise(case: &Case) -> Answers {
    let (a, b) = (operand(case, "a")?, operand(case, "b")?);
    y(match case.text("fn", None)? {
        "add" => a.add(b)?,
        "sub" => a.subtract(b)?,
        "mul" => a.multiply(b)?,
        "div" => a.divide(b)?,
        "mod" => a.remainder(b)?,
        "pow" => a.power(b)?,
        "max" => a.maximum(b)?,
        "min" => a.minimum(b)?,
        other => return Err(unknown(other)),
    })
}

/// The left operand is the place of the result, and keeps its shape.
fn in_place(case: &Case) -> Answers {
    let (mut a, b) = (operand(case, "a")?.clone(), operand(case, "b")?);
    match case.text("fn", None)? {
        "a += b" => a.add_in_place(b)?,
        "a -= b" => a.subtract_in_place(b)?,
        "a *= b" => a.multiply_in_place(b)?,
        "a /= b" => a.divide_in_place(b)?,
        other => return Err(unknown(other)),
    }
    y(a)
}

fn matmul(case: &Case) -> Answers {
    case.insist("fn", "a @ b")?;
    y(operand(case, "a")?.matmul(operand(case, "b")?)?)
}

fn reduce(case: &Case) -> Answers {
    let a = operand(case, "a")?;
    let (ddof, axes) = (case.count("ddof", Some(0))?, axes(case)?);
    let positions = |found: Tensor<usize>| {
        Tensor::new(*found.shape(), found.as_slice().iter().map(|&at| at as f64).collect())
    };
    y(match case.text("fn", None)? {
        "sum" => a.sum(axes)?,
        "prod" => a.prod(axes)?,
        "mean" => a.mean(axes)?,
        "var" => a.var(axes, ddof)?,
        "std" => a.std(axes, ddof)?,
        "max" => a.max(axes)?,
        "min" => a.min(axes)?,
        "argmax" => positions(a.argmax(axes)?)?,
        "argmin" => positions(a.argmin(axes)?)?,
        other => return Err(unknown(other)),
    })
}

fn reshape(case: &Case) -> Answers {
    case.insist("order", "C")?;
    let shape = case.setting("shape", None, "a list of lengths", integers)?;
    y(operand(case, "a")?.clone().reshape(&shape)?)
}

fn transpose(case: &Case) -> Answers {
    let a = operand(case, "a")?;
    let order = case.setting("perm", Some(None), "a list of axes or null", |value| {
        if value.is_null() { Some(None) } else { integers(value).map(Some) }
    })?;
    y(match order {
        Some(order) => a.permute(&order)?,
        None => a.transpose(),
    })
}
