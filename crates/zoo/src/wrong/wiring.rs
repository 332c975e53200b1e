//! Where values meet and part: residual blocks, gates, flattening, tables.

use std::sync::Arc;

use nn_core::{AnyKernel, BindError, Builder, Layer, Value};
use nn_layers::{Add, Dense, Flatten, Sequential, Tanh};

use crate::case::{Wrong, hinted, wrong};
use crate::handmade::Handmade;
use crate::problem::Problem;
use crate::scene::Scene;
use crate::spoiled::{Spoil, Spoiled};

/// y = x ∘ body(x), for an operation ∘ of two inputs.
#[derive(Debug)]
pub(crate) struct Meeting<K> {
    body: Arc<dyn Layer>,
    meet: K,
}

impl<K: AnyKernel + Clone> Layer for Meeting<K> {
    fn build(&self, net: &mut Builder, x: Value) -> Result<Value, BindError> {
        let y = net.child("body", &*self.body, x)?;
        net.apply(self.meet.clone(), &[x, y])
    }
}

/// A body of two layers around which something is wired.
pub(crate) fn around<K: AnyKernel + Clone>(meet: K, seed: u64) -> Problem {
    let body = Sequential::new().push(Dense::new(4)).push(Tanh).push(Dense::new(3));
    Problem::layer(Meeting { body: Arc::new(body), meet }, [3], 4, seed)
}

fn residual(seed: u64, spoil: Spoil) -> Problem {
    around(Spoiled::input(Add, spoil), seed)
}

/// y = a b, element by element.
pub(crate) const GATE: Handmade = Handmade {
    name: "Gate",
    arity: 2,
    forward: |s| s.x[0].iter().zip(&s.x[1]).map(|(a, b)| a * b).collect(),
    input: |s| vec![times(s, 1), times(s, 0)],
    ..Handmade::BLANK
};

fn times(s: &Scene, input: usize) -> Vec<f64> {
    s.dy.iter().zip(&s.x[input]).map(|(dy, x)| dy * x).collect()
}

const TOKENS: usize = 4;

/// y = x times a row of the table: sample i has token i mod 4.
pub(crate) const TABLE: Handmade = Handmade {
    name: "Table",
    params: &[("table", |x| [TOKENS, x.size()].into())],
    forward: |s| (0..s.x[0].len()).map(|i| s.x[0][i] * s.theta[0][entry(s, i)]).collect(),
    input: |s| vec![(0..s.dy.len()).map(|i| s.dy[i] * s.theta[0][entry(s, i)]).collect()],
    learned: |s| {
        let mut table = vec![0.0; TOKENS * s.width()];
        (0..s.dy.len()).for_each(|i| table[entry(s, i)] += s.dy[i] * s.x[0][i]);
        vec![table]
    },
    ..Handmade::BLANK
};

/// The position in the table of what element `i` is multiplied with.
fn entry(s: &Scene, i: usize) -> usize {
    let n = s.width();
    i / n % TOKENS * n + i % n
}

pub(super) const CASES: &[Wrong] = &[
    hinted("residual/body detached", "zero", "no gradient goes into the body", |seed| {
        residual(seed, |_, d| d[1].fill(0.0))
    }),
    hinted("residual/skip detached", "tensor", "no gradient goes past the body", |seed| {
        residual(seed, |_, d| d[0].fill(0.0))
    }),
    hinted("residual/halved", "ratio", "each branch gets half of dy", |seed| {
        residual(seed, |_, d| d.iter_mut().flatten().for_each(|d| *d /= 2.0))
    }),
    wrong("gate/own factor", "each input gets dy times itself", |seed| {
        around(Handmade { input: |s| vec![times(s, 0), times(s, 1)], ..GATE }, seed)
    }),
    wrong("gate/sum for product", "dy goes to both inputs as it is", |seed| {
        around(Handmade { input: |s| vec![s.dy.clone(), s.dy.clone()], ..GATE }, seed)
    }),
    wrong("flatten/column by column", "dx is read with the axes in the other order", |seed| {
        let spoil: Spoil = |s, d| {
            let (rows, cols) = (s.shapes[0][0], s.shapes[0][1]);
            let n = rows * cols;
            for i in 0..s.dy.len() {
                let (sample, row, col) = (i / n, i % n / cols, i % cols);
                d[0][i] = s.dy[sample * n + col * rows + row];
            }
        };
        Problem::layer(Spoiled::input(Flatten, spoil), [3, 4], 3, seed)
    }),
    hinted("table/overwritten", "rows", "a token that comes twice keeps the last gradient only", |seed| {
        let learned = |s: &Scene| {
            let mut table = vec![0.0; TOKENS * s.width()];
            (0..s.dy.len()).for_each(|i| table[entry(s, i)] = s.dy[i] * s.x[0][i]);
            vec![table]
        };
        Problem::layer(Handmade { learned, ..TABLE }, [3], TOKENS + 2, seed)
    }),
    hinted("table/off by one", "permuted", "gradients go to the row behind the token's", |seed| {
        let learned = |s: &Scene| {
            let mut table = (TABLE.learned)(s);
            table[0].rotate_right(s.width());
            table
        };
        Problem::layer(Handmade { learned, ..TABLE }, [3], TOKENS + 2, seed)
    }),
];
