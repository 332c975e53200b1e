//! Functions of several operands that broadcast.

use tensor_ops::{Real, Tensor, TensorError};

use super::{Answers, Given, all, answer, is_set, kind, real, tensor};
use crate::case::{Case, Kind};
use crate::run::Operations;

pub(crate) const OPERATIONS: Operations = &[
    ("Add", real!(binary, |a, b| a.add(b))),
    ("And", |case| logical(case, |a, b| a.logical_and(b))),
    ("Div", real!(divide)),
    ("Equal", real!(compare, |a, b| a.equal(b))),
    ("Greater", real!(compare, |a, b| a.greater(b))),
    ("GreaterOrEqual", real!(compare, |a, b| a.greater_equal(b))),
    ("Less", real!(compare, |a, b| a.less(b))),
    ("LessOrEqual", real!(compare, |a, b| a.less_equal(b))),
    ("Max", real!(fold, |a, b| a.maximum(b))),
    ("Mean", real!(mean)),
    ("Min", real!(fold, |a, b| a.minimum(b))),
    ("Mod", real!(modulo)),
    ("Mul", real!(binary, |a, b| a.multiply(b))),
    ("Or", |case| logical(case, |a, b| a.logical_or(b))),
    ("Pow", real!(power)),
    ("Sub", real!(binary, |a, b| a.subtract(b))),
    ("Sum", real!(fold, |a, b| a.add(b))),
    ("Where", real!(@1 where_cond)),
    ("Xor", |case| logical(case, |a, b| a.logical_xor(b))),
];

type Computed<T> = Result<Tensor<T>, TensorError>;

fn binary<T: Real + Given>(case: &Case, f: fn(&Tensor<T>, &Tensor<T>) -> Computed<T>) -> Answers {
    answer(case, f(&tensor(case, 0)?, &tensor(case, 1)?)?)
}

fn compare<T: Real + Given>(case: &Case, f: fn(&Tensor<T>, &Tensor<T>) -> Computed<bool>) -> Answers {
    answer(case, f(&tensor(case, 0)?, &tensor(case, 1)?)?)
}

fn logical(case: &Case, f: fn(&Tensor<bool>, &Tensor<bool>) -> Computed<bool>) -> Answers {
    answer(case, f(&tensor(case, 0)?, &tensor(case, 1)?)?)
}

/// The function of the first two, of that and the third, and so on.
fn folded<T: Real + Given>(
    case: &Case,
    f: fn(&Tensor<T>, &Tensor<T>) -> Computed<T>,
) -> Result<Tensor<T>, crate::case::Stop> {
    let mut y: Tensor<T> = tensor(case, 0)?;
    for operand in &all(case)?[1..] {
        y = f(&y, operand)?;
    }
    Ok(y)
}

fn fold<T: Real + Given>(case: &Case, f: fn(&Tensor<T>, &Tensor<T>) -> Computed<T>) -> Answers {
    answer(case, folded(case, f)?)
}

fn mean<T: Real + Given>(case: &Case) -> Answers {
    answer(case, &folded::<T>(case, |a, b| a.add(b))? / T::from_usize(case.inputs.len()))
}

/// Towards 0, which is what whole numbers do.
fn truncated<T: Real>(x: &Tensor<T>) -> Computed<T> {
    x.sign().multiply(&x.abs().floor())
}

fn divide<T: Real + Given>(case: &Case) -> Answers {
    let y = tensor::<T>(case, 0)?.divide(&tensor(case, 1)?)?;
    answer(case, if kind(case, 0)? == Kind::Integer { truncated(&y)? } else { y })
}

fn power<T: Real + Given>(case: &Case) -> Answers {
    let y = tensor::<T>(case, 0)?.power(&tensor(case, 1)?)?;
    answer(case, if kind(case, 0)? == Kind::Integer { truncated(&y)? } else { y })
}

/// The remainder with the sign of b, or with `fmod` that of a.
fn modulo<T: Real + Given>(case: &Case) -> Answers {
    let (a, b): (Tensor<T>, Tensor<T>) = (tensor(case, 0)?, tensor(case, 1)?);
    answer(
        case,
        match is_set(case, "fmod", false)? {
            false => a.remainder(&b)?,
            true => a.abs().remainder(&b.abs())?.multiply(&a.sign())?,
        },
    )
}

fn where_cond<T: Real + Given>(case: &Case) -> Answers {
    let condition: Tensor<bool> = tensor(case, 0)?;
    answer(case, condition.where_cond(&tensor::<T>(case, 1)?, &tensor(case, 2)?)?)
}
