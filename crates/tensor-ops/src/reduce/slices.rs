//! Reductions of bare slices, for layers: on the calling thread, without allocation.

use super::fold::Op;
use super::softmax::Kind;
use crate::Real;

/// Σx in a fixed order of 64 lanes and a tree: the error is at most (24 + log2(n/2048))·ε·Σ|x| to first order, with 0
/// for a negative logarithm and ε = 2^-23 or 2^-52, instead of n/2·ε·Σ|x| (Higham, "The accuracy of floating point
/// summation", 1993).
///
/// ```
/// let third = [1.0f32 / 3.0; 3000];
/// assert!((tensor_ops::reduce::pairwise_sum(&third) - 1000.0).abs() < 2e-4);
/// ```
pub fn pairwise_sum<T: Real>(x: &[T]) -> T {
    T::fold_row(Op::Sum, x)
}

/// Σx², in the order of [`pairwise_sum`]; not scaled, so it overflows where x² does.
///
/// ```
/// assert_eq!(tensor_ops::reduce::sum_of_squares(&[3.0, 4.0]), 25.0);
/// ```
pub fn sum_of_squares<T: Real>(x: &[T]) -> T {
    T::fold_row(Op::Squares, x)
}

/// The largest element, NaN if any is NaN; -∞ of none.
///
/// ```
/// assert_eq!(tensor_ops::reduce::max(&[3.0, 4.0, -5.0]), 4.0);
/// ```
pub fn max<T: Real>(x: &[T]) -> T {
    T::fold_row(Op::Max, x)
}

/// Σ xy, in the order of [`pairwise_sum`].
///
/// # Panics
/// Where the lengths differ.
///
/// ```
/// assert_eq!(tensor_ops::reduce::dot(&[1.0, 2.0], &[3.0, 4.0]), 11.0);
/// ```
pub fn dot<T: Real>(x: &[T], y: &[T]) -> T {
    assert_eq!(x.len(), y.len(), "dot: lengths {} and {} differ", x.len(), y.len());
    T::dot(x, y)
}

/// [`Tensor::softmax`](crate::Tensor::softmax) of each row of `cols` elements.
///
/// # Panics
/// Where the lengths differ or are not whole rows.
///
/// ```
/// let mut y = [0.0; 4];
/// tensor_ops::reduce::softmax_rows(&[7.0, 7.0, 0.0, f64::NEG_INFINITY], 2, &mut y);
/// assert_eq!(y, [0.5, 0.5, 1.0, 0.0]);
/// ```
pub fn softmax_rows<T: Real>(x: &[T], cols: usize, out: &mut [T]) {
    if whole_rows("softmax_rows", cols, [x.len(), out.len()]) {
        T::softmax_rows(Kind::Softmax, Some(x), cols, out);
    }
}

/// As [`softmax_rows`], in place.
///
/// # Panics
/// As [`softmax_rows`].
pub fn softmax_rows_in_place<T: Real>(x: &mut [T], cols: usize) {
    if whole_rows("softmax_rows_in_place", cols, [x.len()]) {
        T::softmax_rows(Kind::Softmax, None, cols, x);
    }
}

/// [`Tensor::log_softmax`](crate::Tensor::log_softmax) of each row of `cols` elements.
///
/// # Panics
/// As [`softmax_rows`].
///
/// ```
/// let mut y = [0.0; 2];
/// tensor_ops::reduce::log_softmax_rows(&[0.0, -1000.0], 2, &mut y);
/// assert_eq!(y, [0.0, -1000.0]);
/// ```
pub fn log_softmax_rows<T: Real>(x: &[T], cols: usize, out: &mut [T]) {
    if whole_rows("log_softmax_rows", cols, [x.len(), out.len()]) {
        T::softmax_rows(Kind::LogSoftmax, Some(x), cols, out);
    }
}

/// As [`log_softmax_rows`], in place.
///
/// # Panics
/// As [`softmax_rows`].
pub fn log_softmax_rows_in_place<T: Real>(x: &mut [T], cols: usize) {
    if whole_rows("log_softmax_rows_in_place", cols, [x.len()]) {
        T::softmax_rows(Kind::LogSoftmax, None, cols, x);
    }
}

/// The gradient behind [`softmax_rows`] with the result y: dxⱼ = yⱼ (dyⱼ - Σₖ dyₖ yₖ) in each row.
///
/// # Panics
/// As [`softmax_rows`].
///
/// ```
/// let mut dx = [0.0; 2];
/// tensor_ops::reduce::softmax_backward_rows(&[0.25, 0.75], &[1.0, 0.0], 2, &mut dx);
/// assert_eq!(dx, [0.1875, -0.1875]);
/// ```
pub fn softmax_backward_rows<T: Real>(y: &[T], dy: &[T], cols: usize, dx: &mut [T]) {
    if whole_rows("softmax_backward_rows", cols, [y.len(), dy.len(), dx.len()]) {
        T::softmax_backward(y, dy, cols, dx);
    }
}

/// Whether there is anything to do in slices that are whole rows of one number.
fn whole_rows<const N: usize>(op: &str, cols: usize, lengths: [usize; N]) -> bool {
    let n = lengths[0];
    let fit = lengths.iter().all(|&len| len == n) && n.checked_rem(cols).unwrap_or(n) == 0;
    assert!(fit, "{op}: lengths {lengths:?} are not the same number of rows of {cols}");
    n > 0
}
