//! Layer normalisation over the features of a sample: y = γ x̂ + β, dx = (g - mean(g) - x̂ mean(g x̂))/σ with g = γ dy.

use crate::case::{Wrong, hinted, wrong};
use crate::handmade::Handmade;
use crate::problem::Problem;
use crate::scene::Scene;

const EPS: f64 = 1e-5;

/// y = γ (x - μ)/√(σ² + ε) + β, with μ and σ² of each sample.
pub(crate) const LAYER_NORM: Handmade = Handmade {
    name: "LayerNorm",
    params: &[("weight", |x| *x), ("bias", |x| *x)],
    forward: |s| {
        let n = s.width();
        (0..s.x[0].len()).map(|i| s.theta[0][i % n] * x_hat(s, i) + s.theta[1][i % n]).collect()
    },
    input: |s| vec![dx(s, 1.0, 1.0)],
    learned: |s| vec![over_samples(s, |i| s.dy[i] * x_hat(s, i)), over_samples(s, |i| s.dy[i])],
    ..Handmade::BLANK
};

/// μ and 1/σ of the sample of element `i`.
fn statistics(s: &Scene, i: usize) -> (f64, f64) {
    let n = s.width();
    let sample = &s.x[0][i / n * n..i / n * n + n];
    let mean = sample.iter().sum::<f64>() / n as f64;
    let variance = sample.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n as f64;
    (mean, 1.0 / (variance + EPS).sqrt())
}

fn x_hat(s: &Scene, i: usize) -> f64 {
    let (mean, inv) = statistics(s, i);
    (s.x[0][i] - mean) * inv
}

/// dx with as much of the two paths as is asked for.
fn dx(s: &Scene, mean_path: f64, variance_path: f64) -> Vec<f64> {
    let n = s.width();
    let g = |i: usize| s.theta[0][i % n] * s.dy[i];
    let element = |i: usize| {
        let sample = || i / n * n..i / n * n + n;
        let by_mean = mean_path * sample().map(g).sum::<f64>() / n as f64;
        let by_variance = variance_path * sample().map(|k| g(k) * x_hat(s, k)).sum::<f64>() / n as f64;
        statistics(s, i).1 * (g(i) - by_mean - x_hat(s, i) * by_variance)
    };
    (0..s.dy.len()).map(element).collect()
}

/// Σ over samples.
fn over_samples(s: &Scene, f: impl Fn(usize) -> f64) -> Vec<f64> {
    let n = s.width();
    (0..n).map(|k| (k..s.dy.len()).step_by(n).map(&f).sum()).collect()
}

fn layer_norm(op: Handmade, seed: u64) -> Problem {
    Problem::layer(op, [5], 5, seed)
}

pub(super) const CASES: &[Wrong] = &[
    wrong("layer norm/mean's path", "μ is taken for a constant", |seed| {
        layer_norm(Handmade { input: |s| vec![dx(s, 0.0, 1.0)], ..LAYER_NORM }, seed)
    }),
    wrong("layer norm/variance's path", "σ² is taken for a constant", |seed| {
        layer_norm(Handmade { input: |s| vec![dx(s, 1.0, 0.0)], ..LAYER_NORM }, seed)
    }),
    wrong("layer norm/wrong axis", "dγ is summed over the features, not over the samples", |seed| {
        let learned = |s: &Scene| {
            let n = s.width();
            let of = |i: usize| (i * n..(i + 1) * n).map(|k| s.dy[k] * x_hat(s, k)).sum();
            vec![(0..n).map(of).collect(), over_samples(s, |i| s.dy[i])]
        };
        layer_norm(Handmade { learned, ..LAYER_NORM }, seed)
    }),
    hinted("layer norm/first sample", "sample", "dγ and dβ leave out the first sample", |seed| {
        let learned = |s: &Scene| {
            let n = s.width();
            let rest = |i: usize| if i < n { 0.0 } else { s.dy[i] };
            vec![over_samples(s, |i| rest(i) * x_hat(s, i)), over_samples(s, rest)]
        };
        layer_norm(Handmade { learned, ..LAYER_NORM }, seed)
    }),
    hinted("layer norm/twice", "ratio", "dβ is summed in both halves of a fused loop", |seed| {
        let learned =
            |s: &Scene| vec![over_samples(s, |i| s.dy[i] * x_hat(s, i)), over_samples(s, |i| 2.0 * s.dy[i])];
        layer_norm(Handmade { learned, ..LAYER_NORM }, seed)
    }),
];
