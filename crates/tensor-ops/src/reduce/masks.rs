//! Reductions of masks, and counts: exact, so that no order has to be kept.

use super::layout::runs;
use crate::walk::Walk;
use crate::{Axes, Element, MAX_RANK, Real, Shape, Tensor, TensorError, alloc};

impl<S: AsRef<[bool]>> Tensor<bool, S> {
    /// Whether any element over the axes is true; false over none.
    ///
    /// # Errors
    /// An axis out of range or named twice.
    ///
    /// ```
    /// use tensor_ops::{Axes, Tensor};
    /// let mask = Tensor::from([[true, false], [false, false]]);
    /// assert_eq!(mask.any(1)?, Tensor::from([true, false]));
    /// assert_eq!(mask.any(Axes::All)?, Tensor::from(true));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn any(&self, axes: impl Into<Axes>) -> Result<Tensor<bool>, TensorError> {
        exact(&self.view(), &axes.into(), "any", false, |any, x| any | x)
    }

    /// Whether all elements over the axes are true; true over none.
    ///
    /// # Errors
    /// As [`Tensor::any`].
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let mask = Tensor::from([[true, true], [false, true]]);
    /// assert_eq!(mask.all(0)?, Tensor::from([false, true]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn all(&self, axes: impl Into<Axes>) -> Result<Tensor<bool>, TensorError> {
        exact(&self.view(), &axes.into(), "all", true, |all, x| all & x)
    }

    /// The number of true elements over the axes.
    ///
    /// # Errors
    /// As [`Tensor::any`].
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([[true, true], [false, true]]).count_true(0)?, Tensor::from([1, 2usize]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn count_true(&self, axes: impl Into<Axes>) -> Result<Tensor<usize>, TensorError> {
        exact(&self.view(), &axes.into(), "count_true", 0, |n, x| n + usize::from(x))
    }
}

impl<T: Real, S: AsRef<[T]>> Tensor<T, S> {
    /// The number of elements over the axes that are not 0; NaN is one of them.
    ///
    /// # Errors
    /// An axis out of range or named twice.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([[0.0, 2.0], [3.0, 4.0]]).count_nonzero(0)?, Tensor::from([1, 2usize]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn count_nonzero(&self, axes: impl Into<Axes>) -> Result<Tensor<usize>, TensorError> {
        exact(&self.view(), &axes.into(), "count_nonzero", 0, |n, x| n + usize::from(x != T::ZERO))
    }
}

/// Adds every element to its result, by stretches of the last run of axes.
fn exact<T: Element, U: Element>(
    x: &Tensor<T, &[T]>,
    axes: &Axes,
    op: &'static str,
    identity: U,
    add: impl Fn(U, T) -> U,
) -> Result<Tensor<U>, TensorError> {
    let reduced = axes.resolve(x.shape(), op)?;
    let mut out = alloc::filled(reduced.result, identity)?;
    let runs = if x.as_slice().is_empty() { Vec::new() } else { runs(x.shape(), &reduced.is_reduced) };
    // Distances in the result, 0 along what is reduced.
    let (mut steps, mut step) = ([0; MAX_RANK], 1);
    for (i, &(n, is_reduced)) in runs.iter().enumerate().rev() {
        if !is_reduced {
            (steps[i], step) = (step, step * n);
        }
    }
    let Some((&(n, is_reduced), before)) = runs.split_last() else {
        x.as_slice().iter().for_each(|&x| out[0] = add(identity, x));
        return Ok(Tensor::from_parts(reduced.result, out));
    };
    let before = Shape::collect(&before.iter().map(|run| run.0).collect::<Vec<_>>());
    for ([at], stretch) in Walk::new(before, [steps]).zip(x.as_slice().chunks_exact(n)) {
        if is_reduced {
            out[at] = stretch.iter().fold(out[at], |sum, &x| add(sum, x));
        } else {
            out[at..at + n].iter_mut().zip(stretch).for_each(|(sum, &x)| *sum = add(*sum, x));
        }
    }
    Ok(Tensor::from_parts(reduced.result, out))
}
