//! Is this backward pass right? J(θ+ε) and J(θ-ε) tell: a right gradient and three wrong ones, and the V over ε.
//!
//! `cargo run --release --example gradient_check`

mod common;

use common::{Corner, Panel, print_table};
use nn::check::{Band, check_gradient};
use nn::tensor::random::Stream;

/// Samples, inputs, hidden units; one output.
const M: usize = 20;
const INPUTS: usize = 3;
const HIDDEN: usize = 4;
/// θ: W₁ `(4, 3)`, b₁ `(4)`, w₂ `(4)`, b₂.
const PARAMETERS: usize = HIDDEN * INPUTS + HIDDEN + HIDDEN + 1;

/// What the backward pass gets wrong.
#[derive(Clone, Copy, PartialEq)]
enum Mistake {
    None,
    /// tanh' is taken for 1 - a, instead of 1 - a².
    Derivative,
    /// The bias of the output is not divided by m.
    Mean,
    /// One element of W₁ is 0.01% too large.
    Small,
}

struct Problem {
    x: Vec<f64>,
    y: Vec<f64>,
}

impl Problem {
    /// a = tanh(W₁ x + b₁), ŷ = σ(w₂·a + b₂), J = -1/m Σ (y ln ŷ + (1-y) ln(1-ŷ)).
    fn cost(&self, theta: &[f64]) -> f64 {
        let term = |(x, y): (&[f64], &f64)| {
            let output = forward(theta, x).1;
            -(y * output.ln() + (1.0 - y) * (1.0 - output).ln())
        };
        self.x.chunks_exact(INPUTS).zip(&self.y).map(term).sum::<f64>() / M as f64
    }

    /// dθ, with a mistake if you like.
    fn backward(&self, theta: &[f64], mistake: Mistake) -> Vec<f64> {
        let mut gradient = vec![0.0; PARAMETERS];
        let (weights, rest) = gradient.split_at_mut(HIDDEN * INPUTS);
        let w2 = &theta[HIDDEN * INPUTS + HIDDEN..];
        for (x, y) in self.x.chunks_exact(INPUTS).zip(&self.y) {
            let (a, output) = forward(theta, x);
            let dz = (output - y) / M as f64; // sigmoid and cross-entropy together
            for j in 0..HIDDEN {
                let slope = if mistake == Mistake::Derivative { 1.0 - a[j] } else { 1.0 - a[j] * a[j] };
                let da = dz * w2[j] * slope;
                for i in 0..INPUTS {
                    weights[j * INPUTS + i] += da * x[i]; // dW₁
                }
                rest[j] += da; // db₁
                rest[HIDDEN + j] += dz * a[j]; // dw₂
            }
            rest[2 * HIDDEN] += if mistake == Mistake::Mean { dz * M as f64 } else { dz }; // db₂
        }
        if mistake == Mistake::Small {
            weights[0] *= 1.0001;
        }
        gradient
    }
}

fn forward(theta: &[f64], x: &[f64]) -> ([f64; HIDDEN], f64) {
    let (w1, rest) = theta.split_at(HIDDEN * INPUTS);
    let a: [f64; HIDDEN] = std::array::from_fn(|j| {
        let z: f64 = w1[j * INPUTS..][..INPUTS].iter().zip(x).map(|(w, x)| w * x).sum();
        (z + rest[j]).tanh()
    });
    let z: f64 = a.iter().zip(&rest[HIDDEN..]).map(|(a, w)| a * w).sum::<f64>() + rest[2 * HIDDEN];
    (a, 1.0 / (1.0 + (-z).exp()))
}

/// ‖a - n‖ / (‖a‖ + ‖n‖), n by differences of step ε: to both sides, or to one.
fn distance(cost: impl Fn(&[f64]) -> f64, theta: &[f64], analytic: &[f64], epsilon: f64, both: bool) -> f64 {
    let at = |i: usize, shift: f64| {
        let mut theta = theta.to_vec();
        theta[i] += shift;
        cost(&theta)
    };
    let slope = |i: usize| match both {
        true => (at(i, epsilon) - at(i, -epsilon)) / (2.0 * epsilon),
        false => (at(i, epsilon) - at(i, 0.0)) / epsilon,
    };
    let norm = |x: &dyn Fn(usize) -> f64| (0..theta.len()).map(|i| x(i).powi(2)).sum::<f64>().sqrt();
    let numeric: Vec<f64> = (0..theta.len()).map(slope).collect();
    norm(&|i| analytic[i] - numeric[i]) / (norm(&|i| analytic[i]) + norm(&|i| numeric[i]))
}

fn main() -> common::Done {
    let options = common::options();
    let stream = |name| Stream::new(options.seed, Stream::key(name), 0);
    let (mut x, mut theta) = (vec![0.0; M * INPUTS], vec![0.0; PARAMETERS]);
    stream("x").normal(0, 0.0, 1.0, &mut x);
    stream("θ").normal(0, 0.0, 0.5, &mut theta);
    let y = x.chunks_exact(INPUTS).map(|x| if x[0] * x[1] > 0.0 { 1.0 } else { 0.0 }).collect();
    let problem = Problem { x, y };
    let cost = |theta: &[f64]| problem.cost(theta);

    let mistakes = [
        ("right", Mistake::None),
        ("tanh' = 1 - a", Mistake::Derivative),
        ("db₂ without 1/m", Mistake::Mean),
        ("dW₁[0] 0.01% too large", Mistake::Small),
    ];
    let head =
        ["backward", "ε = 1e-2", "1e-4", "1e-7", "1e-10", "1e-12", "check_gradient", "band", "verdict"];
    let mut rows = Vec::new();
    let mut panel =
        Panel::new("‖a - n‖ / (‖a‖ + ‖n‖) over the step", "ε", "relative distance").log_x().log_y();
    panel = panel.legend(Corner::LowerLeft).x(1e-12, 1e-1).y(1e-13, 10.0);
    for (name, mistake) in mistakes {
        let analytic = problem.backward(&theta, mistake);
        let at = |epsilon: f64| distance(cost, &theta, &analytic, epsilon, true);
        let report = check_gradient(cost, &theta, &analytic);
        let cell = |epsilon: f64| format!("{:.1e}", at(epsilon));
        rows.push([
            name.to_string(),
            cell(1e-2),
            cell(1e-4),
            cell(1e-7),
            cell(1e-10),
            cell(1e-12),
            format!("{:.1e}", report.distance()),
            Band::of(report.distance()).to_string(),
            report.verdict().to_string(),
        ]);
        panel =
            panel.path(name, (4..=48).map(|k| 10f64.powf(-f64::from(k) / 4.0)).map(|e| (e, at(e))).collect());
    }
    let right = problem.backward(&theta, Mistake::None);
    let one_sided = |e: f64| (e, distance(cost, &theta, &right, e, false));
    let steps = (4..=48).map(|k| 10f64.powf(-f64::from(k) / 4.0));
    panel = panel.color(6).line("right, one-sided difference", steps.map(one_sided).collect());
    panel = panel.color(6).thin("1e-7", vec![(1e-12, 1e-7), (1e-1, 1e-7)]);
    print_table(head, &rows);
    options.draw("gradient_check", 1, (720, 440), &[panel])
}
