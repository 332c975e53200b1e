//! The transpose of broadcasting.

use super::fold::Op;
use super::layout::reduce;
use crate::axes::Reduced;
use crate::{MAX_RANK, Real, Shape, Tensor, TensorError};

impl<T: Real, S: AsRef<[T]>> Tensor<T, S> {
    /// Sums over the axes along which broadcasting `shape` to this shape would repeat: the gradient of an operand that
    /// was broadcast. It is the transpose of broadcasting: ⟨broadcast x, y⟩ = ⟨x, sum_to y⟩.
    ///
    /// # Errors
    /// [`TensorError::BroadcastTo`] where `shape` does not broadcast to this shape.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let dy = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(dy.sum_to(2)?, Tensor::from([4.0, 6.0])); // a bias, added to every row
    /// assert_eq!(dy.sum_to([2, 1])?, Tensor::from([[3.0], [7.0]]));
    /// assert!(dy.sum_to(3).is_err());
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn sum_to(&self, shape: impl Into<Shape>) -> Result<Tensor<T>, TensorError> {
        let (from, to) = (*self.shape(), shape.into());
        to.reach(&from, "sum_to")?;
        let missing = from.rank() - to.rank();
        let mut is_reduced = [false; MAX_RANK];
        for axis in 0..from.rank() {
            is_reduced[axis] = axis < missing || (to[axis - missing] == 1 && from[axis] != 1);
        }
        reduce(Op::Sum, self.as_slice(), &from, &Reduced { is_reduced, result: to }, &[])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reduce::dot;
    use crate::reduce::oracle::noise;
    use crate::walk::Walk;
    use proptest::collection::vec;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn is_the_transpose_of_broadcasting(full in prop_oneof![3 => vec(0usize..5, 0..=5), 1 => vec(0usize..3, 6..=8)], ones in vec(any::<bool>(), 8), cut in 0usize..8) {
            let small: Vec<usize> = full.iter().zip(&ones).map(|(&n, &one)| if one { 1 } else { n }).collect();
            let (full, small) = (Shape::new(&full).unwrap(), Shape::new(&small[cut.min(small.len())..]).unwrap());
            let (x, y) = (noise::<f64>(small.size()), noise::<f64>(full.size()));
            let broadcast: Vec<f64> =
                Walk::new(full, [small.broadcast_strides(&full)]).map(|[at]| x[at]).collect();
            let back = Tensor::new(full, y.clone()).unwrap().sum_to(small).unwrap();
            prop_assert_eq!(back.shape(), &small);
            prop_assert!((dot(&broadcast, &y) - dot(&x, back.as_slice())).abs() < 1e-12);
        }
    }

    #[test]
    fn what_does_not_broadcast_is_refused() {
        let y = Tensor::<f32>::zeros([2, 3]);
        for shape in [Shape::from([3, 3]), Shape::from([2, 2, 3]), Shape::from([2, 0]), Shape::from(2)] {
            let refused = y.sum_to(shape).unwrap_err().to_string();
            assert_eq!(refused, format!("sum_to: {shape} does not broadcast to [2, 3]"));
        }
        assert!(Tensor::<f32>::zeros([2, 1]).sum_to([2, 3]).is_err(), "the wrong way round");
        assert_eq!(Tensor::<f32>::zeros([0, 3]).sum_to(3).unwrap(), Tensor::zeros(3));
    }
}
