//! Repetition along axes without counting: NumPy's broadcasting, written out.

use super::layout::Layout;
use super::strided;
use crate::{Element, Shape, Tensor, TensorError};

impl<T: Element, S: AsRef<[T]>> Tensor<T, S> {
    /// This tensor repeated to a shape by NumPy's rule: aligned at the last axis, axes of length 1 repeated. A copy;
    /// what takes two operands broadcasts without one.
    ///
    /// # Errors
    /// [`TensorError::BroadcastTo`] where it does not broadcast to exactly this shape; [`TensorError::TooLarge`].
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let row = Tensor::from([1.0, 2.0]).broadcast_to([2, 2])?;
    /// assert_eq!(row, Tensor::from([[1.0, 2.0], [1.0, 2.0]]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    #[doc(alias = "expand")]
    pub fn broadcast_to(&self, shape: impl Into<Shape>) -> Result<Tensor<T>, TensorError> {
        let (from, to) = (*self.shape(), shape.into());
        from.reach(&to, "broadcast_to")?;
        let strides = from.broadcast_strides(&to);
        let axes = to.iter().zip(strides);
        let layout = axes.fold(Layout::at(0), |layout, (&n, stride)| layout.axis(n, stride as isize));
        strided::collect(to, &layout, self.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shaping::testing::{check, counting, flat, on_any_threads, shapes};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn axes_of_length_one_are_repeated(to in shapes(), ones in any::<[bool; 8]>(), cut in 0usize..9) {
            let lengths: Vec<usize> = to.iter().zip(ones).map(|(&n, one)| if one { 1 } else { n }).collect();
            let cut = cut.min(lengths.len());
            let x = counting(Shape::new(&lengths[cut..]).unwrap());
            let y = x.broadcast_to(to).unwrap();
            prop_assert_eq!(y.shape(), &to);
            check(&y, |index| {
                let source = index[cut..].iter().zip(x.shape().iter()).map(|(&i, &n)| if n == 1 { 0 } else { i });
                flat(&source.collect::<Vec<_>>(), x.shape())
            });
        }
    }

    #[test]
    fn only_the_shape_itself_will_do() {
        let x = Tensor::from([[true], [false]]);
        for refused in [&[2][..], &[3, 1], &[2, 0, 1], &[1, 1]] {
            let shape = Shape::new(refused).unwrap();
            assert!(matches!(x.broadcast_to(shape), Err(TensorError::BroadcastTo { .. })), "{shape}");
        }
        assert_eq!(Tensor::from(2.0).broadcast_to([0, 3]).unwrap(), Tensor::zeros([0, 3]));
        assert!(matches!(x.broadcast_to([2, 1 << 61]), Err(TensorError::TooLarge { .. })));
        let n = if cfg!(miri) { 30 } else { 300 };
        let y = on_any_threads(|| counting(Shape::from([n, 1])).broadcast_to([2, n, n]).unwrap());
        check(&y, |i| i[1]);
    }
}
