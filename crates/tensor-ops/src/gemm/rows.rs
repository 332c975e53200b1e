//! Products that memory bounds and B lies by rows: a row of C as a sum of rows of B. Row after row is read from end to
//! end, as the processor likes to prefetch.

use std::mem::MaybeUninit;

use super::Product;
use super::lanes::Lanes;
use crate::matrix::Update;

/// Rows of B added in one pass over the sums.
const GROUP: usize = 8;
/// Sums kept at a time, in the first-level cache: 4 KB of f32.
const STRIP: usize = 1024;

/// Rows p..p + k of B into every row of C, as the kernel of tiles would sum them.
///
/// # Safety
/// The contract of [`Product`], and the instructions of V exist.
#[inline(always)]
pub(super) unsafe fn add_rows<V: Lanes>(x: &Product<V::T>, p: usize, k: usize) {
    let assign = x.update == Update::Assign && p == 0;
    for i in 0..x.m {
        let mut j = 0;
        while j < x.n {
            let width = STRIP.min(x.n - j);
            // SAFETY: rows, columns and products within those of `x`.
            unsafe {
                let a = x.a.add(i * x.a_row + p * x.a_col);
                let b = x.b.add(p * x.b_row + j);
                strip::<V>(a, x.a_col, b, x.b_row, k, x.c.add(i * x.c_row + j), width, assign);
            }
            j += width;
        }
    }
}

/// # Safety
/// `a` has k numbers, `b` k lines of `width`, `c` one.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
unsafe fn strip<V: Lanes>(
    a: *const V::T,
    a_col: usize,
    b: *const V::T,
    b_row: usize,
    k: usize,
    c: *mut V::T,
    width: usize,
    assign: bool,
) {
    // The first group writes it before the second reads it.
    let mut sums = MaybeUninit::<[V::T; STRIP]>::uninit();
    let sums = sums.as_mut_ptr().cast::<V::T>();
    let mut p = 0;
    // SAFETY: by the contract; `sums` has STRIP >= width places.
    unsafe {
        while p < k {
            let (a, b) = (a.add(p * a_col), b.add(p * b_row));
            let rows = if p + GROUP <= k { GROUP } else { 1 };
            let last = p + rows == k;
            let group = Group {
                a,
                a_col,
                b,
                b_row,
                before: if p == 0 { None } else { Some(sums) },
                to: if last { c } else { sums },
                add: last && !assign,
                width,
            };
            if rows == GROUP {
                group.sum::<V, GROUP>()
            } else {
                group.sum::<V, 1>()
            }
            p += rows;
        }
    }
}

/// A few products into each of `width` sums.
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
    width: usize,
}

impl<T> Group<T> {
    /// # Safety
    /// `a` has R numbers, `b` R lines of `width`, the others one; the instructions of V exist.
    #[inline(always)]
    unsafe fn sum<V: Lanes<T = T>, const R: usize>(&self) {
        // SAFETY: by the contract.
        unsafe {
            let mut factors = [V::zero(); R];
            for r in 0..R {
                factors[r] = V::splat(self.a.add(r * self.a_col));
            }
            let mut j = 0;
            while j < self.width {
                let mask = V::mask(V::N.min(self.width - j));
                let mut sum = V::zero();
                if let Some(before) = self.before {
                    sum = V::load_first(before.add(j), mask);
                }
                for r in 0..R {
                    sum = factors[r].mul_add(V::load_first(self.b.add(r * self.b_row + j), mask), sum);
                }
                if self.add {
                    sum = V::load_first(self.to.add(j), mask).add(sum);
                }
                sum.store_first(self.to.add(j), mask);
                j += V::N;
            }
        }
    }
}
