//! Reductions of contiguous rows: many lanes side by side, then a tree.

use super::fold::{Fold, halve};
use crate::Real;

/// Accumulators side by side, the same on every instruction set, so that the order of a sum is. Four 512-bit vectors
/// of f32: as many as hide the latency of an addition.
pub(super) const LANES: usize = 64;
/// Rows that go through the last steps of their trees together, and lanes of rows too short for all.
pub(super) const SHORT: usize = 16;
/// Elements joined in trees of eight before they meet the lanes: an eighth of the loads and stores of them.
const OCTET: usize = 8 * LANES;
/// Elements of a leaf of the tree: 16 KB of f32, so that what was just written is still in the first-level cache.
pub(super) const CHUNK: usize = 8 * OCTET;

/// `out[r]` = the reduction of `of` of the elements in row r of `xs`, whose rows have `cols` elements, at most
/// [`CHUNK`]; `c` holds a number for each row or one for all.
///
/// Of each x at most 3 joins in its octet, 7 octets, 7 lines and a rest in its lane, and 6 among the lanes.
#[inline(always)]
pub(super) fn rows<T: Real, F: Fold, const N: usize>(
    xs: [&[T]; N],
    cols: usize,
    c: &[T],
    out: &mut [T],
    of: impl Fn([T; N], T) -> T + Copy,
) {
    let mut ends = [[F::identity(); 4]; SHORT];
    for (group, out) in out.chunks_mut(SHORT).enumerate() {
        for r in 0..out.len() {
            let row = group * SHORT + r;
            let c = number::<T, F>(c, row);
            let mut x = xs;
            for n in 0..N {
                x[n] = &xs[n][row * cols..][..cols];
            }
            // The lanes beyond hold the identity, so a short row has the bits of the long form.
            let lanes = if cols <= SHORT {
                let mut lanes = [F::identity(); SHORT];
                meet_line::<T, F, N, SHORT>(&mut lanes, rest::<T, N, SHORT>(x, 0), x[0].len(), c, of);
                lanes
            } else {
                lanes::<T, F, N>(x, c, of)
            };
            ends[r] = F::narrowed(lanes);
            if out.len() == 1 {
                // Alone it would wait for what was stored for company.
                out[0] = F::last(F::across(ends[0]), c);
            }
        }
        if out.len() == 1 {
            return;
        }
        // The last steps of all rows side by side.
        let mut joined = [T::ZERO; SHORT];
        for r in 0..SHORT {
            joined[r] = F::across(ends[r]);
        }
        for r in 0..out.len() {
            joined[r] = F::last(joined[r], number::<T, F>(c, group * SHORT + r));
        }
        out.copy_from_slice(&joined[..out.len()]);
    }
}

/// The number for result `i`.
#[inline(always)]
fn number<T: Real, F: Fold>(c: &[T], i: usize) -> T {
    match c {
        _ if !F::WANTS_C => T::ZERO,
        [one] => *one,
        _ => c[i],
    }
}

/// A row down to 16 lanes.
#[inline(always)]
fn lanes<T: Real, F: Fold, const N: usize>(
    x: [&[T]; N],
    c: T,
    of: impl Fn([T; N], T) -> T + Copy,
) -> [T; SHORT] {
    let n = x[0].len();
    let mut lanes = [F::identity(); LANES];
    let mut octets = [x[0].as_chunks::<OCTET>().0; N];
    for k in 1..N {
        octets[k] = x[k].as_chunks().0;
    }
    for i in 0..octets[0].len() {
        let mut octet = [&octets[0][i]; N];
        for k in 1..N {
            octet[k] = &octets[k][i];
        }
        let mut next = [T::ZERO; LANES];
        for l in 0..LANES {
            let mut tree = [T::ZERO; 8];
            for k in 0..8 {
                let mut values = [T::ZERO; N];
                for n in 0..N {
                    values[n] = octet[n][k * LANES + l];
                }
                tree[k] = of(values, c);
            }
            next[l] = F::meet(lanes[l], tree);
        }
        lanes = next;
    }
    let mut at = n / OCTET * OCTET;
    while at < n {
        // One place where a line is joined, be it whole or the rest of a row.
        let line = if at + LANES <= n { line(x, at) } else { rest::<T, N, LANES>(x, at) };
        meet_line::<T, F, N, LANES>(&mut lanes, line, n - at, c, of);
        at += LANES;
    }
    halve::<T, F, 32>(&mut lanes);
    halve::<T, F, 16>(&mut lanes);
    let mut low = [T::ZERO; SHORT];
    low.copy_from_slice(&lanes[..SHORT]);
    low
}

#[inline(always)]
fn meet_line<T: Real, F: Fold, const N: usize, const W: usize>(
    lanes: &mut [T; W],
    line: [[T; W]; N],
    len: usize,
    c: T,
    of: impl Fn([T; N], T) -> T + Copy,
) {
    for l in 0..W {
        let mut values = [T::ZERO; N];
        for n in 0..N {
            values[n] = line[n][l];
        }
        let value = of(values, c);
        lanes[l] = F::meet(lanes[l], [if l < len { value } else { F::identity() }]);
    }
}

/// 64 elements of each x from `at` on.
#[inline(always)]
fn line<T: Real, const N: usize>(x: [&[T]; N], at: usize) -> [[T; LANES]; N] {
    let mut line = [[T::ZERO; LANES]; N];
    for k in 0..N {
        line[k].copy_from_slice(&x[k][at..][..LANES]);
    }
    line
}

/// The elements of each x from `at` on, at most `W`, and zeros behind them: vectors with a mask, where a copy of so many
/// bytes would be a call.
#[inline(always)]
fn rest<T: Real, const N: usize, const W: usize>(x: [&[T]; N], at: usize) -> [[T; W]; N] {
    let mut line = [[T::ZERO; W]; N];
    for k in 0..N {
        let x = &x[k][at..];
        if let Some(x) = x.first_chunk::<W>() {
            line[k] = *x;
            continue;
        }
        for l in 0..W {
            line[k][l] = x.get(l).copied().unwrap_or(T::ZERO);
        }
    }
    line
}
