//! Functions of single elements: what they cost in calls (10³), in arithmetic (10⁴) and in memory (10⁶).

use nn::tensor::Real;
use serde_json::json;

use crate::compare::Tolerance;
use crate::workload::{Input, Ours, Workload};

const LENGTHS: [usize; 3] = [1_000, 10_000, 1_000_000];

/// A function, the interval of its inputs, and our way to it.
type Function = (&'static str, [f64; 2], fn() -> Ours);

/// A function of one operand, into a result that is there.
macro_rules! unary {
    ($f:expr) => {
        || Ours::allocating(|x| x[0].map($f)) // TODO-MERGE: $method: `|| Ours::into(|x, y| x[0].$method(y).expect(super::FITS))`
    };
}

/// A function of two operands, into a result that is there.
macro_rules! binary {
    ($method:ident) => {
        || Ours::allocating(|x| x[0].$method(&x[1]).expect(super::FITS))
    };
}

/// The functions with a goal.
const FUNCTIONS: [Function; 6] = [
    ("exp", [-4.0, 4.0], unary!(Real::exp)),
    ("sigmoid", [-6.0, 6.0], unary!(Real::sigmoid)),
    ("tanh", [-4.0, 4.0], unary!(Real::tanh)),
    ("gelu", [-4.0, 4.0], unary!(Real::gelu)),
    ("relu", [-1.0, 1.0], unary!(|x| Real::maximum(x, 0.0))),
    ("add", [-1.0, 1.0], binary!(add)),
];

const OTHERS: [Function; 4] = [
    ("erf", [-3.0, 3.0], unary!(Real::erf)),
    ("softplus", [-8.0, 8.0], unary!(Real::softplus)),
    ("ln", [0.001, 10.0], unary!(Real::ln)),
    ("multiply", [-1.0, 1.0], binary!(multiply)),
];

pub(super) fn rows() -> Vec<Workload> {
    let mut rows = Vec::new();
    for (group, functions) in [("element-wise", &FUNCTIONS[..]), ("more element-wise", &OTHERS)] {
        for function in functions {
            rows.extend(LENGTHS.map(|n| row(group, *function, n)));
        }
    }
    rows
}

fn row(group: &str, (op, [low, high], ours): Function, n: usize) -> Workload {
    let operands = if ["add", "multiply"].contains(&op) { 2 } else { 1 };
    Workload {
        name: format!("{op} {n}"),
        groups: vec![format!("{group} {n}")],
        ask: json!({"op": op}),
        inputs: vec![Input::new(n).between(low, high); operands],
        result: n.into(),
        ours: ours(),
        tolerance: Tolerance::ELEMENT,
        flops: 0.0,
    }
}
