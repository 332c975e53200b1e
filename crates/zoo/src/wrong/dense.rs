//! y = x Wᵀ + b: dx = dy W, dW = dyᵀ x, db = Σ dy.

use nn_layers::Dense;

use crate::case::{Wrong, hinted, wrong};
use crate::problem::Problem;
use crate::scene::Scene;
use crate::spoiled::{Spoil, Spoiled};

const SAMPLES: usize = 5;
/// Inputs, unless a case wants a square W.
const INPUTS: usize = 4;
const UNITS: usize = 3;

fn learned(seed: u64, spoil: Spoil) -> Problem {
    Problem::layer(Spoiled::learned(Dense::new(UNITS), spoil), [INPUTS], SAMPLES, seed)
}

/// With as many outputs as inputs.
fn square(seed: u64, spoil: Spoil) -> Problem {
    Problem::layer(Spoiled::learned(Dense::new(INPUTS), spoil), [INPUTS], SAMPLES, seed)
}

/// dW of the samples that `keep` lets pass.
fn weight_of(s: &Scene, keep: impl Fn(usize) -> bool) -> Vec<f64> {
    let (n, units) = (s.width(), s.output_width());
    let mut dw = vec![0.0; units * n];
    for i in (0..s.m).filter(|&i| keep(i)) {
        for (o, k) in (0..units).flat_map(|o| (0..n).map(move |k| (o, k))) {
            dw[o * n + k] += s.dy[i * units + o] * s.x[0][i * n + k];
        }
    }
    dw
}

/// db of the samples that `keep` lets pass.
fn bias_of(s: &Scene, keep: impl Fn(usize) -> bool) -> Vec<f64> {
    let units = s.output_width();
    let sum = |o: usize| (0..s.m).filter(|&i| keep(i)).map(|i| s.dy[i * units + o]).sum();
    (0..units).map(sum).collect()
}

pub(super) const CASES: &[Wrong] = &[
    hinted("dense/transposed", "transposed", "dW is xᵀ dy, for a square W", |seed| {
        square(seed, |s, d| {
            let n = s.width();
            let right = d[0].clone();
            (0..n * n).for_each(|i| d[0][i] = right[i % n * n + i / n]);
        })
    }),
    hinted("dense/transposed shape", "transposed", "dW is xᵀ dy, (in, out) read as (out, in)", |seed| {
        learned(seed, |s, d| {
            let (n, units) = (s.width(), s.output_width());
            let right = d[0].clone();
            (0..n * units).for_each(|i| d[0][i] = right[i % units * n + i / units]);
        })
    }),
    hinted("dense/sign", "sign", "dW with the wrong sign", |seed| {
        learned(seed, |_, d| d[0].iter_mut().for_each(|d| *d = -*d))
    }),
    hinted("dense/bias of the last row", "tensor", "db is dy of the last sample only", |seed| {
        learned(seed, |s, d| d[1] = bias_of(s, |i| i + 1 == s.m))
    }),
    hinted("dense/bias zero", "zero", "db was forgotten", |seed| learned(seed, |_, d| d[1].fill(0.0))),
    hinted("dense/first sample", "sample", "the loop over samples begins with the second", |seed| {
        learned(seed, |s, d| {
            (d[0], d[1]) = (weight_of(s, |i| i > 0), bias_of(s, |i| i > 0));
        })
    }),
    hinted("dense/last sample", "sample", "the loop over samples ends one too early", |seed| {
        learned(seed, |s, d| {
            let last = s.m - 1;
            (d[0], d[1]) = (weight_of(s, |i| i < last), bias_of(s, |i| i < last));
        })
    }),
    hinted("dense/divided by m", "batch", "dW is the mean over the samples, not the sum", |seed| {
        learned(seed, |s, d| d[0].iter_mut().for_each(|d| *d /= s.m as f64))
    }),
    hinted("dense/rows permuted", "permuted", "the rows of dW are off by one", |seed| {
        learned(seed, |s, d| d[0].rotate_right(s.width()))
    }),
    hinted("dense/columns permuted", "permuted", "the columns of dW are in reverse order", |seed| {
        learned(seed, |s, d| d[0].chunks_exact_mut(s.width()).for_each(<[f64]>::reverse))
    }),
    hinted("dense/one row", "rows", "dW of the last unit is never written", |seed| {
        learned(seed, |s, d| {
            let from = d[0].len() - s.width();
            d[0][from..].fill(0.0);
        })
    }),
    hinted("dense/one element", "element", "one element of dW is off by 1e-4 of itself", |seed| {
        learned(seed, |s, d| d[0][s.width() + 1] *= 1.0 + 1e-4)
    }),
    hinted("dense/one bias", "element", "db of the first unit is that of the second", |seed| {
        learned(seed, |_, d| d[1][0] = d[1][1])
    }),
    hinted("dense/bias in dW", "term", "each column of dW has db added, as if x began with 1", |seed| {
        learned(seed, |s, d| {
            let n = s.width();
            for i in 0..d[0].len() {
                d[0][i] += d[1][i / n];
            }
        })
    }),
    wrong("dense/next sample", "dW multiplies dy with the next sample's x", |seed| {
        learned(seed, |s, d| {
            let (n, units) = (s.width(), s.output_width());
            d[0].fill(0.0);
            for (i, o) in (0..s.m).flat_map(|i| (0..units).map(move |o| (i, o))) {
                for k in 0..n {
                    d[0][o * n + k] += s.dy[i * units + o] * s.x[0][(i + 1) % s.m * n + k];
                }
            }
        })
    }),
    wrong("dense/output for input", "dW multiplies dy with y, for a square W", |seed| {
        square(seed, |s, d| {
            let n = s.width();
            for i in 0..n * n {
                d[0][i] = (0..s.m).map(|m| s.dy[m * n + i / n] * s.y[m * n + i % n]).sum();
            }
        })
    }),
    hinted("dense/bias counted by inputs", "ratio", "db is summed once for each input", |seed| {
        learned(seed, |s, d| d[1].iter_mut().for_each(|d| *d *= s.width() as f64))
    }),
    wrong("dense/accumulated", "dW is added to what the buffer holds, and nobody cleared it", |seed| {
        learned(seed, |s, d| d[0].iter_mut().zip(&s.before[0]).for_each(|(d, before)| *d += before))
    }),
    wrong("dense/input through Wᵀ", "dx is dy Wᵀ instead of dy W, for a square W", |seed| {
        let spoil: Spoil = |s, d| {
            let n = s.width();
            for i in 0..s.m * n {
                let row = i / n * n;
                d[0][i] = (0..n).map(|o| s.dy[row + o] * s.theta[0][i % n * n + o]).sum();
            }
        };
        Problem::layer(Spoiled::input(Dense::new(INPUTS), spoil), [INPUTS], SAMPLES, seed)
    }),
    wrong("dense/one unit less", "dx leaves out the last unit", |seed| {
        let spoil: Spoil = |s, d| {
            let (n, units) = (s.width(), s.output_width());
            for i in 0..s.m * n {
                let row = i / n * units;
                d[0][i] = (0..units - 1).map(|o| s.dy[row + o] * s.theta[0][o * n + i % n]).sum();
            }
        };
        Problem::layer(Spoiled::input(Dense::new(UNITS), spoil), [INPUTS], SAMPLES, seed)
    }),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sums_without_a_mistake_are_right() {
        learned(0, |s, d| (d[0], d[1]) = (weight_of(s, |_| true), bias_of(s, |_| true))).check().assert();
    }
}
