//! The three products of a dense layer with batch m, k inputs and n outputs: x (m, k), W (n, k), dy (m, n).

use nn::tensor::matmul::{Matrix, Update, gemm};
use serde_json::json;

use crate::compare::Tolerance;
use crate::workload::{Input, Ours, Workload};

/// (m, k, n)
const SHAPES: [(usize, usize, usize); 23] = [
    (8, 8, 8),
    (16, 16, 16),
    (32, 32, 32),
    (64, 64, 64),
    (128, 128, 128),
    (256, 256, 256),
    (512, 512, 512),
    (1024, 1024, 1024),
    (2048, 2048, 2048),
    (64, 784, 128),
    (128, 784, 512),
    (64, 128, 10),
    (128, 512, 256),
    (128, 256, 10),
    (512, 1024, 1024),
    (512, 1024, 2048),
    (512, 2048, 2048),
    (512, 2048, 1000),
    (1, 784, 512),
    (1, 1024, 1024),
    (1024, 1024, 1),
    (2048, 1, 2048),
    (37, 65, 33),
];

/// Products of fewer multiplications have a group of their own: what they cost beside arithmetic shows.
const SMALL: usize = 128 * 128 * 128;

pub(super) fn rows() -> Vec<Workload> {
    let mut rows = Vec::new();
    for form in ["x·Wᵀ", "dy·W", "dyᵀ·x"] {
        rows.extend(SHAPES.map(|shape| row(form, shape)));
    }
    rows
}

fn row(form: &'static str, (m, k, n): (usize, usize, usize)) -> Workload {
    let (x, w, dy) = ([m, k], [n, k], [m, n]);
    let (op, left, right, result, inner) = match form {
        "x·Wᵀ" => ("matmul_x_wt", x, w, [m, n], k),
        "dy·W" => ("matmul_dy_w", dy, w, [m, k], n),
        _ => ("matmul_dyt_x", dy, x, [n, k], m),
    };
    let mut groups = vec![format!("matmul {form}")];
    if m * k * n < SMALL {
        groups.push(format!("matmul {form} below 128³"));
    }
    Workload {
        name: format!("matmul {form} {m}x{k}x{n}"),
        groups,
        ask: json!({"op": op}),
        inputs: vec![Input::new(left), Input::new(right)],
        result: result.into(),
        ours: Ours::into(move |inputs, out| {
            let view = |i: usize, [rows, cols]: [usize; 2]| Matrix::new(inputs[i].as_slice(), rows, cols);
            let (a, b) = (view(0, left), view(1, right));
            let (a, b) = match op {
                "matmul_x_wt" => (a, b.t()),
                "matmul_dy_w" => (a, b),
                _ => (a.t(), b),
            };
            gemm(a, b, Update::Assign, out.as_mut_slice());
        }),
        tolerance: Tolerance::sum_of(inner),
        flops: (2 * m * k * n) as f64,
        steps: None,
    }
}
