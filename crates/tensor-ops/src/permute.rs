//! The axes in another order.

use crate::walk::Walk;
use crate::{Element, MAX_RANK, Shape, Tensor, TensorError};

impl<T: Element, S: AsRef<[T]>> Tensor<T, S> {
    /// The axes reordered: axis i of the result is axis `order[i]` of this tensor. A copy.
    ///
    /// # Errors
    /// [`TensorError::Setting`] where `order` is no permutation of the axes.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let x = Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// assert_eq!(x.permute(&[1, 0])?, Tensor::from([[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn permute(&self, order: &[usize]) -> Result<Tensor<T>, TensorError> {
        let mut sorted = order.to_vec();
        sorted.sort_unstable();
        if !sorted.into_iter().eq(0..self.shape().rank()) {
            let what = format!("{order:?} is no permutation of the axes of shape {}", self.shape());
            return Err(TensorError::Setting { op: "permute", what });
        }
        let steps = self.shape().broadcast_strides(self.shape());
        let shape = Shape::collect(&order.iter().map(|&axis| self.shape()[axis]).collect::<Vec<_>>());
        let mut strides = [0; MAX_RANK];
        for (to, &from) in order.iter().enumerate() {
            strides[to] = steps[from];
        }
        let data = Walk::new(shape, [strides]).map(|[at]| self.as_slice()[at]).collect();
        Ok(Tensor::from_parts(shape, data))
    }
}
