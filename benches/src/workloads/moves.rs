//! Broadcasting and moving: bound by memory.

use nn::tensor::Shape;
use serde_json::{Value, json};

use super::FITS;
use crate::compare::Tolerance;
use crate::workload::{Input, Ours, Workload};

pub(super) fn rows() -> Vec<Workload> {
    let mut rows = Vec::new();
    for [m, n] in [[1024, 1024], [64, 128]] {
        let ours = Ours::into(|x, y| x[0].add_into(&x[1], y).expect(FITS));
        let name = format!("bias add {m}x{n}");
        rows.push(row(name, "bias add", json!({"op": "add"}), &[&[m, n], &[n]], [m, n], ours));
    }
    for [m, n] in [[2048, 2048], [1000, 1000]] {
        let ours = Ours::into(|x, y| x[0].transpose_into(y).expect(FITS));
        let name = format!("transpose {m}x{n}");
        rows.push(row(name, "transpose", json!({"op": "transpose"}), &[&[m, n]], [n, m], ours));
    }
    rows.push(row(
        "permute NCHW→NHWC 32x64x56x56".to_string(),
        "permute",
        json!({"op": "permute", "order": [0, 2, 3, 1]}),
        &[&[32, 64, 56, 56]],
        [32, 56, 56, 64],
        Ours::into(|x, y| x[0].permute_into(&[0, 2, 3, 1], y).expect(FITS)),
    ));
    rows
}

/// A row whose answer is the same to the bit on every side.
fn row(
    name: String,
    group: &str,
    ask: Value,
    inputs: &[&[usize]],
    result: impl Into<Shape>,
    ours: Ours,
) -> Workload {
    let shape = |lengths: &&[usize]| Shape::new(lengths).expect("the shapes of a workload are small");
    Workload {
        name,
        groups: vec![group.to_string()],
        ask,
        inputs: inputs.iter().map(|lengths| Input::new(shape(lengths))).collect(),
        result: result.into(),
        ours,
        tolerance: Tolerance::EXACT,
        flops: 0.0,
        steps: None,
    }
}
