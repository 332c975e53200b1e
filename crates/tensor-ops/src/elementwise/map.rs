//! Any function of one element or two, on the calling thread.

use super::binary::result_shape;
use super::loops;
use super::plan::Plan;
use crate::simd::dispatch;
use crate::{Real, Tensor, TensorError, pool};

impl<T: Real, S: AsRef<[T]>> Tensor<T, S> {
    /// `f` of every element, on the calling thread. A short closure without branches is vectorised.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([1.0, 4.0]).map(f64::sqrt), Tensor::from([1.0, 2.0]));
    /// ```
    pub fn map(&self, f: impl Fn(T) -> T) -> Tensor<T> {
        let x = self.as_slice();
        let data = pool::collect_here(x.len(), |_, out| {
            dispatch(
                #[inline(always)]
                || loops::map(x, out, &f),
            );
        });
        Tensor::from_parts(*self.shape(), data)
    }

    /// `f(a, b)` of the elements of two tensors that broadcast together, on the calling thread; `op` is the name that
    /// an error will carry. A short closure without branches is vectorised.
    ///
    /// # Errors
    /// [`TensorError::Broadcast`] where the shapes do not broadcast together, [`TensorError::TooLarge`] where no
    /// memory could hold the result.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let (column, row) = (Tensor::from([[3.0], [4.0]]), Tensor::from([4.0, 3.0]));
    /// let y = column.zip_map(&row, "hypot", f64::hypot)?;
    /// assert_eq!(y.as_slice()[0], 5.0);
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn zip_map(
        &self,
        other: &Tensor<T, impl AsRef<[T]>>,
        op: &'static str,
        f: impl Fn(T, T) -> T,
    ) -> Result<Tensor<T>, TensorError> {
        let shape = result_shape::<T>(self.shape(), other.shape(), op)?;
        let plan = Plan::new(&shape, [self.shape(), other.shape()]);
        let (a, b) = (self.as_slice(), other.as_slice());
        let data = pool::collect_here(shape.size(), |from, out| {
            dispatch(
                #[inline(always)]
                || loops::zip(&plan, from, a, b, out, &f),
            );
        });
        Ok(Tensor::from_parts(shape, data))
    }
}

impl<T: Real, S: AsMut<[T]>> Tensor<T, S> {
    /// `f` of every element in its place, on the calling thread; as [`Tensor::map`].
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let mut x = Tensor::from([1.0, 4.0]);
    /// x.map_in_place(|x| 2.0 * x);
    /// assert_eq!(x, Tensor::from([2.0, 8.0]));
    /// ```
    pub fn map_in_place(&mut self, f: impl Fn(T) -> T) {
        let x = self.as_mut_slice();
        dispatch(
            #[inline(always)]
            || loops::map_in_place(x, f),
        );
    }
}
