//! Softmax in pieces: by rows, and along an axis with others behind it.

use super::engine::{Form, fold};
use super::fold::Op;
use super::rows::{CHUNK, SHORT};
use super::softmax::Kind;
use super::softmax_rows::{self, log_softmax, logsumexp, short_rows};
use crate::simd::dispatch;
use crate::{Real, pool};

/// Exponentials of a piece of work: some 10 µs.
const PIECE: usize = 1 << 13;

/// Of `y` itself without an `x`.
pub(super) fn softmax<T: Real>(kind: Kind, x: Option<&[T]>, form: Form, y: &mut [T]) {
    if y.is_empty() {
        return;
    }
    if form.inner > 1 {
        return along_columns(kind, x, form, y);
    }
    let piece = piece(form.reduced);
    pool::split(y.len().div_ceil(piece), [(y, piece)], |i, [y]| {
        rows(kind, x.map(|x| &x[i * piece..i * piece + y.len()]), form.reduced, y);
    });
}

/// The same of `x`, into a vector of its own, which rows of at most a chunk reach when they are done.
pub(super) fn softmax_of<T: Real>(kind: Kind, x: &[T], form: Form) -> Vec<T> {
    if form.inner > 1 || x.is_empty() {
        let mut y = x.to_vec();
        softmax(kind, None, form, &mut y);
        return y;
    }
    let cols = form.reduced;
    pool::collect(x.len(), piece(cols), |from, sink| {
        let x = &x[from..][..sink.left()];
        if cols <= SHORT || cols > CHUNK {
            return rows(kind, Some(x), cols, sink.filled(T::ZERO, x.len()));
        }
        dispatch(
            #[inline(always)]
            || {
                let mut buffer = [T::ZERO; CHUNK];
                let powers = &mut buffer[..cols];
                for x in x.chunks_exact(cols) {
                    let (max, sum) = softmax_rows::powers(x, powers);
                    match kind {
                        Kind::Softmax => {
                            let scale = T::ONE / sum;
                            sink.extend(powers.iter().map(|&y| y * scale));
                        }
                        Kind::LogSoftmax => {
                            let ln = sum.ln();
                            sink.extend(x.iter().map(|&x| x - max - ln));
                        }
                    }
                }
            },
        );
    })
}

/// Elements of a piece of whole rows.
fn piece(cols: usize) -> usize {
    (PIECE / cols).max(1) * cols
}

/// Rows on the calling thread.
// Loops, no `for_each`: a closure inside would be compiled for the baseline.
pub(super) fn rows<T: Real>(kind: Kind, x: Option<&[T]>, cols: usize, y: &mut [T]) {
    let part = |r: usize| x.map(|x| &x[r * cols..(r + 1) * cols]);
    if cols <= SHORT {
        return dispatch(
            #[inline(always)]
            || {
                for (i, y) in y.chunks_mut(SHORT * cols).enumerate() {
                    let x = x.map(|x| &x[i * SHORT * cols..][..y.len()]);
                    short_rows(kind == Kind::LogSoftmax, x, cols, y);
                }
            },
        );
    }
    match kind {
        Kind::Softmax => dispatch(
            #[inline(always)]
            || {
                for (r, y) in y.chunks_exact_mut(cols).enumerate() {
                    softmax_rows::softmax(part(r), y);
                }
            },
        ),
        Kind::LogSoftmax => dispatch(
            #[inline(always)]
            || {
                let mut buffer = [T::ZERO; CHUNK];
                for (r, y) in y.chunks_exact_mut(cols).enumerate() {
                    log_softmax(part(r), y, &mut buffer);
                }
            },
        ),
    }
}

/// ln Σ exp for each row of `cols` elements; -∞ where there are none.
pub(super) fn logsumexps<T: Real>(x: &[T], cols: usize, out: &mut [T]) {
    if cols == 0 || out.is_empty() {
        return out.fill(-T::INFINITY);
    }
    let piece = (PIECE / cols).max(1);
    pool::split(out.len().div_ceil(piece), [(out, piece)], |i, [out]| {
        dispatch(
            #[inline(always)]
            || {
                let mut buffer = [T::ZERO; CHUNK];
                for (r, out) in out.iter_mut().enumerate() {
                    let at = (i * piece + r) * cols;
                    *out = logsumexp(&x[at..at + cols], &mut buffer);
                }
            },
        );
    });
}

/// Maxima and sums of whole rows of columns, and passes over all elements between them.
fn along_columns<T: Real>(kind: Kind, x: Option<&[T]>, form: Form, y: &mut [T]) {
    if let Some(x) = x {
        y.copy_from_slice(x);
    }
    let mut max = vec![T::ZERO; form.outer * form.inner];
    let mut sums = max.clone();
    fold(Op::Max, y, form, &[], &mut max);
    match kind {
        Kind::Softmax => {
            each_row(
                y,
                form,
                &max,
                #[inline(always)]
                |y, max| (y - max).exp(),
            );
            fold(Op::Sum, y, form, &[], &mut sums);
            sums.iter_mut().for_each(|s| *s = T::ONE / *s);
            each_row(
                y,
                form,
                &sums,
                #[inline(always)]
                |y, scale| y * scale,
            );
        }
        Kind::LogSoftmax => {
            each_row(
                y,
                form,
                &max,
                #[inline(always)]
                |y, max| y - max,
            );
            let mut powers = y.to_vec();
            each_row(
                &mut powers,
                form,
                &max,
                #[inline(always)]
                |y, _| y.exp(),
            );
            fold(Op::Sum, &powers, form, &[], &mut sums);
            sums.iter_mut().for_each(|s| *s = s.ln());
            each_row(
                y,
                form,
                &sums,
                #[inline(always)]
                |y, ln| y - ln,
            );
        }
    }
}

/// `f` of every element and the number of its line; numbers are (outer, inner).
fn each_row<T: Real>(y: &mut [T], form: Form, numbers: &[T], f: impl Fn(T, T) -> T + Sync) {
    let Form { reduced, inner, .. } = form;
    let rows = PIECE.div_ceil(inner);
    pool::split(y.len().div_ceil(rows * inner), [(y, rows * inner)], |i, [y]| {
        dispatch(
            #[inline(always)]
            || {
                for (r, y) in y.chunks_exact_mut(inner).enumerate() {
                    let line = (i * rows + r) / reduced * inner;
                    for (y, &n) in y.iter_mut().zip(&numbers[line..line + inner]) {
                        *y = f(*y, n);
                    }
                }
            },
        );
    });
}

/// dx = y (dy - Σ dy y) of rows, on the calling thread.
pub(super) fn backward<T: Real>(y: &[T], dy: &[T], cols: usize, dx: &mut [T]) {
    dispatch(
        #[inline(always)]
        || {
            let rows = y.chunks_exact(cols).zip(dy.chunks_exact(cols));
            for (dx, (y, dy)) in dx.chunks_exact_mut(cols).zip(rows) {
                softmax_rows::backward(y, dy, dx);
            }
        },
    );
}
