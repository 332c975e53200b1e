//! Products that memory bounds, B by rows: a number of B is read for one multiply-add, or one of C written. What lies
//! in a row is read or written from end to end, as the processor likes to prefetch.

use std::mem::MaybeUninit;

use super::Product;
use super::blocks::Parts;
use super::lanes::Lanes;
use crate::Real;
use crate::matrix::Update;

/// Rows of B added in one pass over the sums.
const GROUP: usize = 8;
/// Sums kept at a time, in the first-level cache: 4 KB of f32.
const STRIP: usize = 1024;

/// Every row of C as a sum of rows of B, which lies by rows, in the order of the kernel of tiles.
///
/// # Safety
/// The contract of [`Product`], and the instructions of V exist.
#[inline(always)]
pub(super) unsafe fn add_rows<V: Lanes>(x: &Product<V::T>, steps: Parts) {
    for step in 0..steps.count {
        let p = steps.start(step);
        for i in 0..x.m {
            let mut j = 0;
            while j < x.n {
                let width = STRIP.min(x.n - j);
                let strip = Strip {
                    k: steps.start(step + 1) - p,
                    a: x.a.wrapping_add(i * x.a_row + p * x.a_col),
                    a_col: x.a_col,
                    b: x.b.wrapping_add(p * x.b_row + j),
                    b_row: x.b_row,
                    c: x.c.wrapping_add(i * x.c_row + j),
                    width,
                    assign: x.update == Update::Assign && step == 0,
                };
                // SAFETY: rows, columns and products of `x`.
                unsafe { strip.sum::<V>() };
                j += width;
            }
        }
    }
}

/// Part of a row of C: k numbers of A, k rows of B.
struct Strip<T> {
    k: usize,
    a: *const T,
    a_col: usize,
    b: *const T,
    b_row: usize,
    c: *mut T,
    width: usize,
    assign: bool,
}

impl<T: Real> Strip<T> {
    /// # Safety
    /// The pointers reach what they stand for, and the instructions of V exist.
    #[inline(always)]
    unsafe fn sum<V: Lanes<T = T>>(&self) {
        // The first group writes it before the second reads it.
        let mut sums = MaybeUninit::<[T; STRIP]>::uninit();
        let sums = sums.as_mut_ptr().cast::<T>();
        // Vectors begin where lines of the cache do, in what there is most of: C or B.
        let long = if self.k <= 2 { self.c.addr() } else { self.b.addr() } / size_of::<T>();
        let head = ((V::N - long % V::N) % V::N).min(self.width);
        let mut p = 0;
        while p < self.k {
            let rows = if p + GROUP <= self.k { GROUP } else { 1 };
            let last = p + rows == self.k;
            let group = Group {
                a: self.a.wrapping_add(p * self.a_col),
                a_col: self.a_col,
                b: self.b.wrapping_add(p * self.b_row),
                b_row: self.b_row,
                before: if p == 0 { None } else { Some(sums) },
                to: if last { self.c } else { sums },
                add: last && !self.assign,
            };
            // SAFETY: by the contract; `sums` has STRIP >= width places.
            unsafe {
                if rows == GROUP {
                    group.sum::<V, GROUP>(head, self.width)
                } else {
                    group.sum::<V, 1>(head, self.width)
                }
            }
            p += rows;
        }
    }
}

/// A few products into each of some sums.
struct Group<T> {
    a: *const T,
    a_col: usize,
    b: *const T,
    b_row: usize,
    /// The sums so far, if there are any.
    before: Option<*mut T>,
    to: *mut T,
    /// Whether the sums are added to what is at `to`.
    add: bool,
}

impl<T> Group<T> {
    /// The first `head < N` sums, and then vectors of them up to `width`.
    ///
    /// # Safety
    /// `a` has R numbers, `b` R lines of `width`, the others one; the instructions of V exist.
    #[inline(always)]
    unsafe fn sum<V: Lanes<T = T>, const R: usize>(&self, head: usize, width: usize) {
        // SAFETY: by the contract.
        unsafe {
            let mut factors = [V::zero(); R];
            for r in 0..R {
                factors[r] = V::splat(self.a.add(r * self.a_col));
            }
            if head > 0 {
                self.vector::<V, R, false>(&factors, 0, head);
            }
            let mut j = head;
            while j + V::N <= width {
                self.vector::<V, R, true>(&factors, j, V::N);
                j += V::N;
            }
            if j < width {
                self.vector::<V, R, false>(&factors, j, width - j);
            }
        }
    }

    /// Sums `j..j + count`; FULL says that they fill a vector.
    ///
    /// # Safety
    /// As above.
    #[inline(always)]
    unsafe fn vector<V: Lanes<T = T>, const R: usize, const FULL: bool>(
        &self,
        factors: &[V; R],
        j: usize,
        count: usize,
    ) {
        // SAFETY: by the contract.
        unsafe {
            let mask = V::mask(count);
            let mut sum = V::zero();
            if let Some(before) = self.before {
                sum = if FULL { V::load(before.add(j)) } else { V::load_first(before.add(j), mask) };
            }
            for r in 0..R {
                let b = self.b.add(r * self.b_row + j);
                sum = factors[r].mul_add(if FULL { V::load(b) } else { V::load_first(b, mask) }, sum);
            }
            let to = self.to.add(j);
            if self.add {
                sum = if FULL { V::load(to) } else { V::load_first(to, mask) }.add(sum);
            }
            if FULL { sum.store(to) } else { sum.store_first(to, mask) }
        }
    }
}
