//! Tiny and huge numbers: of f, of θ, of what is added to f.

use crate::case::Expect::{Correct, NotWrong};
use crate::case::{Right, right};
use crate::draw::{away_from_zero, draw};
use crate::problem::Problem;

const N: usize = 5;

/// scale Σ sin(xᵢ/unit) + offset.
pub(crate) fn wave(seed: u64, scale: f64, unit: f64, offset: f64) -> Problem {
    let x = away_from_zero(seed, 0, N, 0.2 * unit, 1.2 * unit);
    let f = move |x: &[f64]| scale * x.iter().map(|x| (x / unit).sin()).sum::<f64>() + offset;
    Problem::plain(x, f, move |x| x.iter().map(|x| scale / unit * (x / unit).cos()).collect())
}

/// Σ sin(xᵢ/unitᵢ) with units from 1e-8 to 1e8.
fn mixed(seed: u64, power: i32) -> Problem {
    let unit = move |i: usize| 10f64.powi(power * (i as i32 - 2));
    let x = away_from_zero(seed, 0, N, 0.2, 1.2);
    let x = x.iter().enumerate().map(|(i, x)| x * unit(i)).collect();
    let f = move |x: &[f64]| x.iter().enumerate().map(|(i, x)| (x / unit(i)).sin()).sum();
    Problem::plain(x, f, move |x| x.iter().enumerate().map(|(i, x)| (x / unit(i)).cos() / unit(i)).collect())
}

/// Σ cᵢ sin xᵢ with five slopes, each 10^power of the one before; the middle one is about 1.
pub(crate) fn sizes_of_slopes(seed: u64, power: i32) -> Problem {
    let factor = move |i: usize| 10f64.powi(power * (i as i32 - 2));
    let f = move |x: &[f64]| x.iter().enumerate().map(|(i, x)| factor(i) * x.sin()).sum();
    Problem::plain(away_from_zero(seed, 0, N, 0.2, 1.2), f, move |x| {
        x.iter().enumerate().map(|(i, x)| factor(i) * x.cos()).collect()
    })
}

/// Σ (xᵢ + 1e6)² - what it is at 0: large terms cancel.
fn cancelling(seed: u64) -> Problem {
    const FAR: f64 = 1e6;
    let f = |x: &[f64]| x.iter().map(|x| (x + FAR).powi(2) - FAR * FAR).sum();
    Problem::plain(draw(seed, 0, N, -1.0, 1.0), f, |x| x.iter().map(|x| 2.0 * (x + FAR)).collect())
}

pub(super) const CASES: &[Right] = &[
    right("f of size 1e-8", Correct, |seed| wave(seed, 1e-8, 1.0, 0.0)),
    right("f of size 1e-30", Correct, |seed| wave(seed, 1e-30, 1.0, 0.0)),
    right("f of size 1e8", Correct, |seed| wave(seed, 1e8, 1.0, 0.0)),
    right("f of size 1e30", Correct, |seed| wave(seed, 1e30, 1.0, 0.0)),
    right("θ of size 1e-4", Correct, |seed| wave(seed, 1.0, 1e-4, 0.0)),
    right("θ of size 1e-8", Correct, |seed| wave(seed, 1.0, 1e-8, 0.0)),
    right("θ of size 1e4", Correct, |seed| wave(seed, 1.0, 1e4, 0.0)),
    right("θ of size 1e8", Correct, |seed| wave(seed, 1.0, 1e8, 0.0)),
    right("θ of sizes 1e-2 to 1e2", Correct, |seed| mixed(seed, 1)),
    right("θ of sizes 1e-8 to 1e8", NotWrong, |seed| mixed(seed, 4)),
    right("slopes of 1e-8 to 1e8", NotWrong, |seed| sizes_of_slopes(seed, 4)),
    right("1e6 is added", Correct, |seed| wave(seed, 1.0, 1.0, 1e6)),
    right("1e12 is added", NotWrong, |seed| wave(seed, 1.0, 1.0, 1e12)),
    right("1e6 is added to f of size 1e-6", NotWrong, |seed| wave(seed, 1e-6, 1.0, 1e6)),
    right("large terms cancel", Correct, cancelling),
    right("log-sum-exp of 1e3", Correct, |seed| {
        Problem::plain(draw(seed, 0, N, 999.0, 1001.0), crate::wrong::log_sum_exp, |x| {
            let all = crate::wrong::log_sum_exp(x);
            x.iter().map(|x| (x - all).exp()).collect()
        })
    }),
];
