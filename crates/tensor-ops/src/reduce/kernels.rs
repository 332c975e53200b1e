//! The loops of a reduction, compiled once for each type, reduction and instruction set, whoever needs them.

use super::columns::columns;
use super::fold::{self, Cascade, Fold, Op};
use super::rows::{CHUNK, SHORT, rows};
use crate::Real;
use crate::simd::dispatch;

/// A reduction: its two loops, and what joins their results.
#[derive(Clone, Copy)]
pub(super) struct Kernel<T> {
    pub(super) identity: T,
    pub(super) join: fn(T, T) -> T,
    /// What the loops want for c where the caller has no number for each result.
    c: T,
    rows: fn(&[T], usize, &[T], &mut [T]),
    columns: fn(&[T], usize, usize, &[T], &mut [T]),
}

impl<T: Real> Kernel<T> {
    pub(super) fn of(op: Op) -> Self {
        match op {
            Op::Sum => Kernel::new::<fold::Sum>(T::ZERO),
            Op::Absolutes => Kernel::new::<fold::Absolutes>(T::ZERO),
            Op::Squares | Op::Deviations => Kernel::new::<fold::Deviations>(T::ZERO),
            Op::Product => Kernel::new::<fold::Product>(T::ZERO),
            Op::Max => Kernel::new::<fold::Extreme>(T::ONE),
            Op::Min => {
                let join = |a: T, b: T| a.minimum(b);
                Kernel { identity: T::INFINITY, join, ..Kernel::new::<fold::Extreme>(-T::ONE) }
            }
        }
    }

    fn new<F: Fold>(c: T) -> Self {
        Kernel {
            identity: F::identity(),
            join: F::join,
            c,
            rows: |x, cols, c, out| {
                F::dispatch(
                    #[inline(always)]
                    || {
                        rows::<T, F, 1>(
                            [x],
                            cols,
                            c,
                            out,
                            #[inline(always)]
                            |[x], c| F::of(x, c),
                        )
                    },
                )
            },
            columns: |x, inner, from, c, out| {
                F::dispatch(
                    #[inline(always)]
                    || columns::<T, F>(x, inner, from, c, out),
                )
            },
        }
    }

    /// `out[r]` = the reduction of row r of x, rows of at most [`CHUNK`] elements; `c` has a number for each of them, or
    /// one for all, or none.
    pub(super) fn rows(self, x: &[T], cols: usize, c: &[T], out: &mut [T]) {
        (self.rows)(x, cols, if c.is_empty() { std::slice::from_ref(&self.c) } else { c }, out);
    }

    /// [`columns`], with `c` as in [`Kernel::rows`].
    pub(super) fn columns(self, x: &[T], inner: usize, from: usize, c: &[T], out: &mut [T]) {
        (self.columns)(x, inner, from, if c.is_empty() { std::slice::from_ref(&self.c) } else { c }, out);
    }

    /// One row of any length, without numbers c. Its leaves are joined in a tree: log2(n/4096) + 1 joins more.
    pub(super) fn row(self, x: &[T]) -> T {
        by_leaves(x.len(), self.join, |from, cols, out| {
            self.rows(&x[from..from + out.len() * cols], cols, &[], out);
        })
    }

    /// Some rows of one length.
    pub(super) fn each_row(self, x: &[T], cols: usize, out: &mut [T]) {
        if cols <= CHUNK {
            return self.rows(x, cols, &[], out);
        }
        for (x, out) in x.chunks_exact(cols).zip(out) {
            *out = self.row(x);
        }
    }
}

/// Σxy of rows of at most [`CHUNK`] elements.
pub(super) fn dots<T: Real>(x: &[T], y: &[T], cols: usize, out: &mut [T]) {
    dispatch(
        #[inline(always)]
        || {
            rows::<T, fold::Sum, 2>(
                [x, y],
                cols,
                &[],
                out,
                #[inline(always)]
                |[x, y], _| x * y,
            )
        },
    );
}

/// Σxy of one row of any length.
pub(super) fn dot<T: Real>(x: &[T], y: &[T]) -> T {
    by_leaves(
        x.len(),
        |a, b| a + b,
        |from, cols, out| {
            let range = from..from + out.len() * cols;
            dots(&x[range.clone()], &y[range], cols, out);
        },
    )
}

/// A row of n elements: `leaves(from, cols, out)` computes `out.len()` leaves of `cols` elements each from element `from` on.
fn by_leaves<T: Real>(n: usize, join: impl Fn(T, T) -> T, leaves: impl Fn(usize, usize, &mut [T])) -> T {
    if n <= CHUNK {
        let mut out = [T::ZERO];
        leaves(0, n, &mut out);
        return out[0];
    }
    let mut out = [T::ZERO; SHORT];
    let mut cascade = Cascade::new();
    let mut at = 0;
    while at < n {
        let whole = ((n - at) / CHUNK).min(SHORT);
        let (count, cols) = if whole == 0 { (1, n - at) } else { (whole, CHUNK) };
        leaves(at, cols, &mut out[..count]);
        out[..count].iter().for_each(|&value| cascade.push(value, &join));
        at += count * cols;
    }
    cascade.finish(&join)
}
