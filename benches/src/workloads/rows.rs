//! Softmax, norms, sums and extremes: what goes along rows and columns.

use nn::tensor::{Axes, Norm, Shape};
use serde_json::{Value, json};

use super::FITS;
use crate::compare::Tolerance;
use crate::workload::{Input, Ours, Workload};

pub(super) fn rows() -> Vec<Workload> {
    let mut rows = Vec::new();
    for shape in [[64, 10], [1024, 1024], [32, 50_000]] {
        rows.push(along_rows("softmax", shape, || Ours::into(|x, y| x[0].softmax_into(1, y).expect(FITS))));
    }
    for shape in [[64, 10], [1024, 1024], [32, 50_000]] {
        rows.push(along_rows("log_softmax", shape, || {
            Ours::into(|x, y| x[0].log_softmax_into(1, y).expect(FITS))
        }));
    }
    rows.push(row_norm());
    for (where_, axes) in [("axis 0", Axes::from(0)), ("axis 1", Axes::from(1)), ("all", Axes::All)] {
        let (sum, max) = (axes.clone(), axes.clone());
        rows.push(reduction(
            "sum",
            where_,
            &axes,
            Ours::allocating(move |x| x[0].sum(sum.clone()).expect(FITS)),
        ));
        rows.push(reduction(
            "max",
            where_,
            &axes,
            Ours::allocating(move |x| x[0].max(max.clone()).expect(FITS)),
        ));
    }
    let sum_to = Ours::allocating(|x| x[0].sum_to(1024).expect(FITS));
    rows.push(Workload {
        name: "sum_to 1024 from 1024x1024".to_string(),
        groups: vec!["sum_to and cumsum".to_string()],
        ..reduction("sum", "axis 0", &Axes::from(0), sum_to)
    });
    rows.push(cumsum());
    rows
}

fn along_rows(op: &str, [m, n]: [usize; 2], ours: fn() -> Ours) -> Workload {
    let tolerance = match op {
        // Probabilities are of size 1/n.
        "softmax" => Tolerance { relative: 1e-5, absolute: 1e-9 },
        _ => Tolerance { relative: 1e-5, absolute: 1e-5 },
    };
    Workload {
        name: format!("{op} {m}x{n}"),
        groups: vec!["softmax and log_softmax".to_string()],
        ask: json!({"op": op, "axis": 1}),
        inputs: vec![Input::new([m, n]).between(-5.0, 5.0)],
        result: [m, n].into(),
        ours: ours(),
        tolerance,
        flops: 0.0,
        steps: None,
    }
}

/// x / ‖x‖, row by row.
fn row_norm() -> Workload {
    Workload {
        name: "row norm 1024x1024".to_string(),
        groups: vec!["row norm".to_string()],
        ask: json!({"op": "row_norm", "axis": 1}),
        inputs: vec![Input::new([1024, 1024])],
        result: [1024, 1024].into(),
        ours: Ours::allocating(|x| x[0].normalize(Norm::L2, 1, 1e-12).expect(FITS)),
        tolerance: Tolerance { relative: 1e-5, absolute: 1e-8 },
        flops: 0.0,
        steps: None,
    }
}

fn reduction(op: &str, where_: &str, axes: &Axes, ours: Ours) -> Workload {
    let (result, axis): (Shape, Value) = match axes {
        Axes::All => (Shape::SCALAR, Value::Null),
        _ => ([1024].into(), json!(if where_ == "axis 0" { 0 } else { 1 })),
    };
    let terms = 1024 * 1024 / result.size();
    Workload {
        name: format!("{op} {where_} 1024x1024"),
        groups: vec!["sum and max".to_string()],
        ask: json!({"op": op, "axis": axis}),
        inputs: vec![Input::new([1024, 1024])],
        result,
        ours,
        tolerance: if op == "sum" { Tolerance::sum_of(terms) } else { Tolerance::EXACT },
        flops: 0.0,
        steps: None,
    }
}

fn cumsum() -> Workload {
    Workload {
        name: "cumsum axis 1 1024x1024".to_string(),
        groups: vec!["sum_to and cumsum".to_string()],
        ask: json!({"op": "cumsum", "axis": 1}),
        inputs: vec![Input::new([1024, 1024])],
        result: [1024, 1024].into(),
        ours: Ours::allocating(|x| x[0].cumsum(1).expect(FITS)),
        tolerance: Tolerance::sum_of(1024),
        flops: 0.0,
        steps: None,
    }
}
