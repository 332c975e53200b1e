//! Kinks at the point and beside it. At a kink there is no derivative, and any slope between the two sides is a right
//! answer; beside it there is one.

use nn_layers::{Dense, Relu, Sequential};

use crate::case::Expect::{Correct, NotWrong};
use crate::case::{Right, right};
use crate::draw::{away_from_zero, draw};
use crate::problem::Problem;
use crate::wrong::{MAX_POOL, classifier, pool};

const N: usize = 6;

/// The slope of |x|, with 0 at 0.
fn sign(x: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x.signum() }
}

/// Σ |xᵢ| + Σ sin xᵢ, which has a slope everywhere else.
pub(crate) fn absolute(x: Vec<f64>) -> Problem {
    let f = |x: &[f64]| x.iter().map(|x| x.abs() + x.sin()).sum();
    Problem::plain(x, f, |x| x.iter().map(|&x| sign(x) + x.cos()).collect())
}

/// Random numbers, every second of which lies at `distance` from 0.
pub(crate) fn some_at(seed: u64, distance: f64) -> Vec<f64> {
    let far = away_from_zero(seed, 0, N, 0.3, 2.0);
    let near = away_from_zero(seed, 1, N, distance, 1.5 * distance + f64::MIN_POSITIVE);
    (0..N).map(|i| if i % 2 == 0 { far[i] } else { near[i] }).collect()
}

fn largest(x: &[f64]) -> usize {
    (0..x.len()).fold(0, |best, i| if x[i] > x[best] { i } else { best })
}

/// max(x)² + Σ xᵢ/2.
fn maximum(x: Vec<f64>) -> Problem {
    Problem::plain(
        x,
        |x| x[largest(x)].powi(2) + x.iter().sum::<f64>() / 2.0,
        |x| {
            let mut d = vec![0.5; x.len()];
            d[largest(x)] += 2.0 * x[largest(x)];
            d
        },
    )
}

/// Σ (clip(xᵢ) + xᵢ)², with a clip to ±1.
fn clipped(x: Vec<f64>) -> Problem {
    let f = |x: &[f64]| x.iter().map(|x| (x.clamp(-1.0, 1.0) + x).powi(2)).sum();
    Problem::plain(x, f, |x| {
        let slope = |x: f64| if x.abs() < 1.0 { 2.0 } else { 1.0 };
        x.iter().map(|&x| 2.0 * (x.clamp(-1.0, 1.0) + x) * slope(x)).collect()
    })
}

/// Σ max(0, 1 - t x) + x²/10, the support vector machine's.
fn hinge(x: Vec<f64>) -> Problem {
    let f = |x: &[f64]| x.iter().map(|x| (1.0 - x).max(0.0) + 0.1 * x * x).sum();
    Problem::plain(x, f, |x| x.iter().map(|&x| 0.2 * x - if x < 1.0 { 1.0 } else { 0.0 }).collect())
}

/// Huber's function: x²/2 up to 1, |x| - 1/2 beyond. Its slope has a kink, it has none.
fn huber(x: Vec<f64>) -> Problem {
    let value = |x: f64| if x.abs() <= 1.0 { 0.5 * x * x } else { x.abs() - 0.5 };
    let f = move |x: &[f64]| x.iter().map(|&x| value(x)).sum();
    Problem::plain(x, f, |x| x.iter().map(|x| x.clamp(-1.0, 1.0)).collect())
}

/// x|x|: smooth enough for a slope at 0, not for a second one.
fn signed_square(x: Vec<f64>) -> Problem {
    let f = |x: &[f64]| x.iter().map(|x| x * x.abs() + x).sum();
    Problem::plain(x, f, |x| x.iter().map(|x| 2.0 * x.abs() + 1.0).collect())
}

/// The second smallest plus the mean: a quantile.
fn quantile(x: Vec<f64>) -> Problem {
    fn second(x: &[f64]) -> usize {
        let mut order: Vec<usize> = (0..x.len()).collect();
        order.sort_by(|&a, &b| x[a].total_cmp(&x[b]));
        order[1]
    }
    Problem::plain(
        x,
        |x| x[second(x)].exp() + x.iter().sum::<f64>(),
        |x| {
            let mut d = vec![1.0; x.len()];
            d[second(x)] += x[second(x)].exp();
            d
        },
    )
}

fn norm(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// Two layers under a ReLU at the initial θ, where biases are 0, and with a sample of zeros.
fn untrained(seed: u64) -> Problem {
    let net = || Sequential::new().push(Dense::new(5)).push(Relu).push(Dense::new(3));
    let mut problem = classifier(net(), &[4], seed);
    if let Problem::Model { model, x, .. } = &mut problem {
        let initial = model.network().initial_theta(seed);
        model.theta_mut().copy_from_slice(&initial);
        x[..4].fill(0.0);
    }
    problem
}

/// A ReLU whose inputs lie at `distance` from 0, every second one.
fn relu(seed: u64, distance: f64) -> Problem {
    let weights = away_from_zero(seed, 2, N, 0.5, 1.5);
    let also = weights.clone();
    let f = move |x: &[f64]| x.iter().zip(&weights).map(|(x, w)| w * x.max(0.0) + 0.1 * x).sum();
    Problem::plain(some_at(seed, distance), f, move |x| {
        x.iter().zip(&also).map(|(&x, w)| if x > 0.0 { w + 0.1 } else { 0.1 }).collect()
    })
}

pub(super) const CASES: &[Right] = &[
    right("|x| at 0", NotWrong, |seed| absolute(some_at(seed, 0.0))),
    right("|x| all at 0", NotWrong, |_| absolute(vec![0.0; N])),
    right("|x| 1e-2 beside 0", Correct, |seed| absolute(some_at(seed, 1e-2))),
    right("|x| 1e-4 beside 0", Correct, |seed| absolute(some_at(seed, 1e-4))),
    right("|x| 1e-6 beside 0", Correct, |seed| absolute(some_at(seed, 1e-6))),
    right("|x| 1e-8 beside 0", NotWrong, |seed| absolute(some_at(seed, 1e-8))),
    right("|x| 1e-12 beside 0", NotWrong, |seed| absolute(some_at(seed, 1e-12))),
    right("relu at 0", NotWrong, |seed| relu(seed, 0.0)),
    right("relu 1e-5 beside 0", Correct, |seed| relu(seed, 1e-5)),
    right("relu 1e-7 beside 0", Correct, |seed| relu(seed, 1e-7)),
    right("max of a tie", NotWrong, |seed| {
        let mut x = draw(seed, 0, N, 0.0, 1.0);
        (x[1], x[4]) = (1.5, 1.5);
        maximum(x)
    }),
    right("max of numbers 1e-6 apart", Correct, |seed| {
        let mut x = draw(seed, 0, N, 0.0, 1.0);
        (x[1], x[4]) = (1.5, 1.5 + 1e-6);
        maximum(x)
    }),
    right("max-pool, all equal", NotWrong, |seed| {
        let weights = draw(seed, 1, 4, 0.5, 1.0);
        let also = weights.clone();
        let window = |x: &[f64], w: usize| 4 * w + largest(&x[4 * w..4 * w + 4]);
        let f = move |x: &[f64]| (0..4).map(|w| weights[w] * x[window(x, w)]).sum();
        Problem::plain(vec![0.3; 16], f, move |x| {
            let mut d = vec![0.0; 16];
            (0..4).for_each(|w| d[window(x, w)] = also[w]);
            d
        })
    }),
    right("max-pool of random numbers", Correct, |seed| pool(MAX_POOL, seed)),
    right("clip at its edge", NotWrong, |seed| {
        let mut x = draw(seed, 0, N, -2.0, 2.0);
        (x[0], x[3]) = (1.0, -1.0);
        clipped(x)
    }),
    right("clip 1e-5 beside its edge", Correct, |seed| {
        let mut x = draw(seed, 0, N, -0.9, 0.9);
        (x[0], x[3]) = (1.0 - 1e-5, -1.0 - 1e-5);
        clipped(x)
    }),
    right("hinge at the margin", NotWrong, |seed| {
        let mut x = draw(seed, 0, N, -1.0, 0.9);
        x[2] = 1.0;
        hinge(x)
    }),
    right("huber at its seam", NotWrong, |seed| {
        let mut x = draw(seed, 0, N, -2.0, 2.0);
        (x[0], x[3]) = (1.0, -1.0);
        huber(x)
    }),
    right("huber beside its seam", Correct, |seed| {
        let mut x = draw(seed, 0, N, -0.9, 0.9);
        (x[0], x[3]) = (1.0 + 3e-5, -1.0 + 3e-5);
        huber(x)
    }),
    right("x|x| at 0", NotWrong, |seed| signed_square(some_at(seed, 0.0))),
    right("x|x| 1e-5 beside 0", Correct, |seed| signed_square(some_at(seed, 1e-5))),
    right("quantile of a tie", NotWrong, |seed| {
        let mut x = draw(seed, 0, N, 0.5, 1.0);
        (x[0], x[1], x[2]) = (0.2, 0.3, 0.3);
        quantile(x)
    }),
    right("norm at 0", NotWrong, |_| {
        Problem::plain(vec![0.0; 4], norm, |x| x.iter().map(|e| e / norm(x).max(1e-300)).collect())
    }),
    right("norm beside 0", Correct, |seed| {
        Problem::plain(away_from_zero(seed, 0, 4, 1e-6, 2e-6), norm, |x| {
            x.iter().map(|e| e / norm(x)).collect()
        })
    }),
    right("steps", NotWrong, |seed| {
        // The slope of a sum of steps is 0 wherever it is one.
        let f = |x: &[f64]| x.iter().map(|x| (4.0 * x).floor() + x * x).sum();
        let mut x = draw(seed, 0, N, -1.0, 1.0);
        x[0] = 0.25;
        Problem::plain(x, f, |x| x.iter().map(|x| 2.0 * x).collect())
    }),
    right("untrained relu network", NotWrong, untrained),
];
