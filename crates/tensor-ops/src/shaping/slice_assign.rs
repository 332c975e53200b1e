//! Writing a part of a tensor: what the backward pass of a slice needs.

use super::slice::{Slice, sliced};
use crate::{Element, Tensor, TensorError};

impl<T: Element, S: AsRef<[T]> + AsMut<[T]>> Tensor<T, S> {
    /// Puts the elements of `source` where [`slice_with`](Tensor::slice_with) would read them.
    ///
    /// # Errors
    /// As [`Tensor::slice_with`]; [`TensorError::Mismatch`] where the part has another shape than `source`.
    ///
    /// ```
    /// use tensor_ops::{Slice, Tensor};
    /// let mut x = Tensor::zeros([2, 3]);
    /// x.slice_assign(&[(1..).into(), Slice::ALL.step(2)], &Tensor::from([[1.0, 2.0]]))?;
    /// assert_eq!(x, Tensor::from([[0.0, 0.0, 0.0], [1.0, 0.0, 2.0]]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn slice_assign(
        &mut self,
        slices: &[Slice],
        source: &Tensor<T, impl AsRef<[T]>>,
    ) -> Result<(), TensorError> {
        let (part, layout) = sliced(self.shape(), slices, "slice_assign")?;
        if part != *source.shape() {
            let reason = "the first is the part to be written, the second what is to be put there";
            let (left, right) = (part, *source.shape());
            return Err(TensorError::Mismatch { op: "slice_assign", left, right, reason });
        }
        T::assign_grid(&layout, source.as_slice(), self.as_mut_slice());
        Ok(())
    }
}

// The values are tested with those of `slice_with`.
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_must_agree() {
        let mut x = Tensor::from([1.0, 2.0, 3.0]);
        let refused = x.slice_assign(&[(1..).into()], &Tensor::from([0.0])).unwrap_err().to_string();
        assert!(refused.contains("[2]") && refused.contains("[1]"), "{refused}");
        assert!(matches!(x.slice_assign(&[Slice::ALL; 2], &x.to_owned()), Err(TensorError::Setting { .. })));
        assert_eq!(x, Tensor::from([1.0, 2.0, 3.0]));
        let mut scalar = Tensor::from(1.0);
        scalar.slice_assign(&[], &Tensor::from(2.0)).unwrap();
        assert_eq!(scalar, Tensor::from(2.0));
    }
}
