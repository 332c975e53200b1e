//! The matrix-product kernel: tiles of C whose sums stay in registers, explicit vectors for AVX-512 and AVX2, arrays
//! for the rest.
//!
//! - `lanes` says what a kernel needs of a vector register; `avx512`, `avx2` and `portable` are its three kinds.
//! - `tile` has the micro-kernels, one text for all kinds; `rows` and `columns` the products that memory bounds.
//! - `windows` has those of convolutions, with loops of their own.
//! - `blocks` has the loops around them, `pack` the copies that these make, `split` the cut for several threads.
//!
//! Element (i, j) of C is summed in order within steps of k, fused where there is an instruction for it, and the steps
//! are added up in order. The steps depend on k alone. So the bits of an element depend on row i of A, column j of B and
//! on whether there are fused multiply-adds, on nothing else: not on the form of the operands, the other rows and
//! columns, the tile, or the threads; AVX2 and AVX-512 agree.
//!
//! This is one of the rooms where unsafe code may stand: pointers, because panels, tiles and tails of rows are views
//! that slices cannot say without a check in every step, and calls into functions compiled for more than the baseline.
//! [`gemm`] establishes the bounds; within the room every function states what it may assume.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod blocks;
mod columns;
mod lanes;
mod pack;
mod portable;
mod rows;
mod split;
#[cfg(test)]
mod tests;
mod tile;
pub(crate) mod windows;

use std::sync::OnceLock;

use crate::Real;
use crate::matmul::Then;
use crate::matrix::{Matrix, Update};
use crate::simd::Isa;

/// A product and where its matrices lie. Distances are in elements.
///
/// Contract: m, k and n are positive. A(i, p) at `a + i·a_row + p·a_col` and B(p, j) at `b + p·b_row + j·b_col` may be
/// read, and one of the two distances is 1 for each; C(i, j) at `c + i·c_row + j` is initialised and nobody else's.
/// A bias is null, or has n numbers that may be read and are none of C's, and comes with `Update::Assign`.
#[derive(Debug, Clone, Copy)]
struct Product<T> {
    m: usize,
    k: usize,
    n: usize,
    a: *const T,
    a_row: usize,
    a_col: usize,
    b: *const T,
    b_row: usize,
    b_col: usize,
    c: *mut T,
    c_row: usize,
    update: Update,
    /// A row that is added to every row of C = A·B, or null.
    bias: *const T,
}

impl<T: Real> Product<T> {
    /// # Panics
    /// Where the shapes do not fit, a size is 0, or an operand is neither row-major nor the transpose of that.
    fn new(a: Matrix<'_, T>, b: Matrix<'_, T>, update: Update, c: &mut [T]) -> Self {
        assert!(a.cols() == b.rows() && Some(c.len()) == a.rows().checked_mul(b.cols()) && !c.is_empty());
        // A single column of C is a single row of its transpose.
        let (a, b) = if b.cols() == 1 { (b.t(), a.t()) } else { (a, b) };
        let (m, k, n) = (a.rows(), a.cols(), b.cols());
        assert!(k > 0);
        for x in [a, b] {
            let [row, col] = x.strides();
            assert!((row == 1 || col == 1) && (x.rows() - 1) * row + (x.cols() - 1) * col < x.data().len());
        }
        let ([a_row, a_col], [b_row, b_col]) = (a.strides(), b.strides());
        let (a, b, c) = (a.data().as_ptr(), b.data().as_ptr(), c.as_mut_ptr());
        Product { m, k, n, a, a_row, a_col, b, b_row, b_col, c, c_row: n, update, bias: std::ptr::null() }
    }
}

/// C = A·B or C += A·B, with C row-major and at least one product to sum.
pub(crate) fn gemm<T: Real>(a: Matrix<'_, T>, b: Matrix<'_, T>, update: Update, c: &mut [T]) {
    let product = Product::new(a, b, update, c);
    // SAFETY: `new` has checked the bounds, and `c` is borrowed mutably.
    unsafe { split::on_the_pool(&product, None) }
}

/// As [`gemm`] with a row that is added to every row, and with parts of C handed to `then` while they are near.
pub(crate) fn affine<T: Real>(
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    bias: Option<&[T]>,
    c: &mut [T],
    then: Option<Then<'_, T>>,
) {
    assert!(bias.is_none_or(|bias| bias.len() == b.cols()));
    // A single column is computed as a row, to which the bias is a number: there it is the old contents.
    let column = bias.filter(|bias| bias.len() == 1);
    if let Some(bias) = column {
        c.fill(bias[0]);
    }
    let update = if column.is_some() { Update::Accumulate } else { Update::Assign };
    let mut product = Product::new(a, b, update, c);
    if let Some(bias) = bias.filter(|_| column.is_none()) {
        product.bias = bias.as_ptr();
    }
    // SAFETY: as in `gemm`; the bias is as long as a row.
    unsafe { split::on_the_pool(&product, then) }
}

/// # Safety
/// The contract of [`Product`].
unsafe fn on_this_thread<T: Real>(x: &Product<T>) {
    static BEST: OnceLock<Isa> = OnceLock::new();
    // SAFETY: the caller's contract, and `best` has found the instructions.
    unsafe { compute(x, *BEST.get_or_init(Isa::best)) }
}

/// # Safety
/// The contract of [`Product`], and the instructions exist.
unsafe fn compute<T: Real>(x: &Product<T>, isa: Isa) {
    let single = size_of::<T>() == 4;
    let (f32s, f64s) =
        (std::ptr::from_ref(x).cast::<Product<f32>>(), std::ptr::from_ref(x).cast::<Product<f64>>());
    // SAFETY: by the contract; `Real` is f32 or f64, told apart by their size.
    unsafe {
        match isa {
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 if single => avx512::product_f32(&*f32s),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => avx512::product_f64(&*f64s),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 if single => avx2::product_f32(&*f32s),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => avx2::product_f64(&*f64s),
            Isa::Baseline if single => portable::product_f32(&*f32s),
            Isa::Baseline => portable::product_f64(&*f64s),
        }
    }
}
