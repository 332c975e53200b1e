//! Softmax of contiguous rows: kernels.

use super::fold::{Cascade, Max, Sum};
use super::rows::{CHUNK, SHORT, chunk, row, zipped};
use crate::Real;

/// Room for the exponentials of a chunk, for sums that do not keep them.
pub(super) type Buffer<T> = [T; CHUNK];

/// yⱼ = exp(xⱼ - max x) / Σ exp(xₖ - max x), of `y` itself without an `x`.
///
/// The chunks of the sum are summed while they are still in the first-level cache.
#[inline(always)]
pub(super) fn softmax<T: Real>(x: Option<&[T]>, y: &mut [T]) {
    if y.len() <= SHORT {
        let mut lanes = padded(x.unwrap_or(y));
        let max = row::<T, Max>(&lanes, T::ZERO);
        lanes.iter_mut().for_each(|y| *y = (*y - max).exp());
        let scale = T::ONE / row::<T, Sum>(&lanes, T::ZERO);
        lanes.iter_mut().for_each(|y| *y *= scale);
        return y.copy_from_slice(&lanes[..y.len()]);
    }
    let max = row::<T, Max>(x.unwrap_or(y), T::ZERO);
    let mut cascade = Cascade::new();
    for at in (0..y.len()).step_by(CHUNK) {
        let to = y.len().min(at + CHUNK);
        exponentials(x.map(|x| &x[at..to]), max, &mut y[at..to]);
        cascade.push::<Sum>(chunk::<T, Sum, 1>(
            [&y[at..to]],
            #[inline(always)]
            |[y]| y,
        ));
    }
    // The sum is at least 1, so its reciprocal cannot overflow.
    let scale = T::ONE / cascade.finish::<Sum>();
    y.iter_mut().for_each(|y| *y *= scale);
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
                *y = x.map(
                    #[inline(always)]
                    |x| (x - max).exp(),
                );
            }
        }
        None => lines.iter_mut().for_each(|y| {
            *y = y.map(
                #[inline(always)]
                |x| (x - max).exp(),
            )
        }),
    }
    if !rest.is_empty() {
        let last = padded(x.map_or(&*rest, |(_, x)| x)).map(
            #[inline(always)]
            |x| (x - max).exp(),
        );
        rest.copy_from_slice(&last[..rest.len()]);
    }
}

/// yⱼ = xⱼ - max x - ln Σ exp(xₖ - max x), of `y` itself without an `x`.
#[inline(always)]
pub(super) fn log_softmax<T: Real>(x: Option<&[T]>, y: &mut [T], buffer: &mut Buffer<T>) {
    let max = row::<T, Max>(x.unwrap_or(y), T::ZERO);
    let ln = sum_exp(x.unwrap_or(y), max, buffer).ln();
    match x {
        Some(x) => y.iter_mut().zip(x).for_each(|(y, &x)| *y = x - max - ln),
        None => y.iter_mut().for_each(|y| *y = *y - max - ln),
    }
}

/// ln Σ exp(xₖ), shifted by the largest x; -∞ over none.
#[inline(always)]
pub(super) fn logsumexp<T: Real>(x: &[T], buffer: &mut Buffer<T>) -> T {
    let max = row::<T, Max>(x, T::ZERO);
    // All -∞, or one +∞, is the answer itself, where the shift would give NaN.
    if max.is_finite() { max + sum_exp(x, max, buffer).ln() } else { max }
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
