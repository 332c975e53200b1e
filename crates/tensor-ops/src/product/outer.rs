//! The outer product.

use crate::{Real, Shape, Tensor, TensorError, alloc, pool};

/// Elements in a piece of work: some µs of writing.
const PIECE: usize = 1 << 15;

impl<T: Real, S: AsRef<[T]>> Tensor<T, S> {
    /// The outer product, as NumPy's: both operands are read as vectors, cᵢⱼ = aᵢ·bⱼ.
    ///
    /// `(p) · (q) -> (p, q)`, p and q the numbers of elements.
    ///
    /// # Errors
    /// [`TensorError::TooLarge`] for a result that memory cannot hold.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let c = Tensor::from([1.0, 2.0]).outer(&Tensor::from([3.0, 4.0, 5.0]))?;
    /// assert_eq!(c, Tensor::from([[3.0, 4.0, 5.0], [6.0, 8.0, 10.0]]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn outer(&self, other: &Tensor<T, impl AsRef<[T]>>) -> Result<Tensor<T>, TensorError> {
        let (a, b) = (self.as_slice(), other.as_slice());
        let mut out = alloc::zeroed(Shape::new(&[a.len(), b.len()])?)?;
        if out.as_slice().is_empty() {
            return Ok(out);
        }
        let rows = PIECE.div_ceil(b.len());
        pool::split(a.len().div_ceil(rows), [(out.as_mut_slice(), rows * b.len())], |i, [c]| {
            for (&a, c) in a[i * rows..].iter().zip(c.chunks_exact_mut(b.len())) {
                c.iter_mut().zip(b).for_each(|(c, &b)| *c = a * b);
            }
        });
        Ok(out)
    }
}
