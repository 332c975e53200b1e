//! The sum over kernel and channels; backward is its transpose.

use nn_layers::{Conv2d, Padding};

use crate::case::{Wrong, hinted, wrong};
use crate::problem::Problem;
use crate::scene::Scene;
use crate::spoiled::{Spoil, Spoiled};

/// The sum as somebody understood it.
#[derive(Clone, Copy)]
struct Sum {
    stride: usize,
    padding: usize,
    /// Whether the kernel is mirrored.
    flipped: bool,
}

/// As the layer of this file computes it: kernel 3×3 from 2 to 3 channels.
const RIGHT: Sum = Sum { stride: 2, padding: 1, flipped: false };
const KERNEL: usize = 3;
const CHANNELS: usize = 3;
const IMAGE: [usize; 3] = [2, 5, 6];
const SAMPLES: usize = 3;

fn layer() -> Conv2d {
    Conv2d::new(CHANNELS, [KERNEL; 2])
        .stride([RIGHT.stride; 2])
        .padding(Padding::Explicit([RIGHT.padding; 2]))
}

fn input(seed: u64, spoil: Spoil) -> Problem {
    Problem::layer(Spoiled::input(layer(), spoil), IMAGE, SAMPLES, seed)
}

fn learned(seed: u64, spoil: Spoil) -> Problem {
    Problem::layer(Spoiled::learned(layer(), spoil), IMAGE, SAMPLES, seed)
}

impl Sum {
    /// Calls `f` with the positions in y, W and x of every product.
    fn each_product(self, samples: usize, mut f: impl FnMut(usize, usize, usize)) {
        let [inputs, height, width] = IMAGE;
        let places = |size: usize| (size + 2 * RIGHT.padding - KERNEL) / RIGHT.stride + 1;
        let (rows, cols) = (places(height), places(width));
        let source = |place: usize, k: usize, size: usize| {
            let k = if self.flipped { KERNEL - 1 - k } else { k };
            (place * self.stride + k).checked_sub(self.padding).filter(|&at| at < size)
        };
        for at_y in 0..samples * CHANNELS * rows * cols {
            let (j, i, o) = (at_y % cols, at_y / cols % rows, at_y / (cols * rows) % CHANNELS);
            let sample = at_y / (cols * rows * CHANNELS);
            for k in 0..inputs * KERNEL * KERNEL {
                let (q, p, c) = (k % KERNEL, k / KERNEL % KERNEL, k / (KERNEL * KERNEL));
                if let (Some(row), Some(col)) = (source(i, p, height), source(j, q, width)) {
                    let at_x = ((sample * inputs + c) * height + row) * width + col;
                    f(at_y, o * inputs * KERNEL * KERNEL + k, at_x);
                }
            }
        }
    }

    fn input(self, s: &Scene) -> Vec<f64> {
        let mut dx = vec![0.0; s.x[0].len()];
        self.each_product(s.m, |y, w, x| dx[x] += s.dy[y] * s.theta[0][w]);
        dx
    }

    fn weight(self, s: &Scene) -> Vec<f64> {
        let mut dw = vec![0.0; CHANNELS * IMAGE[0] * KERNEL * KERNEL];
        self.each_product(s.m, |y, w, x| dw[w] += s.dy[y] * s.x[0][x]);
        dw
    }
}

pub(super) const CASES: &[Wrong] = &[
    wrong("conv/stride ignored in dx", "dx puts neighbours of y beside each other", |seed| {
        input(seed, |s, d| d[0] = Sum { stride: 1, ..RIGHT }.input(s))
    }),
    wrong("conv/padding ignored in dx", "dx is shifted by the padding", |seed| {
        input(seed, |s, d| d[0] = Sum { padding: 0, ..RIGHT }.input(s))
    }),
    wrong("conv/kernel flipped in dx", "dx uses the mirrored kernel", |seed| {
        input(seed, |s, d| d[0] = Sum { flipped: true, ..RIGHT }.input(s))
    }),
    wrong("conv/stride ignored in dW", "dW pairs dy with the wrong pixels", |seed| {
        learned(seed, |s, d| d[0] = Sum { stride: 1, ..RIGHT }.weight(s))
    }),
    wrong("conv/padding ignored in dW", "dW pairs dy with pixels off by one", |seed| {
        learned(seed, |s, d| d[0] = Sum { padding: 0, ..RIGHT }.weight(s))
    }),
    wrong("conv/kernel flipped in dW", "dW is that of a true convolution", |seed| {
        learned(seed, |s, d| d[0] = Sum { flipped: true, ..RIGHT }.weight(s))
    }),
    hinted("conv/one channel", "rows", "dW of the last output channel is never written", |seed| {
        learned(seed, |_, d| {
            let from = d[0].len() / CHANNELS * (CHANNELS - 1);
            d[0][from..].fill(0.0);
        })
    }),
    hinted("conv/bias of one channel", "element", "db of the last channel is missing", |seed| {
        learned(seed, |_, d| d[1][CHANNELS - 1] = 0.0)
    }),
    hinted("conv/bias averaged", "ratio", "db is the mean over the places, not the sum", |seed| {
        learned(seed, |s, d| {
            let places = s.output_width() / CHANNELS;
            d[1].iter_mut().for_each(|d| *d /= places as f64);
        })
    }),
    hinted("conv/last sample", "sample", "dW leaves out the last image", |seed| {
        learned(seed, |s, d| {
            d[0].fill(0.0);
            RIGHT.each_product(s.m - 1, |y, w, x| d[0][w] += s.dy[y] * s.x[0][x]);
        })
    }),
    hinted("conv/channels permuted", "permuted", "dW of the output channels is in reverse order", |seed| {
        learned(seed, |_, d| {
            let one = d[0].len() / CHANNELS;
            d[0] = d[0].chunks_exact(one).rev().flatten().copied().collect();
        })
    }),
    wrong("conv/first place only", "db takes the first place of each image", |seed| {
        learned(seed, |s, d| {
            let places = s.output_width() / CHANNELS;
            let of = |o: usize| (0..s.m).map(|i| s.dy[(i * CHANNELS + o) * places]).sum();
            d[1] = (0..CHANNELS).map(of).collect();
        })
    }),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_without_a_mistake_is_right() {
        input(0, |s, d| d[0] = RIGHT.input(s)).check().assert();
        learned(0, |s, d| d[0] = RIGHT.weight(s)).check().assert();
    }
}
