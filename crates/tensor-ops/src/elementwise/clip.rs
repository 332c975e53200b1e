//! Elements held between two bounds.

use super::{check_output, run};
use crate::{Real, Tensor, TensorError};

impl<T: Real, S: AsRef<[T]>> Tensor<T, S> {
    /// min(max(x, `min`), `max`), as NumPy's `clip`: `max` everywhere if `min` is above it; NaN for NaN, whether
    /// element or bound. For bounds that are tensors, say `x.maximum(&low)?.minimum(&high)?`, which is the same.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([-5.0, 0.5, 5.0]).clip(-1.0, 1.0), Tensor::from([-1.0, 0.5, 1.0]));
    /// ```
    #[doc(alias = "clamp")]
    pub fn clip(&self, min: T, max: T) -> Tensor<T> {
        let (x, f) = (self.as_slice(), T::real_table().clip);
        let data =
            run::collect(x.len(), run::CHEAP, |from, out| f(min, max, &x[from..from + out.left()], out));
        Tensor::from_parts(*self.shape(), data)
    }

    /// [`clip`](Tensor::clip), written into `out`.
    ///
    /// # Errors
    /// [`TensorError::Output`] where `out` has another shape.
    pub fn clip_into(
        &self,
        min: T,
        max: T,
        out: &mut Tensor<T, impl AsRef<[T]> + AsMut<[T]>>,
    ) -> Result<(), TensorError> {
        check_output("clip_into", self.shape(), out.shape())?;
        let (x, f) = (self.as_slice(), T::real_table().clip);
        run::fill(out.as_mut_slice(), run::CHEAP, |from, out| f(min, max, &x[from..from + out.left()], out));
        Ok(())
    }
}

impl<T: Real, S: AsMut<[T]>> Tensor<T, S> {
    /// [`clip`](Tensor::clip) in the place of x.
    pub fn clip_in_place(&mut self, min: T, max: T) {
        let f = T::real_table().clip_in_place;
        run::in_place(self.as_mut_slice(), run::CHEAP, |_, x| f(min, max, x));
    }
}
