//! Products that memory bounds: a number of B is read for one multiply-add, or one of C written. What lies in a row is
//! read or written from end to end, as the processor likes to prefetch.

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
/// Bytes beyond which B is taken to come from memory.
const CACHES: usize = 24 << 20;
/// How far ahead of its use a number from memory is asked for: 512 bytes of f32.
const AHEAD: usize = 128;

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

/// The one row of C where B lies by columns: N of them at a time, of which blocks are turned into lines, used and
/// forgotten. Two steps of k go side by side, for each is a chain of multiply-adds that wait for one another. Where B is
/// larger than the caches, one at a time: memory is what takes the time then, and long runs are what it is good at.
///
/// # Safety
/// The contract of [`Product`] with m = 1, and the instructions of V exist.
#[inline(always)]
pub(super) unsafe fn add_columns<V: Lanes>(x: &Product<V::T>, steps: Parts) {
    // SAFETY: the caller's contract is the same.
    unsafe {
        if x.k * x.n > CACHES / size_of::<V::T>() {
            add_columns_by::<V, 1>(x, steps);
        } else {
            add_columns_by::<V, 2>(x, steps);
        }
    }
}

/// With so many steps of k side by side.
///
/// # Safety
/// As above.
#[inline(always)]
unsafe fn add_columns_by<V: Lanes, const TOGETHER: usize>(x: &Product<V::T>, steps: Parts) {
    let mut j = 0;
    while j < x.n {
        let count = V::N.min(x.n - j);
        // SAFETY: columns and products of `x`.
        unsafe {
            let b = x.b.add(j * x.b_col);
            let skew = b.addr() / size_of::<V::T>();
            let (mask, to) = (V::mask(count), x.c.add(j));
            let assign = x.update == Update::Assign;
            let mut total = if assign { V::zero() } else { V::load_first(to, mask) };
            let mut step = 0;
            while step < steps.count {
                let pair = TOGETHER.min(steps.count - step);
                let (mut p, mut end, mut sums) = ([0; 2], [0; 2], [V::zero(); 2]);
                for s in 0..pair {
                    (p[s], end[s]) = (steps.start(step + s), steps.start(step + s + 1));
                    // A block begins where a line of the cache does, if it can.
                    let head = ((V::N - (skew + p[s]) % V::N) % V::N).min(end[s] - p[s]);
                    if head > 0 {
                        sums[s] = turn_and_add::<V>(x, j, count, p[s], head, sums[s]);
                        p[s] += head;
                    }
                }
                while TOGETHER == 2 && count == V::N && p[0] + V::N <= end[0] && p[1] + V::N <= end[1] {
                    for s in 0..2 {
                        sums[s] =
                            V::add_block(x.a.add(p[s] * x.a_col), x.a_col, b.add(p[s]), x.b_col, sums[s]);
                        p[s] += V::N;
                    }
                }
                for s in 0..pair {
                    while p[s] < end[s] {
                        let length = V::N.min(end[s] - p[s]);
                        sums[s] = if length == V::N && count == V::N {
                            if TOGETHER == 1 {
                                expect_block::<V>(b.wrapping_add(p[s] + AHEAD), x.b_col);
                            }
                            V::add_block(x.a.add(p[s] * x.a_col), x.a_col, b.add(p[s]), x.b_col, sums[s])
                        } else {
                            turn_and_add::<V>(x, j, count, p[s], length, sums[s])
                        };
                        p[s] += length;
                    }
                    total = if assign && step + s == 0 { sums[s] } else { total.add(sums[s]) };
                }
                step += pair;
            }
            total.store_first(to, mask);
        }
        j += count;
    }
}

/// Brings N lines near. Of what the caches hold asking would be slower: a power of two between the columns sends all into
/// one set of a cache.
#[inline(always)]
unsafe fn expect_block<V: Lanes>(b: *const V::T, b_col: usize) {
    for i in 0..V::N {
        // SAFETY: any address will do.
        unsafe { V::prefetch(b.wrapping_add(i * b_col)) };
    }
}

/// At most N products more for `count <= N` columns of B.
///
/// # Safety
/// As above.
#[inline(always)]
unsafe fn turn_and_add<V: Lanes>(
    x: &Product<V::T>,
    j: usize,
    count: usize,
    p: usize,
    length: usize,
    mut sum: V,
) -> V {
    // SAFETY: by the contract; `lines` has room for N <= 16 lines of N numbers.
    unsafe {
        let mut lines = MaybeUninit::<[V; 16]>::uninit();
        let lines = lines.as_mut_ptr().cast::<V::T>();
        V::transpose(x.b.add(p + j * x.b_col), x.b_col, count, length, lines, V::N);
        for q in 0..length {
            sum = V::splat(x.a.add((p + q) * x.a_col)).mul_add(V::load(lines.add(q * V::N)), sum);
        }
        sum
    }
}
