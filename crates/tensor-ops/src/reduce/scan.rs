//! Running sums and products.

use super::layout::along;
use crate::{Real, Tensor, TensorError, pool};

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
        join: impl Fn(T, T) -> T + Copy + Sync,
    ) -> Result<Tensor<T>, TensorError> {
        let form = along(self.shape(), axis, op)?;
        let x = self.as_slice();
        if x.is_empty() {
            return Ok(self.to_owned());
        }
        let slab = form.reduced * form.inner;
        // Elements of a piece of work: some 5 µs.
        let piece = ((1 << 13) / slab).max(1) * slab;
        let data = pool::collect(x.len(), piece, |from, sink| {
            let x = &x[from..][..sink.left()];
            let y = sink.filled(identity, x.len());
            if form.inner == 1 {
                for (x, y) in x.chunks_exact(slab).zip(y.chunks_exact_mut(slab)) {
                    row(x, y, Scan { exclusive, reverse }, identity, join);
                }
                return;
            }
            let (mut before, mut here) = (vec![identity; form.inner], vec![identity; form.inner]);
            for (x, y) in x.chunks_exact(slab).zip(y.chunks_exact_mut(slab)) {
                before.fill(identity);
                here.fill(identity);
                for k in 0..form.reduced {
                    if k > 0 && k % BLOCK == 0 {
                        for (b, h) in before.iter_mut().zip(&mut here) {
                            (*b, *h) = (join(*b, *h), identity);
                        }
                    }
                    let at = if reverse { form.reduced - 1 - k } else { k } * form.inner;
                    let (x, y) = (&x[at..at + form.inner], &mut y[at..at + form.inner]);
                    for j in 0..form.inner {
                        let next = join(here[j], x[j]);
                        y[j] = join(before[j], if exclusive { here[j] } else { next });
                        here[j] = next;
                    }
                }
            }
        });
        Ok(Tensor::from_parts(*self.shape(), data))
    }
}

/// One line that is contiguous.
fn row<T: Real>(x: &[T], y: &mut [T], scan: Scan, identity: T, join: impl Fn(T, T) -> T) {
    let mut before = identity;
    let n = x.len();
    for first in (0..n).step_by(BLOCK) {
        let last = n.min(first + BLOCK);
        let (from, to) = if scan.reverse { (n - last, n - first) } else { (first, last) };
        let mut here = identity;
        let mut step = |x: T, y: &mut T| {
            let next = join(here, x);
            *y = join(before, if scan.exclusive { here } else { next });
            here = next;
        };
        let pairs = x[from..to].iter().zip(&mut y[from..to]);
        if scan.reverse {
            pairs.rev().for_each(|(&x, y)| step(x, y));
        } else {
            pairs.for_each(|(&x, y)| step(x, y));
        }
        before = join(before, here);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reduce::oracle::{assert_near, noise};
    use crate::{Axes, Shape};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn is_the_running_sum_along_any_axis(shape in prop::collection::vec(0usize..7, 1..4), axis in 0usize..3, exclusive in any::<bool>(), reverse in any::<bool>()) {
            let shape = Shape::new(&shape).unwrap();
            let axis = axis % shape.rank();
            let x = noise::<f64>(shape.size());
            let (n, inner) = (shape[axis], shape.as_slice()[axis + 1..].iter().product::<usize>());
            let (mut sums, mut products) = (Vec::new(), Vec::new());
            for i in 0..x.len() {
                let (k, start) = (i / inner % n, i - i / inner % n * inner);
                let included = |j: &usize| match (reverse, exclusive) {
                    (false, false) => *j <= k,
                    (false, true) => *j < k,
                    (true, false) => *j >= k,
                    (true, true) => *j > k,
                };
                sums.push((0..n).filter(included).map(|j| x[start + j * inner]).sum());
                products.push((0..n).filter(included).map(|j| x[start + j * inner]).product());
            }
            let (x, scan) = (Tensor::new(shape, x).unwrap(), Scan { exclusive, reverse });
            assert_near(&x.cumsum_with(axis as isize, scan).unwrap(), &sums, 1e-13);
            assert_near(&x.cumprod_with(axis as isize, scan).unwrap(), &products, 1e-13);
        }
    }

    #[test]
    fn the_last_is_the_sum() {
        let n = if cfg!(miri) { 300 } else { 100_000 };
        let x = Tensor::from(noise::<f32>(n)).map(|x| x.abs());
        let (last, sum) = (x.cumsum(0).unwrap().as_slice()[n - 1], x.sum(Axes::All).unwrap().item().unwrap());
        let bound = (n as f32 / 128.0 + 128.0) * f32::EPSILON * sum;
        assert!((last - sum).abs() <= bound, "{last} {sum}");
        assert!(x.cumsum(1).is_err() && Tensor::from(1.0).cumprod(0).is_err());
    }
}
