//! yⱼ = exp(xⱼ)/Σ exp(xₖ): dx = y (dy - Σ dyₖ yₖ).

use nn_layers::Softmax;

use crate::case::{Wrong, hinted, wrong};
use crate::problem::Problem;
use crate::scene::Scene;
use crate::spoiled::{Spoil, Spoiled};

fn softmax(seed: u64, spoil: Spoil) -> Problem {
    Problem::layer(Spoiled::input(Softmax::new(), spoil), [5], 4, seed)
}

/// Σ dyₖ yₖ of the sample of element `i`.
fn dot(s: &Scene, i: usize) -> f64 {
    let n = s.width();
    (i / n * n..i / n * n + n).map(|k| s.dy[k] * s.y[k]).sum()
}

pub(super) const CASES: &[Wrong] = &[
    wrong("softmax/diagonal only", "the Jacobian's diagonal: y (1 - y) dy", |seed| {
        softmax(seed, |s, d| d[0] = s.each(|_, y, dy| y * (1.0 - y) * dy))
    }),
    wrong("softmax/sum missing", "y dy, without the other outputs", |seed| {
        softmax(seed, |s, d| d[0] = s.each(|_, y, dy| y * dy))
    }),
    wrong("softmax/sign of the sum", "y (dy + Σ dy y)", |seed| {
        softmax(seed, |s, d| (0..s.dy.len()).for_each(|i| d[0][i] = s.y[i] * (s.dy[i] + dot(s, i))))
    }),
    wrong("softmax/wrong axis", "the sum runs over samples instead of outputs", |seed| {
        softmax(seed, |s, d| {
            let (n, all) = (s.width(), s.dy.len());
            for i in 0..all {
                let sum: f64 = (i % n..all).step_by(n).map(|k| s.dy[k] * s.y[k]).sum();
                d[0][i] = s.y[i] * (s.dy[i] - sum);
            }
        })
    }),
    wrong("softmax/sum over the batch", "one sum for all samples together", |seed| {
        softmax(seed, |s, d| {
            let sum: f64 = (0..s.dy.len()).map(|k| s.dy[k] * s.y[k]).sum();
            d[0] = s.each(|_, y, dy| y * (dy - sum));
        })
    }),
    wrong("softmax/log-softmax", "dx of ln y: dy - y Σ dy", |seed| {
        softmax(seed, |s, d| {
            let n = s.width();
            for i in 0..s.dy.len() {
                d[0][i] = s.dy[i] - s.y[i] * s.dy[i / n * n..i / n * n + n].iter().sum::<f64>();
            }
        })
    }),
    hinted(
        "softmax/temperature",
        "ratio",
        "divided by a temperature of 2 that forward does not have",
        |seed| softmax(seed, |_, d| d[0].iter_mut().for_each(|d| *d /= 2.0)),
    ),
];
