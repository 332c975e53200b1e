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
    /// [`TensorError::Broadcast`] where `shape` does not broadcast to this shape.
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
        if to.broadcast(&from, "sum_to")? != from {
            return Err(TensorError::Broadcast { op: "sum_to", left: from, right: to });
        }
        let missing = from.rank() - to.rank();
        let mut is_reduced = [false; MAX_RANK];
        for axis in 0..from.rank() {
            is_reduced[axis] = axis < missing || (to[axis - missing] == 1 && from[axis] != 1);
        }
        Ok(reduce(Op::Sum, self.as_slice(), &from, &Reduced { is_reduced, result: to }, &[]))
    }
}
