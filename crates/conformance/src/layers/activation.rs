//! Activations, with PyTorch's names and defaults.

use nn_core::Layer;
use nn_layers::{
    Celu, Elu, Gelu, GeluTanh, Glu, HardShrink, HardSigmoid, HardSwish, HardTanh, LeakyRelu, LogSigmoid,
    LogSoftmax, Mish, Prelu, Relu, Relu6, Selu, Sigmoid, Silu, SoftShrink, Softmax, Softmin, Softplus,
    Softsign, Tanh, TanhShrink, Threshold,
};

use super::{Answers, agree, elementwise, stateless, x};
use crate::axis::integer;
use crate::case::{Case, Stop};
use crate::run::Operations;

pub(crate) const OPERATIONS: Operations = &[
    ("CELU", celu),
    ("ELU", |case| elementwise(case, &Elu::new(case.number("alpha", Some(1.0))?))),
    ("GELU", gelu),
    ("GELU_tanh", gelu),
    ("GLU", |case| along(case, |axis| Glu::new().axis(axis))),
    ("Hardshrink", |case| elementwise(case, &HardShrink::new(case.number("lambd", Some(0.5))?))),
    ("Hardsigmoid", hardsigmoid),
    ("Hardswish", |case| elementwise(case, &HardSwish)),
    ("Hardtanh", hardtanh),
    ("LeakyReLU", |case| elementwise(case, &LeakyRelu::new(case.number("negative_slope", Some(0.01))?))),
    ("LogSigmoid", |case| elementwise(case, &LogSigmoid)),
    ("LogSoftmax", |case| along(case, |axis| LogSoftmax::new().axis(axis))),
    ("Mish", |case| elementwise(case, &Mish)),
    ("PReLU", prelu),
    ("ReLU", |case| elementwise(case, &Relu)),
    ("ReLU6", |case| elementwise(case, &Relu6)),
    ("SELU", selu),
    ("SiLU", |case| elementwise(case, &Silu)),
    ("Sigmoid", |case| elementwise(case, &Sigmoid)),
    ("Softmax", |case| along(case, |axis| Softmax::new().axis(axis))),
    ("Softmin", |case| along(case, |axis| Softmin::new().axis(axis))),
    ("Softplus", softplus),
    ("Softshrink", |case| elementwise(case, &SoftShrink::new(case.number("lambd", Some(0.5))?))),
    ("Softsign", |case| elementwise(case, &Softsign)),
    ("Tanh", |case| elementwise(case, &Tanh)),
    ("Tanhshrink", |case| elementwise(case, &TanhShrink)),
    ("Threshold", threshold),
];

/// A layer along an axis: the library's axes are those of a sample, the reference's those of the batch, so the batch
/// becomes one sample.
fn along<L: Layer>(case: &Case, layer: impl Fn(isize) -> L) -> Answers {
    let axis = case.setting("dim", Some(-1), "an axis", integer)?;
    stateless(case, &layer(axis), x(case)?.shape().rank())
}

fn gelu(case: &Case) -> Answers {
    match case.text("approximate", Some("none"))? {
        "none" => elementwise(case, &Gelu),
        "tanh" => elementwise(case, &GeluTanh),
        other => Err(Stop::Unknown(format!("attribute approximate is {other:?}, which is not known"))),
    }
}

/// The output of one layer and the gradients of another, which has the settings as PyTorch's way back rounds them.
fn with_gradients_of(case: &Case, back: &dyn Layer, layer: &dyn Layer) -> Answers {
    let mut answers = elementwise(case, layer)?;
    answers.retain(|answer| answer.role == "output");
    answers.extend(elementwise(case, back)?.into_iter().filter(|answer| answer.role == "grad"));
    Ok(answers)
}

/// PyTorch's way back has e^(x/α) with the α of f32, in f64 too, and before it α over that α: off by up to 6·10⁻⁸ for an α
/// that f32 does not have.
fn celu(case: &Case) -> Answers {
    let alpha = case.number("alpha", Some(1.0))?;
    let of_f32 = f64::from(alpha as f32);
    let mut answers = with_gradients_of(case, &Celu::new(of_f32), &Celu::new(alpha))?;
    let x = x(case)?.as_slice();
    for answer in answers.iter_mut().filter(|answer| answer.role == "grad") {
        for (dx, x) in answer.tensor.as_mut_slice().iter_mut().zip(x) {
            *dx *= if *x > 0.0 { 1.0 } else { alpha / of_f32 };
        }
    }
    Ok(answers)
}

/// PyTorch's way back multiplies by the 1/6 of f32, in f64 too: off by 3·10⁻⁸.
fn hardsigmoid(case: &Case) -> Answers {
    let of_f32 = HardSigmoid::new().slope(f64::from(1.0f32 / 6.0));
    with_gradients_of(case, &of_f32, &HardSigmoid::new())
}

fn hardtanh(case: &Case) -> Answers {
    let (min, max) = (case.number("min", Some(-1.0))?, case.number("max", Some(1.0))?);
    elementwise(case, &HardTanh::new(min, max))
}

fn prelu(case: &Case) -> Answers {
    let n = case.count("num_parameters", Some(1))?;
    if n == 1 {
        return elementwise(case, &Prelu::new());
    }
    agree("num_parameters", n, x(case)?.shape().as_slice().get(1).copied())?;
    elementwise(case, &Prelu::per_channel())
}

/// Its two constants are no settings.
fn selu(case: &Case) -> Answers {
    for (name, only) in [("alpha", 1.673_263_242_354_377_2), ("scale", 1.050_700_987_355_480_5)] {
        let value = case.number(name, Some(only))?;
        if value != only {
            return Err(Stop::Unknown(format!("attribute {name} is {value}, expected {only}")));
        }
    }
    elementwise(case, &Selu)
}

fn softplus(case: &Case) -> Answers {
    let (beta, threshold) = (case.number("beta", Some(1.0))?, case.number("threshold", Some(20.0))?);
    elementwise(case, &Softplus::new().beta(beta).threshold(threshold))
}

fn threshold(case: &Case) -> Answers {
    elementwise(case, &Threshold::new(case.number("threshold", None)?, case.number("value", None)?))
}
