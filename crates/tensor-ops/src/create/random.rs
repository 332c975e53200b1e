//! Random tensors: functions of the stream and the element's number, on any number of threads.

use crate::random::Stream;
use crate::{Real, Shape, Tensor, TensorError, alloc};

impl<T: Real> Tensor<T> {
    /// Numbers uniform on `[low, high)`, elements 0.. of the stream: see [`Stream::uniform`].
    ///
    /// The same stream gives the same numbers again: it does not advance. For others take another key or step.
    ///
    /// # Errors
    /// [`TensorError::Setting`] unless low < high with a finite distance; [`TensorError::TooLarge`] for more numbers than
    /// memory can hold.
    ///
    /// ```
    /// use tensor_ops::{Tensor, random::Stream};
    /// let stream = Stream::new(7, Stream::key("noise"), 0);
    /// let x = Tensor::<f32>::uniform([2, 3], -1.0, 1.0, &stream)?;
    /// assert!(x.as_slice().iter().all(|x| (-1.0..1.0).contains(x)));
    /// assert_eq!(Tensor::<f32>::uniform([6], -1.0, 1.0, &stream)?.as_slice(), x.as_slice());
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn uniform(
        shape: impl Into<Shape>,
        low: f64,
        high: f64,
        stream: &Stream,
    ) -> Result<Tensor<T>, TensorError> {
        // A distance that is finite and positive: no NaN, no infinity.
        if !(high > low && (high - low).is_finite()) {
            let what = format!("low {low} must be below high {high}, at a finite distance");
            return Err(TensorError::Setting { op: "uniform", what });
        }
        let mut out = alloc::zeroed(shape.into())?;
        stream.uniform(0, low, high, out.as_mut_slice());
        Ok(out)
    }

    /// Normal numbers, elements 0.. of the stream: see [`Stream::normal`]. A deviation of 0 gives `mean` everywhere.
    ///
    /// The same stream gives the same numbers again: it does not advance. For others take another key or step.
    ///
    /// # Errors
    /// [`TensorError::Setting`] unless `mean` is finite and `std` finite and not negative; [`TensorError::TooLarge`] for
    /// more numbers than memory can hold.
    ///
    /// ```
    /// use tensor_ops::{Axes, Tensor, random::Stream};
    /// let x = Tensor::<f64>::normal([10_000], 5.0, 2.0, &Stream::new(7, 0, 0))?;
    /// assert!((x.mean(Axes::All)?.item()? - 5.0).abs() < 0.1);
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn normal(
        shape: impl Into<Shape>,
        mean: f64,
        std: f64,
        stream: &Stream,
    ) -> Result<Tensor<T>, TensorError> {
        if !(mean.is_finite() && std.is_finite() && std >= 0.0) {
            let what = format!("mean {mean} must be finite, std {std} finite and not negative");
            return Err(TensorError::Setting { op: "normal", what });
        }
        let mut out = alloc::zeroed(shape.into())?;
        stream.normal(0, mean, std, out.as_mut_slice());
        Ok(out)
    }

    /// Normal numbers on condition that they lie in `[low, high]`, elements 0.. of the stream: see
    /// [`Stream::truncated_normal`]. The bounds are absolute, not in deviations, as in PyTorch's `trunc_normal_`.
    ///
    /// The same stream gives the same numbers again: it does not advance. For others take another key or step.
    ///
    /// # Errors
    /// [`TensorError::Setting`] unless low < high, `mean` is finite and `std` finite and positive;
    /// [`TensorError::TooLarge`] for more numbers than memory can hold.
    ///
    /// ```
    /// use tensor_ops::{Tensor, random::Stream};
    /// let w = Tensor::<f32>::truncated_normal([64, 32], 0.0, 0.02, -0.04, 0.04, &Stream::new(7, 0, 0))?;
    /// assert!(w.as_slice().iter().all(|w| w.abs() <= 0.04));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn truncated_normal(
        shape: impl Into<Shape>,
        mean: f64,
        std: f64,
        low: f64,
        high: f64,
        stream: &Stream,
    ) -> Result<Tensor<T>, TensorError> {
        let mut out = alloc::zeroed(shape.into())?;
        stream.truncated_normal(0, mean, std, [low, high], out.as_mut_slice())?;
        Ok(out)
    }

    /// Numbers uniform on [0, 1) from a plain seed: the stream (`seed`, key of "rand", 0).
    ///
    /// The same seed gives the same numbers again.
    ///
    /// # Panics
    /// As [`Tensor::full`].
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let x = Tensor::<f32>::rand([2, 3], 7);
    /// assert_eq!(x, Tensor::rand([2, 3], 7));
    /// assert_ne!(x, Tensor::rand([2, 3], 8));
    /// ```
    #[track_caller]
    pub fn rand(shape: impl Into<Shape>, seed: u64) -> Tensor<T> {
        let mut out = Tensor::zeros(shape);
        Stream::new(seed, Stream::key("rand"), 0).uniform(0, 0.0, 1.0, out.as_mut_slice());
        out
    }

    /// Normal numbers with mean 0 and deviation 1 from a plain seed: the stream (`seed`, key of "randn", 0).
    ///
    /// The same seed gives the same numbers again.
    ///
    /// # Panics
    /// As [`Tensor::full`].
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let x = Tensor::<f32>::randn([2, 3], 7);
    /// assert_eq!(x, Tensor::randn([2, 3], 7));
    /// ```
    #[track_caller]
    pub fn randn(shape: impl Into<Shape>, seed: u64) -> Tensor<T> {
        let mut out = Tensor::zeros(shape);
        Stream::new(seed, Stream::key("randn"), 0).normal(0, 0.0, 1.0, out.as_mut_slice());
        out
    }
}

impl Tensor<usize> {
    /// The numbers 0 to n - 1 in a random order, each order equally likely: see [`Stream::shuffle`].
    ///
    /// The same stream gives the same order again: it does not advance. For others take another key or step.
    ///
    /// # Errors
    /// [`TensorError::TooLarge`] for more numbers than memory can hold.
    ///
    /// ```
    /// use tensor_ops::{Tensor, random::Stream};
    /// let order = Tensor::permutation(5, &Stream::new(7, 0, 0))?;
    /// let mut sorted = order.into_vec();
    /// sorted.sort_unstable();
    /// assert_eq!(sorted, [0, 1, 2, 3, 4]);
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn permutation(n: usize, stream: &Stream) -> Result<Tensor<usize>, TensorError> {
        alloc::check::<usize>(Shape::from([n]))?;
        let mut order: Tensor<usize> = (0..n).collect();
        stream.shuffle(order.as_mut_slice());
        Ok(order)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pool;

    #[test]
    fn bits_do_not_depend_on_threads() {
        let n = if cfg!(miri) { 100 } else { 50_000 };
        let stream = Stream::new(1, 2, 3);
        let draw = |threads| {
            pool::set_threads(threads);
            let all = [
                Tensor::<f32>::uniform([n], -1.0, 2.0, &stream).unwrap(),
                Tensor::<f32>::normal([n], 1.0, 2.0, &stream).unwrap(),
                Tensor::<f32>::truncated_normal([n], 1.0, 2.0, 0.0, 9.0, &stream).unwrap(),
            ];
            pool::set_threads(0);
            all
        };
        let one = draw(1);
        for threads in [2, 3, 4, 8] {
            assert_eq!(draw(threads), one, "{threads} threads");
        }
    }

    #[test]
    fn settings_without_sense_are_refused() {
        let s = &Stream::new(0, 0, 0);
        let (nan, inf) = (f64::NAN, f64::INFINITY);
        for (low, high) in [(1.0, 1.0), (2.0, 1.0), (nan, 1.0), (0.0, nan), (0.0, inf), (-f64::MAX, f64::MAX)]
        {
            assert!(Tensor::<f64>::uniform([2], low, high, s).unwrap_err().to_string().contains("low"));
        }
        for (mean, std) in [(0.0, -1.0), (nan, 1.0), (0.0, nan), (inf, 1.0), (0.0, inf)] {
            assert!(Tensor::<f64>::normal([2], mean, std, s).unwrap_err().to_string().contains("std"));
            assert!(Tensor::<f64>::truncated_normal([2], mean, std, -1.0, 1.0, s).is_err());
        }
        for (low, high) in [(1.0, 1.0), (2.0, 1.0), (nan, 1.0), (0.0, nan)] {
            assert!(Tensor::<f64>::truncated_normal([2], 0.0, 1.0, low, high, s).is_err());
        }
        assert!(Tensor::<f64>::truncated_normal([2], 0.0, 0.0, -1.0, 1.0, s).is_err());
        assert_eq!(Tensor::<f32>::normal([2], 3.0, 0.0, s).unwrap(), Tensor::from([3.0, 3.0]));
        for refused in [
            Tensor::<f32>::uniform([1 << 31, 1 << 31], 0.0, 1.0, s).map(drop),
            Tensor::<f32>::normal([1 << 62], 0.0, 1.0, s).map(drop),
            Tensor::<f32>::truncated_normal([1 << 40, 1 << 40], 0.0, 1.0, 0.0, 1.0, s).map(drop),
            Tensor::permutation(usize::MAX, s).map(drop),
        ] {
            assert!(matches!(refused, Err(TensorError::TooLarge { .. })));
        }
        assert_eq!(Tensor::<f32>::randn([0, 3], 1).shape(), &Shape::from([0, 3]));
        assert_eq!(Tensor::<f32>::rand(Shape::SCALAR, 1).shape(), &Shape::SCALAR);
        assert_eq!(Tensor::permutation(0, s).unwrap().shape(), &Shape::from([0]));
    }
}
