//! Functions of each element: dx = f'(x) dy.

use nn_layers::{Relu, Sigmoid, Tanh};

use crate::case::{Wrong, hinted, wrong};
use crate::handmade::Handmade;
use crate::problem::Problem;
use crate::scene::Scene;
use crate::spoiled::{Spoil, Spoiled};

fn relu(seed: u64, spoil: Spoil) -> Problem {
    Problem::layer(Spoiled::input(Relu, spoil), [6], 4, seed)
}

fn sigmoid(seed: u64, spoil: Spoil) -> Problem {
    Problem::layer(Spoiled::input(Sigmoid, spoil), [6], 4, seed)
}

fn tanh(seed: u64, spoil: Spoil) -> Problem {
    Problem::layer(Spoiled::input(Tanh, spoil), [6], 4, seed)
}

fn handmade(op: Handmade, seed: u64) -> Problem {
    Problem::layer(op, [6], 4, seed)
}

const SLOPE: f64 = 0.1;

/// y = x for x > 0, and x/10 otherwise.
pub(crate) const LEAKY_RELU: Handmade = Handmade {
    name: "LeakyRelu",
    forward: |s| s.x[0].iter().map(|&x| if x > 0.0 { x } else { SLOPE * x }).collect(),
    input: |s| vec![s.each(|x, _, dy| if x > 0.0 { dy } else { SLOPE * dy })],
    ..Handmade::BLANK
};

/// √(2/π) and the factor of x³ in the tanh form of GELU (Hendrycks and Gimpel, 2016).
const ROOT: f64 = 0.797_884_560_802_865_4;
const CUBIC: f64 = 0.044_715;

/// y = x/2 (1 + tanh(√(2/π) (x + 0.044715 x³))).
pub(crate) const GELU: Handmade = Handmade {
    name: "Gelu",
    forward: |s| s.x[0].iter().map(|&x| 0.5 * x * (1.0 + gelu_tanh(x))).collect(),
    input: |s| {
        vec![s.each(|x, _, dy| {
            let t = gelu_tanh(x);
            let inner = ROOT * (1.0 + 3.0 * CUBIC * x * x);
            dy * 0.5 * (1.0 + t + x * (1.0 - t * t) * inner)
        })]
    },
    ..Handmade::BLANK
};

fn gelu_tanh(x: f64) -> f64 {
    (ROOT * (x + CUBIC * x * x * x)).tanh()
}

/// y = ln(1 + eˣ).
pub(crate) const SOFTPLUS: Handmade = Handmade {
    name: "Softplus",
    forward: |s| s.x[0].iter().map(|&x| x.max(0.0) + (-x.abs()).exp().ln_1p()).collect(),
    input: |s| vec![s.each(|x, _, dy| dy * logistic(x))],
    ..Handmade::BLANK
};

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// dx as a function of (x, y, dy).
fn set(s: &Scene, d: &mut [Vec<f64>], f: impl Fn(f64, f64, f64) -> f64) {
    d[0] = s.each(f);
}

pub(super) const CASES: &[Wrong] = &[
    wrong("relu/mask of dy", "the mask is that of the output gradient: dy > 0", |seed| {
        relu(seed, |s, d| set(s, d, |_, _, dy| dy.max(0.0)))
    }),
    wrong("relu/no mask", "dx = dy everywhere", |seed| relu(seed, |s, d| set(s, d, |_, _, dy| dy))),
    wrong("relu/mask inverted", "dx = dy where x is negative", |seed| {
        relu(seed, |s, d| set(s, d, |x, _, dy| if x < 0.0 { dy } else { 0.0 }))
    }),
    wrong("relu/value for mask", "dx = dy times y, not times [y > 0]", |seed| {
        relu(seed, |s, d| set(s, d, |_, y, dy| dy * y))
    }),
    wrong("relu/mask of the next sample", "the mask of the sample behind", |seed| {
        relu(seed, |s, d| {
            let (n, all) = (s.width(), s.dy.len());
            for i in 0..all {
                d[0][i] = if s.x[0][(i + n) % all] > 0.0 { s.dy[i] } else { 0.0 };
            }
        })
    }),
    wrong("leaky relu/slope forgotten", "dx = 0 where x is negative", |seed| {
        let input = |s: &Scene| vec![s.each(|x, _, dy| if x > 0.0 { dy } else { 0.0 })];
        handmade(Handmade { input, ..LEAKY_RELU }, seed)
    }),
    wrong("sigmoid/of its own output", "s(1 - s) with s = σ(y) instead of y", |seed| {
        sigmoid(seed, |s, d| {
            set(s, d, |_, y, dy| {
                let again = logistic(y);
                dy * again * (1.0 - again)
            });
        })
    }),
    wrong("sigmoid/half the derivative", "s instead of s(1 - s)", |seed| {
        sigmoid(seed, |s, d| set(s, d, |_, y, dy| dy * y))
    }),
    wrong("sigmoid/chain broken", "s(1 - s) without dy", |seed| {
        sigmoid(seed, |s, d| set(s, d, |_, y, _| y * (1.0 - y)))
    }),
    wrong("tanh/square of the input", "1 - x² instead of 1 - y²", |seed| {
        tanh(seed, |s, d| set(s, d, |x, _, dy| dy * (1.0 - x * x)))
    }),
    wrong("tanh/square missing", "1 - y instead of 1 - y²", |seed| {
        tanh(seed, |s, d| set(s, d, |_, y, dy| dy * (1.0 - y)))
    }),
    wrong("gelu/derivative of another form", "the derivative of x σ(1.702 x), some 1e-2 beside it", |seed| {
        let input = |s: &Scene| {
            vec![s.each(|x, _, dy| {
                let sigma = logistic(1.702 * x);
                dy * (sigma + 1.702 * x * sigma * (1.0 - sigma))
            })]
        };
        handmade(Handmade { input, ..GELU }, seed)
    }),
    wrong("gelu/inner derivative", "the derivative of x³ was forgotten", |seed| {
        let input = |s: &Scene| {
            vec![s.each(|x, _, dy| {
                let t = gelu_tanh(x);
                dy * 0.5 * (1.0 + t + x * (1.0 - t * t) * ROOT)
            })]
        };
        handmade(Handmade { input, ..GELU }, seed)
    }),
    hinted("softplus/last sample", "sample", "dx of the last sample is never written", |seed| {
        let input = |s: &Scene| {
            let mut dx = s.each(|x, _, dy| dy * logistic(x));
            let last = dx.len() - s.width();
            dx[last..].fill(0.0);
            vec![dx]
        };
        handmade(Handmade { input, ..SOFTPLUS }, seed)
    }),
];
