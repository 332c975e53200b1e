//! Gradients that are 0, in whole or in part, and minima.

use nn_layers::{Dense, Relu, Sequential, Sigmoid};

use crate::case::Expect::{Correct, NotWrong, Zero};
use crate::case::{Right, right};
use crate::draw::{away_from_zero, draw};
use crate::problem::Problem;
use crate::spoiled::{Spoil, Spoiled};
use crate::wrong::classifier;

const N: usize = 5;

/// Two layers under a ReLU whose first biases are so negative that nothing passes; the last layer's gradient is spoiled.
pub(crate) fn dead(seed: u64, spoil: Spoil) -> Problem {
    let last = Spoiled::learned(Dense::new(3), spoil);
    let net = Sequential::new().push(Dense::new(4)).push(Relu).push(last);
    shifted(classifier(net, &[4], seed), -100.0)
}

/// The model of a problem with `by` added to its first biases.
fn shifted(mut problem: Problem, by: f64) -> Problem {
    if let Problem::Model { model, .. } = &mut problem {
        let entries = model.network().theta_layout().entries();
        let bias = entries.iter().find(|entry| entry.name.ends_with("bias")).expect("a bias").range();
        model.theta_mut()[bias].iter_mut().for_each(|b| *b += by);
    }
    problem
}

/// Squares of distances to `target`, `error` away from it.
pub(crate) fn bowl(seed: u64, error: f64) -> Problem {
    let target = away_from_zero(seed, 0, N, 0.5, 2.0);
    let moves = away_from_zero(seed, 1, N, 1.0, 2.0);
    let x = target.iter().zip(&moves).map(|(t, by)| t + error * by).collect();
    let also = target.clone();
    let f = move |x: &[f64]| x.iter().zip(&target).map(|(x, t)| (x - t).powi(2)).sum();
    Problem::plain(x, f, move |x| x.iter().zip(&also).map(|(x, t)| 2.0 * (x - t)).collect())
}

/// The least squares of tanh(w₀ x + w₁) w₂, `error` away from the solution: the errors vanish, the model does not.
fn converged(seed: u64, error: f64) -> Problem {
    fn terms(x: &[f64], solution: &[f64; 3], w: &[f64]) -> Vec<(f64, f64, f64)> {
        let model = |w: &[f64], x: f64| w[2] * (w[0] * x + w[1]).tanh();
        x.iter().map(|&x| (x, (w[0] * x + w[1]).tanh(), model(w, x) - model(solution, x))).collect()
    }
    let solution = [0.7, -1.1, 0.3];
    let x = draw(seed, 0, 8, -2.0, 2.0);
    let also = x.clone();
    let w = vec![0.7 + error, -1.1 - 2.0 * error, 0.3 + 0.5 * error];
    let f = move |w: &[f64]| terms(&x, &solution, w).iter().map(|(.., e)| e * e).sum::<f64>() / 8.0;
    Problem::plain(w, f, move |w| {
        let mut d = vec![0.0; 3];
        for (x, t, e) in terms(&also, &solution, w) {
            let (outer, inner) = (2.0 * e / 8.0, 2.0 * e / 8.0 * w[2] * (1.0 - t * t));
            (d[0], d[1], d[2]) = (d[0] + inner * x, d[1] + inner, d[2] + outer * t);
        }
        d
    })
}

pub(super) const CASES: &[Right] = &[
    right("constant", Zero, |seed| {
        let c = draw(seed, 1, 1, -2.0, 2.0)[0];
        Problem::plain(draw(seed, 0, N, -1.0, 1.0), move |_| c, |x| vec![0.0; x.len()])
    }),
    right("constant, written as x - x", Zero, |seed| {
        let f = |x: &[f64]| x.iter().map(|x| (x + 0.1) - x).sum();
        Problem::plain(draw(seed, 0, N, 0.5, 1.0), f, |x| vec![0.0; x.len()])
    }),
    right("sin² + cos²", Zero, |seed| {
        let f = |x: &[f64]| x.iter().map(|x| x.sin().powi(2) + x.cos().powi(2)).sum();
        Problem::plain(draw(seed, 0, N, -2.0, 2.0), f, |x| vec![0.0; x.len()])
    }),
    right("an element without effect", Correct, |seed| {
        let f = |x: &[f64]| x[0].sin() + x[2] * x[3];
        Problem::plain(away_from_zero(seed, 0, N, 0.3, 1.0), f, |x| vec![x[0].cos(), 0.0, x[3], x[2], 0.0])
    }),
    right("dead relu layer", Zero, |seed| dead(seed, |_, _| {})),
    right("saturated sigmoid layer", Zero, |seed| {
        let net = Sequential::new().push(Dense::new(4)).push(Sigmoid).push(Dense::new(3));
        shifted(classifier(net, &[4], seed), 40.0)
    }),
    right("all samples saturated", NotWrong, |seed| {
        let f = |x: &[f64]| x.iter().map(|x| 1.0 / (1.0 + (-x).exp())).sum();
        Problem::plain(draw(seed, 0, N, 30.0, 36.0), f, |x| {
            x.iter().map(|x| (-x).exp() / (1.0 + (-x).exp()).powi(2)).collect()
        })
    }),
    right("minimum of a bowl", Zero, |seed| bowl(seed, 0.0)),
    right("1e-4 beside a minimum", Correct, |seed| bowl(seed, 1e-4)),
    right("1e-9 beside a minimum", Correct, |seed| bowl(seed, 1e-9)),
    right("fit, 1e-4 from converged", Correct, |seed| converged(seed, 1e-4)),
    right("fit, 1e-7 from converged", Correct, |seed| converged(seed, 1e-7)),
    right("fit, 1e-10 from converged", NotWrong, |seed| converged(seed, 1e-10)),
    right("fourth power at 0", Zero, |_| {
        let f = |x: &[f64]| x.iter().map(|x| x.powi(4)).sum();
        Problem::plain(vec![0.0; N], f, |x| x.iter().map(|x| 4.0 * x.powi(3)).collect())
    }),
    right("fourth power 1e-3 beside 0", Correct, |seed| {
        let f = |x: &[f64]| x.iter().map(|x| x.powi(4)).sum();
        let x = away_from_zero(seed, 0, N, 1e-3, 2e-3);
        Problem::plain(x, f, |x| x.iter().map(|x| 4.0 * x.powi(3)).collect())
    }),
    right("saddle", Zero, |_| {
        let f = |x: &[f64]| x[0] * x[0] - x[1] * x[1] + x[2] * x[3];
        Problem::plain(vec![0.0; 4], f, |x| vec![2.0 * x[0], -2.0 * x[1], x[3], x[2]])
    }),
    right("one slope among zeros", Correct, |seed| {
        let f = |x: &[f64]| x[7].exp();
        Problem::plain(draw(seed, 0, 40, -1.0, 1.0), f, |x| {
            (0..40).map(|i| if i == 7 { x[7].exp() } else { 0.0 }).collect()
        })
    }),
];
