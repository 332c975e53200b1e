//! Functions of two elements that broadcast: what goes back to an operand is summed over what was repeated.

use tensor_ops::Tensor;

use super::{Answers, Computed, answers, input, upstream};
use crate::case::Case;
use crate::run::Operations;

pub(crate) const OPERATIONS: Operations = &[
    ("add", |case| binary(case, |a, b| a.add(b), |_, dy| Ok([dy.clone(), dy.clone()]))),
    ("div", div),
    ("maximum", |case| binary(case, |a, b| a.maximum(b), |[a, b], dy| shares(a, b, dy))),
    ("minimum", |case| binary(case, |a, b| a.minimum(b), |[a, b], dy| shares(b, a, dy))),
    ("mul", |case| binary(case, |a, b| a.multiply(b), |[a, b], dy| Ok([dy.multiply(b)?, dy.multiply(a)?]))),
    ("pow", |case| binary(case, |a, b| a.power(b), power)),
    ("sub", |case| binary(case, |a, b| a.subtract(b), |_, dy| Ok([dy.clone(), -dy]))),
    ("where", where_cond),
];

type Pair = Result<[Tensor<f64>; 2], tensor_ops::TensorError>;

/// `backward` gives what goes back to a and b at each place of y, from a, b and dy.
fn binary(
    case: &Case,
    forward: impl Fn(&Tensor<f64>, &Tensor<f64>) -> Computed,
    backward: impl Fn([&Tensor<f64>; 2], &Tensor<f64>) -> Pair,
) -> Answers {
    let (a, b) = (input(case, "a")?, input(case, "b")?);
    let y = forward(a, b)?;
    let [da, db] = backward([a, b], upstream(case, &y)?)?;
    answers(y, [("a", da.sum_to(*a.shape())?), ("b", db.sum_to(*b.shape())?)])
}

/// d(a/b) = da/b - a/b²·db
fn div(case: &Case) -> Answers {
    let backward = |[a, b]: [&Tensor<f64>; 2], dy: &Tensor<f64>| {
        let da = dy.divide(b)?;
        let db = -&da.multiply(&a.divide(b)?)?;
        Ok([da, db])
    };
    binary(case, |a, b| a.divide(b), backward)
}

/// dy goes to the larger of the two, and half to each where they are equal.
fn shares(larger: &Tensor<f64>, smaller: &Tensor<f64>, dy: &Tensor<f64>) -> Pair {
    let (zero, half) = (Tensor::from(0.0), dy * 0.5);
    let of = |a: &Tensor<f64>, b: &Tensor<f64>, first: bool| {
        let wins = if first { a.greater(b)? } else { b.less(a)? };
        a.equal(b)?.where_cond(&half, &wins.where_cond(dy, &zero)?)
    };
    Ok([of(larger, smaller, true)?, of(smaller, larger, false)?])
}

/// d(aᵇ) = b·aᵇ⁻¹·da + aᵇ·ln a·db, with 0 where b = 0, and where a = 0 and b ≥ 0.
fn power([a, b]: [&Tensor<f64>; 2], dy: &Tensor<f64>) -> Pair {
    let zero = Tensor::from(0.0);
    let slope = b.multiply(&a.power(&(b - 1.0))?)?;
    let da = b.equal(&zero)?.where_cond(&zero, &slope)?.multiply(dy)?;
    let is_flat = a.equal(&zero)?.logical_and(&b.greater_equal(&zero)?)?;
    let db = is_flat.where_cond(&zero, &a.power(b)?.multiply(&a.ln())?)?.multiply(dy)?;
    Ok([da, db])
}

fn where_cond(case: &Case) -> Answers {
    let (condition, zero) = (case.input("cond", "input")?.mask()?, Tensor::from(0.0));
    let backward = |_: [&Tensor<f64>; 2], dy: &Tensor<f64>| {
        Ok([condition.where_cond(dy, &zero)?, condition.where_cond(&zero, dy)?])
    };
    binary(case, |a, b| condition.where_cond(a, b), backward)
}
