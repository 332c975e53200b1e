//! Sorted along an axis.

use super::order::Direction;
use crate::{Element, Tensor, TensorError};

impl<T: Element, S: AsRef<[T]>> Tensor<T, S> {
    /// The elements along an axis from the smallest to the largest. Equal ones keep their order; NaN comes last, as in
    /// NumPy.
    ///
    /// # Errors
    /// [`TensorError::AxisOutOfRange`].
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let x = Tensor::from([[3.0, 1.0, 2.0], [4.0, 6.0, 5.0]]);
    /// assert_eq!(x.sort(-1)?, Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn sort(&self, axis: isize) -> Result<Tensor<T>, TensorError> {
        sort(self.view(), axis, Direction::Ascending, "sort")
    }

    /// The elements along an axis from the largest to the smallest. Equal ones keep their order; NaN comes first, as
    /// in PyTorch.
    ///
    /// # Errors
    /// As [`Tensor::sort`].
    pub fn sort_descending(&self, axis: isize) -> Result<Tensor<T>, TensorError> {
        sort(self.view(), axis, Direction::Descending, "sort_descending")
    }

    /// Where along the axis the elements of [`Tensor::sort`] are: `x.gather(axis, &x.argsort(axis)?)` is sorted.
    ///
    /// # Errors
    /// As [`Tensor::sort`].
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let x = Tensor::from([3.0, 1.0, 2.0]);
    /// assert_eq!(x.argsort(0)?, Tensor::from([1, 2, 0usize]));
    /// assert_eq!(x.argsort_descending(0)?, Tensor::from([0, 2, 1usize]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn argsort(&self, axis: isize) -> Result<Tensor<usize>, TensorError> {
        argsort(self.view(), axis, Direction::Ascending, "argsort")
    }

    /// Where along the axis the elements of [`Tensor::sort_descending`] are.
    ///
    /// # Errors
    /// As [`Tensor::sort`].
    pub fn argsort_descending(&self, axis: isize) -> Result<Tensor<usize>, TensorError> {
        argsort(self.view(), axis, Direction::Descending, "argsort_descending")
    }
}

fn sort<T: Element>(
    x: Tensor<T, &[T]>,
    axis: isize,
    direction: Direction,
    op: &'static str,
) -> Result<Tensor<T>, TensorError> {
    let axis = x.shape().axis(axis, op)? as isize;
    let mut rows = x.swap_axes(axis, -1)?;
    let n = rows.shape().last().unwrap_or(0);
    if n > 1 {
        T::sort_rows(rows.as_mut_slice(), n, direction);
    }
    back(rows, axis, x.shape().rank())
}

fn argsort<T: Element>(
    x: Tensor<T, &[T]>,
    axis: isize,
    direction: Direction,
    op: &'static str,
) -> Result<Tensor<usize>, TensorError> {
    let axis = x.shape().axis(axis, op)? as isize;
    let rows = x.swap_axes(axis, -1)?;
    let mut positions = Tensor::full(*rows.shape(), 0);
    let n = rows.shape().last().unwrap_or(0);
    if n > 1 {
        T::argsort_rows(rows.as_slice(), n, direction, positions.as_mut_slice());
    }
    back(positions, axis, x.shape().rank())
}

/// From rows on the last axis to the axis they were taken from.
pub(super) fn back<T: Element>(rows: Tensor<T>, axis: isize, rank: usize) -> Result<Tensor<T>, TensorError> {
    if axis as usize + 1 == rank { Ok(rows) } else { rows.swap_axes(axis, -1) }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Shape;
    use crate::shaping::testing::{on_any_threads, shapes};
    use proptest::prelude::*;

    /// Few values, so that many are equal; NaN, infinities and both zeros among them.
    pub(crate) fn numbers(shape: Shape, key: usize) -> Tensor<f64> {
        let values = [3.0, -1.0, 0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 2.5];
        Tensor::new(shape, (0..shape.size()).map(|i| values[(i * 5 + i / 7 + key) % 8]).collect()).unwrap()
    }

    proptest! {
        #[test]
        fn sorting_is_stable_with_nan_last(shape in shapes(), axis in 0usize..8, key in 0usize..8, down in any::<bool>()) {
            prop_assume!(axis < shape.rank());
            let x = numbers(shape, key);
            let axis = axis as isize;
            let (sorted, positions) = match down {
                false => (x.sort(axis).unwrap(), x.argsort(axis).unwrap()),
                true => (x.sort_descending(axis).unwrap(), x.argsort_descending(axis).unwrap()),
            };
            let gathered = x.gather(axis, &positions).unwrap();
            let bits = |x: &Tensor<f64>| x.as_slice().iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            prop_assert_eq!(bits(&sorted), bits(&gathered));
            // Neighbours along the axis are in order, and by position where they are equal.
            let n = shape[axis as usize] as isize;
            let ends = |y: &Tensor<f64>| (y.slice(axis, ..(n - 1).max(0)).unwrap(), y.slice(axis, 1..).unwrap());
            let (a, b) = ends(&sorted);
            let i = positions.slice(axis, ..(n - 1).max(0)).unwrap();
            let j = positions.slice(axis, 1..).unwrap();
            let key = |x: f64| if x.is_nan() { f64::MAX } else { x.clamp(-9.0, 9.0) };
            for at in 0..a.as_slice().len() {
                let (a, b) = (key(a.as_slice()[at]), key(b.as_slice()[at]));
                let (i, j) = (i.as_slice()[at], j.as_slice()[at]);
                let (low, high) = if down { (b, a) } else { (a, b) };
                prop_assert!(low < high || a == b && i < j);
            }
            // Each position comes once.
            let all = positions.sort(axis).unwrap();
            let arange = Tensor::from((0..n as usize).collect::<Vec<_>>());
            let mut column = vec![1; shape.rank()];
            column[axis as usize] = n;
            prop_assert_eq!(all, arange.reshape(&column).unwrap().broadcast_to(shape).unwrap());
        }
    }

    #[test]
    fn rows_may_be_sorted_by_anyone() {
        let n = if cfg!(miri) { 20 } else { 700 };
        let x = Tensor::new([n, n], (0..n * n).map(|i| i * 7919 % 1009).collect::<Vec<usize>>()).unwrap();
        for axis in [0, 1] {
            let y = on_any_threads(|| x.sort(axis).unwrap());
            let positions = on_any_threads(|| x.argsort(axis).unwrap());
            assert_eq!(x.gather(axis, &positions).unwrap(), y);
        }
        assert!(matches!(x.sort(2), Err(TensorError::AxisOutOfRange { op: "sort", .. })));
        assert!(matches!(Tensor::from(1.0).argsort(0), Err(TensorError::AxisOutOfRange { .. })));
    }
}
