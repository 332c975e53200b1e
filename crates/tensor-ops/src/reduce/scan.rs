//! Running sums and products.

use super::layout::along;
use crate::{Real, Tensor, TensorError};

/// Steps of a running value that start anew, so that rounding errors do not add up over the whole axis.
const BLOCK: usize = 128;

/// Where a running value starts, and what it includes.
///
/// ```
/// use tensor_ops::{Tensor, reduce::Scan};
/// let x = Tensor::from([1.0, 2.0, 3.0]);
/// assert_eq!(x.cumsum_with(0, Scan { exclusive: true, reverse: false })?, Tensor::from([0.0, 1.0, 3.0]));
/// assert_eq!(x.cumsum_with(0, Scan { exclusive: false, reverse: true })?, Tensor::from([6.0, 5.0, 3.0]));
/// # Ok::<(), tensor_ops::TensorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scan {
    /// Leaves each element out of its own result.
    pub exclusive: bool,
    /// Starts at the end.
    pub reverse: bool,
}

impl<T: Real, S: AsRef<[T]>> Tensor<T, S> {
    /// yₖ = x₀ + ... + xₖ along an axis, of the shape of x.
    ///
    /// The sums of blocks of 128 are summed apart, so the error of yₖ is at most (k/128 + 128)·ε·Σ|x|.
    ///
    /// # Errors
    /// [`TensorError::AxisOutOfRange`].
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.cumsum(0)?, Tensor::from([[1.0, 2.0], [4.0, 6.0]]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn cumsum(&self, axis: isize) -> Result<Tensor<T>, TensorError> {
        self.scan(axis, Scan::default(), "cumsum", T::ZERO, |a, b| a + b)
    }

    /// As [`Tensor::cumsum`], exclusive, from the end, or both.
    ///
    /// # Errors
    /// As [`Tensor::cumsum`].
    pub fn cumsum_with(&self, axis: isize, scan: Scan) -> Result<Tensor<T>, TensorError> {
        self.scan(axis, scan, "cumsum_with", T::ZERO, |a, b| a + b)
    }

    /// yₖ = x₀ · ... · xₖ along an axis, of the shape of x.
    ///
    /// # Errors
    /// As [`Tensor::cumsum`].
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([2.0, 3.0, 4.0]).cumprod(0)?, Tensor::from([2.0, 6.0, 24.0]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn cumprod(&self, axis: isize) -> Result<Tensor<T>, TensorError> {
        self.scan(axis, Scan::default(), "cumprod", T::ONE, |a, b| a * b)
    }

    /// As [`Tensor::cumprod`], exclusive, from the end, or both.
    ///
    /// # Errors
    /// As [`Tensor::cumsum`].
    pub fn cumprod_with(&self, axis: isize, scan: Scan) -> Result<Tensor<T>, TensorError> {
        self.scan(axis, scan, "cumprod_with", T::ONE, |a, b| a * b)
    }

    fn scan(
        &self,
        axis: isize,
        Scan { exclusive, reverse }: Scan,
        op: &'static str,
        identity: T,
        join: impl Fn(T, T) -> T,
    ) -> Result<Tensor<T>, TensorError> {
        let form = along(self.shape(), axis, op)?;
        let mut out = Tensor::full(*self.shape(), T::ZERO);
        if self.as_slice().is_empty() {
            return Ok(out);
        }
        let (n, width) = (form.reduced, form.inner);
        let (mut before, mut here) = (vec![identity; width], vec![identity; width]);
        let slabs =
            out.as_mut_slice().chunks_exact_mut(n * width).zip(self.as_slice().chunks_exact(n * width));
        for (y, x) in slabs {
            before.fill(identity);
            here.fill(identity);
            for k in 0..n {
                if k > 0 && k % BLOCK == 0 {
                    before.iter_mut().zip(&mut here).for_each(|(b, h)| (*b, *h) = (join(*b, *h), identity));
                }
                let at = if reverse { n - 1 - k } else { k } * width;
                let (x, y) = (&x[at..at + width], &mut y[at..at + width]);
                for j in 0..width {
                    let next = join(here[j], x[j]);
                    y[j] = join(before[j], if exclusive { here[j] } else { next });
                    here[j] = next;
                }
            }
        }
        Ok(out)
    }
}
