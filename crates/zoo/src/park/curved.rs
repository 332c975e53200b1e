//! Strongly curved functions, ill-conditioned ones, and those that end near the point.

use crate::case::Expect::{Correct, NotWrong};
use crate::case::{Right, right};
use crate::draw::{away_from_zero, draw};
use crate::problem::Problem;
use crate::wrong::{rosenbrock, rosenbrock_gradient};

const N: usize = 5;

/// Σ value(xᵢ), with its slope.
fn each(x: Vec<f64>, value: fn(f64) -> f64, slope: fn(f64) -> f64) -> Problem {
    let f = move |x: &[f64]| x.iter().map(|&x| value(x)).sum();
    Problem::plain(x, f, move |x| x.iter().map(|&x| slope(x)).collect())
}

/// xᵀ H x / 2 for Hilbert's matrix of order 8, whose condition number is 1.5e10.
fn hilbert(seed: u64) -> Problem {
    fn product(x: &[f64]) -> Vec<f64> {
        let row = |i: usize| x.iter().enumerate().map(|(j, x)| x / (i + j + 1) as f64).sum();
        (0..x.len()).map(row).collect()
    }
    let f = |x: &[f64]| product(x).iter().zip(x).map(|(hx, x)| hx * x).sum::<f64>() / 2.0;
    Problem::plain(draw(seed, 0, 8, -1.0, 1.0), f, product)
}

/// Σ 10⁴ᵏ xₖ²/2, of condition 1e16.
fn steep_valley(seed: u64) -> Problem {
    let factor = |k: usize| 10f64.powi(4 * k as i32 - 8);
    let f = move |x: &[f64]| x.iter().enumerate().map(|(k, x)| factor(k) * x * x / 2.0).sum();
    Problem::plain(away_from_zero(seed, 0, N, 0.5, 1.0), f, move |x| {
        x.iter().enumerate().map(|(k, x)| factor(k) * x).collect()
    })
}

/// Σ xᵢ² + 1e-3 sin(2π·2e4 xᵢ): the period, 5e-5, divides many a step.
pub(crate) fn ripple(seed: u64) -> Problem {
    const RATE: f64 = std::f64::consts::TAU * 2e4;
    each(
        draw(seed, 0, N, -1.0, 1.0),
        |x| x * x + 1e-3 * (RATE * x).sin(),
        |x| 2.0 * x + 1e-3 * RATE * (RATE * x).cos(),
    )
}

/// Σ sin xᵢ with a bump of width 5e-6 around each xᵢ, 0.3 t exp(-(t/w)²) at a distance of t.
pub(crate) fn narrow_bump(seed: u64) -> Problem {
    const WIDTH: f64 = 5e-6;
    let at = draw(seed, 0, N, -1.0, 1.0);
    let middle = at.clone();
    let f = move |x: &[f64]| {
        let bump = |t: f64| 0.3 * t * (-(t / WIDTH).powi(2)).exp();
        x.iter().zip(&middle).map(|(x, m)| x.sin() + bump(x - m)).sum()
    };
    Problem::plain(at, f, |x| x.iter().map(|x| x.cos() + 0.3).collect())
}

pub(super) const CASES: &[Right] = &[
    right("a ripple of period 5e-5", Correct, ripple),
    right("a bump of width 5e-6", Correct, narrow_bump),
    right("Rosenbrock", Correct, |seed| {
        Problem::plain(draw(seed, 0, N, -1.5, 1.5), rosenbrock, rosenbrock_gradient)
    }),
    right("exp(30 x)", Correct, |seed| {
        each(draw(seed, 0, N, -0.5, 0.5), |x| (30.0 * x).exp(), |x| 30.0 * (30.0 * x).exp())
    }),
    right("sin(1000 x)", Correct, |seed| {
        each(draw(seed, 0, N, -1.0, 1.0), |x| (1e3 * x).sin(), |x| 1e3 * (1e3 * x).cos())
    }),
    right("sin(1e6 x)", Correct, |seed| {
        each(draw(seed, 0, N, -1.0, 1.0), |x| (1e6 * x).sin(), |x| 1e6 * (1e6 * x).cos())
    }),
    right("a bump of width 1e-3", Correct, |seed| {
        let x = away_from_zero(seed, 0, N, 2e-4, 1e-3);
        each(x, |x| (-1e6 * x * x).exp(), |x| -2e6 * x * (-1e6 * x * x).exp())
    }),
    right("tanh(1e4 x)", Correct, |seed| {
        let x = away_from_zero(seed, 0, N, 2e-5, 2e-4);
        each(x, |x| (1e4 * x).tanh(), |x| 1e4 / (1e4 * x).cosh().powi(2))
    }),
    right("√(x² + 1e-10)", Correct, |seed| {
        let x = away_from_zero(seed, 0, N, 1e-6, 3e-5);
        each(x, |x| (x * x + 1e-10).sqrt(), |x| x / (x * x + 1e-10).sqrt())
    }),
    right("x^20", Correct, |seed| {
        each(away_from_zero(seed, 0, N, 0.8, 1.5), |x| x.powi(20), |x| 20.0 * x.powi(19))
    }),
    right("exp(exp(x))", Correct, |seed| {
        each(draw(seed, 0, N, 0.0, 1.8), |x| x.exp().exp(), |x| x.exp() * x.exp().exp())
    }),
    right("exp(-1/x²)", Correct, |seed| {
        let x = away_from_zero(seed, 0, N, 0.2, 1.0);
        each(x, |x| (-1.0 / (x * x)).exp(), |x| 2.0 / x.powi(3) * (-1.0 / (x * x)).exp())
    }),
    right("ln x near 0", Correct, |seed| each(draw(seed, 0, N, 1e-6, 1e-5), f64::ln, f64::recip)),
    right("√x near 0", Correct, |seed| each(draw(seed, 0, N, 1e-8, 1e-7), f64::sqrt, |x| 0.5 / x.sqrt())),
    right("1/x near 0", Correct, |seed| {
        each(away_from_zero(seed, 0, N, 1e-5, 1e-4), f64::recip, |x| -1.0 / (x * x))
    }),
    right("cube root near 0", Correct, |seed| {
        each(away_from_zero(seed, 0, N, 1e-6, 1e-5), f64::cbrt, |x| 1.0 / (3.0 * x.cbrt().powi(2)))
    }),
    right("arcsine near 1", NotWrong, |seed| {
        let x = draw(seed, 0, N, 1e-9, 1e-8).iter().map(|x| 1.0 - x).collect();
        each(x, f64::asin, |x| 1.0 / (1.0 - x * x).sqrt())
    }),
    right("x ln x at 1e-3", Correct, |seed| {
        each(draw(seed, 0, N, 1e-3, 1e-2), |x| x * x.ln(), |x| x.ln() + 1.0)
    }),
    right("Hilbert's matrix", Correct, hilbert),
    right("condition 1e16", NotWrong, steep_valley),
];
