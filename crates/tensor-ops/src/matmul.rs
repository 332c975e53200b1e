//! Matrix products: the one module through which all of them go.
//!
//! [`gemm`] is the fast form for backward passes and layers: views in, slice out, nothing allocated. [`matmul_naive`]
//! is its oracle. [`Tensor::matmul`](crate::Tensor::matmul) has NumPy's rules on top.

use crate::Real;
pub use crate::matrix::{Matrix, Update};

/// C = A·B or C += A·B, with C of shape (rows of A, columns of B), row-major.
///
/// The k products of an element are added in an order that depends on k alone, so that a row of C has the same bits
/// whatever the other rows are, in which order the operands lie, and however many threads there are.
///
/// # Panics
/// Where A's columns are not B's rows, or `c` has another length.
///
/// ```
/// use tensor_ops::matmul::{Matrix, Update, gemm};
/// let x = [1.0, 2.0, 3.0, 4.0]; // (2, 2)
/// let w = [1.0, 0.0, 1.0, 1.0]; // (2, 2)
/// let mut y = [0.0; 4];
/// gemm(Matrix::new(&x, 2, 2), Matrix::new(&w, 2, 2).t(), Update::Assign, &mut y); // y = x·wᵀ
/// assert_eq!(y, [1.0, 3.0, 3.0, 7.0]);
/// ```
#[track_caller]
pub fn gemm<T: Real>(a: Matrix<'_, T>, b: Matrix<'_, T>, update: Update, c: &mut [T]) {
    let (m, k, n) = (a.rows(), a.cols(), b.cols());
    assert_eq!(k, b.rows(), "inner lengths of a matrix product");
    assert_eq!(c.len(), m * n, "elements of the result of a {m} x {n} matrix product");
    if k == 0 && update == Update::Assign {
        c.fill(T::ZERO);
    }
    if k == 0 || c.is_empty() {
        return;
    }
    crate::gemm::gemm(a, b, update, c);
}

/// What becomes of a part of a result: the position of its first element, and its elements.
pub type Then<'a, T> = &'a (dyn Fn(usize, &mut [T]) + Sync);

/// C = f(A·B + bias): a product, a row that is added to every row of it, and what comes after, in one go. As in [`gemm`],
/// a row of C has the same bits alone and in company.
///
/// `then(first, part)` is called for every part of C when it is done, by the thread that made it and while it is near:
/// `part` begins with element `first` of C. The parts are parts of rows or some whole rows; which, is nobody's business.
///
/// # Panics
/// As [`gemm`], and where the bias is not as long as a row of C.
///
/// ```
/// use tensor_ops::matmul::{Matrix, affine};
/// let (x, w, b) = ([1.0, 2.0], [1.0, 1.0, -1.0, -1.0], [0.5, 0.5]);
/// let mut y = [0.0; 2];
/// let relu = |_, part: &mut [f64]| part.iter_mut().for_each(|y| *y = y.max(0.0));
/// affine(Matrix::new(&x, 1, 2), Matrix::new(&w, 2, 2).t(), Some(&b), &mut y, Some(&relu)); // y = relu(x·wᵀ + b)
/// assert_eq!(y, [3.5, 0.0]);
/// ```
#[track_caller]
pub fn affine<T: Real>(
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    bias: Option<&[T]>,
    c: &mut [T],
    then: Option<Then<'_, T>>,
) {
    let (m, k, n) = (a.rows(), a.cols(), b.cols());
    assert_eq!(k, b.rows(), "inner lengths of a matrix product");
    assert_eq!(c.len(), m * n, "elements of the result of a {m} x {n} matrix product");
    assert!(bias.is_none_or(|bias| bias.len() == n), "elements of the bias of a {m} x {n} matrix product");
    if c.is_empty() {
        return;
    }
    if k > 0 {
        return crate::gemm::affine(a, b, bias, c, then);
    }
    for row in c.chunks_exact_mut(n) {
        match bias {
            Some(bias) => row.copy_from_slice(bias),
            None => row.fill(T::ZERO),
        }
    }
    if let Some(then) = then {
        then(0, c);
    }
}

/// C = A·B by the definition: the judge of [`gemm`].
///
/// # Panics
/// As [`gemm`].
///
/// ```
/// use tensor_ops::matmul::{Matrix, matmul_naive};
/// let y = matmul_naive(Matrix::new(&[1.0, 2.0], 1, 2), Matrix::new(&[3.0, 4.0], 2, 1));
/// assert_eq!(y, [11.0]);
/// ```
pub fn matmul_naive<T: Real>(a: Matrix<'_, T>, b: Matrix<'_, T>) -> Vec<T> {
    assert_eq!(a.cols(), b.rows(), "inner lengths of a matrix product");
    let mut c = Vec::with_capacity(a.rows() * b.cols());
    for i in 0..a.rows() {
        for j in 0..b.cols() {
            c.push((0..a.cols()).map(|p| a.at(i, p) * b.at(p, j)).sum());
        }
    }
    c
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Stream;
    use proptest::prelude::*;

    fn values(seed: u64, n: usize) -> Vec<f64> {
        let mut out = vec![0.0; n];
        Stream::new(seed, 0, 0).uniform(0, -1.0, 1.0, &mut out);
        out
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(m in 0usize..40, k in 0usize..40, n in 0usize..40, ta: bool, tb: bool, acc: bool) {
            let (a, b) = (values(1, m * k), values(2, k * n));
            let a = if ta { Matrix::new(&a, k, m).t() } else { Matrix::new(&a, m, k) };
            let b = if tb { Matrix::new(&b, n, k).t() } else { Matrix::new(&b, k, n) };
            let mut c = vec![0.25; m * n];
            let base = if acc { 0.25 } else { 0.0 };
            gemm(a, b, if acc { Update::Accumulate } else { Update::Assign }, &mut c);
            for (got, want) in c.iter().zip(matmul_naive(a, b)) {
                prop_assert!((got - want - base).abs() <= 1e-14 * (k as f64 + 1.0));
            }
        }
    }

    /// What comes after a product sees every element once, with the bits that the steps one by one would give it.
    #[test]
    fn bias_and_what_comes_after_are_as_one_by_one() {
        for (m, k, n) in
            [(1, 5, 3), (5, 3, 1), (70, 33, 40), (64, 784, 128), (300, 300, 70), (4, 2, 600), (2, 0, 3)]
        {
            let (a, b, bias) = (values(1, m * k), values(2, k * n), values(3, n));
            let (a, bt) = (Matrix::new(&a, m, k), Matrix::new(&b, n, k).t());
            for b in [bt, Matrix::new(&b, k, n)] {
                for bias in [None, Some(&bias[..])] {
                    let mut want = vec![0.0; m * n];
                    if let Some(bias) = bias {
                        want.chunks_exact_mut(n).for_each(|row| row.copy_from_slice(bias));
                    }
                    gemm(a, b, if bias.is_some() { Update::Accumulate } else { Update::Assign }, &mut want);
                    want.iter_mut().enumerate().for_each(|(i, x)| *x = 2.0 * *x + i as f64);
                    let mut got = vec![f64::NAN; m * n];
                    let then = |first, part: &mut [f64]| {
                        part.iter_mut().enumerate().for_each(|(i, x)| *x = 2.0 * *x + (first + i) as f64);
                    };
                    affine(a, b, bias, &mut got, Some(&then));
                    assert_eq!(got, want, "{m} x {k} x {n}, bias: {}", bias.is_some());
                }
            }
        }
    }

    /// What the executor of `nn-core` relies on when it splits a batch by samples.
    #[test]
    fn a_row_has_the_same_bits_alone_and_in_company() {
        for (m, k, n) in [(37, 65, 33), (64, 784, 128), (19, 300, 10), (3, 1000, 7)] {
            let a: Vec<f32> = values(1, m * k).iter().map(|&x| x as f32).collect();
            let b: Vec<f32> = values(2, k * n).iter().map(|&x| x as f32).collect();
            for b in [Matrix::new(&b, n, k).t(), Matrix::new(&b, k, n)] {
                let mut all = vec![0.0; m * n];
                gemm(Matrix::new(&a, m, k), b, Update::Assign, &mut all);
                for i in 0..m {
                    let mut row = vec![0.0; n];
                    gemm(Matrix::new(&a[i * k..(i + 1) * k], 1, k), b, Update::Assign, &mut row);
                    assert_eq!(row, all[i * n..(i + 1) * n], "row {i} of {m} x {k} x {n}");
                }
            }
        }
    }
}
