//! Reductions along an axis with others behind it: whole rows are joined, lane by lane.

use super::fold::Fold;
use crate::Real;

/// Rows joined in a tree before they meet an accumulator: an eighth of the loads and stores of it.
const OCTET: usize = 8;
/// Rows of a first accumulator: 16 octets.
const BLOCK: usize = 16 * OCTET;
/// Rows of a leaf of the tree: 16 blocks.
const CHUNK: usize = 16 * BLOCK;
/// Columns at a time: accumulators of 4 KB of f32 stay in the first-level cache.
const TILE: usize = 1024;
/// Rows shorter than this are folded: several lie side by side as one wide row.
const NARROW: usize = 32;
/// The widest row made of narrow ones.
const FOLDED: usize = 128;

/// How many rows of `inner` elements make a wide one.
fn folded(inner: usize) -> usize {
    if inner < NARROW { (64 / inner).next_power_of_two() } else { 1 }
}

/// The number of rows in a leaf of the tree.
pub(super) fn rows_of_a_chunk(inner: usize) -> usize {
    CHUNK * folded(inner)
}

/// Whether a leaf has to be computed over all its columns at once.
pub(super) fn is_narrow(inner: usize) -> bool {
    inner < NARROW
}

/// `out[j]` = the reduction of x[r, from + j] over r for rows of `inner` elements, at most [`rows_of_a_chunk`] of them;
/// `c` holds a number for each of these columns or one for all.
///
/// Of each x at most 3 joins in its octet, 22 in its block, 15 among blocks, and 6 more for rows that were folded.
#[inline(always)]
pub(super) fn columns<T: Real, F: Fold>(x: &[T], inner: usize, from: usize, c: &[T], out: &mut [T]) {
    let (mut scratch, mut numbers) = ([F::identity(); TILE], [T::ZERO; TILE]);
    // Rows of a few elements lie side by side until they fill the vectors.
    let mut width = folded(inner) * inner;
    let mut sums = [F::identity(); FOLDED];
    let rows = x.len() / width;
    let to = if is_narrow(inner) { &mut sums[..width] } else { &mut *out };
    for (tile, to) in to.chunks_mut(TILE).enumerate() {
        if F::WANTS_C {
            for j in 0..to.len() {
                numbers[j] = if c.len() == 1 { c[0] } else { c[(tile * TILE + j) % inner] };
            }
        }
        wide::<T, F>(x, width, rows, from + tile * TILE, &numbers, to, &mut scratch);
    }
    if is_narrow(inner) {
        add::<T, F>(&mut sums, &x[rows * width..], &numbers);
        while width > inner {
            width /= 2;
            let (low, high) = sums.split_at_mut(width);
            for j in 0..width {
                low[j] = F::join(low[j], high[j]);
            }
        }
        out.copy_from_slice(&sums[..inner]);
    }
    if F::WANTS_C {
        for (j, out) in out.iter_mut().enumerate() {
            *out = F::last(*out, if c.len() == 1 { c[0] } else { c[j] });
        }
    }
}

/// `x` starts at its first row; the columns are `from..from + out.len()`.
#[inline(always)]
fn wide<T: Real, F: Fold>(
    x: &[T],
    stride: usize,
    rows: usize,
    from: usize,
    c: &[T; TILE],
    out: &mut [T],
    scratch: &mut [T; TILE],
) {
    let width = out.len();
    let row = |r: usize| &x[r * stride + from..][..width];
    let c = &c[..width];
    let block = &mut scratch[..width];
    out.fill(F::identity());
    for first in (0..rows).step_by(BLOCK) {
        block.fill(F::identity());
        let mut r = first;
        let end = rows.min(first + BLOCK);
        while r + OCTET <= end {
            let mut x = [row(r); OCTET];
            for k in 1..OCTET {
                x[k] = row(r + k);
            }
            for j in 0..width {
                let c = c[j];
                let mut octet = [c; OCTET];
                for k in 0..OCTET {
                    octet[k] = F::of(x[k][j], c);
                }
                block[j] = F::meet(block[j], octet);
            }
            r += OCTET;
        }
        for r in r..end {
            add::<T, F>(block, row(r), c);
        }
        for j in 0..width {
            out[j] = F::join(out[j], block[j]);
        }
    }
}

#[inline(always)]
fn add<T: Real, F: Fold>(sums: &mut [T], x: &[T], c: &[T]) {
    for (j, &x) in x.iter().enumerate() {
        sums[j] = F::join(sums[j], F::of(x, c[j]));
    }
}
