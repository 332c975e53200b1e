//! Reductions of contiguous rows: many lanes side by side, then a tree.

use super::fold::{Cascade, Fold};
use crate::Real;

/// Accumulators side by side, the same on every instruction set, so that the order of a sum is. Four 512-bit vectors
/// of f32: as many additions as are under way at once where one starts each cycle.
pub(super) const LANES: usize = 64;
/// Lanes of rows too short for all.
pub(super) const SHORT: usize = 16;
/// Elements that the lanes take straight, 16 each.
const BLOCK: usize = 16 * LANES;
/// Elements of a leaf of the tree: 16 KB of f32, so that what was just written is still in the first-level cache.
pub(super) const CHUNK: usize = 4 * BLOCK;

/// The reduction of a row. Of each x at most 16 + 1 + 3 joins in its lane, 6 among the lanes, and log2(n/4096) + 1 in
/// the tree of chunks.
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
        return across::<T, F>(&mut lanes);
    }
    if n <= CHUNK {
        return chunk::<T, F, N>(rows, of);
    }
    let mut cascade = Cascade::new();
    for at in (0..n).step_by(CHUNK) {
        cascade.push::<F>(chunk::<T, F, N>(part(rows, at, CHUNK), of));
    }
    cascade.finish::<F>()
}

/// A leaf of the tree: at most [`CHUNK`] elements.
#[inline(always)]
pub(super) fn chunk<T: Real, F: Fold, const N: usize>(rows: [&[T]; N], of: impl Fn([T; N]) -> T + Copy) -> T {
    let mut total = [F::identity(); LANES];
    for at in (0..rows[0].len()).step_by(BLOCK) {
        let mut lanes = [F::identity(); LANES];
        add_lines::<T, F, N>(&mut lanes, part(rows, at, BLOCK), of);
        for l in 0..LANES {
            total[l] = F::join(total[l], lanes[l]);
        }
    }
    across::<T, F>(&mut total)
}

/// Joins lines of [`LANES`] elements, the last perhaps shorter, to the lanes.
#[inline(always)]
fn add_lines<T: Real, F: Fold, const N: usize>(
    lanes: &mut [T; LANES],
    rows: [&[T]; N],
    of: impl Fn([T; N]) -> T + Copy,
) {
    let n = rows[0].len();
    let lines = rows.map(
        #[inline(always)]
        |row| row.as_chunks::<LANES>().0,
    );
    let lines = lines.map(
        #[inline(always)]
        |line| &line[..n / LANES],
    );
    for i in 0..n / LANES {
        for l in 0..LANES {
            lanes[l] = F::join(
                lanes[l],
                of(lines.map(
                    #[inline(always)]
                    |line| line[i][l],
                )),
            );
        }
    }
    tail::<T, F, N>(lanes, part(rows, n - n % LANES, LANES), of);
}

/// Joins fewer elements than lanes.
#[inline(always)]
fn tail<T: Real, F: Fold, const N: usize>(lanes: &mut [T], rows: [&[T]; N], of: impl Fn([T; N]) -> T + Copy) {
    let n = rows[0].len();
    let rows = rows.map(
        #[inline(always)]
        |row| &row[..n],
    );
    let lanes = &mut lanes[..n];
    for l in 0..n {
        lanes[l] = F::join(
            lanes[l],
            of(rows.map(
                #[inline(always)]
                |row| row[l],
            )),
        );
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

/// The tree over the lanes: a power of two of them.
#[inline(always)]
fn across<T: Real, F: Fold>(lanes: &mut [T]) -> T {
    let mut n = lanes.len();
    while n > 1 {
        n /= 2;
        let (low, high) = lanes.split_at_mut(n);
        for l in 0..n {
            low[l] = F::join(low[l], high[l]);
        }
    }
    lanes[0]
}
