//! Softmax of contiguous rows: kernels.

use super::fold::{Cascade, Largest, Op, Sum};
use super::rows::{CHUNK, SHORT, row, zipped};
use super::tiles::{self, Tile};
use crate::Real;

/// Room for the exponentials of a chunk, for sums that do not keep them.
pub(super) type Buffer<T> = [T; CHUNK];

/// yⱼ = exp(xⱼ - max x) / Σ exp(xₖ - max x), of `y` itself without an `x`.
///
/// The chunks of the sum are summed while they are still in the first-level cache.
#[inline(always)]
pub(super) fn softmax<T: Real>(x: Option<&[T]>, y: &mut [T]) {
    let max = row::<T, Largest>(x.unwrap_or(y), T::ZERO);
    let sum = exponentials_and_sum(x, max, y);
    // The sum is at least 1, so its reciprocal cannot overflow.
    let scale = T::ONE / sum;
    y.iter_mut().for_each(|y| *y *= scale);
}

/// yⱼ = exp(xⱼ - max x); max x and Σy.
#[inline(always)]
pub(super) fn powers<T: Real>(x: &[T], y: &mut [T]) -> (T, T) {
    let max = row::<T, Largest>(x, T::ZERO);
    (max, exponentials_and_sum(Some(x), max, y))
}

/// yⱼ = exp(xⱼ - max), of `y` itself without an `x`, and their sum.
#[inline(always)]
fn exponentials_and_sum<T: Real>(x: Option<&[T]>, max: T, y: &mut [T]) -> T {
    let mut cascade = Cascade::new();
    for at in (0..y.len()).step_by(CHUNK) {
        let to = y.len().min(at + CHUNK);
        exponentials(x.map(|x| &x[at..to]), max, &mut y[at..to]);
        cascade.push::<Sum>(row::<T, Sum>(&y[at..to], T::ZERO));
    }
    cascade.finish::<Sum>()
}

/// As [`softmax`] or [`log_softmax`] of at most 16 rows of at most 16 columns, all at once.
#[inline(always)]
pub(super) fn short_rows<T: Real>(is_log: bool, x: Option<&[T]>, cols: usize, y: &mut [T]) {
    let mut tile: Tile<T> = [[-T::INFINITY; SHORT]; SHORT];
    tiles::load(x.unwrap_or(y), cols, &mut tile);
    let max = tiles::join::<T, Largest>(&tile, cols);
    let mut powers: Tile<T> = [[T::ZERO; SHORT]; SHORT];
    for (power, x) in powers.iter_mut().zip(&mut tile).take(cols) {
        for l in 0..SHORT {
            x[l] -= max[l];
            power[l] = x[l].exp();
        }
    }
    let mut sums = tiles::join::<T, Sum>(&powers, cols);
    if is_log {
        sums.iter_mut().for_each(|sum| *sum = sum.ln());
        for x in &mut tile[..cols] {
            for l in 0..SHORT {
                x[l] -= sums[l];
            }
        }
        tiles::store(&tile, y, cols);
    } else {
        sums.iter_mut().for_each(|sum| *sum = T::ONE / *sum);
        for power in &mut powers[..cols] {
            for l in 0..SHORT {
                power[l] *= sums[l];
            }
        }
        tiles::store(&powers, y, cols);
    }
}

/// A short row with -∞ behind it, whose exponential is 0.
#[inline(always)]
fn padded<T: Real>(x: &[T]) -> [T; SHORT] {
    let mut lanes = [-T::INFINITY; SHORT];
    lanes[..x.len()].copy_from_slice(x);
    lanes
}

/// yⱼ = exp(xⱼ - max), of `y` itself without an `x`, in whole vectors to the end.
#[inline(always)]
fn exponentials<T: Real>(x: Option<&[T]>, max: T, y: &mut [T]) {
    let (lines, rest) = y.as_chunks_mut::<SHORT>();
    let x = x.map(|x| x.as_chunks::<SHORT>());
    match x {
        Some((x, _)) => {
            for (y, x) in lines.iter_mut().zip(x) {
                for l in 0..SHORT {
                    y[l] = (x[l] - max).exp();
                }
            }
        }
        None => {
            for y in lines {
                for l in 0..SHORT {
                    y[l] = (y[l] - max).exp();
                }
            }
        }
    }
    if !rest.is_empty() {
        let mut last = padded(x.map_or(&*rest, |(_, x)| x));
        for l in 0..SHORT {
            last[l] = (last[l] - max).exp();
        }
        rest.copy_from_slice(&last[..rest.len()]);
    }
}

/// yⱼ = xⱼ - max x - ln Σ exp(xₖ - max x), of `y` itself without an `x`.
#[inline(always)]
pub(super) fn log_softmax<T: Real>(x: Option<&[T]>, y: &mut [T], buffer: &mut Buffer<T>) {
    let max = row::<T, Largest>(x.unwrap_or(y), T::ZERO);
    match x {
        Some(x) => {
            // What will be overwritten anyway is the room for the exponentials.
            let ln = exponentials_and_sum(Some(x), max, y).ln();
            for (y, &x) in y.iter_mut().zip(x) {
                *y = x - max - ln;
            }
        }
        None => {
            let ln = sum_exp(y, max, buffer).ln();
            for y in y {
                *y = *y - max - ln;
            }
        }
    }
}

/// ln Σ exp(xₖ), shifted by the largest x; -∞ over none.
#[inline(always)]
pub(super) fn logsumexp<T: Real>(x: &[T], buffer: &mut Buffer<T>) -> T {
    let max = row::<T, Largest>(x, T::ZERO);
    // All -∞, or one +∞, is the answer itself, where the shift would give NaN; unless there is a NaN.
    if max.is_finite() { max + sum_exp(x, max, buffer).ln() } else { T::fold_row(Op::Max, x, T::ZERO) }
}

/// Σ exp(xₖ - max), with the bits of the sum in [`softmax`].
#[inline(always)]
fn sum_exp<T: Real>(x: &[T], max: T, buffer: &mut Buffer<T>) -> T {
    let mut cascade = Cascade::new();
    for x in x.chunks(CHUNK) {
        let y = &mut buffer[..x.len()];
        exponentials(Some(x), max, y);
        cascade.push::<Sum>(row::<T, Sum>(y, T::ZERO));
    }
    cascade.finish::<Sum>()
}

/// dxⱼ = yⱼ (dyⱼ - Σ dyₖ yₖ).
#[inline(always)]
pub(super) fn backward<T: Real>(y: &[T], dy: &[T], dx: &mut [T]) {
    let dot = zipped::<T, Sum, 2>(
        [y, dy],
        #[inline(always)]
        |[y, dy]| y * dy,
    );
    for ((dx, &y), &dy) in dx.iter_mut().zip(y).zip(dy) {
        *dx = y * (dy - dot);
    }
}
