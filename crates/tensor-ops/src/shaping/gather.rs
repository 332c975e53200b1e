//! One element for each index, along an axis: `torch.gather`, ONNX's `GatherElements`.

use super::layout::{Odometer, strides};
use super::select::check_indices;
use crate::{Element, Shape, Tensor, TensorError, alloc};

impl<T: Element, S: AsRef<[T]>> Tensor<T, S> {
    /// With axis 1, element (i, j, k) of the result is element (i, index(i, j, k), k) of this tensor; so with the
    /// other axes. The result has the shape of `index`, which off the axis may be smaller than this tensor.
    ///
    /// # Errors
    /// [`TensorError::AxisOutOfRange`]; [`TensorError::Mismatch`] where the ranks differ or `index` is larger than
    /// this tensor off the axis; [`TensorError::Index`] for a position beyond the axis.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let scores = Tensor::from([[0.1, 0.7, 0.2], [0.5, 0.4, 0.1]]);
    /// let labels = Tensor::from([[1], [0usize]]);
    /// assert_eq!(scores.gather(1, &labels)?, Tensor::from([[0.7], [0.5]]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn gather(
        &self,
        axis: isize,
        index: &Tensor<usize, impl AsRef<[usize]>>,
    ) -> Result<Tensor<T>, TensorError> {
        let axis = checked(self.shape(), axis, index.view(), "gather")?;
        let mut to = alloc::filled(*index.shape(), T::default())?;
        let (indices, from) = (index.as_slice(), self.as_slice());
        for_each_row(self.shape(), index.shape(), axis, |row, start, [along, next]| {
            let pairs = to[row.clone()].iter_mut().zip(&indices[row]);
            if next == 0 {
                let from = &from[start..];
                return pairs.for_each(|(to, &index)| *to = from[index]);
            }
            for (j, (to, &index)) in pairs.enumerate() {
                *to = from[start + index * along + j * next];
            }
        });
        Ok(Tensor::from_parts(*index.shape(), to))
    }
}

/// The axis, where `index` may address a tensor of a shape along it.
pub(super) fn checked(
    shape: &Shape,
    axis: isize,
    index: Tensor<usize, &[usize]>,
    op: &'static str,
) -> Result<usize, TensorError> {
    let axis = shape.axis(axis, op)?;
    let (left, right) = (*shape, *index.shape());
    if left.rank() != right.rank() {
        let reason = "the index has another rank";
        return Err(TensorError::Mismatch { op, left, right, reason });
    }
    if (0..left.rank()).any(|i| i != axis && right[i] > left[i]) {
        let reason = "the index is larger off the axis";
        return Err(TensorError::Mismatch { op, left, right, reason });
    }
    check_indices(op, index.as_slice(), axis, shape)?;
    Ok(axis)
}

/// For each last-axis row of `index`: its place in `index`, where in a tensor of `shape` position 0 of `axis` is for
/// its first element, and the distances there between positions of `axis` and between elements of the row.
pub(super) fn for_each_row(
    shape: &Shape,
    index: &Shape,
    axis: usize,
    mut f: impl FnMut(std::ops::Range<usize>, usize, [usize; 2]),
) {
    if index.size() == 0 {
        return;
    }
    let steps = strides(shape);
    let last = index.rank() - 1;
    let step_off_axis = |i: usize| if i == axis { 0 } else { steps[i] };
    let starts = Odometer::new([0; 2], (0..last).map(|i| (index[i], [step_off_axis(i) as isize, 0])));
    let n = index[last];
    for (row, [start, _]) in starts.enumerate() {
        f(row * n..(row + 1) * n, start, [steps[axis], step_off_axis(last)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shaping::testing::{check, counting, flat, indices_into, shapes_of};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_index_names_a_position_of_its_axis((shape, axis, index) in indices_into(shapes_of(1..=8))) {
            let x = counting(shape);
            let y = x.gather(axis as isize, &index).unwrap();
            prop_assert_eq!(y.shape(), index.shape());
            check(&y, |at| {
                let mut source = at.to_vec();
                source[axis] = index.as_slice()[flat(at, index.shape())];
                flat(&source, &shape)
            });
        }
    }

    #[test]
    fn indices_are_checked() {
        let x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
        let gather = |axis, index: Tensor<usize>| x.gather(axis, &index).unwrap_err();
        assert!(matches!(gather(0, Tensor::from([0])), TensorError::Mismatch { .. }));
        assert!(matches!(gather(0, Tensor::from([[0, 0, 0]])), TensorError::Mismatch { .. }));
        assert!(matches!(gather(1, Tensor::from([[0, 2]])), TensorError::Index { index: 2, axis: 1, .. }));
        assert!(matches!(gather(-3, Tensor::from([[0]])), TensorError::AxisOutOfRange { .. }));
        assert_eq!(x.gather(0, &Tensor::from([[1]])).unwrap(), Tensor::from([[3.0]]));
        assert!(Tensor::from(1.0).gather(0, &Tensor::from(0)).is_err());
    }
}
