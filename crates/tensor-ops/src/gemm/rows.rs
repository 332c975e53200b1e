//! Products that memory bounds and B lies by rows: a row of C as a sum of rows of B. Row after row is read from end to
//! end, as the processor likes to prefetch.

use super::Product;
use super::lanes::Lanes;
use crate::matrix::Update;
use crate::Real;

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
    let mut sums = [V::T::ZERO; STRIP];
    let to = sums.as_mut_ptr();
    let mut p = 0;
    // SAFETY: by the contract; `sums` has STRIP >= width places.
    unsafe {
        while p < k {
            let (a, b) = (a.add(p * a_col), b.add(p * b_row));
            if p + GROUP <= k {
                group::<V, GROUP>(a, a_col, b, b_row, to, width);
                p += GROUP;
            } else {
                group::<V, 1>(a, a_col, b, b_row, to, width);
                p += 1;
            }
        }
        let mut j = 0;
        while j < width {
            let mask = V::mask(V::N.min(width - j));
            let sum = V::load_first(to.add(j), mask);
            (if assign { sum } else { V::load_first(c.add(j), mask).add(sum) }).store_first(c.add(j), mask);
            j += V::N;
        }
    }
}

/// R products into each of `width` sums.
///
/// # Safety
/// `a` has R numbers, `b` R lines of `width`, `sums` one.
#[inline(always)]
unsafe fn group<V: Lanes, const R: usize>(
    a: *const V::T,
    a_col: usize,
    b: *const V::T,
    b_row: usize,
    sums: *mut V::T,
    width: usize,
) {
    // SAFETY: by the contract.
    unsafe {
        let mut factors = [V::zero(); R];
        for r in 0..R {
            factors[r] = V::splat(a.add(r * a_col));
        }
        let mut j = 0;
        while j + V::N <= width {
            let mut sum = V::load(sums.add(j));
            for r in 0..R {
                sum = factors[r].mul_add(V::load(b.add(r * b_row + j)), sum);
            }
            sum.store(sums.add(j));
            j += V::N;
        }
        if j < width {
            let mask = V::mask(width - j);
            let mut sum = V::load_first(sums.add(j), mask);
            for r in 0..R {
                sum = factors[r].mul_add(V::load_first(b.add(r * b_row + j), mask), sum);
            }
            sum.store_first(sums.add(j), mask);
        }
    }
}
