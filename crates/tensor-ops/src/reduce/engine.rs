//! The work of a reduction in pieces. What is added up depends on the shape alone; whole results are divided among threads as suits
//! their number.

use super::columns::{is_narrow, rows_of_a_chunk};
use super::fold::{Cascade, Op};
use super::kernels::Kernel;
use super::rows::{CHUNK, SHORT};
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
    let kernel = Kernel::of(op);
    if x.is_empty() || out.is_empty() {
        return out.fill(kernel.identity);
    }
    let leaf = if form.inner == 1 { CHUNK } else { rows_of_a_chunk(form.inner) };
    let chunks = form.reduced.div_ceil(leaf);
    if chunks == 1 {
        return leaves(kernel, x, form, 1, c, out);
    }
    // One row of leaves for each outer index, which the tree then joins.
    let mut parts = vec![T::ZERO; form.outer * chunks * form.inner];
    leaves(kernel, x, form, chunks, c, &mut parts);
    for (i, out) in out.iter_mut().enumerate() {
        let (o, j) = (i / form.inner, i % form.inner);
        let mut cascade = Cascade::new();
        (0..chunks).for_each(|k| cascade.push(parts[(o * chunks + k) * form.inner + j], kernel.join));
        *out = cascade.finish(kernel.join);
    }
}

/// The leaves of the trees, (outer, chunks, inner).
fn leaves<T: Real>(kernel: Kernel<T>, x: &[T], form: Form, chunks: usize, c: &[T], out: &mut [T]) {
    let Form { reduced, inner, .. } = form;
    let leaf = if inner == 1 { CHUNK } else { rows_of_a_chunk(inner) };
    let piece = results_of_a_piece(reduced.min(leaf), inner, out.len());
    pool::split(out.len().div_ceil(piece), [(out, piece)], |i, [mut out]| {
        let mut at = i * piece;
        while !out.is_empty() {
            // Leaf k of the outer index o, and how many results come from one call.
            let (o, k, from) = (at / inner / chunks, at / inner % chunks, at % inner);
            let n = match inner {
                1 if chunks == 1 => out.len(),
                1 => out.len().min((reduced / leaf).saturating_sub(k).clamp(1, SHORT)),
                _ => out.len().min(inner - from),
            };
            let (now, rest) = out.split_at_mut(n);
            let (first, rows) = (o * reduced + k * leaf, leaf.min(reduced - k * leaf));
            // The numbers of these results; leaves of one row share theirs.
            let c = match (inner, chunks) {
                _ if c.is_empty() => c,
                (1, 1) => &c[o..o + n],
                (1, _) => &c[o..=o],
                _ => &c[o * inner + from..][..n],
            };
            if inner == 1 {
                kernel.rows(&x[first..first + n * rows], rows, c, now);
            } else {
                kernel.columns(&x[first * inner..(first + rows) * inner], inner, from, c, now);
            }
            (at, out) = (at + n, rest);
        }
    });
}

/// How many rows one piece has: those of about `elements` elements at least, and otherwise a share for each thread, which
/// finds its rows in its own cache the next time. Small pieces that go to whoever comes first move them between the
/// caches: row norms of 1024x1024 on two threads took 74 µs. No result depends on it.
pub(crate) fn rows_of_a_piece(rows: usize, cols: usize, elements: usize) -> usize {
    (elements / cols).max(1).max(rows.div_ceil(pool::threads()))
}

/// How many results of `each` elements one piece computes: a share of rows, or of columns whole rows of results, or a
/// good part of a long one.
fn results_of_a_piece(each: usize, inner: usize, results: usize) -> usize {
    let wanted = (PIECE / each).max(1);
    if inner == 1 {
        rows_of_a_piece(results, each, PIECE)
    } else if wanted >= inner || is_narrow(inner) || inner < 2 * COLUMNS {
        wanted.div_ceil(inner) * inner
    } else {
        wanted.max(COLUMNS).next_multiple_of(64)
    }
}
