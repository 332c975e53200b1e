//! Sums over all samples and places, channel by channel.

use nn_core::Rows;
use tensor_ops::{Real, Shape, pool};

use super::sums::{columns, sums};

/// Elements that one piece of a sum over all samples is to have, at least: some microseconds.
const PIECE: usize = 1 << 15;

/// Divides `(2, C)` results among threads by channels; `f` is given the first channel of a piece and both parts.
pub(super) fn by_channels<T: Real>(
    x: &Rows<'_, T>,
    results: &mut [T],
    f: impl Fn(usize, [&mut [T]; 2]) + Sync,
) {
    let channels = x.shape()[0];
    let of_channel = x.data().len() / channels;
    let piece = PIECE.div_ceil(of_channel).next_multiple_of(64);
    let (first, second) = results.split_at_mut(channels);
    pool::split(channels.div_ceil(piece), [(first, piece), (second, piece)], |i, parts| f(i * piece, parts));
}

/// K sums over the samples and places of each of some channels, from channel `first` on; `about` has a number for each
/// of them, or none.
#[inline(always)]
pub(super) fn channel_sums<T: Real, const N: usize, const K: usize>(
    x: [&[T]; N],
    shape: &Shape,
    first: usize,
    about: &[T],
    out: [&mut [T]; K],
    of: impl Fn([T; N], T) -> [T; K] + Copy,
) {
    let (channels, places) = (shape[0], shape.size() / shape[0]);
    if places == 1 {
        return columns(
            x,
            (channels, first),
            about,
            &[[]; 0],
            out,
            #[inline(always)]
            |x, about, []| of(x, about),
        );
    }
    for c in 0..out[0].len() {
        let about = if about.is_empty() { T::ZERO } else { about[c] };
        // A sum for each sample, and their sum in f64, which a batch of any size may have.
        let mut total = [0.0; K];
        for sample in 0..x[0].len() / shape.size() {
            let at = (sample * channels + first + c) * places;
            let mut part = x;
            for k in 0..N {
                part[k] = &x[k][at..][..places];
            }
            let of_sample = sums(
                part,
                #[inline(always)]
                |x| of(x, about),
            );
            for k in 0..K {
                total[k] += of_sample[k].to_f64();
            }
        }
        for k in 0..K {
            out[k][c] = T::from_f64(total[k]);
        }
    }
}
