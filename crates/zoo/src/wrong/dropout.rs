//! y = x mask/(1 - p), and the same mask and scale on dy.

use nn_layers::Dropout;

use crate::case::{Wrong, hinted, wrong};
use crate::problem::Problem;
use crate::spoiled::{Spoil, Spoiled};

const P: f64 = 0.4;

fn layer(spoil: Spoil) -> Spoiled<Dropout> {
    Spoiled::input(Dropout::new(P).expect("a probability"), spoil)
}

fn dropout(seed: u64, spoil: Spoil) -> Problem {
    Problem::layer(layer(spoil), [6], 5, seed)
}

pub(super) const CASES: &[Wrong] = &[
    hinted("dropout/scale", "ratio", "the mask without 1/(1 - p)", |seed| {
        dropout(seed, |_, d| d[0].iter_mut().for_each(|d| *d *= 1.0 - P))
    }),
    hinted("dropout/scale twice", "ratio", "the factor 1/(1 - p) is there twice", |seed| {
        dropout(seed, |_, d| d[0].iter_mut().for_each(|d| *d /= 1.0 - P))
    }),
    wrong("dropout/mask missing", "all of dy, scaled", |seed| {
        dropout(seed, |s, d| d[0] = s.each(|_, _, dy| dy / (1.0 - P)))
    }),
    wrong("dropout/another mask", "backward draws again: here, the mask of the element before", |seed| {
        dropout(seed, |s, d| {
            let all = s.dy.len();
            for i in 0..all {
                let kept = s.y[(i + all - 1) % all] != 0.0;
                d[0][i] = if kept { s.dy[i] / (1.0 - P) } else { 0.0 };
            }
        })
    }),
    hinted(
        "dropout/in inference",
        "ratio",
        "backward scales although forward lets everything pass",
        |seed| {
            let spoil: Spoil = |_, d| d[0].iter_mut().for_each(|d| *d /= 1.0 - P);
            Problem::inference(layer(spoil), [6], 5, seed)
        },
    ),
];
