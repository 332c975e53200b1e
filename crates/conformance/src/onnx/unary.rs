//! Functions of each element.

use tensor_ops::{Real, Tensor};

use super::{Answers, Given, answer, any, is_set, real, tensor};
use crate::case::Case;
use crate::run::Operations;

/// A row of the table: the function is compiled for both types of number.
macro_rules! unary {
    ($x:ident => $y:expr) => {
        |case| match crate::onnx::kind(case, 0)? {
            crate::case::Kind::Single => unary::<f32>(case, |$x| $y),
            _ => unary::<f64>(case, |$x| $y),
        }
    };
}

pub(crate) const OPERATIONS: Operations = &[
    ("Abs", unary!(x => x.abs())),
    ("Acos", unary!(x => x.acos())),
    ("Acosh", unary!(x => x.acosh())),
    ("Asin", unary!(x => x.asin())),
    ("Asinh", unary!(x => x.asinh())),
    ("Atan", unary!(x => x.atan())),
    ("Atanh", unary!(x => x.atanh())),
    ("Ceil", unary!(x => x.ceil())),
    ("Cos", unary!(x => x.cos())),
    ("Cosh", unary!(x => x.cosh())),
    ("Erf", unary!(x => x.erf())),
    ("Exp", unary!(x => x.exp())),
    ("Floor", unary!(x => x.floor())),
    ("Identity", any!(identity)),
    ("IsInf", real!(is_infinite)),
    ("IsNaN", real!(is_nan)),
    ("Log", unary!(x => x.ln())),
    ("Neg", unary!(x => x.neg())),
    ("Not", not),
    ("Reciprocal", unary!(x => x.reciprocal())),
    ("Relu", unary!(x => x.relu())),
    ("Round", unary!(x => x.round())),
    ("Sigmoid", unary!(x => x.sigmoid())),
    ("Sign", unary!(x => x.sign())),
    ("Sin", unary!(x => x.sin())),
    ("Sinh", unary!(x => x.sinh())),
    ("Softplus", unary!(x => x.softplus())),
    ("Sqrt", unary!(x => x.sqrt())),
    ("Tan", unary!(x => x.tan())),
    ("Tanh", unary!(x => x.tanh())),
];

fn unary<T: Real + Given>(case: &Case, function: impl Fn(&Tensor<T>) -> Tensor<T>) -> Answers {
    answer(case, function(&tensor(case, 0)?))
}

fn identity<T: Given>(case: &Case) -> Answers {
    answer(case, tensor::<T>(case, 0)?)
}

fn is_nan<T: Real + Given>(case: &Case) -> Answers {
    answer(case, tensor::<T>(case, 0)?.is_nan())
}

fn is_infinite<T: Real + Given>(case: &Case) -> Answers {
    let x: Tensor<T> = tensor(case, 0)?;
    let zero = Tensor::from(T::ZERO);
    let (negative, positive) =
        (is_set(case, "detect_negative", true)?, is_set(case, "detect_positive", true)?);
    let is_asked = match (negative, positive) {
        (true, true) => x.is_inf(),
        (true, false) => x.less(&zero)?,
        (false, true) => x.greater(&zero)?,
        (false, false) => x.not_equal(&x)?.logical_and(&x.is_inf())?,
    };
    answer(case, x.is_inf().logical_and(&is_asked)?)
}

fn not(case: &Case) -> Answers {
    answer(case, tensor::<bool>(case, 0)?.logical_not())
}
