//! Softmax, its logarithm, and the logarithm of its denominator.

use super::engine::{PIECE, rows_of_a_piece};
use super::layout::along;
use crate::{Axes, Real, Tensor, TensorError, alloc, pool};

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
        Ok(Tensor::from_parts(*self.shape(), T::softmax_of(kind, self.as_slice(), form)))
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
        if form.inner == 1 && form.reduced > 0 {
            let (y, dy) = (self.as_slice(), dy.as_slice());
            let piece = rows_of_a_piece(y.len() / form.reduced, form.reduced, PIECE) * form.reduced;
            let dx = pool::collect(y.len(), piece, |from, sink| {
                let range = from..from + sink.left();
                let dx = sink.filled(T::ZERO, range.len());
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
        let mut out = alloc::filled(reduced.result, -T::INFINITY)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Shape;
    use crate::reduce::oracle::{assert_near, noise};
    use proptest::prelude::*;

    /// Along any axis of random tensors, by the definition.
    fn check(x: &Tensor<f64>, axis: usize) {
        let n = x.shape()[axis];
        let inner: usize = x.shape().as_slice()[axis + 1..].iter().product();
        let line = |i: usize| (0..n).map(move |k| i / (n * inner) * n * inner + i % inner + k * inner);
        let elements = x.as_slice();
        let lse: Vec<f64> =
            (0..elements.len()).map(|i| line(i).map(|j| elements[j].exp()).sum::<f64>().ln()).collect();
        let want: Vec<f64> = elements.iter().zip(&lse).map(|(x, lse)| (x - lse).exp()).collect();
        let want_log: Vec<f64> = elements.iter().zip(&lse).map(|(x, lse)| x - lse).collect();
        let axis = axis as isize;
        let (y, log) = (x.softmax(axis).unwrap(), x.log_softmax(axis - x.shape().rank() as isize).unwrap());
        assert_near(&y, &want, 1e-13);
        assert_near(&log, &want_log, 1e-13);
        assert_near(&y.sum(axis).unwrap(), &vec![1.0; elements.len() / n], 1e-14);
        // The same bits in a given place and in place.
        let (mut place, mut own) = (Tensor::full(*x.shape(), f64::NAN), x.clone());
        x.softmax_into(axis, &mut place).unwrap();
        own.softmax_in_place(axis).unwrap();
        assert!(place == y && own == y);
        own = x.clone();
        x.log_softmax_into(axis, &mut place).unwrap();
        own.log_softmax_in_place(axis).unwrap();
        assert!(place == log && own == log);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 3 } else { 60 }))]
        #[test]
        fn is_its_definition(shape in prop::collection::vec(1usize..20, 1..4), axis in 0usize..3, shift in -600.0..600.0f64) {
            let shape = Shape::new(&shape).unwrap();
            let x = Tensor::new(shape, noise(shape.size())).unwrap().map(|x: f64| 9.0 * x);
            let axis = axis % shape.rank();
            check(&x, axis);
            let shifted = x.map(|x| x + shift).softmax(axis as isize).unwrap();
            assert_near(&shifted, x.softmax(axis as isize).unwrap().as_slice(), 1e-11);
        }
    }

    #[test]
    fn of_long_rows() {
        for n in [64, 100, 4096, 10_000] {
            check(&Tensor::new([3, n], noise(3 * n)).unwrap(), 1);
            check(&Tensor::new([n, 3], noise(3 * n)).unwrap(), 0);
        }
    }

    /// As PyTorch: a line without a largest finite element is NaN, every other is computed.
    #[test]
    fn lines_that_are_not_finite() {
        let (inf, nan) = (f32::INFINITY, f32::NAN);
        for n in [3, 16, 17, 70, 5000] {
            for special in [[-inf, -inf], [inf, 0.0], [nan, 0.0], [inf, nan]] {
                let mut row = vec![special[1]; n];
                row[n / 2] = special[0];
                for (shape, axis) in [([1, n, 1], 1), ([n, 1, 1], 0)] {
                    let x = Tensor::new(shape, row.clone()).unwrap();
                    for y in [x.softmax(axis).unwrap(), x.log_softmax(axis).unwrap()] {
                        assert!(y.as_slice().iter().all(|y| y.is_nan()), "{special:?} {n}");
                    }
                    let lse = x.logsumexp(axis).unwrap().as_slice()[0];
                    let want = if special[0].is_nan() || special[1].is_nan() { nan } else { special[0] };
                    assert!(lse == want || (lse.is_nan() && want.is_nan()), "{special:?} {n}: {lse}");
                }
                let both = Tensor::new([n, 2], row.iter().flat_map(|&x| [x, 1.0]).collect()).unwrap();
                let y = both.softmax(0).unwrap();
                assert!(y.as_slice()[0].is_nan() && (y.as_slice()[1] - 1.0 / n as f32).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn backward_is_the_transpose_of_the_derivative() {
        let (x, v, dy) = (noise::<f64>(105), noise::<f64>(210), noise::<f64>(315));
        let tensor = |data: &[f64]| Tensor::new([5, 7, 3], data[data.len() - 105..].to_vec()).unwrap();
        let (x, v, dy) = (tensor(&x), tensor(&v), tensor(&dy));
        let dot = |a: &Tensor<f64>, b: &Tensor<f64>| crate::reduce::dot(a.as_slice(), b.as_slice());
        for axis in 0..3 {
            let moved = |h: f64| x.zip_map(&v, "test", |x, v| x + h * v).unwrap().softmax(axis).unwrap();
            let forward = (dot(&moved(1e-5), &dy) - dot(&moved(-1e-5), &dy)) / 2e-5;
            let dx = x.softmax(axis).unwrap().softmax_backward(&dy, axis).unwrap();
            assert!((forward - dot(&dx, &v)).abs() < 1e-9, "axis {axis}");
        }
    }

    #[test]
    fn wrong_places_are_refused() {
        let x = Tensor::<f32>::zeros([2, 3]);
        let refused = x.softmax_into(1, &mut Tensor::zeros([3, 2])).unwrap_err().to_string();
        assert!(refused.contains("softmax_into") && refused.contains("[3, 2]"), "{refused}");
        assert!(x.softmax(2).is_err() && Tensor::from(1.0).log_softmax(0).is_err());
        assert!(x.softmax_backward(&Tensor::zeros(3), 1).is_err());
        for shape in [[0, 3], [3, 0]] {
            let empty = Tensor::<f32>::zeros(shape);
            assert_eq!(
                (empty.softmax(0).unwrap(), empty.log_softmax(1).unwrap()),
                (empty.clone(), empty.clone())
            );
            assert_eq!(empty.softmax_backward(&empty, 1).unwrap(), empty);
        }
    }
}
