//! One tensor as several, along an axis.

use super::layout::{Layout, strides};
use super::strided;
use crate::{Element, Shape, Tensor, TensorError};

impl<T: Element, S: AsRef<[T]>> Tensor<T, S> {
    /// Parts of the given sizes, one behind the other along an axis. Copies; parts of the first axis can be had
    /// without one, by [`rows`](Tensor::rows).
    ///
    /// # Errors
    /// [`TensorError::Setting`] where the sizes do not add up to the length of the axis;
    /// [`TensorError::AxisOutOfRange`].
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let parts = Tensor::from([1.0, 2.0, 3.0]).split(&[1, 2], 0)?;
    /// assert_eq!(parts, [Tensor::from([1.0]), Tensor::from([2.0, 3.0])]);
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn split(&self, sizes: &[usize], axis: isize) -> Result<Vec<Tensor<T>>, TensorError> {
        self.split_for("split", sizes, axis)
    }

    /// At most `n` parts along an axis, as `torch.chunk`: each of ⌈length / n⌉, a last one of what is left. So there
    /// may be fewer than `n`; an axis of length 0 is one part.
    ///
    /// # Errors
    /// [`TensorError::Setting`] for no parts, [`TensorError::AxisOutOfRange`].
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let parts = Tensor::from([1.0, 2.0, 3.0]).chunk(2, 0)?;
    /// assert_eq!(parts, [Tensor::from([1.0, 2.0]), Tensor::from([3.0])]);
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn chunk(&self, n: usize, axis: isize) -> Result<Vec<Tensor<T>>, TensorError> {
        let length = self.shape()[self.shape().axis(axis, "chunk")?];
        if n == 0 {
            return Err(TensorError::Setting { op: "chunk", what: "0 parts hold nothing".into() });
        }
        let each = length.div_ceil(n).max(1);
        let sizes: Vec<usize> =
            (0..length.max(1)).step_by(each).map(|start| each.min(length - start)).collect();
        self.split_for("chunk", &sizes, axis)
    }

    fn split_for(
        &self,
        op: &'static str,
        sizes: &[usize],
        axis: isize,
    ) -> Result<Vec<Tensor<T>>, TensorError> {
        let shape = self.shape();
        let axis = shape.axis(axis, op)?;
        if sizes.iter().try_fold(0usize, |sum, &n| sum.checked_add(n)) != Some(shape[axis]) {
            let what = format!("parts of {sizes:?} do not make up axis {axis} of shape {shape}");
            return Err(TensorError::Setting { op, what });
        }
        let steps = strides(shape);
        let mut start = 0;
        let part = |&n: &usize| {
            let mut lengths = shape.as_slice().to_vec();
            lengths[axis] = n;
            let layout = Layout::at(start * steps[axis]);
            let layout = lengths.iter().zip(steps).fold(layout, |l, (&n, step)| l.axis(n, step as isize));
            start += n;
            strided::collect(Shape::new(&lengths)?, &layout, self.as_slice())
        };
        sizes.iter().map(part).collect()
    }
}

// That the parts are the right ones is tested with `concat`.
#[cfg(test)]
mod tests {
    use super::*;
    use crate::shaping::testing::{counting, shapes};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn chunks_join_to_the_whole(shape in shapes(), axis in 0usize..8, n in 1usize..8) {
            prop_assume!(axis < shape.rank());
            let x = counting(shape);
            let parts = x.chunk(n, axis as isize).unwrap();
            prop_assert!(parts.len() <= n);
            let (last, full) = parts.split_last().unwrap();
            prop_assert!(full.iter().all(|part| part.shape()[axis] == shape[axis].div_ceil(n)));
            prop_assert!(last.shape()[axis] <= shape[axis].div_ceil(n));
            prop_assert_eq!(Tensor::concat(&parts.iter().collect::<Vec<_>>(), axis as isize).unwrap(), x);
        }
    }

    #[test]
    fn sizes_are_checked() {
        let x = Tensor::from([1.0, 2.0, 3.0]);
        for refused in [&[1, 1][..], &[4], &[], &[usize::MAX, 4]] {
            let error = x.split(refused, 0).unwrap_err();
            assert!(error.to_string().contains("[3]"), "{error}");
        }
        assert!(matches!(x.chunk(0, 0), Err(TensorError::Setting { op: "chunk", .. })));
        assert_eq!(x.chunk(usize::MAX, 0).unwrap().len(), 3);
        assert!(matches!(x.chunk(1, 1), Err(TensorError::AxisOutOfRange { op: "chunk", .. })));
        let empty = Tensor::<f32>::zeros([2, 0]);
        assert_eq!(empty.chunk(3, 1).unwrap(), [empty.view()]);
        assert_eq!(empty.split(&[], 1).unwrap(), Vec::<Tensor<f32>>::new());
    }
}
