//! Whole models with one wrong part, and what is added to their loss.

use nn_core::Layer;
use nn_layers::{
    BatchNorm, Conv2d, Dense, Dropout, Flatten, MeanSquaredError, Padding, Relu, Residual, Sequential,
    Sigmoid, SoftmaxCrossEntropy, Tanh,
};

use crate::case::{Wrong, hinted, wrong};
use crate::draw::{draw, labels};
use crate::problem::{Problem, Targets};
use crate::spoiled::{Spoil, Spoiled};

const SAMPLES: usize = 5;
const CLASSES: usize = 3;

/// Cross-entropy over a network that ends in three outputs.
pub(crate) fn classifier(layer: impl Layer, input: &[usize], seed: u64) -> Problem {
    let shape = tensor_ops::Shape::new(input).expect("a shape");
    let targets = Targets::Classes(labels(seed, 5, SAMPLES, CLASSES));
    Problem::model(layer, shape, SoftmaxCrossEntropy::new(), targets, seed)
}

/// A perceptron of three layers whose middle one is given.
fn deep(middle: impl Layer + 'static, seed: u64) -> Problem {
    let net =
        Sequential::new().push(Dense::new(5)).push(Tanh).push(middle).push(Tanh).push(Dense::new(CLASSES));
    classifier(net, &[4], seed)
}

/// A small convolutional network whose first layer is given.
fn convolutional(first: impl Layer + 'static, seed: u64) -> Problem {
    let net = Sequential::new()
        .push(first)
        .push(BatchNorm::new())
        .push(Relu)
        .push(Flatten)
        .push(Dropout::new(0.2).expect("a probability"))
        .push(Residual::new(Sequential::new().push(Dense::new(18)).push(Sigmoid)))
        .push(Dense::new(CLASSES));
    classifier(net, &[1, 3, 3], seed)
}

fn conv() -> Conv2d {
    Conv2d::new(2, [3, 3]).padding(Padding::Same)
}

/// λ of the penalty λ/2 ‖W‖².
const LAMBDA: f64 = 0.05;

/// A regression by one dense layer with λ/2 ‖W‖² added to its loss; the gradient has λ `on_weight` W and λ `on_bias` b:
/// 1 and 0 are right.
pub(crate) fn penalised(seed: u64, on_weight: f64, on_bias: f64) -> Problem {
    const OUTPUTS: usize = 2;
    const WEIGHTS: usize = 3 * OUTPUTS;
    let plain = || {
        let targets = Targets::Values(draw(seed, 5, SAMPLES * OUTPUTS, -1.0, 1.0));
        Problem::model(Dense::new(OUTPUTS), [3], MeanSquaredError::new(), targets, seed)
    };
    let (for_value, for_gradient) = (plain(), plain());
    let theta = for_value.flat().theta;
    let f = move |theta: &[f64]| {
        let penalty: f64 = theta[..WEIGHTS].iter().map(|w| w * w).sum();
        (for_value.flat().f)(theta) + LAMBDA / 2.0 * penalty
    };
    Problem::plain(theta, f, move |theta| {
        let mut d = (for_gradient.flat().gradient)(theta);
        for (i, d) in d.iter_mut().enumerate() {
            *d += LAMBDA * theta[i] * if i < WEIGHTS { on_weight } else { on_bias };
        }
        d
    })
}

pub(super) const CASES: &[Wrong] = &[
    hinted(
        "model/one bias",
        "tensor",
        "in a model of six tensors, db of the middle layer is too small",
        |seed| {
            let spoil: Spoil = |s, d| {
                let units = s.output_width();
                // The loop over samples has a step of 2.
                let of = |o: usize| (0..s.m).step_by(2).map(|i| s.dy[i * units + o]).sum();
                d[1] = (0..units).map(of).collect();
            };
            deep(Spoiled::learned(Dense::new(5), spoil), seed)
        },
    ),
    hinted(
        "model/one sign",
        "sign",
        "in a model of six tensors, dW of the middle layer has the wrong sign",
        |seed| {
            let spoil: Spoil = |_, d| d[0].iter_mut().for_each(|d| *d = -*d);
            deep(Spoiled::learned(Dense::new(5), spoil), seed)
        },
    ),
    hinted(
        "model/transposed in the middle",
        "transposed",
        "in a model of six tensors, dW of the middle layer",
        |seed| {
            let spoil: Spoil = |_, d| {
                let right = d[0].clone();
                (0..25).for_each(|i| d[0][i] = right[i % 5 * 5 + i / 5]);
            };
            deep(Spoiled::learned(Dense::new(5), spoil), seed)
        },
    ),
    hinted("model/dead end", "zero", "no gradient passes the middle layer", |seed| {
        deep(Spoiled::input(Dense::new(5), |_, d| d[0].fill(0.0)), seed)
    }),
    wrong("model/wrong derivative in the middle", "tanh with the derivative of the sigmoid", |seed| {
        let spoil: Spoil = |s, d| d[0] = s.each(|_, y, dy| dy * y * (1.0 - y));
        let net =
            Sequential::new().push(Dense::new(5)).push(Spoiled::input(Tanh, spoil)).push(Dense::new(CLASSES));
        classifier(net, &[4], seed)
    }),
    wrong(
        "model/batch norm's variance",
        "in a convolutional network, the variance's path is missing",
        |seed| {
            let spoil: Spoil = |s, d| {
                let channels = s.shapes[0][0];
                let places = s.width() / channels;
                for c in 0..channels {
                    let channel: Vec<usize> =
                        (0..s.dy.len()).filter(|i| i / places % channels == c).collect();
                    let n = channel.len() as f64;
                    let mean = channel.iter().map(|&i| s.x[0][i]).sum::<f64>() / n;
                    let var = channel.iter().map(|&i| (s.x[0][i] - mean).powi(2)).sum::<f64>() / n;
                    let by_mean = channel.iter().map(|&i| s.dy[i]).sum::<f64>() / n;
                    for i in channel {
                        d[0][i] = s.theta[0][c] / (var + 1e-5).sqrt() * (s.dy[i] - by_mean);
                    }
                }
            };
            let net = Sequential::new()
                .push(conv())
                .push(Spoiled::input(BatchNorm::new(), spoil))
                .push(Relu)
                .push(Flatten)
                .push(Dense::new(CLASSES));
            classifier(net, &[1, 3, 3], seed)
        },
    ),
    hinted(
        "model/one kernel",
        "rows",
        "in a network of every layer, one of two kernels gets no gradient",
        |seed| convolutional(Spoiled::learned(conv(), |_, d| d[0][9..].fill(0.0)), seed),
    ),
    hinted(
        "model/one weight",
        "element",
        "in a network of every layer, one weight is off by 1e-4 of itself",
        |seed| convolutional(Spoiled::learned(conv(), |_, d| d[0][4] *= 1.0 + 1e-4), seed),
    ),
    hinted("model/L2 twice", "rows", "λ W is added by the loss and by the optimizer", |seed| {
        penalised(seed, 2.0, 0.0)
    }),
    hinted("model/L2 on biases", "rows", "λ b is in the gradient, but the loss penalises W only", |seed| {
        penalised(seed, 1.0, 1.0)
    }),
];
