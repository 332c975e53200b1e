//! Max-pooling and average-pooling over windows of 2×2 of one channel.

use tensor_ops::Shape;

use crate::case::{Wrong, hinted, wrong};
use crate::handmade::Handmade;
use crate::problem::Problem;
use crate::scene::Scene;

const IMAGE: [usize; 2] = [4, 6];
const WINDOW: usize = 2;

/// Windows side by side.
const APART: usize = 2;
/// Windows that overlap.
const OVERLAPPING: usize = 1;

fn places(size: usize, stride: usize) -> usize {
    (size - WINDOW) / stride + 1
}

fn output(stride: usize) -> Shape {
    [places(IMAGE[0], stride), places(IMAGE[1], stride)].into()
}

/// The positions in x of the window of each element of y.
fn windows(m: usize, stride: usize) -> Vec<[usize; WINDOW * WINDOW]> {
    let [height, width] = IMAGE;
    let (rows, cols) = (places(height, stride), places(width, stride));
    let corner = |at: usize| {
        let (j, i, sample) = (at % cols, at / cols % rows, at / (cols * rows));
        (sample * height + i * stride) * width + j * stride
    };
    (0..m * rows * cols).map(corner).map(|c| [c, c + 1, c + width, c + width + 1]).collect()
}

/// The position of the first largest element.
fn largest(x: &[f64], window: &[usize]) -> usize {
    window.iter().copied().fold(window[0], |best, i| if x[i] > x[best] { i } else { best })
}

fn maxima(s: &Scene, stride: usize) -> Vec<f64> {
    windows(s.m, stride).iter().map(|window| s.x[0][largest(&s.x[0], window)]).collect()
}

/// dx where each window's dy goes to the element that `to` picks.
fn scatter(s: &Scene, stride: usize, to: impl Fn(&[usize]) -> usize) -> Vec<Vec<f64>> {
    let mut dx = vec![0.0; s.x[0].len()];
    windows(s.m, stride).iter().zip(&s.dy).for_each(|(window, dy)| dx[to(window)] += dy);
    vec![dx]
}

/// dx where each window's dy is spread with a factor.
fn spread(s: &Scene, factor: f64) -> Vec<Vec<f64>> {
    let mut dx = vec![0.0; s.x[0].len()];
    for (window, dy) in windows(s.m, APART).iter().zip(&s.dy) {
        window.iter().for_each(|&i| dx[i] += factor * dy);
    }
    vec![dx]
}

/// y = the largest of each window.
pub(crate) const MAX_POOL: Handmade = Handmade {
    name: "MaxPool",
    output: |_| output(APART),
    forward: |s| maxima(s, APART),
    input: |s| scatter(s, APART, |window| largest(&s.x[0], window)),
    ..Handmade::BLANK
};

/// As [`MAX_POOL`], with windows that overlap.
pub(crate) const OVERLAPPING_MAX_POOL: Handmade = Handmade {
    output: |_| output(OVERLAPPING),
    forward: |s| maxima(s, OVERLAPPING),
    input: |s| scatter(s, OVERLAPPING, |window| largest(&s.x[0], window)),
    ..MAX_POOL
};

/// y = the mean of each window.
pub(crate) const AVERAGE_POOL: Handmade = Handmade {
    name: "AveragePool",
    output: |_| output(APART),
    forward: |s| {
        let mean = |window: &[usize; 4]| window.iter().map(|&i| s.x[0][i]).sum::<f64>() / 4.0;
        windows(s.m, APART).iter().map(mean).collect()
    },
    input: |s| spread(s, 0.25),
    ..Handmade::BLANK
};

/// A pooling layer on images of the size that it knows.
pub(crate) fn pool(op: Handmade, seed: u64) -> Problem {
    Problem::layer(op, IMAGE, 3, seed)
}

pub(super) const CASES: &[Wrong] = &[
    wrong("max-pool/wrong index", "dy goes to the element behind the largest", |seed| {
        let input = |s: &Scene| {
            scatter(s, APART, |window| {
                let at = window.iter().position(|&i| i == largest(&s.x[0], window)).expect("in the window");
                window[(at + 1) % window.len()]
            })
        };
        pool(Handmade { input, ..MAX_POOL }, seed)
    }),
    wrong("max-pool/first element", "dy goes to the corner of the window", |seed| {
        pool(Handmade { input: |s| scatter(s, APART, |window| window[0]), ..MAX_POOL }, seed)
    }),
    wrong("max-pool/smallest", "dy goes to the smallest element", |seed| {
        let input = |s: &Scene| {
            let negative: Vec<f64> = s.x[0].iter().map(|x| -x).collect();
            scatter(s, APART, |window| largest(&negative, window))
        };
        pool(Handmade { input, ..MAX_POOL }, seed)
    }),
    wrong("max-pool/spread", "dy is spread over the window as for an average", |seed| {
        pool(Handmade { input: |s| spread(s, 0.25), ..MAX_POOL }, seed)
    }),
    wrong("max-pool/assigned", "windows overlap, and the last one overwrites the others' share", |seed| {
        let input = |s: &Scene| {
            let mut dx = vec![0.0; s.x[0].len()];
            let all = windows(s.m, OVERLAPPING);
            all.iter().zip(&s.dy).for_each(|(window, dy)| dx[largest(&s.x[0], window)] = *dy);
            vec![dx]
        };
        pool(Handmade { input, ..OVERLAPPING_MAX_POOL }, seed)
    }),
    hinted("average pool/divisor", "ratio", "dy is not divided by the size of the window", |seed| {
        pool(Handmade { input: |s| spread(s, 1.0), ..AVERAGE_POOL }, seed)
    }),
];
