//! Functions without a layer in sight: physics, statistics, an optimizer's objective.

use crate::case::{Wrong, hinted, wrong};
use crate::draw::{away_from_zero, draw};
use crate::problem::Problem;

/// Σ over neighbours, in a ring.
fn ring(n: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..n).map(move |i| (i, (i + 1) % n))
}

/// Rosenbrock's function Σ 100 (xᵢ₊₁ - xᵢ²)² + (1 - xᵢ)².
pub(crate) fn rosenbrock(x: &[f64]) -> f64 {
    x.windows(2).map(|w| 100.0 * (w[1] - w[0] * w[0]).powi(2) + (1.0 - w[0]).powi(2)).sum()
}

/// Its gradient.
pub(crate) fn rosenbrock_gradient(x: &[f64]) -> Vec<f64> {
    let mut d = vec![0.0; x.len()];
    for i in 0..x.len() - 1 {
        let valley = x[i + 1] - x[i] * x[i];
        d[i] += -400.0 * x[i] * valley - 2.0 * (1.0 - x[i]);
        d[i + 1] += 200.0 * valley;
    }
    d
}

/// ln Σ exp(xᵢ).
pub(crate) fn log_sum_exp(x: &[f64]) -> f64 {
    let max = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    max + x.iter().map(|x| (x - max).exp()).sum::<f64>().ln()
}

fn squares(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum()
}

fn scaled(x: &[f64], factor: f64) -> Vec<f64> {
    x.iter().map(|x| factor * x).collect()
}

/// A matrix (n, n) times x; transposed, if asked for.
fn product(a: &[f64], x: &[f64], transposed: bool) -> Vec<f64> {
    let n = x.len();
    let at = |i: usize, j: usize| if transposed { a[j * n + i] } else { a[i * n + j] };
    (0..n).map(|i| (0..n).map(|j| at(i, j) * x[j]).sum()).collect()
}

pub(super) const CASES: &[Wrong] = &[
    hinted("plain/sign", "sign", "uphill: the gradient of -f", |seed| {
        let x = away_from_zero(seed, 0, 6, 0.2, 2.0);
        Problem::plain(x, |x| x.iter().map(|x| x.sin()).sum(), |x| x.iter().map(|x| -x.cos()).collect())
    }),
    hinted("plain/factor 2", "ratio", "f = Σ x²/2 with the gradient of Σ x²", |seed| {
        Problem::plain(away_from_zero(seed, 0, 6, 0.2, 2.0), |x| squares(x) / 2.0, |x| scaled(x, 2.0))
    }),
    hinted("plain/degrees", "ratio", "sin of degrees, without π/180", |seed| {
        let x = draw(seed, 0, 5, 5.0, 80.0);
        let f = |x: &[f64]| x.iter().map(|x| x.to_radians().sin()).sum();
        Problem::plain(x, f, |x| x.iter().map(|x| x.to_radians().cos()).collect())
    }),
    hinted("plain/zero", "zero", "a gradient that nobody wrote", |seed| {
        let x = away_from_zero(seed, 0, 5, 0.2, 2.0);
        Problem::plain(x, squares, |x| vec![0.0; x.len()])
    }),
    hinted("plain/one element", "element", "one of twelve elements is off by 1e-4 of itself", |seed| {
        let x = away_from_zero(seed, 0, 12, 0.5, 2.0);
        Problem::plain(x, squares, |x| {
            let mut d = scaled(x, 2.0);
            d[7] *= 1.0 + 1e-4;
            d
        })
    }),
    hinted("plain/one element of many", "element", "one of 300 elements is off by 1e-4 of itself", |seed| {
        let x = away_from_zero(seed, 0, 300, 0.5, 2.0);
        Problem::plain(x, squares, |x| {
            let mut d = scaled(x, 2.0);
            d[123] *= 1.0 + 1e-4;
            d
        })
    }),
    hinted("plain/off by one", "permuted", "a loop with i + 1 where it says i", |seed| {
        let x = away_from_zero(seed, 0, 7, 0.2, 2.0);
        Problem::plain(x, squares, |x| ring(x.len()).map(|(_, next)| 2.0 * x[next]).collect())
    }),
    wrong("plain/a term missing", "Rosenbrock without the valley's path through xᵢ", |seed| {
        Problem::plain(draw(seed, 0, 5, -1.5, 1.5), rosenbrock, |x| {
            let mut d = rosenbrock_gradient(x);
            for i in 0..x.len() - 1 {
                d[i] += 400.0 * x[i] * (x[i + 1] - x[i] * x[i]);
            }
            d
        })
    }),
    wrong("plain/a neighbour missing", "springs in a ring: the pull from one side only", |seed| {
        let f = |x: &[f64]| ring(x.len()).map(|(i, j)| (x[j] - x[i]).powi(4)).sum();
        Problem::plain(draw(seed, 0, 6, -2.0, 2.0), f, |x| {
            ring(x.len()).map(|(i, j)| -4.0 * (x[j] - x[i]).powi(3)).collect()
        })
    }),
    wrong("plain/half a quadratic form", "A x instead of (A + Aᵀ) x", |seed| {
        let a = draw(seed, 1, 25, -1.0, 1.0);
        let also = a.clone();
        let f = move |x: &[f64]| product(&a, x, false).iter().zip(x).map(|(ax, x)| ax * x).sum();
        Problem::plain(draw(seed, 0, 5, -1.0, 1.0), f, move |x| product(&also, x, false))
    }),
    wrong("plain/right at 0 only", "the slope of sin is said to be 1 everywhere", |seed| {
        let x = away_from_zero(seed, 0, 5, 0.1, 1.0);
        Problem::plain(x, |x| x.iter().map(|x| x.sin()).sum(), |x| vec![1.0; x.len()])
    }),
    wrong("plain/stale", "the gradient of an earlier θ, 1e-3 away", |seed| {
        let x = away_from_zero(seed, 0, 5, 0.2, 2.0);
        let cached: Vec<f64> = x.iter().map(|x| (x + 1e-3).cos()).collect();
        Problem::plain(x, |x| x.iter().map(|x| x.sin()).sum(), move |_| cached.clone())
    }),
    wrong("plain/accumulated", "the gradient of this θ and that of the step before", |seed| {
        let x = away_from_zero(seed, 0, 5, 0.2, 2.0);
        let before = draw(seed, 1, 5, -2.0, 2.0);
        Problem::plain(x, squares, move |x| {
            scaled(x, 2.0).iter().zip(&before).map(|(d, x)| d + 2.0 * x).collect()
        })
    }),
    hinted("plain/not normalised", "ratio", "exp(x) for ln Σ exp(x), without the sum below", |seed| {
        let x = draw(seed, 0, 6, -1.0, 2.0);
        Problem::plain(x, log_sum_exp, |x| x.iter().map(|x| x.exp()).collect())
    }),
    wrong("plain/norm taken for constant", "the gradient of a·x/‖x‖ is said to be a/‖x‖", |seed| {
        let a = draw(seed, 1, 5, -1.0, 1.0);
        let also = a.clone();
        let f = move |x: &[f64]| a.iter().zip(x).map(|(a, x)| a * x).sum::<f64>() / squares(x).sqrt();
        Problem::plain(draw(seed, 0, 5, 0.5, 2.0), f, move |x| scaled(&also, 1.0 / squares(x).sqrt()))
    }),
    wrong("plain/epsilon forgotten", "√(x² + 0.01) with the slope of |x|", |seed| {
        let f = |x: &[f64]| x.iter().map(|x| (x * x + 0.01).sqrt()).sum();
        Problem::plain(away_from_zero(seed, 0, 5, 0.1, 2.0), f, |x| x.iter().map(|x| x.signum()).collect())
    }),
    wrong("plain/one-sided difference", "a \"gradient\" by forward differences of step 1e-3", |seed| {
        let f = |x: &[f64]| x.iter().map(|x| x.exp()).sum();
        Problem::plain(draw(seed, 0, 5, -1.0, 1.0), f, |x| {
            x.iter().map(|x| ((x + 1e-3).exp() - x.exp()) / 1e-3).collect()
        })
    }),
    wrong("plain/sums in f32", "Σ over 1,000 terms near ±1e4, whose sum is near 1, added in f32", |seed| {
        // f = Σ ±sin(aᵢ x): the terms of the slope cancel, and what is left is rounded at their size, to some 1e-3.
        let pairs = draw(seed, 1, 500, 1e4, 2e4);
        let widths = draw(seed, 2, 500, 0.001, 0.003);
        let terms: Vec<(f64, f64)> =
            pairs.iter().zip(&widths).flat_map(|(a, w)| [(a + w, 1.0), (*a, -1.0)]).collect();
        let also = terms.clone();
        let f = move |x: &[f64]| {
            x.iter().map(|&x| terms.iter().map(|(a, sign)| sign * (a * x).sin()).sum::<f64>()).sum()
        };
        Problem::plain(draw(seed, 0, 3, 1e-6, 2e-6), f, move |x| {
            let slope =
                |x: f64| also.iter().fold(0.0f32, |sum, (a, sign)| sum + (sign * a * (a * x).cos()) as f32);
            x.iter().map(|&x| f64::from(slope(x))).collect()
        })
    }),
    hinted("plain/clipped", "ratio", "the gradient after clipping its norm to 1", |seed| {
        Problem::plain(away_from_zero(seed, 0, 6, 1.0, 2.0), squares, |x| scaled(x, 1.0 / squares(x).sqrt()))
    }),
    wrong("plain/time cut short", "a recurrence of 4 steps, differentiated through the last only", |seed| {
        let inputs = draw(seed, 1, 4, -1.0, 1.0);
        let also = inputs.clone();
        let run =
            |inputs: &[f64], x: &[f64]| inputs.iter().fold(0.0, |h: f64, u| (x[0] * h + x[1] * u).tanh());
        let f = move |x: &[f64]| run(&inputs, x).powi(2);
        Problem::plain(away_from_zero(seed, 0, 2, 0.6, 1.2), f, move |x| {
            let before = run(&also[..3], x);
            let h = (x[0] * before + x[1] * also[3]).tanh();
            let d = 2.0 * h * (1.0 - h * h);
            vec![d * before, d * also[3]]
        })
    }),
    wrong("plain/wrong winner", "the slope of the largest element goes to the first", |seed| {
        let f = |x: &[f64]| x.iter().copied().fold(f64::NEG_INFINITY, f64::max).powi(3);
        let mut x = draw(seed, 0, 5, 0.5, 1.0);
        x[3] += 1.0;
        Problem::plain(x, f, |x| {
            let mut d = vec![0.0; x.len()];
            d[0] = 3.0 * x[3] * x[3];
            d
        })
    }),
    hinted("plain/L2 twice", "penalty", "ridge regression whose gradient has the penalty twice", |seed| {
        ridge(seed, 2.0)
    }),
    hinted("plain/L2 missing", "penalty", "ridge regression whose gradient has no penalty", |seed| {
        ridge(seed, 0.0)
    }),
];

/// λ of the penalty λ/2 ‖w‖².
const LAMBDA: f64 = 0.1;

/// Σ (x·w - t)²/2 + λ/2 ‖w‖² on eight samples, with the penalty `times` in the gradient: 1 is right.
pub(crate) fn ridge(seed: u64, times: f64) -> Problem {
    const N: usize = 4;
    let (x, t) = (draw(seed, 1, 8 * N, -1.0, 1.0), draw(seed, 2, 8, -1.0, 1.0));
    let errors = move |w: &[f64]| -> Vec<(usize, f64)> {
        let predict = |i: usize| x[i * N..(i + 1) * N].iter().zip(w).map(|(x, w)| x * w).sum::<f64>();
        (0..8).map(|i| (i, predict(i) - t[i])).collect()
    };
    let (of_value, of_gradient) = (errors.clone(), errors);
    let x = draw(seed, 1, 8 * N, -1.0, 1.0);
    let f = move |w: &[f64]| {
        of_value(w).iter().map(|(_, e)| e * e / 2.0).sum::<f64>() + LAMBDA / 2.0 * squares(w)
    };
    Problem::plain(away_from_zero(seed, 0, N, 0.3, 1.5), f, move |w| {
        let mut d = scaled(w, times * LAMBDA);
        for (i, e) in of_gradient(w) {
            (0..N).for_each(|k| d[k] += e * x[i * N + k]);
        }
        d
    })
}
