//! Activations: those of the library, and those that are a line of its functions.

use tensor_ops::{Axes, Norm, Real, Tensor};

use super::{Answers, Given, answer, integer, number, real, scalar, tensor};
use crate::case::{Case, Stop};
use crate::run::Operations;

pub(crate) const OPERATIONS: Operations = &[
    ("Celu", real!(celu)),
    ("Clip", real!(clip)),
    ("Elu", real!(elu)),
    ("Gelu", real!(gelu)),
    ("HardSigmoid", real!(hard_sigmoid)),
    ("HardSwish", real!(hard_swish)),
    ("Hardmax", real!(hardmax)),
    ("LeakyRelu", real!(leaky_relu)),
    ("LogSoftmax", real!(log_softmax)),
    ("LpNormalization", real!(lp_normalization)),
    ("Mish", real!(mish)),
    ("PRelu", real!(prelu)),
    ("Selu", real!(selu)),
    ("Shrink", real!(shrink)),
    ("Softmax", real!(softmax)),
    ("Softsign", real!(softsign)),
    ("Swish", real!(swish)),
    ("ThresholdedRelu", real!(thresholded_relu)),
];

fn clip<T: Real + Given>(case: &Case) -> Answers {
    let min = scalar(case, 1)?.unwrap_or(-T::INFINITY);
    let max = scalar(case, 2)?.unwrap_or(T::INFINITY);
    answer(case, tensor::<T>(case, 0)?.clip(min, max))
}

/// x, and below 0 something else.
fn with_tail<T: Real + Given>(case: &Case, x: &Tensor<T>, tail: &Tensor<T>) -> Answers {
    answer(case, x.less(&Tensor::from(T::ZERO))?.where_cond(tail, x)?)
}

fn elu<T: Real + Given>(case: &Case) -> Answers {
    let x: Tensor<T> = tensor(case, 0)?;
    let tail = x.expm1().multiply(&number(case, "alpha", 1.0)?)?;
    with_tail(case, &x, &tail)
}

fn celu<T: Real + Given>(case: &Case) -> Answers {
    let (x, alpha) = (tensor::<T>(case, 0)?, number(case, "alpha", 1.0)?);
    let tail = x.divide(&alpha)?.expm1().multiply(&alpha)?;
    with_tail(case, &x, &tail)
}

/// γ·x above 0 and γ·α·(eˣ - 1) below (Klambauer et al., 2017), with ONNX's digits.
fn selu<T: Real + Given>(case: &Case) -> Answers {
    let x: Tensor<T> = tensor(case, 0)?;
    let (alpha, gamma) = (number(case, "alpha", 1.6732632)?, number(case, "gamma", 1.050701)?);
    let (x, tail) = (x.multiply(&gamma)?, x.expm1().multiply(&alpha)?.multiply(&gamma)?);
    with_tail(case, &x, &tail)
}

fn leaky_relu<T: Real + Given>(case: &Case) -> Answers {
    let x: Tensor<T> = tensor(case, 0)?;
    with_tail(case, &x, &x.multiply(&number(case, "alpha", 0.01)?)?)
}

fn prelu<T: Real + Given>(case: &Case) -> Answers {
    let x: Tensor<T> = tensor(case, 0)?;
    with_tail(case, &x, &x.multiply(&tensor(case, 1)?)?)
}

fn thresholded_relu<T: Real + Given>(case: &Case) -> Answers {
    let x: Tensor<T> = tensor(case, 0)?;
    let is_above = x.greater(&number(case, "alpha", 1.0)?)?;
    answer(case, is_above.where_cond(&x, &Tensor::from(T::ZERO))?)
}

/// x + bias below -λ, x - bias above λ, 0 between.
fn shrink<T: Real + Given>(case: &Case) -> Answers {
    let x: Tensor<T> = tensor(case, 0)?;
    let (lambda, bias) = (number(case, "lambd", 0.5)?, number(case, "bias", 0.0)?);
    let above = x.greater(&lambda)?.where_cond(&x.subtract(&bias)?, &Tensor::from(T::ZERO))?;
    answer(case, x.less(&-&lambda)?.where_cond(&x.add(&bias)?, &above)?)
}

/// x·Φ(x), or by tanh: x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³))) (Hendrycks and Gimpel, 2016).
fn gelu<T: Real + Given>(case: &Case) -> Answers {
    let x: Tensor<T> = tensor(case, 0)?;
    match case.text("approximate", Some("none"))? {
        "none" => answer(case, x.gelu()),
        "tanh" => {
            let inner = x.add(&(&x.square().multiply(&x)? * T::from_f64(0.044715)))?;
            let tanh = (&inner * T::from_f64((2.0 / std::f64::consts::PI).sqrt())).tanh();
            answer(case, (&x * T::from_f64(0.5)).multiply(&(&tanh + T::ONE))?)
        }
        other => Err(Stop::Unknown(format!("attribute approximate is {other:?}, which is not known"))),
    }
}

fn hard_sigmoid<T: Real + Given>(case: &Case) -> Answers {
    let x: Tensor<T> = tensor(case, 0)?;
    let line = x.multiply(&number(case, "alpha", 0.2)?)?.add(&number(case, "beta", 0.5)?)?;
    answer(case, line.clip(T::ZERO, T::ONE))
}

fn hard_swish<T: Real + Given>(case: &Case) -> Answers {
    let x: Tensor<T> = tensor(case, 0)?;
    let line = &(&x / T::from_f64(6.0)) + T::from_f64(0.5);
    answer(case, line.clip(T::ZERO, T::ONE).multiply(&x)?)
}

fn swish<T: Real + Given>(case: &Case) -> Answers {
    let x: Tensor<T> = tensor(case, 0)?;
    let sigmoid = x.multiply(&number(case, "alpha", 1.0)?)?.sigmoid();
    answer(case, x.multiply(&sigmoid)?)
}

fn mish<T: Real + Given>(case: &Case) -> Answers {
    let x: Tensor<T> = tensor(case, 0)?;
    answer(case, x.softplus().tanh().multiply(&x)?)
}

fn softsign<T: Real + Given>(case: &Case) -> Answers {
    let x: Tensor<T> = tensor(case, 0)?;
    answer(case, x.divide(&(&x.abs() + T::ONE))?)
}

fn softmax<T: Real + Given>(case: &Case) -> Answers {
    answer(case, tensor::<T>(case, 0)?.softmax(integer(case, "axis", Some(-1))?)?)
}

fn log_softmax<T: Real + Given>(case: &Case) -> Answers {
    answer(case, tensor::<T>(case, 0)?.log_softmax(integer(case, "axis", Some(-1))?)?)
}

/// 1 at the first of the largest, 0 elsewhere.
fn hardmax<T: Real + Given>(case: &Case) -> Answers {
    let (x, axis) = (tensor::<T>(case, 0)?, integer(case, "axis", Some(-1))?);
    let largest = x.argmax(Axes::from(axis).keepdims())?;
    let ones = Tensor::ones(*largest.shape());
    answer(case, Tensor::<T>::zeros(*x.shape()).scatter(axis, &largest, &ones)?)
}

/// x/|x|, and 0 where the norm is 0.
fn lp_normalization<T: Real + Given>(case: &Case) -> Answers {
    let x: Tensor<T> = tensor(case, 0)?;
    let order = match integer(case, "p", Some(2))? {
        1 => Norm::L1,
        2 => Norm::L2,
        other => return Err(Stop::Unknown(format!("attribute p is {other}, expected 1 or 2"))),
    };
    let norm = x.norm(order, Axes::from(integer(case, "axis", Some(-1))?).keepdims())?;
    let zero = Tensor::from(T::ZERO);
    answer(case, norm.equal(&zero)?.where_cond(&zero, &x.divide(&norm)?)?)
}
