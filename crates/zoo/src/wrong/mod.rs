//! The zoo: wrong gradients over every kind of layer. Each is the code that somebody would write by mistake.

mod activation;
mod batch_norm;
mod conv;
mod dense;
mod dropout;
mod hard;
mod layer_norm;
mod loss;
mod model;
mod plain;
mod pool;
mod softmax;
mod wiring;

use crate::case::Wrong;

// What is spoiled here stands in the park as it should be.
pub(crate) use activation::{GELU, LEAKY_RELU, SOFTPLUS};
pub(crate) use layer_norm::LAYER_NORM;
pub(crate) use loss::{classifier as cross_entropy, probabilities, regression};
pub(crate) use model::{classifier, penalised};
pub(crate) use plain::{log_sum_exp, ridge, rosenbrock, rosenbrock_gradient};
pub(crate) use pool::{AVERAGE_POOL, MAX_POOL, OVERLAPPING_MAX_POOL, pool};
pub(crate) use wiring::{GATE, TABLE, around};

/// All wrong gradients.
pub(crate) fn all() -> impl Iterator<Item = &'static Wrong> {
    let groups: [&'static [Wrong]; 13] = [
        plain::CASES,
        dense::CASES,
        conv::CASES,
        activation::CASES,
        softmax::CASES,
        batch_norm::CASES,
        layer_norm::CASES,
        pool::CASES,
        dropout::CASES,
        wiring::CASES,
        loss::CASES,
        model::CASES,
        hard::CASES,
    ];
    groups.into_iter().flatten()
}
