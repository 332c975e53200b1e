//! Products of a few rows, B by columns: x·Wᵀ of a sample or a few, which the reading of W bounds.

use std::mem::MaybeUninit;

use super::Product;
use super::blocks::Parts;
use super::lanes::Lanes;
use crate::matrix::Update;

/// Bytes beyond which B is taken to come from memory.
const CACHES: usize = 24 << 20;
/// How far ahead of its use a number from memory is asked for: 512 bytes of f32.
const AHEAD: usize = 128;
/// Rows of C that [`add_columns`] makes at a time; more are faster by tiles.
pub(super) const FEW: usize = 4;

/// At most `FEW` rows of C where B lies by columns: N of them at a time, of which blocks are turned into lines, used and
/// forgotten. One row has two steps of k go side by side, for each is a chain of multiply-adds that wait for one another.
/// Where B is larger than the caches, one at a time: memory is what takes the time then, and long runs are what it is
/// good at.
///
/// # Safety
/// The contract of [`Product`], and the instructions of V exist.
#[inline(always)]
pub(super) unsafe fn add_columns<V: Lanes>(x: &Product<V::T>, steps: Parts) {
    let from_memory = x.k * x.n > CACHES / size_of::<V::T>();
    // SAFETY: the caller's contract is the same.
    unsafe {
        match x.m {
            1 if from_memory => add_columns_by::<V, 1, 1>(x, steps, true),
            1 => add_columns_by::<V, 2, 1>(x, steps, false),
            2 => add_columns_by::<V, 1, 2>(x, steps, from_memory),
            3 => add_columns_by::<V, 1, 3>(x, steps, from_memory),
            _ => add_columns_by::<V, 1, FEW>(x, steps, from_memory),
        }
    }
}

/// R rows, with so many steps of k side by side.
///
/// # Safety
/// As above, and `x` has R rows.
#[inline(always)]
unsafe fn add_columns_by<V: Lanes, const TOGETHER: usize, const R: usize>(
    x: &Product<V::T>,
    steps: Parts,
    from_memory: bool,
) {
    let assign = x.update == Update::Assign;
    let mut j = 0;
    while j < x.n {
        let count = V::N.min(x.n - j);
        // SAFETY: columns and products of `x`.
        unsafe {
            let b = x.b.add(j * x.b_col);
            let skew = b.addr() / size_of::<V::T>();
            let (mask, to) = (V::mask(count), x.c.add(j));
            let mut totals = [V::zero(); R];
            for i in 0..R {
                if !assign {
                    totals[i] = V::load_first(to.add(i * x.c_row), mask);
                }
            }
            let mut step = 0;
            while step < steps.count {
                let pair = TOGETHER.min(steps.count - step);
                let (mut p, mut end, mut sums) = ([0; 2], [0; 2], [[V::zero(); R]; 2]);
                for s in 0..pair {
                    (p[s], end[s]) = (steps.start(step + s), steps.start(step + s + 1));
                    // A block begins where a line of the cache does, if it can.
                    let head = ((V::N - (skew + p[s]) % V::N) % V::N).min(end[s] - p[s]);
                    if head > 0 {
                        sums[s] = turn_and_add(x, j, count, p[s], head, sums[s]);
                        p[s] += head;
                    }
                }
                while TOGETHER == 2 && count == V::N && p[0] + V::N <= end[0] && p[1] + V::N <= end[1] {
                    for s in 0..2 {
                        sums[s] = add_whole(x, b, p[s], sums[s]);
                        p[s] += V::N;
                    }
                }
                for s in 0..pair {
                    while p[s] < end[s] {
                        let length = V::N.min(end[s] - p[s]);
                        sums[s] = if length == V::N && count == V::N {
                            if from_memory {
                                expect_block::<V>(b.wrapping_add(p[s] + AHEAD), x.b_col);
                            }
                            add_whole(x, b, p[s], sums[s])
                        } else {
                            turn_and_add(x, j, count, p[s], length, sums[s])
                        };
                        p[s] += length;
                    }
                    for i in 0..R {
                        totals[i] =
                            if assign && step + s == 0 { sums[s][i] } else { totals[i].add(sums[s][i]) };
                    }
                }
                step += pair;
            }
            for i in 0..R {
                totals[i].store_first(to.add(i * x.c_row), mask);
            }
        }
        j += count;
    }
}

/// Brings N lines near. Of what the caches hold asking would be slower: a power of two between the columns sends all into
/// one set of a cache.
///
/// # Safety
/// The instructions of V exist; any address will do.
#[inline(always)]
unsafe fn expect_block<V: Lanes>(b: *const V::T, b_col: usize) {
    for i in 0..V::N {
        // SAFETY: any address will do.
        unsafe { V::prefetch(b.wrapping_add(i * b_col)) };
    }
}

/// N products more, from p on, for N columns of B that begin at `b`.
///
/// # Safety
/// The contract of [`Product`], the instructions of V exist, and B has the columns.
#[inline(always)]
unsafe fn add_whole<V: Lanes, const R: usize>(
    x: &Product<V::T>,
    b: *const V::T,
    p: usize,
    sums: [V; R],
) -> [V; R] {
    // SAFETY: by the contract.
    unsafe { V::add_block(x.a.add(p * x.a_col), x.a_row, x.a_col, b.add(p), x.b_col, sums) }
}

/// At most N products more for `count <= N` columns of B.
///
/// # Safety
/// As above.
#[inline(always)]
unsafe fn turn_and_add<V: Lanes, const R: usize>(
    x: &Product<V::T>,
    j: usize,
    count: usize,
    p: usize,
    length: usize,
    mut sums: [V; R],
) -> [V; R] {
    // SAFETY: by the contract; `lines` has room for N <= 16 lines of N numbers.
    unsafe {
        let mut lines = MaybeUninit::<[V; 16]>::uninit();
        let lines = lines.as_mut_ptr().cast::<V::T>();
        V::transpose(x.b.add(p + j * x.b_col), x.b_col, count, length, lines, V::N);
        for q in 0..length {
            let line = V::load(lines.add(q * V::N));
            for i in 0..R {
                sums[i] = V::splat(x.a.add(i * x.a_row + (p + q) * x.a_col)).mul_add(line, sums[i]);
            }
        }
        sums
    }
}
