//! How operands of several shapes are walked together: neighbouring axes that behave alike become one.

use crate::{Element, MAX_RANK, Shape};

/// A walk through a result in row-major order, with the position in each of `N` operands that broadcast to it.
///
/// An operand is contiguous, so along an axis it either moves on or repeats. Axes of length 1 are left out, and
/// neighbours along which every operand does the same are one axis; what is left alternates.
#[derive(Debug, Clone, Copy)]
pub struct Plan<const N: usize> {
    /// The number of axes, at least 1; axis 0 is the innermost.
    rank: usize,
    lengths: [usize; MAX_RANK],
    /// Distance between neighbours in each operand; 0 where it repeats.
    strides: [[usize; N]; MAX_RANK],
}

impl<const N: usize> Plan<N> {
    /// Operands that are all as large as the result.
    pub(super) fn flat(size: usize) -> Plan<N> {
        let mut plan = Plan { rank: 1, lengths: [1; MAX_RANK], strides: [[1; N]; MAX_RANK] };
        plan.lengths[0] = size;
        plan
    }

    /// Operands of shapes that broadcast to `target`.
    pub(super) fn new(target: &Shape, operands: [&Shape; N]) -> Plan<N> {
        let mut plan = Plan::flat(1);
        if operands.iter().all(|&shape| shape == target) {
            plan.lengths[0] = target.size();
            return plan;
        }
        plan.rank = 0;
        // Elements of each operand from one neighbour to the next along the axis at hand.
        let mut steps = [1; N];
        for axis in 1..=target.rank() {
            let n = target[target.rank() - axis];
            if n == 1 {
                continue;
            }
            let mut strides = [0; N];
            for (k, shape) in operands.iter().enumerate() {
                let moves = shape.rank() >= axis && shape[shape.rank() - axis] != 1;
                if moves {
                    strides[k] = steps[k];
                    steps[k] *= n;
                }
            }
            let last = plan.rank.wrapping_sub(1);
            let is_alike = plan.rank > 0 && (0..N).all(|k| (plan.strides[last][k] == 0) == (strides[k] == 0));
            if is_alike {
                plan.lengths[last] *= n;
            } else {
                plan.lengths[plan.rank] = n;
                plan.strides[plan.rank] = strides;
                plan.rank += 1;
            }
        }
        // One element: the axis that `flat` has left behind.
        plan.rank = plan.rank.max(1);
        plan
    }

    /// The same walk with the operands in another order.
    pub(super) fn reversed(mut self) -> Plan<N> {
        self.strides.iter_mut().for_each(|strides| strides.reverse());
        self
    }

    /// The length of the innermost axis.
    pub(super) fn row_len(&self) -> usize {
        self.lengths[0]
    }

    /// The distance between neighbours of operand `k` along the innermost axis: 1, or 0 where it repeats.
    pub(super) fn row_stride(&self, k: usize) -> usize {
        self.strides[0][k]
    }

    /// Whether rows are so short that a loop over each would spend its time on beginning.
    pub(super) fn is_choppy(&self) -> bool {
        let is_periodic = (0..N).all(|k| self.is_dense(k) || self.is_periodic(k));
        self.rank > 1 && self.lengths[0] <= if is_periodic { SHORT_PERIODIC } else { SHORT }
    }

    /// Whether operand `k` is as large as the result.
    pub(super) fn is_dense(&self, k: usize) -> bool {
        self.strides[..self.rank].iter().all(|strides| strides[k] != 0)
    }

    /// Whether operand `k` looks the same in every block: one number, or one row of which a block holds several.
    fn is_periodic(&self, k: usize) -> bool {
        (self.strides[0][k] == 0 || self.lengths[0] <= BLOCK)
            && self.strides[1..self.rank].iter().all(|strides| strides[k] == 0)
    }

    /// The walk from element `from` of the result on.
    #[inline]
    pub(super) fn rows_from(&self, from: usize) -> Rows<'_, N> {
        let mut rows = Rows { plan: self, index: [0; MAX_RANK], at: [0; N], column: from };
        if self.rank > 1 {
            rows.column = from % self.lengths[0];
            let mut rest = from / self.lengths[0];
            for axis in 1..self.rank {
                rows.index[axis] = rest % self.lengths[axis];
                rest /= self.lengths[axis];
                for k in 0..N {
                    rows.at[k] += rows.index[axis] * self.strides[axis][k];
                }
            }
        }
        rows
    }
}

/// Up to this many elements a row is short. Measured for (m, n) + (m, 1) with n from 8 to 128 in f32: 300,000 sums take
/// 47 µs in blocks for n = 24, where the operand is written out before, 34 µs row by row for n = 32.
const SHORT: usize = 31;
/// Where the operand is written out once for all blocks, (m, n) + (n): 25 µs in blocks for any n; row by row 42 µs for
/// n = 32, 28 µs for n = 64.
const SHORT_PERIODIC: usize = 64;

/// The rows of a [`Plan`], one after the other.
pub(super) struct Rows<'p, const N: usize> {
    plan: &'p Plan<N>,
    index: [usize; MAX_RANK],
    at: [usize; N],
    column: usize,
}

impl<const N: usize> Rows<'_, N> {
    /// How much of this row is left.
    #[inline(always)]
    pub(super) fn left(&self) -> usize {
        self.plan.lengths[0] - self.column
    }

    /// The position in operand `k`.
    #[inline(always)]
    pub(super) fn at(&self, k: usize) -> usize {
        self.at[k] + self.column * self.plan.strides[0][k]
    }

    /// Goes to the beginning of the next row.
    #[inline]
    pub(super) fn next_row(&mut self) {
        self.skip_rows(1);
    }

    /// Goes on by `rows` rows, at most to the first beyond the end of axis 1.
    #[inline]
    fn skip_rows(&mut self, rows: usize) {
        self.column = 0;
        let mut steps = rows;
        for axis in 1..self.plan.rank {
            self.index[axis] += steps;
            for k in 0..N {
                self.at[k] += self.plan.strides[axis][k] * steps;
            }
            if self.index[axis] < self.plan.lengths[axis] {
                return;
            }
            for k in 0..N {
                self.at[k] -= self.plan.strides[axis][k] * self.index[axis];
            }
            self.index[axis] = 0;
            steps = 1;
        }
    }
}

/// Elements of an operand that a block holds.
pub(super) const BLOCK: usize = 256;

/// An operand as the result sees it, element beside element, a block at a time.
pub(super) struct Blocks<'a, T, const N: usize> {
    plan: &'a Plan<N>,
    k: usize,
    operand: &'a [T],
    block: [T; BLOCK],
    /// What looks the same in every block is written out only once.
    is_ready: bool,
}

impl<'a, T: Element, const N: usize> Blocks<'a, T, N> {
    #[inline]
    pub(super) fn new(plan: &'a Plan<N>, k: usize, operand: &'a [T]) -> Self {
        Blocks { plan, k, operand, block: [T::default(); BLOCK], is_ready: false }
    }

    /// The elements for `len` elements of the result from `from` on. Blocks are asked for in order, each
    /// [`block_len`] long but for the last.
    #[inline]
    pub(super) fn get(&mut self, from: usize, len: usize) -> &[T] {
        if self.plan.is_dense(self.k) {
            return &self.operand[from..from + len];
        }
        if !self.is_ready {
            gather(self.plan, self.k, self.operand, from, &mut self.block[..len]);
            self.is_ready = self.plan.is_periodic(self.k);
        }
        &self.block[..len]
    }
}

/// The length of the blocks for a plan: whole rows, where a block can hold one.
#[inline]
pub(super) fn block_len<const N: usize>(plan: &Plan<N>) -> usize {
    (BLOCK / plan.row_len() * plan.row_len()).max(BLOCK.min(plan.row_len()))
}

/// Writes out elements `from..` of operand `k`. Rows along axis 1 are taken together: a walk from row to row costs more
/// than a short row.
#[inline(never)]
fn gather<T: Element, const N: usize>(plan: &Plan<N>, k: usize, operand: &[T], from: usize, out: &mut [T]) {
    let n = plan.row_len();
    let (stride, next) = (plan.strides[0][k], plan.strides[1][k]);
    let mut rows = plan.rows_from(from);
    let mut rest = out;
    while !rest.is_empty() {
        let at = rows.at(k);
        let whole = if rows.column == 0 { rest.len() / n } else { 0 };
        if whole == 0 {
            let (row, tail) = rest.split_at_mut(rows.left().min(rest.len()));
            copy_row(&operand[at..], stride, row);
            rows.skip_rows(1);
            rest = tail;
            continue;
        }
        let whole = whole.min(plan.lengths[1] - rows.index[1]);
        let (run, tail) = rest.split_at_mut(whole * n);
        match (stride, next) {
            (0, 1) => repeat_each(&operand[at..at + whole], n, run),
            _ => {
                for (i, row) in run.chunks_exact_mut(n).enumerate() {
                    copy_row(&operand[at + i * next..], stride, row);
                }
            }
        }
        rows.skip_rows(whole);
        rest = tail;
    }
}

/// A row of an operand, whose neighbours are `stride` apart: 1, or 0 for one number that repeats.
#[inline(always)]
fn copy_row<T: Copy>(operand: &[T], stride: usize, row: &mut [T]) {
    if stride == 0 {
        row.fill(operand[0]);
    } else {
        for (y, x) in row.iter_mut().zip(operand) {
            *y = *x;
        }
    }
}

/// Each element `n` times. For small `n` the compiler is told which.
fn repeat_each<T: Copy>(x: &[T], n: usize, out: &mut [T]) {
    #[inline(always)]
    fn each<T: Copy>(x: &[T], n: usize, out: &mut [T]) {
        for (row, &x) in out.chunks_exact_mut(n).zip(x) {
            row.fill(x);
        }
    }
    match n {
        2 => each(x, 2, out),
        3 => each(x, 3, out),
        4 => each(x, 4, out),
        _ => each(x, n, out),
    }
}
