//! Wrong gradients where the right one is hard to tell: the problems of the park, spoiled.

use crate::case::{Wrong, hinted, wrong};
use crate::draw::away_from_zero;
use crate::park::{
    absolute, bowl, computed_in_f32, dead, narrow_bump, noisy, ripple, sizes_of_slopes, some_at, wave,
};
use crate::problem::Problem;

fn double(d: &mut [f64]) {
    d.iter_mut().for_each(|d| *d *= 2.0);
}

fn negate(d: &mut [f64]) {
    d.iter_mut().for_each(|d| *d = -*d);
}

pub(super) const CASES: &[Wrong] = &[
    hinted("hard/f of size 1e-8", "ratio", "twice the gradient, which is tiny", |seed| {
        wave(seed, 1e-8, 1.0, 0.0).spoiled(double)
    }),
    hinted("hard/f of size 1e-30", "sign", "the wrong sign of a gradient that is all but 0", |seed| {
        wave(seed, 1e-30, 1.0, 0.0).spoiled(negate)
    }),
    hinted("hard/f of size 1e8", "ratio", "1.00001 times the gradient, which is huge", |seed| {
        wave(seed, 1e8, 1.0, 0.0).spoiled(|d| d.iter_mut().for_each(|d| *d *= 1.00001))
    }),
    hinted("hard/θ of size 1e-4", "ratio", "twice the gradient, and θ is small", |seed| {
        wave(seed, 1.0, 1e-4, 0.0).spoiled(double)
    }),
    hinted("hard/θ of size 1e8", "ratio", "twice the gradient, and θ is huge", |seed| {
        wave(seed, 1.0, 1e8, 0.0).spoiled(double)
    }),
    hinted("hard/1e6 is added", "ratio", "1.01 times the gradient of a function far from 0", |seed| {
        wave(seed, 1.0, 1.0, 1e6).spoiled(|d| d.iter_mut().for_each(|d| *d *= 1.01))
    }),
    hinted("hard/noise of 1e-9", "ratio", "1.1 times the gradient of a noisy function", |seed| {
        noisy(seed, 1e-9).spoiled(|d| d.iter_mut().for_each(|d| *d *= 1.1))
    }),
    hinted("hard/computed in f32", "sign", "the wrong sign for a function in f32", |seed| {
        computed_in_f32(seed).spoiled(negate)
    }),
    wrong("hard/between kinks", "twice the gradient; one of six elements lies on a kink", |seed| {
        let mut x = away_from_zero(seed, 0, 6, 0.3, 2.0);
        x[2] = 0.0;
        absolute(x).spoiled(double)
    }),
    wrong("hard/beside kinks", "twice the gradient; every second element lies 1e-5 beside a kink", |seed| {
        absolute(some_at(seed, 1e-5)).spoiled(double)
    }),
    hinted("hard/beside a minimum", "ratio", "twice the gradient, 1e-4 from where it vanishes", |seed| {
        bowl(seed, 1e-4).spoiled(double)
    }),
    hinted("hard/a small slope", "element", "the least slope, 1e-8 of the largest, is doubled", |seed| {
        sizes_of_slopes(seed, 2).spoiled(|d| d[0] *= 2.0)
    }),
    hinted(
        "hard/a slope of nothing",
        "element",
        "an element without effect is said to have one of 1e-3",
        |seed| {
            let f = |x: &[f64]| x[0].sin() + x[2] * x[3] + x[5].exp();
            Problem::plain(away_from_zero(seed, 0, 6, 0.3, 1.0), f, |x| {
                vec![x[0].cos(), 1e-3, x[3], x[2], 0.0, x[5].exp()]
            })
        },
    ),
    wrong("hard/constant", "a constant function is said to have slopes", |seed| {
        Problem::plain(away_from_zero(seed, 0, 5, 0.3, 1.0), |_| 3.0, |x| x.iter().map(|x| 0.1 * x).collect())
    }),
    hinted(
        "hard/dead layer",
        "tensor",
        "behind a layer that passes nothing, the last bias is doubled",
        |seed| dead(seed, |_, d| double(&mut d[1])),
    ),
    wrong("hard/a ripple", "a wave of period 5e-5 is in f, and not in the gradient", |seed| {
        ripple(seed).with_gradient(|x| x.iter().map(|x| 2.0 * x).collect())
    }),
    wrong("hard/a narrow bump", "a bump of width 5e-6 is in f, and not in the gradient", |seed| {
        narrow_bump(seed).with_gradient(|x| x.iter().map(|x| x.cos()).collect())
    }),
    wrong(
        "hard/beyond both sides of a kink",
        "of one element in six the slope is 3, and |x| + x has 0 and 2",
        |seed| {
            let mut x = away_from_zero(seed, 0, 6, 0.3, 2.0);
            x[2] = 0.0;
            absolute(x).spoiled(|d| d[2] = 3.0)
        },
    ),
    hinted("hard/exp(30 x)", "ratio", "1.001 times the gradient of a strongly curved function", |seed| {
        let f = |x: &[f64]| x.iter().map(|x| (30.0 * x).exp()).sum();
        Problem::plain(away_from_zero(seed, 0, 5, 0.1, 0.3), f, |x| {
            x.iter().map(|x| 1.001 * 30.0 * (30.0 * x).exp()).collect()
        })
    }),
    hinted("hard/one of 2,000", "element", "one of 2,000 elements is off by a hundredth of itself", |seed| {
        let x = away_from_zero(seed, 0, 2000, 0.5, 2.0);
        let f = |x: &[f64]| x.iter().map(|x| x * x).sum();
        Problem::plain(x, f, |x| {
            let mut d: Vec<f64> = x.iter().map(|x| 2.0 * x).collect();
            d[1234] *= 1.01;
            d
        })
    }),
];
