//! The call into the matrix-product kernel. One of the three rooms where unsafe code may stand.
#![allow(unsafe_code)]

use crate::matmul::Matrix;

/// One product `c = a·b + beta·c`, with `c` row-major; shapes are checked on construction.
#[derive(Debug)]
pub struct Call<'a, T> {
    a: Matrix<'a, T>,
    b: Matrix<'a, T>,
    beta: T,
    c: &'a mut [T],
}

/// The signature of `matrixmultiply::sgemm` and `dgemm`.
type Kernel<T> = unsafe fn(
    usize,
    usize,
    usize,
    T,
    *const T,
    isize,
    isize,
    *const T,
    isize,
    isize,
    T,
    *mut T,
    isize,
    isize,
);

impl<'a, T: crate::Real> Call<'a, T> {
    /// # Panics
    /// Where the inner lengths of `a` and `b` differ or `c` is not as long as the product has elements.
    pub(crate) fn new(a: Matrix<'a, T>, b: Matrix<'a, T>, beta: T, c: &'a mut [T]) -> Self {
        assert_eq!(a.cols(), b.rows(), "inner lengths of a matrix product");
        assert_eq!(c.len(), a.rows() * b.cols(), "elements of the result of a matrix product");
        Call { a, b, beta, c }
    }

    pub(crate) fn run(self, kernel: Kernel<T>) {
        let Call { a, b, beta, c } = self;
        let (m, k, n) = (a.rows(), a.cols(), b.cols());
        let ([rsa, csa], [rsb, csb]) = (a.strides(), b.strides());
        // SAFETY: the kernel reads a[i*rsa + p*csa] and b[p*rsb + j*csb] and reads and writes c[i*n + j] for i < m,
        // p < k, j < n. The invariant of `Matrix`, kept by each of its constructors, is that the largest of these
        // indices lies in its slice; `new` above holds that `c` has m*n elements. `c` is borrowed mutably, so it
        // overlaps neither operand. Strides and lengths are those of slices, at most isize::MAX.
        unsafe {
            kernel(
                m,
                k,
                n,
                T::ONE,
                a.data().as_ptr(),
                rsa as isize,
                csa as isize,
                b.data().as_ptr(),
                rsb as isize,
                csb as isize,
                beta,
                c.as_mut_ptr(),
                n as isize,
                1,
            )
        }
    }
}
