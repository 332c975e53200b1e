//! Sums, products, means and variances.

use super::fold::Op;
use super::layout::reduce;
use crate::{Axes, Real, Tensor, TensorError, alloc};

impl<T: Real, S: AsRef<[T]>> Tensor<T, S> {
    /// Σx over the axes, within the bound of [`pairwise_sum`](super::pairwise_sum); 0 over none.
    ///
    /// # Errors
    /// An axis out of range or named twice; [`TensorError::TooLarge`] where the axes hold nothing, and memory not the
    /// result.
    ///
    /// ```
    /// use tensor_ops::{Axes, Tensor};
    /// let x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.sum(0)?, Tensor::from([4.0, 6.0]));
    /// assert_eq!(x.sum(Axes::All)?, Tensor::from(10.0));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn sum(&self, axes: impl Into<Axes>) -> Result<Tensor<T>, TensorError> {
        self.fold(Op::Sum, &axes.into(), "sum")
    }

    /// Πx over the axes; 1 over none.
    ///
    /// # Errors
    /// As [`Tensor::sum`].
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([[1.0, 2.0], [3.0, 4.0]]).prod(1)?, Tensor::from([2.0, 12.0]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn prod(&self, axes: impl Into<Axes>) -> Result<Tensor<T>, TensorError> {
        self.fold(Op::Product, &axes.into(), "prod")
    }

    /// Σx / n over the axes; NaN over none.
    ///
    /// # Errors
    /// As [`Tensor::sum`].
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([[1.0, 2.0], [3.0, 4.0]]).mean(0)?, Tensor::from([2.0, 3.0]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn mean(&self, axes: impl Into<Axes>) -> Result<Tensor<T>, TensorError> {
        self.mean_as(&axes.into(), "mean")
    }

    fn mean_as(&self, axes: &Axes, name: &'static str) -> Result<Tensor<T>, TensorError> {
        let reduced = axes.resolve(self.shape(), name)?;
        let mut out = reduce(Op::Sum, self.as_slice(), self.shape(), &reduced, &[])?;
        let n = T::from_usize(reduced.count(self.shape()));
        out.as_mut_slice().iter_mut().for_each(|x| *x /= n);
        Ok(out)
    }

    /// Σ(x - mean)² / (n - ddof) over the axes, in two passes, so that a large mean costs no digits.
    ///
    /// `ddof` 0 is the variance of the values themselves, 1 the unbiased estimate from a sample. NaN over none, and
    /// NaN or infinite where n - ddof is not positive, as in NumPy.
    ///
    /// # Errors
    /// As [`Tensor::sum`].
    ///
    /// ```
    /// use tensor_ops::{Axes, Tensor};
    /// let x = Tensor::from([1.0, 2.0, 3.0, 4.0]);
    /// assert_eq!(x.var(Axes::All, 0)?, Tensor::from(1.25));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn var(&self, axes: impl Into<Axes>, ddof: usize) -> Result<Tensor<T>, TensorError> {
        self.variance(&axes.into(), ddof, "var")
    }

    /// The square root of [`Tensor::var`].
    ///
    /// # Errors
    /// As [`Tensor::sum`].
    ///
    /// ```
    /// use tensor_ops::{Axes, Tensor};
    /// assert_eq!(Tensor::from([1.0, 3.0]).std(Axes::All, 0)?, Tensor::from(1.0));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn std(&self, axes: impl Into<Axes>, ddof: usize) -> Result<Tensor<T>, TensorError> {
        let mut out = self.variance(&axes.into(), ddof, "std")?;
        out.as_mut_slice().iter_mut().for_each(|x| *x = x.sqrt());
        Ok(out)
    }

    fn variance(&self, axes: &Axes, ddof: usize, name: &'static str) -> Result<Tensor<T>, TensorError> {
        let reduced = axes.resolve(self.shape(), name)?;
        let mean = self.mean_as(axes, name)?;
        let mut out = if reduced.is_one_run(self.shape()) {
            reduce(Op::Deviations, self.as_slice(), self.shape(), &reduced, mean.as_slice())?
        } else {
            // The means of several runs lie in no single order beside the elements.
            self.with_rows(&reduced, |x, n| {
                let mut out = alloc::filled(reduced.result, T::ZERO)?;
                let form = super::Form { outer: out.len(), reduced: n, inner: 1 };
                T::fold(Op::Deviations, x, form, mean.as_slice(), &mut out);
                Ok(Tensor::from_parts(reduced.result, out))
            })??
        };
        let n = T::from_usize(reduced.count(self.shape()).saturating_sub(ddof));
        out.as_mut_slice().iter_mut().for_each(|x| *x /= n);
        Ok(out)
    }
}
