//! The largest and the smallest, and where they stand.

use super::fold::Op;
use super::layout::one_or_all;
use crate::{Axes, Real, Tensor, TensorError, alloc};

impl<T: Real, S: AsRef<[T]>> Tensor<T, S> {
    /// The largest element over the axes; NaN if any is NaN.
    ///
    /// # Errors
    /// [`TensorError::EmptyReduction`] over no elements; otherwise as [`Tensor::sum`].
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([[1.0, 5.0], [7.0, 0.0]]).max(1)?, Tensor::from([5.0, 7.0]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    #[doc(alias = "amax")]
    pub fn max(&self, axes: impl Into<Axes>) -> Result<Tensor<T>, TensorError> {
        self.choose(Op::Max, &axes.into(), "max")
    }

    /// The smallest element over the axes; NaN if any is NaN.
    ///
    /// # Errors
    /// As [`Tensor::max`].
    ///
    /// ```
    /// use tensor_ops::{Axes, Tensor};
    /// assert!(Tensor::from([1.0, f64::NAN, 0.0]).min(Axes::All)?.item()?.is_nan());
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    #[doc(alias = "amin")]
    pub fn min(&self, axes: impl Into<Axes>) -> Result<Tensor<T>, TensorError> {
        self.choose(Op::Min, &axes.into(), "min")
    }

    /// The position of the first largest element along one axis, or in row-major order over [`Axes::All`]; the first
    /// NaN counts as largest, as in NumPy.
    ///
    /// # Errors
    /// [`TensorError::Setting`] for several axes, as in NumPy; otherwise as [`Tensor::max`].
    ///
    /// ```
    /// use tensor_ops::{Axes, Tensor};
    /// let x = Tensor::from([[1.0, 5.0, 5.0], [7.0, 0.0, 2.0]]);
    /// assert_eq!(x.argmax(1)?, Tensor::from([1, 0usize]));
    /// assert_eq!(x.argmax(Axes::All)?, Tensor::from(3usize));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn argmax(&self, axes: impl Into<Axes>) -> Result<Tensor<usize>, TensorError> {
        self.position(Op::Max, &axes.into(), "argmax")
    }

    /// The position of the first smallest element; otherwise as [`Tensor::argmax`].
    ///
    /// # Errors
    /// As [`Tensor::argmax`].
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([[1.0, 5.0], [7.0, 0.0]]).argmin(0)?, Tensor::from([0, 1usize]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn argmin(&self, axes: impl Into<Axes>) -> Result<Tensor<usize>, TensorError> {
        self.position(Op::Min, &axes.into(), "argmin")
    }

    fn position(&self, op: Op, axes: &Axes, name: &'static str) -> Result<Tensor<usize>, TensorError> {
        let form = one_or_all(self.shape(), axes, name)?;
        self.chosen_from(axes, name)?;
        let result = axes.resolve(self.shape(), name)?.result;
        let mut out = alloc::filled(result, 0)?;
        T::positions(op, self.as_slice(), form, &mut out);
        Ok(Tensor::from_parts(result, out))
    }
}
