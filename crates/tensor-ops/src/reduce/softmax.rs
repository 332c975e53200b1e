//! Softmax, its logarithm, and the logarithm of its denominator.

use super::engine::PIECE;
use super::layout::along;
use crate::{Axes, Real, Tensor, TensorError};

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Probabilities.
    Softmax,
    /// Their logarithms.
    LogSoftmax,
}

impl<T: Real, S: AsRef<[T]>> Tensor<T, S> {
    /// yⱼ = exp(xⱼ) / Σₖ exp(xₖ) along an axis: positive numbers that sum to 1.
    ///
    /// Shifted by the largest x, so that nothing overflows. A NaN, a +∞, or nothing but -∞ makes all of its line NaN,
    /// as in PyTorch.
    ///
    /// Is it only there to normalise? Dividing by the sum would do that. The exponential makes it the inverse of a
    /// logarithm: behind the cross-entropy -Σ tⱼ ln yⱼ, with targets t that sum to 1, the gradient for x is y - t, which
    /// is large where the answer is wrong and does not fade where a sigmoid or a plain quotient would be flat.
    ///
    /// # Errors
    /// [`TensorError::AxisOutOfRange`].
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let y = Tensor::from([[1000.0, 1000.0], [0.0, f64::NEG_INFINITY]]).softmax(-1)?;
    /// assert_eq!(y, Tensor::from([[0.5, 0.5], [1.0, 0.0]]));
    ///
    /// // The gradient of the cross-entropy with target t = (1, 0), by a difference quotient: y - t.
    /// let loss = |x: f64| -Tensor::from([x, 0.3]).log_softmax(0).unwrap().as_slice()[0];
    /// let y = Tensor::from([0.1, 0.3]).softmax(0)?.as_slice()[0];
    /// let quotient = (loss(0.1 + 1e-5) - loss(0.1 - 1e-5)) / 2e-5;
    /// assert!((quotient - (y - 1.0)).abs() < 1e-9);
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn softmax(&self, axis: isize) -> Result<Tensor<T>, TensorError> {
        self.normalised(Kind::Softmax, axis, "softmax")
    }

    /// As [`Tensor::softmax`], into a place of the same shape.
    ///
    /// # Errors
    /// [`TensorError::AxisOutOfRange`]; [`TensorError::Output`] where the shapes differ.
    pub fn softmax_into(
        &self,
        axis: isize,
        out: &mut Tensor<T, impl AsRef<[T]> + AsMut<[T]>>,
    ) -> Result<(), TensorError> {
        self.normalised_into(Kind::Softmax, axis, "softmax_into", out)
    }

    /// ln of [`Tensor::softmax`], exact where that underflows: yⱼ = xⱼ - ln Σₖ exp(xₖ).
    ///
    /// # Errors
    /// [`TensorError::AxisOutOfRange`].
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([0.0f32, -1000.0]).log_softmax(0)?, Tensor::from([0.0, -1000.0]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn log_softmax(&self, axis: isize) -> Result<Tensor<T>, TensorError> {
        self.normalised(Kind::LogSoftmax, axis, "log_softmax")
    }

    /// As [`Tensor::log_softmax`], into a place of the same shape.
    ///
    /// # Errors
    /// As [`Tensor::softmax_into`].
    pub fn log_softmax_into(
        &self,
        axis: isize,
        out: &mut Tensor<T, impl AsRef<[T]> + AsMut<[T]>>,
    ) -> Result<(), TensorError> {
        self.normalised_into(Kind::LogSoftmax, axis, "log_softmax_into", out)
    }

    fn normalised(&self, kind: Kind, axis: isize, op: &'static str) -> Result<Tensor<T>, TensorError> {
        let form = along(self.shape(), axis, op)?;
        let mut out = vec![T::ZERO; self.as_slice().len()];
        T::softmax(kind, Some(self.as_slice()), form, &mut out);
        Ok(Tensor::from_parts(*self.shape(), out))
    }

    fn normalised_into(
        &self,
        kind: Kind,
        axis: isize,
        op: &'static str,
        out: &mut Tensor<T, impl AsRef<[T]> + AsMut<[T]>>,
    ) -> Result<(), TensorError> {
        let form = along(self.shape(), axis, op)?;
        if out.shape() != self.shape() {
            return Err(TensorError::Output { op, expected: *self.shape(), got: *out.shape() });
        }
        T::softmax(kind, Some(self.as_slice()), form, out.as_mut_slice());
        Ok(())
    }

    /// The gradient behind [`Tensor::softmax`], of which this is the result y: dxⱼ = yⱼ (dyⱼ - Σₖ dyₖ yₖ) along the axis.
    ///
    /// # Errors
    /// [`TensorError::AxisOutOfRange`]; [`TensorError::Mismatch`] where dy has another shape.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let y = Tensor::from([0.25, 0.75]);
    /// let dx = y.softmax_backward(&Tensor::from([1.0, 0.0]), 0)?;
    /// assert_eq!(dx, Tensor::from([0.1875, -0.1875]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn softmax_backward(
        &self,
        dy: &Tensor<T, impl AsRef<[T]>>,
        axis: isize,
    ) -> Result<Tensor<T>, TensorError> {
        const OP: &str = "softmax_backward";
        let form = along(self.shape(), axis, OP)?;
        if dy.shape() != self.shape() {
            let (left, right) = (*self.shape(), *dy.shape());
            return Err(TensorError::Mismatch { op: OP, left, right, reason: "y and dy have one shape" });
        }
        if form.inner == 1 {
            let (y, dy) = (self.as_slice(), dy.as_slice());
            let mut dx = vec![T::ZERO; self.as_slice().len()];
            let rows = (PIECE / form.reduced.max(1)).max(1);
            let piece = rows * form.reduced;
            crate::pool::split(form.outer.div_ceil(rows), [(&mut dx, piece)], |i, [dx]| {
                let range = i * piece..i * piece + dx.len();
                T::softmax_backward(&y[range.clone()], &dy[range], form.reduced, dx);
            });
            return Ok(Tensor::from_parts(*self.shape(), dx));
        }
        let dots = self.multiply(dy)?.sum(Axes::from(axis).keepdims())?;
        self.multiply(&dy.subtract(&dots)?)
    }

    /// ln Σ exp(x) over the axes, shifted by the largest x, so that nothing overflows; -∞ over none.
    ///
    /// # Errors
    /// As [`Tensor::sum`].
    ///
    /// ```
    /// use tensor_ops::{Axes, Tensor};
    /// let x = Tensor::from([[1000.0, 1000.0], [0.0, f64::NEG_INFINITY]]);
    /// assert_eq!(x.logsumexp(1)?, Tensor::from([1000.0 + 2f64.ln(), 0.0]));
    /// assert_eq!(Tensor::<f32>::zeros(0).logsumexp(Axes::All)?.item()?, f32::NEG_INFINITY);
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn logsumexp(&self, axes: impl Into<Axes>) -> Result<Tensor<T>, TensorError> {
        let reduced = axes.into().resolve(self.shape(), "logsumexp")?;
        let mut out = vec![-T::INFINITY; reduced.result.size()];
        self.with_rows(&reduced, |x, n| T::logsumexp(x, n, &mut out))?;
        Ok(Tensor::from_parts(reduced.result, out))
    }
}

impl<T: Real, S: AsRef<[T]> + AsMut<[T]>> Tensor<T, S> {
    /// As [`Tensor::softmax`], in place.
    ///
    /// # Errors
    /// As [`Tensor::softmax`].
    pub fn softmax_in_place(&mut self, axis: isize) -> Result<(), TensorError> {
        let form = along(self.shape(), axis, "softmax_in_place")?;
        T::softmax(Kind::Softmax, None, form, self.as_mut_slice());
        Ok(())
    }

    /// As [`Tensor::log_softmax`], in place.
    ///
    /// # Errors
    /// As [`Tensor::log_softmax`].
    pub fn log_softmax_in_place(&mut self, axis: isize) -> Result<(), TensorError> {
        let form = along(self.shape(), axis, "log_softmax_in_place")?;
        T::softmax(Kind::LogSoftmax, None, form, self.as_mut_slice());
        Ok(())
    }
}
