//! Losses, under a network of two layers.

use nn_core::Loss;
use nn_layers::{
    BinaryCrossEntropy, Dense, MeanAbsoluteError, MeanSquaredError, Sequential, Sigmoid, SoftmaxCrossEntropy,
    Tanh,
};

use crate::case::{Wrong, hinted, wrong};
use crate::draw::{draw, labels};
use crate::problem::{Problem, Targets};
use crate::spoiled::{LossScene, SpoilLoss, SpoiledLoss};

const SAMPLES: usize = 5;
const OUTPUTS: usize = 3;

fn network() -> Sequential {
    Sequential::new().push(Dense::new(4)).push(Tanh).push(Dense::new(OUTPUTS))
}

/// A classifier under a cross-entropy.
pub(crate) fn classifier(seed: u64, loss: impl Loss<f64> + 'static) -> Problem {
    let targets = Targets::Classes(labels(seed, 5, SAMPLES, OUTPUTS));
    Problem::model(network(), [4], loss, targets, seed)
}

/// A regression.
pub(crate) fn regression(seed: u64, loss: impl Loss<f64> + 'static) -> Problem {
    let targets = Targets::Values(draw(seed, 5, SAMPLES * OUTPUTS, -1.0, 1.0));
    Problem::model(network(), [4], loss, targets, seed)
}

/// Probabilities under a binary cross-entropy.
pub(crate) fn probabilities(seed: u64, loss: impl Loss<f64> + 'static) -> Problem {
    let targets = Targets::Values(draw(seed, 5, SAMPLES * OUTPUTS, 0.1, 0.9));
    Problem::model(network().push(Sigmoid), [4], loss, targets, seed)
}

fn entropy(seed: u64, spoil: SpoilLoss) -> Problem {
    classifier(seed, SpoiledLoss::new(SoftmaxCrossEntropy::new(), spoil))
}

fn squared(seed: u64, spoil: SpoilLoss) -> Problem {
    regression(seed, SpoiledLoss::new(MeanSquaredError::new(), spoil))
}

fn binary(seed: u64, spoil: SpoilLoss) -> Problem {
    probabilities(seed, SpoiledLoss::new(BinaryCrossEntropy::new(), spoil))
}

/// The softmax of the outputs.
fn probability(s: &LossScene<'_>, i: usize) -> f64 {
    let n = s.n();
    let row = &s.y[i / n * n..i / n * n + n];
    s.y[i].exp() / row.iter().map(|y| y.exp()).sum::<f64>()
}

fn one_hot(s: &LossScene<'_>, i: usize) -> f64 {
    if s.class(i / s.n()) == i % s.n() { 1.0 } else { 0.0 }
}

fn times(d: &mut [f64], factor: f64) {
    d.iter_mut().for_each(|d| *d *= factor);
}

pub(super) const CASES: &[Wrong] = &[
    hinted(
        "cross-entropy/1/m forgotten",
        "batch",
        "the gradient of the sum, the value of the mean",
        |seed| entropy(seed, |s, d| times(d, s.m as f64)),
    ),
    hinted("cross-entropy/1/m twice", "batch", "divided by m in the loss and again in the layer", |seed| {
        entropy(seed, |s, d| times(d, 1.0 / s.m as f64))
    }),
    hinted("cross-entropy/sign", "sign", "t - p instead of p - t", |seed| {
        entropy(seed, |_, d| times(d, -1.0))
    }),
    hinted("cross-entropy/last sample", "sample", "the last sample gets no gradient", |seed| {
        entropy(seed, |s, d| {
            let from = d.len() - s.n();
            d[from..].fill(0.0);
        })
    }),
    hinted("cross-entropy/first sample", "sample", "the first sample gets no gradient", |seed| {
        entropy(seed, |s, d| d[..s.n()].fill(0.0))
    }),
    wrong("cross-entropy/softmax twice", "p - t goes through the softmax's Jacobian once more", |seed| {
        entropy(seed, |s, d| {
            let n = s.n();
            let g: Vec<f64> = d.to_vec();
            for i in 0..d.len() {
                let dot: f64 = (i / n * n..i / n * n + n).map(|k| g[k] * probability(s, k)).sum();
                d[i] = probability(s, i) * (g[i] - dot);
            }
        })
    }),
    wrong("cross-entropy/target only", "-t/p for the target, nothing for the other classes", |seed| {
        entropy(seed, |s, d| {
            (0..d.len()).for_each(|i| d[i] = -s.scale * one_hot(s, i) * (1.0 - probability(s, i)));
        })
    }),
    wrong("cross-entropy/logits for probabilities", "y - t instead of softmax(y) - t", |seed| {
        entropy(seed, |s, d| (0..d.len()).for_each(|i| d[i] = s.scale * (s.y[i] - one_hot(s, i))))
    }),
    wrong("cross-entropy/smoothing", "label smoothing in the value, but not in the gradient", |seed| {
        let spoil: SpoilLoss = |s, d| {
            (0..d.len()).for_each(|i| d[i] = s.scale * (probability(s, i) - one_hot(s, i)));
        };
        classifier(seed, SpoiledLoss::new(SoftmaxCrossEntropy::new().label_smoothing(0.1), spoil))
    }),
    wrong("cross-entropy/class weights", "weights of the classes in the value only", |seed| {
        let spoil: SpoilLoss = |s, d| {
            (0..d.len()).for_each(|i| d[i] = s.scale * (probability(s, i) - one_hot(s, i)));
        };
        classifier(seed, SpoiledLoss::new(SoftmaxCrossEntropy::new().class_weights([1.0, 2.0, 0.5]), spoil))
    }),
    hinted("squared error/factor 2", "ratio", "y - t for (y - t)²", |seed| {
        squared(seed, |_, d| times(d, 0.5))
    }),
    hinted("squared error/divisor", "ratio", "divided by the samples, not by the elements", |seed| {
        squared(seed, |s, d| times(d, s.n() as f64))
    }),
    wrong("squared error/absolute", "the sign of y - t instead of 2 (y - t)", |seed| {
        squared(seed, |s, d| {
            (0..d.len()).for_each(|i| d[i] = s.scale * (s.y[i] - s.value(i)).signum());
        })
    }),
    wrong("squared error/next target", "y of one sample is compared with the target of the next", |seed| {
        squared(seed, |s, d| {
            let all = d.len();
            (0..all).for_each(|i| d[i] = 2.0 * s.scale * (s.y[i] - s.value((i + s.n()) % all)));
        })
    }),
    wrong("absolute error/square", "2 (y - t) instead of its sign", |seed| {
        let spoil: SpoilLoss = |s, d| {
            (0..d.len()).for_each(|i| d[i] = s.scale * 2.0 * (s.y[i] - s.value(i)));
        };
        regression(seed, SpoiledLoss::new(MeanAbsoluteError::new(), spoil))
    }),
    wrong("binary entropy/of logits", "y - t, as if the sigmoid were part of the loss", |seed| {
        binary(seed, |s, d| (0..d.len()).for_each(|i| d[i] = s.scale * (s.y[i] - s.value(i))))
    }),
    wrong("binary entropy/positive only", "-t/y without (1 - t)/(1 - y)", |seed| {
        binary(seed, |s, d| (0..d.len()).for_each(|i| d[i] = -s.scale * s.value(i) / s.y[i]))
    }),
    wrong(
        "binary entropy/large epsilon",
        "1e-3 in the derivative's denominator, and not in the value",
        |seed| {
            binary(seed, |s, d| {
                for (i, d) in d.iter_mut().enumerate() {
                    let y = s.y[i];
                    *d = s.scale * (y - s.value(i)) / (y * (1.0 - y) + 1e-3);
                }
            })
        },
    ),
];
