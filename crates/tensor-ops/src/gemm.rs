//! The matrix-product kernel.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod blocks;
mod lanes;
mod pack;
mod portable;
mod rows;
mod tile;

use crate::Real;
use crate::matrix::{Matrix, Update};
use crate::simd::Isa;

/// A product and where its matrices lie. Distances are in elements.
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
}

/// C = A·B or C += A·B on the calling thread, with C row-major and at least one product to sum.
pub(crate) fn gemm<T: Real>(a: Matrix<'_, T>, b: Matrix<'_, T>, update: Update, c: &mut [T]) {
    let isa = Isa::best();
    let (a, b) = if b.cols() == 1 { (b.t(), a.t()) } else { (a, b) };
    let x = Product {
        m: a.rows(), k: a.cols(), n: b.cols(),
        a: a.data().as_ptr(), a_row: a.strides()[0], a_col: a.strides()[1],
        b: b.data().as_ptr(), b_row: b.strides()[0], b_col: b.strides()[1],
        c: c.as_mut_ptr(), c_row: b.cols(), update };
    unsafe {
        if size_of::<T>() == 4 {
            let x: &Product<f32> = std::mem::transmute(&x);
            match isa { Isa::Avx512 => avx512::product_f32(x), Isa::Avx2 => avx2::product_f32(x), _ => portable::product_f32(x) }
        } else {
            let x: &Product<f64> = std::mem::transmute(&x);
            match isa { Isa::Avx512 => avx512::product_f64(x), Isa::Avx2 => avx2::product_f64(x), _ => portable::product_f64(x) }
        }
    }
}
