//! Reductions over any axes: the axes are moved last, so that each result comes from one contiguous row.

use crate::{Axes, Real, Shape, Tensor, TensorError};

/// A sum by halves: the error is at most (log2(n/16) + 17)·ε·Σ|x| instead of n·ε·Σ|x| (Higham, "The accuracy of
/// floating point summation", 1993).
///
/// ```
/// let third = [1.0f32 / 3.0; 3000];
/// assert!((tensor_ops::reduce::pairwise_sum(&third) - 1000.0).abs() < 2e-4);
/// ```
pub fn pairwise_sum<T: Real>(x: &[T]) -> T {
    if x.len() <= 16 {
        return x.iter().fold(T::ZERO, |sum, &x| sum + x);
    }
    let (left, right) = x.split_at(x.len() / 2);
    pairwise_sum(left) + pairwise_sum(right)
}

impl<T: Real, S: AsRef<[T]>> Tensor<T, S> {
    /// `f` of the elements behind each result, in row-major order of the reduced axes.
    pub(crate) fn reduce_rows<U>(
        &self,
        axes: &Axes,
        op: &'static str,
        f: impl Fn(&[T]) -> U,
    ) -> Result<(Shape, Vec<U>), TensorError> {
        let reduced = axes.resolve(self.shape(), op)?;
        let rank = self.shape().rank();
        let (mut order, tail): (Vec<usize>, Vec<usize>) =
            (0..rank).partition(|&axis| !reduced.is_reduced[axis]);
        order.extend(tail);
        let order: Vec<isize> = order.into_iter().map(|axis| axis as isize).collect();
        let (results, moved);
        let rows = if order.is_sorted() {
            self.view()
        } else {
            moved = self.permute(&order)?;
            moved.view()
        };
        results = reduced.result.size();
        // Where there are no results there may be elements to reduce, and the other way round.
        let width = rows.as_slice().len().checked_div(results).unwrap_or(0);
        let values = (0..results).map(|i| f(&rows.as_slice()[i * width..(i + 1) * width])).collect();
        Ok((reduced.result, values))
    }

    pub(crate) fn reduce(
        &self,
        axes: &Axes,
        op: &'static str,
        f: impl Fn(&[T]) -> T,
    ) -> Result<Tensor<T>, TensorError> {
        let (shape, values) = self.reduce_rows(axes, op, f)?;
        Ok(Tensor::from_parts(shape, values))
    }

    /// Reductions that choose an element refuse to choose from none.
    fn choose<U: Default>(
        &self,
        axes: &Axes,
        op: &'static str,
        f: impl Fn(&[T]) -> Option<U>,
    ) -> Result<(Shape, Vec<U>), TensorError> {
        let (shape, values) = self.reduce_rows(axes, op, |row| f(row))?;
        match values.into_iter().collect::<Option<Vec<U>>>() {
            Some(values) => Ok((shape, values)),
            None => Err(TensorError::EmptyReduction { op, axes: axes.clone(), shape: *self.shape() }),
        }
    }

    /// Σx over the axes, by [`pairwise_sum`]; 0 over none.
    ///
    /// # Errors
    /// An axis out of range or named twice.
    ///
    /// ```
    /// use tensor_ops::{Axes, Tensor};
    /// let x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.sum(0)?, Tensor::from([4.0, 6.0]));
    /// assert_eq!(x.sum(Axes::All)?, Tensor::from(10.0));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn sum(&self, axes: impl Into<Axes>) -> Result<Tensor<T>, TensorError> {
        self.reduce(&axes.into(), "sum", pairwise_sum)
    }

    /// The product over the axes; 1 over none.
    ///
    /// # Errors
    /// As [`Tensor::sum`].
    pub fn prod(&self, axes: impl Into<Axes>) -> Result<Tensor<T>, TensorError> {
        self.reduce(&axes.into(), "prod", |row| row.iter().fold(T::ONE, |p, &x| p * x))
    }

    /// Σx / n over the axes; NaN over none.
    ///
    /// # Errors
    /// As [`Tensor::sum`].
    pub fn mean(&self, axes: impl Into<Axes>) -> Result<Tensor<T>, TensorError> {
        self.reduce(&axes.into(), "mean", mean)
    }

    /// Σ(x - mean)² / (n - ddof) over the axes, in two passes, so that a large mean costs no digits.
    ///
    /// `ddof` 0 is the variance of the values themselves, 1 the unbiased estimate from a sample. NaN over none.
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
        self.reduce(&axes.into(), "var", |row| variance(row, ddof))
    }

    /// The square root of [`Tensor::var`].
    ///
    /// # Errors
    /// As [`Tensor::sum`].
    pub fn std(&self, axes: impl Into<Axes>, ddof: usize) -> Result<Tensor<T>, TensorError> {
        self.reduce(&axes.into(), "std", |row| variance(row, ddof).sqrt())
    }

    /// The largest element over the axes; NaN if any is NaN.
    ///
    /// # Errors
    /// [`TensorError::EmptyReduction`] over no elements; otherwise as [`Tensor::sum`].
    pub fn max(&self, axes: impl Into<Axes>) -> Result<Tensor<T>, TensorError> {
        let (shape, values) =
            self.choose(&axes.into(), "max", |row| row.iter().copied().reduce(T::maximum))?;
        Ok(Tensor::from_parts(shape, values))
    }

    /// The smallest element over the axes; NaN if any is NaN.
    ///
    /// # Errors
    /// As [`Tensor::max`].
    pub fn min(&self, axes: impl Into<Axes>) -> Result<Tensor<T>, TensorError> {
        let (shape, values) =
            self.choose(&axes.into(), "min", |row| row.iter().copied().reduce(T::minimum))?;
        Ok(Tensor::from_parts(shape, values))
    }

    /// The position of the first largest element along one axis, or in row-major order over [`Axes::All`], with the
    /// shape of the result; a NaN counts as largest.
    ///
    /// # Errors
    /// [`TensorError::Setting`] for several axes, as in NumPy; otherwise as [`Tensor::max`].
    ///
    /// ```
    /// use tensor_ops::{Shape, Tensor};
    /// let x = Tensor::from([[1.0, 5.0, 5.0], [7.0, 0.0, 2.0]]);
    /// assert_eq!(x.argmax(1)?, (Shape::from([2]), vec![1, 0]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn argmax(&self, axes: impl Into<Axes>) -> Result<(Shape, Vec<usize>), TensorError> {
        self.choose(&one_axis(axes.into(), "argmax")?, "argmax", |row| first(row, |a, b| a > b))
    }

    /// The position of the first smallest element over the axes; otherwise as [`Tensor::argmax`].
    ///
    /// # Errors
    /// As [`Tensor::argmax`].
    pub fn argmin(&self, axes: impl Into<Axes>) -> Result<(Shape, Vec<usize>), TensorError> {
        self.choose(&one_axis(axes.into(), "argmin")?, "argmin", |row| first(row, |a, b| a < b))
    }
}

/// A position is one number, so it is one axis that it counts along.
fn one_axis(axes: Axes, op: &'static str) -> Result<Axes, TensorError> {
    let mut inner = &axes;
    while let Axes::Keep(next) = inner {
        inner = next;
    }
    match inner {
        Axes::These(list) if list.len() != 1 => {
            Err(TensorError::Setting { op, what: format!("expected one axis or all, got {axes}") })
        }
        _ => Ok(axes),
    }
}

fn mean<T: Real>(row: &[T]) -> T {
    pairwise_sum(row) / T::from_usize(row.len())
}

fn variance<T: Real>(row: &[T], ddof: usize) -> T {
    let mean = mean(row);
    let squares: Vec<T> = row.iter().map(|&x| (x - mean) * (x - mean)).collect();
    // As NumPy: no degree of freedom left divides by zero, so the result is NaN or infinite.
    pairwise_sum(&squares) / T::from_usize(row.len().saturating_sub(ddof))
}

/// The first element that no other beats; the first NaN, if there is one.
fn first<T: Real>(row: &[T], beats: impl Fn(T, T) -> bool) -> Option<usize> {
    let mut best = 0;
    for (i, &x) in row.iter().enumerate() {
        if x.is_nan() {
            return Some(i);
        }
        if beats(x, row[best]) {
            best = i;
        }
    }
    (!row.is_empty()).then_some(best)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Σ by looking at every element's index: the judge of moving axes last.
    fn naive_sum(x: &Tensor<f64>, axes: &[usize]) -> Vec<f64> {
        let kept: Vec<usize> = (0..x.shape().rank()).filter(|a| !axes.contains(a)).collect();
        let mut out = vec![0.0; kept.iter().map(|&a| x.shape()[a]).product()];
        for (flat, &value) in x.as_slice().iter().enumerate() {
            let (mut rest, mut index) = (flat, vec![0; x.shape().rank()]);
            for axis in (0..x.shape().rank()).rev() {
                index[axis] = rest % x.shape()[axis];
                rest /= x.shape()[axis];
            }
            out[kept.iter().fold(0, |at, &a| at * x.shape()[a] + index[a])] += value;
        }
        out
    }

    proptest! {
        #[test]
        fn sums_over_any_axes(shape in prop::collection::vec(0usize..4, 0..5), which in prop::collection::vec(any::<bool>(), 5)) {
            let shape = Shape::new(&shape).unwrap();
            let x = Tensor::new(shape, (0..shape.size()).map(|i| i as f64).collect()).unwrap();
            let axes: Vec<usize> = (0..shape.rank()).filter(|&a| which[a]).collect();
            let signed: Vec<isize> = axes.iter().map(|&a| a as isize).collect();
            let sum = x.sum(&signed[..]).unwrap();
            prop_assert_eq!(sum.as_slice(), naive_sum(&x, &axes));
            let kept = x.sum(Axes::from(&signed[..]).keepdims()).unwrap();
            prop_assert_eq!(kept.shape().rank(), shape.rank());
            prop_assert_eq!(kept.as_slice(), sum.as_slice());
        }

        #[test]
        fn the_bound_of_the_pairwise_sum_holds(x in prop::collection::vec(-1e3f32..1e3, 1..5000)) {
            let exact: f64 = x.iter().map(|&x| f64::from(x)).sum();
            let magnitude: f64 = x.iter().map(|&x| f64::from(x.abs())).sum();
            let bound = ((x.len() as f64 / 16.0).log2().max(0.0) + 17.0) * f64::from(f32::EPSILON) * magnitude;
            prop_assert!((f64::from(pairwise_sum(&x)) - exact).abs() <= bound);
        }
    }

    #[test]
    fn nan_is_seen_by_every_choice() {
        let x = Tensor::from([1.0, f64::NAN, 3.0]);
        assert!(x.max(Axes::All).unwrap().as_slice()[0].is_nan());
        assert!(x.min(Axes::All).unwrap().as_slice()[0].is_nan());
        assert_eq!(x.argmax(Axes::All).unwrap().1, [1]);
    }

    #[test]
    fn a_position_along_several_axes_is_refused() {
        let x = Tensor::<f64>::zeros([2, 2]);
        assert!(x.argmax([0, 1]).unwrap_err().to_string().contains("expected one axis or all"));
        assert!(x.argmin(Axes::from([]).keepdims()).is_err());
    }
}
