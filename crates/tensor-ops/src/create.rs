//! Tensors from a rule, a range, an iterator, or the shape of another.

mod nested;
mod random;

use crate::{Element, MAX_RANK, Real, Shape, Tensor, TensorError, alloc};

impl<T: Element> Tensor<T> {
    /// The tensor whose element at each index is `f(index)`; called in row-major order, with one number an axis.
    ///
    /// # Panics
    /// As [`Tensor::full`].
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let table = Tensor::from_fn([2, 3], |i| 10 * i[0] + i[1]);
    /// assert_eq!(table, Tensor::from([[0usize, 1, 2], [10, 11, 12]]));
    /// ```
    #[track_caller]
    pub fn from_fn(shape: impl Into<Shape>, mut f: impl FnMut(&[usize]) -> T) -> Tensor<T> {
        let shape = shape.into();
        alloc::demand::<T>(shape);
        let mut index = [0; MAX_RANK];
        let mut data = Vec::with_capacity(shape.size());
        for _ in 0..shape.size() {
            data.push(f(&index[..shape.rank()]));
            for axis in (0..shape.rank()).rev() {
                index[axis] += 1;
                if index[axis] < shape[axis] {
                    break;
                }
                index[axis] = 0;
            }
        }
        Tensor::from_parts(shape, data)
    }
}

impl<T: Real> Tensor<T> {
    /// The identity matrix, `(n, n)`.
    ///
    /// # Panics
    /// As `vec!` where memory cannot hold it.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::eye(2), Tensor::from([[1.0, 0.0], [0.0, 1.0]]));
    /// ```
    #[track_caller]
    pub fn eye(n: usize) -> Tensor<T> {
        Tensor::eye_with(n, n, 0)
    }

    /// Ones on one diagonal of a `(rows, cols)` matrix, zeros elsewhere: element (i, i + diagonal) is 1. A diagonal that
    /// lies outside leaves only zeros.
    ///
    /// # Panics
    /// As `vec!` where memory cannot hold it.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::eye_with(2, 3, 1), Tensor::from([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]));
    /// assert_eq!(Tensor::eye_with(2, 2, -1), Tensor::from([[0.0, 0.0], [1.0, 0.0]]));
    /// ```
    #[track_caller]
    pub fn eye_with(rows: usize, cols: usize, diagonal: isize) -> Tensor<T> {
        let mut out = Tensor::zeros([rows, cols]);
        for i in 0..rows {
            if let Some(j) = i.checked_add_signed(diagonal).filter(|&j| j < cols) {
                out.as_mut_slice()[i * cols + j] = T::ONE;
            }
        }
        out
    }

    /// start, start + step, start + 2·step, ... up to, and without, `end`: ⌈(end - start)/step⌉ numbers as in NumPy,
    /// none where that is negative. Computed in f64 and rounded once; with a step like 0.1 rounding decides whether a
    /// last number near `end` belongs to it, which [`Tensor::linspace`] leaves open to nobody.
    ///
    /// # Errors
    /// [`TensorError::Setting`] for a step of 0, NaN and infinities; [`TensorError::TooLarge`] for more numbers than
    /// memory can hold.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::arange(1.0, 2.0, 0.25)?, Tensor::from([1.0, 1.25, 1.5, 1.75]));
    /// assert_eq!(Tensor::arange(3.0, 0.0, -1.0)?, Tensor::from([3.0, 2.0, 1.0]));
    /// assert!(Tensor::arange(0.0, 1.0, 0.0).is_err());
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn arange(start: T, end: T, step: T) -> Result<Tensor<T>, TensorError> {
        let (from, to, by) = (start.to_f64(), end.to_f64(), step.to_f64());
        if by == 0.0 || !(from.is_finite() && to.is_finite() && by.is_finite()) {
            let what = format!("start {start}, end {end} and step {step} must be finite, and the step not 0");
            return Err(TensorError::Setting { op: "arange", what });
        }
        // A conversion from f64 takes the nearest number there is: 0 for negative ones, the largest for infinity.
        let shape = Shape::from([((to - from) / by).ceil() as usize]);
        alloc::check::<T>(shape)?;
        let data = (0..shape.size()).map(|i| T::from_f64(from + i as f64 * by)).collect();
        Ok(Tensor::from_parts(shape, data))
    }

    /// `n` numbers at equal distances, the first `start` and the last `end`, both exact; one number is `start`.
    ///
    /// # Panics
    /// As `vec!` where memory cannot hold them.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::linspace(0.0, 1.0, 5), Tensor::from([0.0, 0.25, 0.5, 0.75, 1.0]));
    /// ```
    pub fn linspace(start: T, end: T, n: usize) -> Tensor<T> {
        let (from, to) = (start.to_f64(), end.to_f64());
        let gaps = n.saturating_sub(1).max(1) as f64;
        // Divided before the subtraction, a difference cannot overflow that has a place between its ends.
        let step = if (to - from).is_finite() { (to - from) / gaps } else { to / gaps - from / gaps };
        let at = |i| match i {
            0 => start,
            i if i + 1 == n => end,
            i => T::from_f64(from + i as f64 * step),
        };
        Tensor::from_parts(Shape::from([n]), (0..n).map(at).collect())
    }
}

impl<T: Element, S: AsRef<[T]>> Tensor<T, S> {
    /// Zeros (`false` in a mask) in the shape of this tensor.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([1.0, 2.0]).zeros_like(), Tensor::from([0.0, 0.0]));
    /// ```
    pub fn zeros_like(&self) -> Tensor<T> {
        self.full_like(T::default())
    }

    /// `value` everywhere in the shape of this tensor.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([1usize, 2]).full_like(7), Tensor::from([7usize, 7]));
    /// ```
    pub fn full_like(&self, value: T) -> Tensor<T> {
        Tensor::full(*self.shape(), value)
    }
}

impl<T: Real, S: AsRef<[T]>> Tensor<T, S> {
    /// Ones in the shape of this tensor.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([[3.0], [4.0]]).ones_like(), Tensor::from([[1.0], [1.0]]));
    /// ```
    pub fn ones_like(&self) -> Tensor<T> {
        self.full_like(T::ONE)
    }
}

/// A vector of what an iterator yields.
///
/// ```
/// use tensor_ops::Tensor;
/// let squares: Tensor<f64> = (0..4).map(|i| f64::from(i * i)).collect();
/// assert_eq!(squares, Tensor::from([0.0, 1.0, 4.0, 9.0]));
/// ```
impl<T: Element> FromIterator<T> for Tensor<T> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Tensor<T> {
        Tensor::from(elements.into_iter().collect::<Vec<T>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn from_fn_visits_every_index_in_order(lengths in prop::collection::vec(0usize..4, 0..6)) {
            let shape = Shape::new(&lengths).unwrap();
            let mut calls = 0;
            let x = Tensor::from_fn(shape, |index| {
                let at = index.iter().zip(&lengths).fold(0, |at, (i, n)| at * n + i);
                assert!(at == calls && index.len() == lengths.len());
                calls += 1;
                at
            });
            prop_assert!(x.as_slice().iter().copied().eq(0..shape.size()));
        }

        #[test]
        fn arange_has_the_length_of_the_definition(start in -10f64..10.0, end in -10f64..10.0, step in -3f64..3.0) {
            prop_assume!(step.abs() > 1e-3);
            let x = Tensor::arange(start, end, step).unwrap();
            let mut want = Vec::new();
            for i in 0..((end - start) / step).ceil().max(0.0) as usize {
                want.push(start + i as f64 * step);
            }
            prop_assert_eq!(x.as_slice(), &want[..]);
        }

        #[test]
        fn linspace_keeps_both_ends(start: f64, end: f64, n in 2usize..50) {
            let x = Tensor::linspace(start, end, n);
            prop_assert_eq!((x.as_slice()[0], x.as_slice()[n - 1]), (start, end));
            let (low, high) = (start.min(end), start.max(end));
            let slack = (high / 2.0 - low / 2.0) * 1e-14;
            prop_assert!(x.as_slice().iter().all(|x| (low - slack..=high + slack).contains(x)));
        }
    }

    #[test]
    fn edges_of_ranges() {
        // NumPy: len(np.arange(0, 1, 0.1)) and len(np.arange(1, 1.3, 0.1)), the surprise that its manual warns of.
        assert_eq!(Tensor::arange(0.0, 1.0, 0.1).unwrap().shape(), &Shape::from([10]));
        assert_eq!(Tensor::arange(1.0, 1.3, 0.1).unwrap().shape(), &Shape::from([4]));
        assert_eq!(Tensor::arange(0.0f32, 1.0, 0.1).unwrap().shape(), &Shape::from([10]));
        assert_eq!(Tensor::arange(0.0, -1.0, 0.5).unwrap().shape(), &Shape::from([0]));
        for (start, end, step) in
            [(0.0, 1.0, 0.0), (f64::NAN, 1.0, 1.0), (0.0, f64::INFINITY, 1.0), (0.0, 1.0, f64::NAN)]
        {
            let error = Tensor::arange(start, end, step).unwrap_err();
            assert!(matches!(error, TensorError::Setting { op: "arange", .. }));
        }
        for (end, step) in [(1e300, 1e-300), (1e18, 1.0), (f64::MAX, 1e-3)] {
            assert!(matches!(Tensor::arange(0.0, end, step), Err(TensorError::TooLarge { .. })));
        }
        assert_eq!(Tensor::linspace(2.0, 3.0, 1), Tensor::from([2.0]));
        assert_eq!(Tensor::<f32>::linspace(2.0, 3.0, 0).shape(), &Shape::from([0]));
        assert_eq!(Tensor::linspace(-f64::MAX, f64::MAX, 3), Tensor::from([-f64::MAX, 0.0, f64::MAX]));
        assert!(Tensor::linspace(f64::NAN, 1.0, 3).as_slice()[1].is_nan());
    }

    #[test]
    fn shapes_that_cannot_be_panic() {
        let hidden = Shape::from([0, 1 << 32, 1 << 32]);
        let makers: [fn(Shape); 5] = [
            |shape| drop(Tensor::full(shape, true)),
            |shape| drop(Tensor::<f32>::zeros(shape)),
            |shape| drop(Tensor::<f64>::ones(shape)),
            |shape| drop(Tensor::from_fn(shape, |_| 0usize)),
            |shape| drop(Tensor::<f32>::rand(shape, 0)),
        ];
        for make in makers {
            for shape in [hidden, Shape::from([1 << 62])] {
                let message = std::panic::catch_unwind(|| make(shape)).unwrap_err();
                let message = message.downcast_ref::<String>().unwrap();
                assert!(message.contains(&shape.to_string()), "{message}");
            }
        }
    }

    #[test]
    fn diagonals_outside_the_matrix_are_empty() {
        for diagonal in [3, -2, isize::MAX, isize::MIN] {
            assert_eq!(Tensor::<f64>::eye_with(2, 3, diagonal), Tensor::zeros([2, 3]));
        }
        assert_eq!(Tensor::<f32>::eye_with(0, 3, 0).shape(), &Shape::from([0, 3]));
        let x = Tensor::<f64>::zeros([2, 0]);
        assert_eq!((x.zeros_like(), x.ones_like()), (x.clone(), x.clone()));
    }
}
