//! Where the extreme elements stand: kernels.

use super::engine::{Form, PIECE, rows_of_a_piece};
use super::fold::Op;
use super::kernels::Kernel;
use super::rows::{CHUNK, SHORT};
use crate::simd::dispatch;
use crate::{Real, pool};

/// Elements looked at together for the place of a known value.
const LINE: usize = 64;
/// Columns at a time.
const TILE: usize = 256;

/// The first position of the largest or smallest element, or of NaN, for each result of a form with elements.
pub(super) fn positions<T: Real>(op: Op, x: &[T], form: Form, out: &mut [usize]) {
    let Form { reduced, inner, .. } = form;
    if x.is_empty() || out.is_empty() {
        return;
    }
    let kernel = Kernel::of(op);
    // The smallest is the largest of -x: one text for both.
    let sign = if op == Op::Min { -T::ONE } else { T::ONE };
    let piece =
        if inner == 1 { rows_of_a_piece(out.len(), reduced, PIECE) } else { (PIECE / reduced).max(TILE) };
    pool::split(out.len().div_ceil(piece), [(out, piece)], |i, [mut out]| {
        let mut at = i * piece;
        if inner == 1 {
            // The value first, then its place: two passes that both fill the vectors, for as many rows as the
            // first-level cache holds.
            let size = (CHUNK / reduced).clamp(1, SHORT);
            for out in out.chunks_mut(size) {
                let x = &x[at * reduced..][..out.len() * reduced];
                let mut best = [T::ZERO; SHORT];
                kernel.each_row(x, reduced, &mut best[..out.len()]);
                dispatch(
                    #[inline(always)]
                    || {
                        for (r, out) in out.iter_mut().enumerate() {
                            *out = in_row(&x[r * reduced..][..reduced], best[r]);
                        }
                    },
                );
                at += out.len();
            }
            return;
        }
        while !out.is_empty() {
            let (slab, from) = (at / inner, at % inner);
            let x = &x[slab * reduced * inner..(slab + 1) * reduced * inner];
            let n = out.len().min(inner - from).min(TILE);
            let (now, rest) = out.split_at_mut(n);
            dispatch(
                #[inline(always)]
                || in_columns(x, inner, from, sign, now),
            );
            (at, out) = (at + n, rest);
        }
    });
}

#[inline(always)]
fn in_row<T: Real>(x: &[T], best: T) -> usize {
    for (i, line) in x.chunks(LINE).enumerate() {
        if line.iter().fold(false, |any, &x| any | is_it(x, best)) {
            return i * LINE + line.iter().position(|&x| is_it(x, best)).unwrap_or(0);
        }
    }
    0
}

/// A NaN is found by being unlike itself.
#[inline(always)]
fn is_it<T: Real>(x: T, best: T) -> bool {
    (x == best) | (x.is_nan() & best.is_nan())
}

#[inline(always)]
fn in_columns<T: Real>(x: &[T], inner: usize, from: usize, sign: T, out: &mut [usize]) {
    let n = out.len();
    let mut best = [T::ZERO; TILE];
    let best = &mut best[..n];
    for (best, &x) in best.iter_mut().zip(&x[from..]) {
        *best = sign * x;
    }
    out.fill(0);
    for (r, x) in x.chunks_exact(inner).enumerate() {
        let x = &x[from..][..n];
        for j in 0..n {
            // Equal values and a second NaN leave the first in place.
            let x = sign * x[j];
            let wins = ((x > best[j]) | x.is_nan()) & !best[j].is_nan();
            out[j] = if wins { r } else { out[j] };
            best[j] = if wins { x } else { best[j] };
        }
    }
}
