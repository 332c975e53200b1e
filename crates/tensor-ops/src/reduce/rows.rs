//! Reductions of contiguous rows: many lanes side by side, then a tree.

use super::fold::{Cascade, Fold};
use crate::Real;

/// Accumulators side by side, the same on every instruction set, so that the order of a sum is. Four 512-bit vectors
/// of f32: as many as hide the latency of an addition.
pub(super) const LANES: usize = 64;
/// Lanes of rows too short for all.
pub(super) const SHORT: usize = 16;
/// Lines of 64 elements joined in a tree before they meet the lanes: an eighth of the loads and stores of them.
const OCTET: usize = 8;
/// Elements of a leaf of the tree: 16 KB of f32, so that what was just written is still in the first-level cache.
pub(super) const CHUNK: usize = 8 * OCTET * LANES;

/// The reduction of a row. Of each x at most 3 joins in its octet, 8 + 4 in its lane, 6 among the lanes, and
/// log2(n/4096) + 1 in the tree of chunks.
#[inline(always)]
pub(super) fn row<T: Real, F: Fold>(x: &[T], c: T) -> T {
    zipped::<T, F, 1>(
        [x],
        #[inline(always)]
        |[x]| F::of(x, c),
    )
}

/// The same for `of` of the elements of several rows of one length.
#[inline(always)]
pub(super) fn zipped<T: Real, F: Fold, const N: usize>(
    rows: [&[T]; N],
    of: impl Fn([T; N]) -> T + Copy,
) -> T {
    let n = rows[0].len();
    if n <= SHORT {
        // The lanes beyond hold the identity, so these are the bits of the long form.
        let mut lanes = [F::identity(); SHORT];
        tail::<T, F, N>(&mut lanes, rows, of);
        return F::across(lanes);
    }
    // One place where a chunk is read: each is compiled for every type, reduction and instruction set.
    let mut cascade = Cascade::new();
    let mut at = 0;
    loop {
        let value = chunk::<T, F, N>(part(rows, at, CHUNK), of);
        at += CHUNK;
        if at >= n {
            return cascade.finish_with::<F>(value);
        }
        cascade.push::<F>(value);
    }
}

/// A leaf of the tree: at most [`CHUNK`] elements.
#[inline(always)]
pub(super) fn chunk<T: Real, F: Fold, const N: usize>(rows: [&[T]; N], of: impl Fn([T; N]) -> T + Copy) -> T {
    let n = rows[0].len();
    let lines = n / LANES;
    let mut lanes = [F::identity(); LANES];
    let mut i = 0;
    while i + OCTET <= lines {
        add_lines::<T, F, N, OCTET>(&mut lanes, rows, i, of);
        i += OCTET;
    }
    if lines & 4 != 0 {
        add_lines::<T, F, N, 4>(&mut lanes, rows, i, of);
        i += 4;
    }
    if lines & 2 != 0 {
        add_lines::<T, F, N, 2>(&mut lanes, rows, i, of);
        i += 2;
    }
    if lines & 1 != 0 {
        add_lines::<T, F, N, 1>(&mut lanes, rows, i, of);
    }
    if lines * LANES < n {
        tail::<T, F, N>(&mut lanes, part(rows, lines * LANES, LANES), of);
    }
    F::across(lanes)
}

/// Joins K lines from line `i` on, in a tree, and these to the lanes.
#[inline(always)]
fn add_lines<T: Real, F: Fold, const N: usize, const K: usize>(
    lanes: &mut [T; LANES],
    rows: [&[T]; N],
    i: usize,
    of: impl Fn([T; N]) -> T + Copy,
) {
    let lines = rows.map(
        #[inline(always)]
        |row| row[i * LANES..][..K * LANES].as_chunks::<LANES>().0,
    );
    for l in 0..LANES {
        let mut tree = [T::ZERO; K];
        for k in 0..K {
            let mut x = [T::ZERO; N];
            for n in 0..N {
                x[n] = lines[n][k][l];
            }
            tree[k] = of(x);
        }
        lanes[l] = F::meet(lanes[l], tree);
    }
}

/// Joins fewer elements than lanes, by 16 as far as they go.
#[inline(always)]
fn tail<T: Real, F: Fold, const N: usize>(lanes: &mut [T], rows: [&[T]; N], of: impl Fn([T; N]) -> T + Copy) {
    let n = rows[0].len();
    let mut at = 0;
    while at + SHORT <= n {
        some::<T, F, N>(&mut lanes[at..][..SHORT], part(rows, at, SHORT), of);
        at += SHORT;
    }
    if at < n {
        some::<T, F, N>(&mut lanes[at..n], part(rows, at, SHORT), of);
    }
}

/// Joins as many elements as lanes.
#[inline(always)]
fn some<T: Real, F: Fold, const N: usize>(lanes: &mut [T], rows: [&[T]; N], of: impl Fn([T; N]) -> T + Copy) {
    for l in 0..lanes.len() {
        let mut x = [T::ZERO; N];
        for n in 0..N {
            x[n] = rows[n][l];
        }
        lanes[l] = F::join(lanes[l], of(x));
    }
}

/// At most `len` elements of each row from `at` on.
#[inline(always)]
fn part<T, const N: usize>(rows: [&[T]; N], at: usize, len: usize) -> [&[T]; N] {
    rows.map(
        #[inline(always)]
        |row| &row[at..row.len().min(at + len)],
    )
}
