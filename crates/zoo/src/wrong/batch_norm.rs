//! Batch normalisation: dx = γ/√(σ² + ε) (dy - mean(dy) - x̂ mean(dy x̂)).

use nn_core::Mode;
use nn_layers::BatchNorm;

use crate::case::{Wrong, hinted, wrong};
use crate::problem::Problem;
use crate::scene::Scene;
use crate::spoiled::{Spoil, Spoiled};

const CHANNELS: usize = 3;
const SAMPLES: usize = 6;
/// Larger than usual, so that forgetting it shows as much as any other mistake.
const EPS: f64 = 0.1;

fn input(seed: u64, spoil: Spoil) -> Problem {
    Problem::layer(Spoiled::input(BatchNorm::new().eps(EPS), spoil), [CHANNELS], SAMPLES, seed)
}

fn learned(seed: u64, spoil: Spoil) -> Problem {
    Problem::layer(Spoiled::learned(BatchNorm::new().eps(EPS), spoil), [CHANNELS], SAMPLES, seed)
}

/// The formula as somebody remembered it.
struct Formula {
    eps: f64,
    /// Whether γ is a factor.
    scaled: bool,
    /// Whether μ depends on x.
    mean_path: bool,
    /// Whether σ² depends on x.
    variance_path: bool,
    /// What the means in backward divide by.
    n: f64,
}

const RIGHT: Formula =
    Formula { eps: EPS, scaled: true, mean_path: true, variance_path: true, n: SAMPLES as f64 };

impl Formula {
    fn input(&self, s: &Scene) -> Vec<f64> {
        let mut dx = vec![0.0; s.dy.len()];
        for c in 0..CHANNELS {
            let (mean, inv) = statistics(s, c, self.eps);
            let channel = || (c..s.dy.len()).step_by(CHANNELS);
            let x_hat = |i: usize| (s.x[0][i] - mean) * inv;
            let switch = |on: bool, x: f64| if on { x / self.n } else { 0.0 };
            let by_mean = switch(self.mean_path, channel().map(|i| s.dy[i]).sum());
            let by_variance = switch(self.variance_path, channel().map(|i| s.dy[i] * x_hat(i)).sum());
            let scale = inv * if self.scaled { s.theta[0][c] } else { 1.0 };
            channel().for_each(|i| dx[i] = scale * (s.dy[i] - by_mean - x_hat(i) * by_variance));
        }
        dx
    }
}

/// μ and 1/√(σ² + ε) of channel `c`, as training has them.
fn statistics(s: &Scene, c: usize, eps: f64) -> (f64, f64) {
    let channel = || (c..s.x[0].len()).step_by(CHANNELS).map(|i| s.x[0][i]);
    let mean = channel().sum::<f64>() / s.m as f64;
    let variance = channel().map(|x| (x - mean).powi(2)).sum::<f64>() / s.m as f64;
    (mean, 1.0 / (variance + eps).sqrt())
}

/// Σ over the samples of `f(i, c)` for each channel.
fn sums(s: &Scene, f: impl Fn(usize, usize) -> f64) -> Vec<f64> {
    (0..CHANNELS).map(|c| (c..s.dy.len()).step_by(CHANNELS).map(|i| f(i, c)).sum()).collect()
}

fn x_hat(s: &Scene, i: usize, c: usize) -> f64 {
    let (mean, inv) = statistics(s, c, EPS);
    (s.x[0][i] - mean) * inv
}

pub(super) const CASES: &[Wrong] = &[
    wrong("batch norm/mean's path", "μ is taken for a constant", |seed| {
        input(seed, |s, d| d[0] = Formula { mean_path: false, ..RIGHT }.input(s))
    }),
    wrong("batch norm/variance's path", "σ² is taken for a constant", |seed| {
        input(seed, |s, d| d[0] = Formula { variance_path: false, ..RIGHT }.input(s))
    }),
    wrong("batch norm/both paths", "dx of inference in training", |seed| {
        input(seed, |s, d| d[0] = Formula { mean_path: false, variance_path: false, ..RIGHT }.input(s))
    }),
    wrong("batch norm/epsilon", "ε is missing in the derivative", |seed| {
        input(seed, |s, d| d[0] = Formula { eps: 0.0, ..RIGHT }.input(s))
    }),
    wrong("batch norm/gamma", "dx without the factor γ", |seed| {
        input(seed, |s, d| d[0] = Formula { scaled: false, ..RIGHT }.input(s))
    }),
    wrong("batch norm/unbiased", "the means in backward divide by m - 1", |seed| {
        input(seed, |s, d| d[0] = Formula { n: RIGHT.n - 1.0, ..RIGHT }.input(s))
    }),
    hinted("batch norm/raw input", "tensor", "dγ multiplies dy with x instead of x̂", |seed| {
        learned(seed, |s, d| {
            d[0] = sums(s, |i, _| s.dy[i] * s.x[0][i]);
            d[1] = sums(s, |i, _| s.dy[i]);
        })
    }),
    hinted("batch norm/dβ in dγ", "term", "dγ multiplies dy with x̂ + 1", |seed| {
        learned(seed, |s, d| {
            d[0] = sums(s, |i, c| s.dy[i] * (x_hat(s, i, c) + 1.0));
            d[1] = sums(s, |i, _| s.dy[i]);
        })
    }),
    hinted("batch norm/mean for sum", "batch", "dβ is the mean of dy over the batch", |seed| {
        learned(seed, |s, d| {
            d[0] = sums(s, |i, c| s.dy[i] * x_hat(s, i, c));
            d[1] = sums(s, |i, _| s.dy[i] / s.m as f64);
        })
    }),
    hinted("batch norm/channels mixed", "permuted", "dβ of the channels is off by one", |seed| {
        learned(seed, |s, d| {
            d[0] = sums(s, |i, c| s.dy[i] * x_hat(s, i, c));
            d[1] = sums(s, |i, _| s.dy[i]);
            d[1].rotate_left(1);
        })
    }),
    wrong(
        "batch norm/training in inference",
        "dx of training while the running statistics are used",
        |seed| {
            let spoil: Spoil = |s, d| {
                assert_eq!(s.mode, Mode::Inference);
                d[0] = RIGHT.input(s);
            };
            let layer = Spoiled::input(BatchNorm::new().eps(EPS), spoil);
            Problem::inference(layer, [CHANNELS], SAMPLES, seed)
        },
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_formulas_without_a_mistake_are_right() {
        input(0, |s, d| d[0] = RIGHT.input(s)).check().assert();
        let spoil: Spoil = |s, d| {
            d[0] = sums(s, |i, c| s.dy[i] * x_hat(s, i, c));
            d[1] = sums(s, |i, _| s.dy[i]);
        };
        learned(0, spoil).check().assert();
    }
}
