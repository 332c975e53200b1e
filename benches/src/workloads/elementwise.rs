//! Functions of single elements: what they cost in calls (10³), in arithmetic (10⁴) and in memory (10⁶).

use serde_json::json;

use super::FITS;
use crate::compare::Tolerance;
use crate::workload::{Input, Ours, Workload};

const LENGTHS: [usize; 3] = [1_000, 10_000, 1_000_000];

/// A function, the interval of its inputs, and our way to it.
type Function = (&'static str, [f64; 2], fn() -> Ours);

macro_rules! unary {
    ($method:ident) => {
        || Ours::into(|x, y| x[0].$method(y).expect(FITS))
    };
}

macro_rules! binary {
    ($method:ident) => {
        || Ours::into(|x, y| x[0].$method(&x[1], y).expect(FITS))
    };
}

/// The functions with a goal.
const FUNCTIONS: [Function; 6] = [
    ("exp", [-4.0, 4.0], unary!(exp_into)),
    ("sigmoid", [-6.0, 6.0], unary!(sigmoid_into)),
    ("tanh", [-4.0, 4.0], unary!(tanh_into)),
    ("gelu", [-4.0, 4.0], unary!(gelu_into)),
    ("relu", [-1.0, 1.0], unary!(relu_into)),
    ("add", [-1.0, 1.0], binary!(add_into)),
];

const OTHERS: [Function; 4] = [
    ("erf", [-3.0, 3.0], unary!(erf_into)),
    ("softplus", [-8.0, 8.0], unary!(softplus_into)),
    ("ln", [0.001, 10.0], unary!(ln_into)),
    ("multiply", [-1.0, 1.0], binary!(multiply_into)),
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
        // 0.5·x·(1 + erf(x/√2)), which some peers compute, cancels left of 0.
        tolerance: Tolerance { absolute: if op == "gelu" { 4e-6 } else { 1e-6 }, ..Tolerance::ELEMENT },
        flops: 0.0,
        steps: None,
    }
}
