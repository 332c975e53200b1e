//! Layers, losses and models as they are, in both modes; those of the zoo before they were spoiled.

use nn_core::Layer;
use nn_layers::{
    Add, BatchNorm, BinaryCrossEntropy, Conv2d, Dense, Dropout, Flatten, MeanAbsoluteError, MeanSquaredError,
    Padding, Relu, Residual, Sequential, Sigmoid, Softmax, SoftmaxCrossEntropy, Tanh,
};

use crate::case::Expect::{Correct, NotWrong, Zero};
use crate::case::{Right, right};
use crate::draw::draw;
use crate::problem::Problem;
use crate::wrong::{
    AVERAGE_POOL, GATE, GELU, LAYER_NORM, LEAKY_RELU, OVERLAPPING_MAX_POOL, SOFTPLUS, TABLE, around,
    classifier, cross_entropy, penalised, pool, probabilities, regression, ridge,
};

fn layer(layer: impl Layer + 'static, input: &[usize], seed: u64) -> Problem {
    Problem::layer(layer, tensor_ops::Shape::new(input).expect("a shape"), 4, seed)
}

/// Every layer of the library in one network.
fn everything() -> Sequential {
    Sequential::new()
        .push(Conv2d::new(3, [3, 3]).padding(Padding::Same))
        .push(BatchNorm::new())
        .push(Tanh)
        .push(Conv2d::new(2, [2, 2]).stride([2, 2]))
        .push(Relu)
        .push(Flatten)
        .push(Dropout::new(0.3).expect("a probability"))
        .push(Residual::new(Sequential::new().push(Dense::new(8)).push(Sigmoid)))
        .push(Softmax::new())
        .push(Dense::new(3))
}

/// A model with all of θ and all samples times a factor.
fn scaled(mut problem: Problem, of_theta: f64, of_x: f64) -> Problem {
    if let Problem::Model { model, x, .. } = &mut problem {
        model.theta_mut().iter_mut().for_each(|theta| *theta *= of_theta);
        x.iter_mut().for_each(|x| *x *= of_x);
    }
    problem
}

fn perceptron() -> Sequential {
    Sequential::new().push(Dense::new(6)).push(Tanh).push(Dense::new(3))
}

pub(super) const CASES: &[Right] = &[
    right("dense", Correct, |seed| layer(Dense::new(3), &[5], seed)),
    right("conv", Correct, |seed| {
        layer(Conv2d::new(3, [3, 3]).stride([2, 2]).padding(Padding::Explicit([1, 1])), &[2, 5, 6], seed)
    }),
    right("batch norm", Correct, |seed| layer(BatchNorm::new(), &[3], seed)),
    right("batch norm in inference", Correct, |seed| Problem::inference(BatchNorm::new(), [3], 4, seed)),
    right("batch norm of images", Correct, |seed| layer(BatchNorm::new(), &[2, 3, 3], seed)),
    right("batch norm of almost equal samples", Correct, |seed| {
        let net = Sequential::new().push(BatchNorm::new()).push(Dense::new(3));
        scaled(classifier(net, &[4], seed), 1.0, 1e-4)
    }),
    right("dropout replayed", Correct, |seed| layer(Dropout::new(0.4).expect("a probability"), &[6], seed)),
    right("dropout in inference", Correct, |seed| {
        Problem::inference(Dropout::new(0.4).expect("a probability"), [6], 4, seed)
    }),
    right("dropout of everything but one in ten", Correct, |seed| {
        layer(Dropout::new(0.9).expect("a probability"), &[20], seed)
    }),
    right("relu", Correct, |seed| layer(Relu, &[6], seed)),
    right("sigmoid", Correct, |seed| layer(Sigmoid, &[6], seed)),
    right("softmax", Correct, |seed| layer(Softmax::new(), &[5], seed)),
    right("softmax along a middle axis", Correct, |seed| layer(Softmax::new().axis(1), &[2, 3, 2], seed)),
    right("flatten", Correct, |seed| layer(Flatten, &[3, 4], seed)),
    right("residual", Correct, |seed| around(Add, seed)),
    right("gate", Correct, |seed| around(GATE, seed)),
    right("leaky relu", Correct, |seed| layer(LEAKY_RELU, &[6], seed)),
    right("gelu", Correct, |seed| layer(GELU, &[6], seed)),
    right("softplus", Correct, |seed| layer(SOFTPLUS, &[6], seed)),
    right("layer norm", Correct, |seed| layer(LAYER_NORM, &[5], seed)),
    right("table", Correct, |seed| layer(TABLE, &[3], seed)),
    right("overlapping max-pool", Correct, |seed| pool(OVERLAPPING_MAX_POOL, seed)),
    right("average pool", Correct, |seed| pool(AVERAGE_POOL, seed)),
    right("cross-entropy", Correct, |seed| cross_entropy(seed, SoftmaxCrossEntropy::new())),
    right("cross-entropy, smoothed", Correct, |seed| {
        cross_entropy(seed, SoftmaxCrossEntropy::new().label_smoothing(0.1))
    }),
    right("cross-entropy of huge outputs", Correct, |seed| {
        scaled(cross_entropy(seed, SoftmaxCrossEntropy::new()), 30.0, 1.0)
    }),
    right("squared error", Correct, |seed| regression(seed, MeanSquaredError::new())),
    right("absolute error", Correct, |seed| regression(seed, MeanAbsoluteError::new())),
    right("binary entropy", Correct, |seed| probabilities(seed, BinaryCrossEntropy::new())),
    right("binary entropy, saturated", Correct, |seed| {
        scaled(probabilities(seed, BinaryCrossEntropy::new()), 8.0, 1.0)
    }),
    right("L2 on weights", Correct, |seed| penalised(seed, 1.0, 0.0)),
    right("ridge regression", Correct, |seed| ridge(seed, 1.0)),
    right("model of tiny samples", NotWrong, |seed| scaled(classifier(perceptron(), &[4], seed), 1.0, 1e-8)),
    right("model of huge samples", Zero, |seed| scaled(classifier(perceptron(), &[4], seed), 1.0, 1e4)),
    right("model of tiny weights", Correct, |seed| scaled(classifier(perceptron(), &[4], seed), 1e-5, 1.0)),
    right("every layer, training", Correct, |seed| classifier(everything(), &[1, 4, 4], seed)),
    right("every layer, inference", Zero, |seed| Problem::inference(everything(), [1, 4, 4], 4, seed)),
    right("every layer by itself", Correct, |seed| layer(everything(), &[1, 4, 4], seed)),
    right("1,500 parameters", Correct, |seed| {
        let net = Sequential::new()
            .push(Dense::new(40))
            .push(Tanh)
            .push(Dense::new(20))
            .push(Relu)
            .push(Dense::new(3));
        classifier(net, &[16], seed)
    }),
    right("a bias before a batch norm", Correct, |seed| {
        // The bias has no effect: its gradient is round-off.
        let net = Sequential::new().push(Dense::new(4)).push(BatchNorm::new()).push(Tanh).push(Dense::new(3));
        classifier(net, &[4], seed)
    }),
    right("one sample", Correct, |seed| {
        let weights = draw(seed, 1, 3, 0.5, 1.0);
        Problem::layer(Sequential::new().push(Dense::new(weights.len())).push(Tanh), [2], 1, seed)
    }),
];
