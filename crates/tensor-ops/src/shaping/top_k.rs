//! The largest or smallest elements along an axis.

use super::order::Direction;
use super::sort::back;
use crate::{Element, Shape, Tensor, TensorError};

/// Which elements [`Tensor::top_k`] chooses, how many, and in which order they come.
///
/// ```
/// use tensor_ops::{Tensor, TopK};
/// let x = Tensor::from([3.0, 1.0, 2.0]);
/// assert_eq!(x.top_k(TopK::smallest(2), 0)?.0, Tensor::from([1.0, 2.0]));
/// assert_eq!(x.top_k(TopK::largest(2).unsorted(), 0)?.0, Tensor::from([3.0, 2.0]));
/// # Ok::<(), tensor_ops::TensorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TopK {
    k: usize,
    direction: Direction,
    is_sorted: bool,
}

impl TopK {
    /// The `k` largest, the largest first.
    pub fn largest(k: usize) -> TopK {
        TopK { k, direction: Direction::Descending, is_sorted: true }
    }

    /// The `k` smallest, the smallest first.
    pub fn smallest(k: usize) -> TopK {
        TopK { k, direction: Direction::Ascending, is_sorted: true }
    }

    /// The same elements in the order in which they stand.
    pub fn unsorted(self) -> TopK {
        TopK { is_sorted: false, ..self }
    }
}

impl<T: Element, S: AsRef<[T]>> Tensor<T, S> {
    /// The k largest elements along an axis, or smallest, and their positions there.
    ///
    /// Of equal elements the one at the lower position comes first, as in ONNX. NaN counts as the largest, as in
    /// PyTorch.
    ///
    /// # Errors
    /// [`TensorError::AxisOutOfRange`]; [`TensorError::Setting`] where the axis has less than k positions.
    ///
    /// ```
    /// use tensor_ops::{Tensor, TopK};
    /// let scores = Tensor::from([[0.1, 0.7, 0.2], [0.5, 0.4, 0.1]]);
    /// let (values, positions) = scores.top_k(TopK::largest(2), -1)?;
    /// assert_eq!(values, Tensor::from([[0.7, 0.2], [0.5, 0.4]]));
    /// assert_eq!(positions, Tensor::from([[1, 2], [0, 1usize]]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn top_k(&self, which: TopK, axis: isize) -> Result<(Tensor<T>, Tensor<usize>), TensorError> {
        top_k(self.view(), which, axis)
    }
}

fn top_k<T: Element>(
    x: Tensor<T, &[T]>,
    TopK { k, direction, is_sorted }: TopK,
    axis: isize,
) -> Result<(Tensor<T>, Tensor<usize>), TensorError> {
    let shape = *x.shape();
    let axis = shape.axis(axis, "top_k")?;
    let n = shape[axis];
    if k > n {
        let what = format!("axis {axis} of shape {shape} has no {k} elements");
        return Err(TensorError::Setting { op: "top_k", what });
    }
    let rows = x.swap_axes(axis as isize, -1)?;
    let mut lengths = rows.shape().as_slice().to_vec();
    lengths[shape.rank() - 1] = k;
    let mut positions = Tensor::full(Shape::new(&lengths)?, 0);
    if !positions.as_slice().is_empty() {
        T::top_k_rows(rows.as_slice(), n, k, direction, positions.as_mut_slice());
    }
    let positions = back(positions, axis as isize, shape.rank())?;
    let positions = if is_sorted { positions } else { positions.sort(axis as isize)? };
    Ok((x.gather(axis as isize, &positions)?, positions))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shaping::sort::tests::numbers;
    use crate::shaping::testing::{on_any_threads, shapes};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_top_is_where_a_stable_sort_begins(shape in shapes(), axis in 0usize..8, k in 0usize..6, key in 0usize..8, largest in any::<bool>()) {
            prop_assume!(axis < shape.rank() && k <= shape[axis]);
            let (x, axis) = (numbers(shape, key), axis as isize);
            let all = if largest { x.argsort_descending(axis).unwrap() } else { x.argsort(axis).unwrap() };
            let expected = all.slice(axis, ..k as isize).unwrap();
            let which = if largest { TopK::largest(k) } else { TopK::smallest(k) };
            let (values, positions) = x.top_k(which, axis).unwrap();
            prop_assert_eq!(&positions, &expected);
            let bits = |x: &Tensor<f64>| x.as_slice().iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            prop_assert_eq!(bits(&values), bits(&x.gather(axis, &expected).unwrap()));
            let (_, unsorted) = x.top_k(which.unsorted(), axis).unwrap();
            prop_assert_eq!(unsorted, expected.sort(axis).unwrap());
        }
    }

    #[test]
    fn any_thread_may_choose() {
        let n = if cfg!(miri) { 20 } else { 300 };
        let x = Tensor::new([n, n], (0..n * n).map(|i| i * 7919 % 1009).collect::<Vec<usize>>()).unwrap();
        for axis in [0, 1] {
            let positions = on_any_threads(|| x.top_k(TopK::largest(7), axis).unwrap().1);
            assert_eq!(positions, x.argsort_descending(axis).unwrap().slice(axis, ..7).unwrap());
        }
        let refused = x.top_k(TopK::largest(n + 1), 0).unwrap_err().to_string();
        assert!(refused.starts_with("top_k: axis 0 of shape"), "{refused}");
        assert!(matches!(
            Tensor::from(1.0).top_k(TopK::largest(1), 0),
            Err(TensorError::AxisOutOfRange { .. })
        ));
        let (values, positions) =
            Tensor::<f32>::zeros([0, 3]).top_k(TopK::smallest(0).unsorted(), 0).unwrap();
        assert_eq!((values.shape(), positions.shape()), (&Shape::from([0, 3]), &Shape::from([0, 3])));
    }
}
