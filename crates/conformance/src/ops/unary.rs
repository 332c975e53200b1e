//! Functions of each element: dx = dy·f'(x), with f' written in x and y = f(x).

use std::f64::consts::{LN_2, LN_10, PI};

use tensor_ops::Tensor;

use super::{Answers, Computed, answers, input, upstream};
use crate::case::{Case, number};
use crate::run::Operations;

pub(crate) const OPERATIONS: Operations = &[
    ("abs", |case| unary(case, |x| x.abs(), |x, _| Ok(x.sign()))),
    ("acos", |case| unary(case, |x| x.acos(), |x, _| Ok(-&one_minus_square(x).rsqrt()))),
    ("acosh", |case| unary(case, |x| x.acosh(), |x, _| Ok((&x.square() - 1.0).rsqrt()))),
    ("asin", |case| unary(case, |x| x.asin(), |x, _| Ok(one_minus_square(x).rsqrt()))),
    ("asinh", |case| unary(case, |x| x.asinh(), |x, _| Ok((&x.square() + 1.0).rsqrt()))),
    ("atan", |case| unary(case, |x| x.atan(), |x, _| Ok((&x.square() + 1.0).reciprocal()))),
    ("atanh", |case| unary(case, |x| x.atanh(), |x, _| Ok(one_minus_square(x).reciprocal()))),
    ("ceil", |case| unary(case, |x| x.ceil(), |x, _| Ok(Tensor::zeros(*x.shape())))),
    ("clamp", clamp),
    ("cos", |case| unary(case, |x| x.cos(), |x, _| Ok(-&x.sin()))),
    ("cosh", |case| unary(case, |x| x.cosh(), |x, _| Ok(x.sinh()))),
    // erf'(x) = 2/√π·exp(-x²)
    ("erf", |case| unary(case, |x| x.erf(), |x, _| Ok(&(-&x.square()).exp() * (2.0 / PI.sqrt())))),
    ("exp", |case| unary(case, |x| x.exp(), |_, y| Ok(y.clone()))),
    ("exp2", |case| unary(case, |x| x.exp2(), |_, y| Ok(y * LN_2))),
    ("expm1", |case| unary(case, |x| x.expm1(), |_, y| Ok(y + 1.0))),
    ("floor", |case| unary(case, |x| x.floor(), |x, _| Ok(Tensor::zeros(*x.shape())))),
    ("log", |case| unary(case, |x| x.ln(), |x, _| Ok(x.reciprocal()))),
    ("log10", |case| unary(case, |x| x.log10(), |x, _| Ok((x * LN_10).reciprocal()))),
    ("log1p", |case| unary(case, |x| x.log1p(), |x, _| Ok((x + 1.0).reciprocal()))),
    ("log2", |case| unary(case, |x| x.log2(), |x, _| Ok((x * LN_2).reciprocal()))),
    ("neg", |case| unary(case, |x| x.neg(), |x, _| Ok(Tensor::full(*x.shape(), -1.0)))),
    ("reciprocal", |case| unary(case, |x| x.reciprocal(), |_, y| Ok(-&y.square()))),
    ("relu", |case| unary(case, |x| x.relu(), |x, _| Ok(x.relu_derivative()))),
    ("round", |case| unary(case, |x| x.round(), |x, _| Ok(Tensor::zeros(*x.shape())))),
    ("rsqrt", |case| unary(case, |x| x.rsqrt(), |x, y| Ok(&y.divide(x)? * -0.5))),
    ("sigmoid", |case| unary(case, |x| x.sigmoid(), |_, y| Ok(y.sigmoid_derivative()))),
    ("sign", |case| unary(case, |x| x.sign(), |x, _| Ok(Tensor::zeros(*x.shape())))),
    ("sin", |case| unary(case, |x| x.sin(), |x, _| Ok(x.cos()))),
    ("sinh", |case| unary(case, |x| x.sinh(), |x, _| Ok(x.cosh()))),
    ("softplus", |case| unary(case, |x| x.softplus(), |x, _| Ok(x.sigmoid()))),
    ("sqrt", |case| unary(case, |x| x.sqrt(), |_, y| Ok(&y.reciprocal() * 0.5))),
    ("square", |case| unary(case, |x| x.square(), |x, _| Ok(x * 2.0))),
    ("tan", |case| unary(case, |x| x.tan(), |_, y| Ok(&y.square() + 1.0))),
    ("tanh", |case| unary(case, |x| x.tanh(), |_, y| Ok(y.tanh_derivative()))),
];

fn unary(
    case: &Case,
    function: impl Fn(&Tensor<f64>) -> Tensor<f64>,
    derivative: impl Fn(&Tensor<f64>, &Tensor<f64>) -> Computed,
) -> Answers {
    let x = input(case, "x")?;
    let y = function(x);
    let dx = upstream(case, &y)?.multiply(&derivative(x, &y)?)?;
    answers(y, [("x", dx)])
}

fn one_minus_square(x: &Tensor<f64>) -> Tensor<f64> {
    &(-&x.square()) + 1.0
}

/// The gradient goes through where x is within the bounds, or on them.
fn clamp(case: &Case) -> Answers {
    let bound = |name, none| {
        case.setting(name, Some(none), "a number or null", |value| {
            if value.is_null() { Some(none) } else { number(value) }
        })
    };
    let (min, max) = (bound("min", f64::NEG_INFINITY)?, bound("max", f64::INFINITY)?);
    let x = input(case, "x")?;
    let y = x.clip(min, max);
    let is_within = x.greater_equal(&Tensor::from(min))?.logical_and(&x.less_equal(&Tensor::from(max))?)?;
    let dx = is_within.where_cond(upstream(case, &y)?, &Tensor::from(0.0))?;
    answers(y, [("x", dx)])
}
