//! Softmax of contiguous rows: kernels, each compiled once for each type and instruction set.

use super::fold::{Largest, Sum};
use super::rows::SHORT;
use super::tiles::{self, Tile};
use crate::Real;
use crate::pool::Sink;
use crate::simd::dispatch;

/// yⱼ = exp(xⱼ - max) of rows, a max for each; of fewer than 16 elements at most 16 rows.
pub(super) fn powers<T: Real>(x: &[T], cols: usize, max: &[T], y: &mut [T]) {
    if cols < SHORT {
        let lines = padded(x, cols);
        let (mut out, n) = (lines, x.len() / cols);
        powers(lines[..n].as_flattened(), SHORT, max, out[..n].as_flattened_mut());
        for (y, line) in y.chunks_exact_mut(cols).zip(&out) {
            y.copy_from_slice(&line[..cols]);
        }
        return;
    }
    dispatch(
        #[inline(always)]
        || powers_of(x, cols, max, y),
    );
}

#[inline(always)]
pub(super) fn powers_of<T: Real>(x: &[T], cols: usize, max: &[T], y: &mut [T]) {
    for (r, y) in y.chunks_exact_mut(cols).enumerate() {
        let (x, max) = (&x[r * cols..][..cols], max[r]);
        let mut at = 0;
        while at < cols {
            // The last vector begins so early that it is whole, and computes some numbers again.
            let from = at.min(cols - SHORT);
            let mut lanes = [T::ZERO; SHORT];
            lanes.copy_from_slice(&x[from..][..SHORT]);
            for l in 0..SHORT {
                lanes[l] = (lanes[l] - max).exp();
            }
            y[from..][..SHORT].copy_from_slice(&lanes);
            at += SHORT;
        }
    }
}

/// The logarithms of a group.
pub(super) fn logarithms<T: Real>(x: &mut [T; SHORT]) {
    dispatch(
        #[inline(always)]
        || {
            for l in 0..SHORT {
                x[l] = x[l].ln();
            }
        },
    );
}

/// Rows, each times its own number.
pub(super) fn scaled<T: Real>(x: &[T], cols: usize, scale: &[T], y: &mut Sink<'_, T>) {
    dispatch(
        #[inline(always)]
        || {
            for (x, &scale) in x.chunks_exact(cols).zip(scale) {
                y.map(
                    x,
                    #[inline(always)]
                    |x| x * scale,
                );
            }
        },
    );
}

/// yⱼ times a number.
pub(super) fn scale<T: Real>(y: &mut [T], scale: T) {
    dispatch(
        #[inline(always)]
        || {
            for y in y {
                *y *= scale;
            }
        },
    );
}

/// xⱼ - a - b of rows, each with its own a and b.
pub(super) fn shifted<T: Real>(x: &[T], cols: usize, a: &[T], b: &[T], y: &mut Sink<'_, T>) {
    dispatch(
        #[inline(always)]
        || {
            for (x, (&a, &b)) in x.chunks_exact(cols).zip(a.iter().zip(b)) {
                y.map(
                    x,
                    #[inline(always)]
                    |x| x - a - b,
                );
            }
        },
    );
}

/// dxⱼ = yⱼ (dyⱼ - dot) of rows, a dot for each.
pub(super) fn backward<T: Real>(y: &[T], dy: &[T], cols: usize, dots: &[T], dx: &mut [T]) {
    dispatch(
        #[inline(always)]
        || {
            for (r, dx) in dx.chunks_exact_mut(cols).enumerate() {
                let (y, dy, dot) = (&y[r * cols..][..cols], &dy[r * cols..][..cols], dots[r]);
                for j in 0..cols {
                    dx[j] = y[j] * (dy[j] - dot);
                }
            }
        },
    );
}

/// At most 16 rows of fewer than 16 elements, each followed by -∞ to the length of 16.
fn padded<T: Real>(x: &[T], cols: usize) -> [[T; SHORT]; SHORT] {
    let mut lines = [[-T::INFINITY; SHORT]; SHORT];
    dispatch(
        #[inline(always)]
        || pad(x, cols, &mut lines),
    );
    lines
}

#[inline(always)]
fn pad<T: Real>(x: &[T], cols: usize, lines: &mut [[T; SHORT]; SHORT]) {
    // In memory, where the compiler makes one comparison of vectors of it; of l < cols it makes sixteen branches.
    let mut inside = [T::ZERO; SHORT];
    inside[..cols].fill(T::ONE);
    for (r, line) in lines.iter_mut().enumerate().take(x.len() / cols) {
        let x = &x[r * cols..];
        match x.first_chunk::<SHORT>() {
            Some(x) => {
                for l in 0..SHORT {
                    line[l] = if inside[l] > T::ZERO { x[l] } else { -T::INFINITY };
                }
            }
            None => line[..cols].copy_from_slice(&x[..cols]),
        }
    }
}

/// Softmax or its logarithm of rows of at most 16 columns, of `y` itself without an `x`: 16 rows at once.
pub(super) fn short_rows<T: Real>(is_log: bool, x: Option<&[T]>, cols: usize, y: &mut [T]) {
    dispatch(
        #[inline(always)]
        || {
            for (i, y) in y.chunks_mut(SHORT * cols).enumerate() {
                let x = x.map(|x| &x[i * SHORT * cols..][..y.len()]);
                short_tile(is_log, x, cols, y);
            }
        },
    );
}

#[inline(always)]
pub(super) fn short_tile<T: Real>(is_log: bool, x: Option<&[T]>, cols: usize, y: &mut [T]) {
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
        for l in 0..SHORT {
            sums[l] = sums[l].ln();
        }
        for x in &mut tile[..cols] {
            for l in 0..SHORT {
                x[l] -= sums[l];
            }
        }
    } else {
        for l in 0..SHORT {
            sums[l] = T::ONE / sums[l];
        }
        for (x, power) in tile.iter_mut().zip(&powers).take(cols) {
            for l in 0..SHORT {
                x[l] = power[l] * sums[l];
            }
        }
    }
    tiles::store(&tile, y, cols);
}
