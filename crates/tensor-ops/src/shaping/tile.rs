//! Repetition along axes by number: of the whole, and of each element.

use super::layout::{Layout, strides};
use super::strided;
use crate::{Element, MAX_RANK, Shape, Tensor, TensorError};

impl<T: Element, S: AsRef<[T]>> Tensor<T, S> {
    /// This tensor laid side by side with itself, `reps[i]` times along axis i. As in NumPy, the shorter of `reps` and
    /// the shape is filled up with ones in front.
    ///
    /// # Errors
    /// [`TensorError::RankTooLarge`] above eight repetitions, [`TensorError::TooLarge`].
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let x = Tensor::from([1.0, 2.0]);
    /// assert_eq!(x.tile(&[2])?, Tensor::from([1.0, 2.0, 1.0, 2.0]));
    /// assert_eq!(x.tile(&[2, 1])?, Tensor::from([[1.0, 2.0], [1.0, 2.0]]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn tile(&self, reps: &[usize]) -> Result<Tensor<T>, TensorError> {
        let rank = self.shape().rank().max(reps.len());
        if rank > MAX_RANK {
            return Err(TensorError::RankTooLarge { rank });
        }
        let steps = strides(self.shape());
        let (mut lengths, mut layout) = ([0; MAX_RANK], Layout::at(0));
        for i in 0..rank {
            let times = (i + reps.len()).checked_sub(rank).map_or(1, |at| reps[at]);
            let (n, step) = (i + self.shape().rank())
                .checked_sub(rank)
                .map_or((1, 0), |at| (self.shape()[at], steps[at]));
            layout = layout.axis(times, 0).axis(n, step as isize);
            lengths[i] = times.saturating_mul(n);
        }
        strided::collect(Shape::new(&lengths[..rank])?, &layout, self.as_slice())
    }

    /// Every position of an axis `n` times, one after the other.
    ///
    /// # Errors
    /// [`TensorError::AxisOutOfRange`], [`TensorError::TooLarge`].
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([1.0, 2.0]).repeat(2, 0)?, Tensor::from([1.0, 1.0, 2.0, 2.0]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    #[doc(alias = "repeat_interleave")]
    pub fn repeat(&self, n: usize, axis: isize) -> Result<Tensor<T>, TensorError> {
        let axis = self.shape().axis(axis, "repeat")?;
        let mut lengths = self.shape().as_slice().to_vec();
        lengths[axis] = lengths[axis].saturating_mul(n);
        let shape = Shape::new(&lengths)?;
        let steps = strides(self.shape());
        let mut layout = Layout::at(0);
        for (i, &length) in self.shape().iter().enumerate() {
            layout = layout.axis(length, steps[i] as isize);
            if i == axis {
                layout = layout.axis(n, 0);
            }
        }
        strided::collect(shape, &layout, self.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shaping::testing::{check, counting, flat, shapes, shapes_of};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_tile_is_found_modulo_the_shape(shape in shapes_of(0..=3), reps in prop::collection::vec(0usize..4, 0..5)) {
            let x = counting(shape);
            let y = x.tile(&reps).unwrap();
            prop_assert_eq!(y.shape().rank(), shape.rank().max(reps.len()));
            prop_assert_eq!(y.shape().size(), shape.size() * reps.iter().product::<usize>());
            check(&y, |index| {
                let inner = &index[index.len() - shape.rank()..];
                flat(&inner.iter().zip(shape.iter()).map(|(i, n)| i % n).collect::<Vec<_>>(), &shape)
            });
        }

        #[test]
        fn a_repeated_element_is_found_by_division(shape in shapes(), axis in 0usize..8, n in 0usize..4) {
            prop_assume!(axis < shape.rank());
            let x = counting(shape);
            let y = x.repeat(n, axis as isize).unwrap();
            prop_assert_eq!(y.shape()[axis], shape[axis] * n);
            check(&y, |index| {
                let mut source = index.to_vec();
                source[axis] /= n;
                flat(&source, &shape)
            });
        }
    }

    #[test]
    fn absurd_numbers_are_refused() {
        let x = Tensor::from([1.0, 2.0]);
        assert!(matches!(x.tile(&[usize::MAX]), Err(TensorError::TooLarge { .. })));
        assert!(matches!(x.tile(&[1 << 60, 1]), Err(TensorError::TooLarge { .. })));
        assert!(matches!(x.tile(&[1; 9]), Err(TensorError::RankTooLarge { rank: 9 })));
        assert!(matches!(x.repeat(usize::MAX, 0), Err(TensorError::TooLarge { .. })));
        assert!(matches!(x.repeat(1, 1), Err(TensorError::AxisOutOfRange { .. })));
        let empty = Tensor::<f64>::zeros([0, 2]);
        assert_eq!(empty.tile(&[usize::MAX, 2]).unwrap().shape(), &Shape::from([0, 4]));
        assert_eq!(empty.tile(&[0, 1 << 60]).unwrap().shape(), &Shape::from([0, 1 << 61]));
        assert_eq!(Tensor::from(1.0).tile(&[]).unwrap(), Tensor::from(1.0));
    }
}
