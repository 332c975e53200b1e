//! Functions whose values are less exact than f64 is. The noise is a function of θ: the same θ gives the same value.

use crate::case::Expect::{Correct, NotWrong};
use crate::case::{Right, right};
use crate::draw::{away_from_zero, draw};
use crate::problem::Problem;
use tensor_ops::random::{FNV_START, fnv1a};

const N: usize = 5;

/// A number in ±1 that any change of θ changes.
fn hash(x: &[f64]) -> f64 {
    let word = x.iter().fold(FNV_START, |h, x| fnv1a(h, &x.to_bits().to_le_bytes()));
    // FNV's low bits are good, its high ones are slow to mix.
    let mixed = (word ^ (word >> 29)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 11) as f64 / 2f64.powi(52) - 1.0
}

/// Σ exp(xᵢ/2) with noise of this size relative to it.
pub(crate) fn noisy(seed: u64, size: f64) -> Problem {
    let f = move |x: &[f64]| x.iter().map(|x| (x / 2.0).exp()).sum::<f64>() * (1.0 + size * hash(x));
    Problem::plain(draw(seed, 0, N, -1.0, 1.0), f, |x| x.iter().map(|x| (x / 2.0).exp() / 2.0).collect())
}

/// Σ xᵢ sin xᵢ, as a program in f32 computes it.
pub(crate) fn computed_in_f32(seed: u64) -> Problem {
    let f = |x: &[f64]| f64::from(x.iter().map(|&x| (x as f32).sin() * (x as f32)).sum::<f32>());
    Problem::plain(away_from_zero(seed, 0, N, 0.5, 2.0), f, |x| {
        x.iter().map(|x| x.sin() + x * x.cos()).collect()
    })
}

pub(super) const CASES: &[Right] = &[
    right("noise of 1e-14", Correct, |seed| noisy(seed, 1e-14)),
    right("noise of 1e-12", Correct, |seed| noisy(seed, 1e-12)),
    right("noise of 1e-9", NotWrong, |seed| noisy(seed, 1e-9)),
    right("noise of 1e-6", NotWrong, |seed| noisy(seed, 1e-6)),
    right("noise of 1e-3", NotWrong, |seed| noisy(seed, 1e-3)),
    right("computed in f32", NotWrong, computed_in_f32),
    right("stored in f32", NotWrong, |seed| {
        let f = |x: &[f64]| f64::from(x.iter().map(|x| x.exp()).sum::<f64>() as f32);
        Problem::plain(draw(seed, 0, N, -1.0, 1.0), f, |x| x.iter().map(|x| x.exp()).collect())
    }),
    right("rounded to six digits", NotWrong, |seed| {
        let f = |x: &[f64]| (x.iter().map(|x| x.exp()).sum::<f64>() * 1e6).round() / 1e6;
        Problem::plain(draw(seed, 0, N, -1.0, 1.0), f, |x| x.iter().map(|x| x.exp()).collect())
    }),
    right("a solver that stops early", NotWrong, |seed| {
        // √x by steps that halve the error, until they are below 1e-10. How many they are changes with x, and then the
        // value jumps by some 1e-10; between the jumps the slope is right to some 1e-9.
        let root = |x: f64| {
            let mut y = 1.0f64;
            loop {
                let step = (x / y - y) / 4.0;
                y += step;
                if step.abs() < 1e-10 {
                    return y;
                }
            }
        };
        let f = move |x: &[f64]| x.iter().map(|&x| root(x)).sum();
        Problem::plain(draw(seed, 0, N, 0.5, 3.0), f, |x| x.iter().map(|x| 0.5 / x.sqrt()).collect())
    }),
    right("sums of 10,000 terms", Correct, |seed| {
        let a = draw(seed, 1, 10_000, -1.0, 1.0);
        let also = a.clone();
        let f = move |x: &[f64]| a.iter().map(|a| (a * x[0] + x[1]).sin()).sum();
        Problem::plain(draw(seed, 0, 2, 0.3, 1.0), f, move |x| {
            let slopes = also.iter().map(|a| (a, (a * x[0] + x[1]).cos()));
            slopes.fold(vec![0.0, 0.0], |d, (a, slope)| vec![d[0] + a * slope, d[1] + slope])
        })
    }),
];
