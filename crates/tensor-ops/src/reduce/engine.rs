//! The work of a reduction in pieces that depend on its shape alone.

use super::columns::{columns, is_narrow, rows_of_a_chunk};
use super::fold::{self, Cascade, Fold, Op};
use super::rows::{CHUNK, SHORT, chunk, row};
use super::tiles;
use crate::{Real, pool};

/// A row-major array seen as (outer, reduced, inner).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// The product of the axes before.
    pub outer: usize,
    /// The product of the axes to reduce.
    pub reduced: usize,
    /// The product of the axes behind.
    pub inner: usize,
}

/// Elements of a piece of work: some 5 µs, ten times what a parallel region costs.
pub(super) const PIECE: usize = 1 << 15;
/// Columns of a piece, at least: short stretches of long rows would defeat the prefetcher.
const COLUMNS: usize = 256;

/// A reduction by name; `c` holds one number for each result where `op` wants it.
pub(super) fn fold<T: Real>(op: Op, x: &[T], form: Form, c: &[T], out: &mut [T]) {
    match op {
        Op::Sum => run::<T, fold::Sum>(x, form, c, out),
        Op::Absolutes => run::<T, fold::Absolutes>(x, form, c, out),
        Op::Squares => run::<T, fold::Squares>(x, form, c, out),
        Op::Deviations => run::<T, fold::Deviations>(x, form, c, out),
        Op::Product => run::<T, fold::Product>(x, form, c, out),
        Op::Max => run::<T, fold::Max>(x, form, c, out),
        Op::Min => run::<T, fold::Min>(x, form, c, out),
    }
}

/// One row, on the calling thread.
pub(super) fn fold_row<T: Real>(op: Op, x: &[T], c: T) -> T {
    match op {
        Op::Sum => one::<T, fold::Sum>(x, c),
        Op::Absolutes => one::<T, fold::Absolutes>(x, c),
        Op::Squares => one::<T, fold::Squares>(x, c),
        Op::Deviations => one::<T, fold::Deviations>(x, c),
        Op::Product => one::<T, fold::Product>(x, c),
        Op::Max => one::<T, fold::Max>(x, c),
        Op::Min => one::<T, fold::Min>(x, c),
    }
}

fn one<T: Real, F: Fold>(x: &[T], c: T) -> T {
    F::dispatch(
        #[inline(always)]
        || row::<T, F>(x, c),
    )
}

fn run<T: Real, F: Fold>(x: &[T], form: Form, c: &[T], out: &mut [T]) {
    if x.is_empty() || out.is_empty() {
        return out.fill(F::identity());
    }
    let leaf = if form.inner == 1 { CHUNK } else { rows_of_a_chunk(form.inner) };
    let chunks = form.reduced.div_ceil(leaf);
    if chunks == 1 {
        return leaves::<T, F>(x, form, 1, c, out);
    }
    // One row of leaves for each outer index, which the tree then joins.
    let mut parts = vec![T::ZERO; form.outer * chunks * form.inner];
    leaves::<T, F>(x, form, chunks, c, &mut parts);
    for (i, out) in out.iter_mut().enumerate() {
        let (o, j) = (i / form.inner, i % form.inner);
        let mut cascade = Cascade::new();
        (0..chunks).for_each(|k| cascade.push::<F>(parts[(o * chunks + k) * form.inner + j]));
        *out = cascade.finish::<F>();
    }
}

/// The leaves of the trees, (outer, chunks, inner).
fn leaves<T: Real, F: Fold>(x: &[T], form: Form, chunks: usize, c: &[T], out: &mut [T]) {
    let Form { reduced, inner, .. } = form;
    let leaf = if inner == 1 { CHUNK } else { rows_of_a_chunk(inner) };
    let piece = results_of_a_piece(reduced.min(leaf), inner);
    // The elements of leaf i/inner, and the number for result j of it.
    let slab = |i: usize| {
        let (o, k) = (i / chunks, i % chunks);
        &x[(o * reduced + k * leaf) * inner..(o * reduced + reduced.min((k + 1) * leaf)) * inner]
    };
    let center =
        |i: usize, from: usize, n: usize| if F::CENTERED { &c[i / chunks * inner + from..][..n] } else { c };
    pool::split(out.len().div_ceil(piece), [(out, piece)], |i, [mut out]| {
        F::dispatch(
            #[inline(always)]
            || {
                let mut at = i * piece;
                if inner == 1 && reduced <= SHORT && !F::CENTERED {
                    return short_rows::<T, F>(&x[at * reduced..], reduced, out);
                }
                if inner == 1 {
                    let (mut o, mut k) = (at / chunks, at % chunks);
                    for out in out {
                        let x = &x[o * reduced + k * leaf..o * reduced + reduced.min((k + 1) * leaf)];
                        let c = if F::CENTERED { c[o] } else { T::ZERO };
                        *out = chunk::<T, F, 1>(
                            [x],
                            #[inline(always)]
                            |[x]| F::of(x, c),
                        );
                        k += 1;
                        if k == chunks {
                            (o, k) = (o + 1, 0);
                        }
                    }
                    return;
                }
                while !out.is_empty() {
                    let (row, from) = (at / inner, at % inner);
                    let n = out.len().min(inner - from);
                    let (now, rest) = out.split_at_mut(n);
                    columns::<T, F>(slab(row), inner, from, center(row, from, n), now);
                    (at, out) = (at + n, rest);
                }
            },
        );
    });
}

/// Whole rows of at most 16 elements, one a result, 16 of them at a time.
#[inline(always)]
fn short_rows<T: Real, F: Fold>(x: &[T], cols: usize, out: &mut [T]) {
    let mut tile = [[F::identity(); SHORT]; SHORT];
    for (out, x) in out.chunks_mut(SHORT).zip(x.chunks(SHORT * cols)) {
        tiles::load(x, cols, &mut tile);
        for column in &mut tile[..cols] {
            for x in column {
                *x = F::join(F::identity(), F::of(*x, T::ZERO));
            }
        }
        out.copy_from_slice(&tiles::join::<T, F>(&tile, cols)[..out.len()]);
    }
}

/// How many results of `each` elements one piece computes: whole rows of them, or a good part of a long one.
fn results_of_a_piece(each: usize, inner: usize) -> usize {
    let wanted = (PIECE / each).max(1);
    if wanted >= inner || is_narrow(inner) || inner < 2 * COLUMNS {
        wanted.div_ceil(inner) * inner
    } else {
        wanted.max(COLUMNS).next_multiple_of(64)
    }
}
