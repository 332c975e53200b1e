//! Products that do not broadcast: `dot`, `inner`, `vdot`.

use std::borrow::Cow;

use crate::matmul::{Matrix, Update, gemm};
use crate::{MAX_RANK, Real, Shape, Tensor, TensorError, alloc};

impl<T: Real, S: AsRef<[T]>> Tensor<T, S> {
    /// NumPy's `dot`: the sum over the last axis of the left operand and the second last of the right one, for all
    /// combinations of the axes that remain. It does not broadcast; up to rank 2 it is [`Tensor::matmul`], but that the
    /// product of two vectors is summed in the order of [`reduce::dot`](crate::reduce::dot).
    ///
    /// - `(k) · (k) -> ()`;
    /// - `(.., k) · (k) -> (..)`;
    /// - `(I.., k) · (J.., k, n) -> (I.., J.., n)`;
    /// - a scalar multiplies every element.
    ///
    /// # Errors
    /// [`TensorError::MatMul`] where the lengths to be summed over differ; [`TensorError::RankTooLarge`] and
    /// [`TensorError::TooLarge`] for a result that cannot be.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let v = Tensor::from([1.0, 2.0, 3.0]);
    /// assert_eq!(v.dot(&v)?.item()?, 14.0);
    /// assert_eq!(v.dot(&Tensor::from(2.0))?, Tensor::from([2.0, 4.0, 6.0]));
    /// let (a, b) = (Tensor::<f32>::ones([2, 3, 4]), Tensor::<f32>::ones([5, 4, 6]));
    /// assert_eq!(a.dot(&b)?, Tensor::full([2, 3, 5, 6], 4.0));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn dot(&self, other: &Tensor<T, impl AsRef<[T]>>) -> Result<Tensor<T>, TensorError> {
        let (left, right) = (*self.shape(), *other.shape());
        if left.rank() == 0 {
            return Ok(scaled(other.as_slice(), self.as_slice()[0], right));
        }
        if right.rank() == 0 {
            return Ok(scaled(self.as_slice(), other.as_slice()[0], left));
        }
        let (rows, k) = split_last(&left);
        let (before, k2, n) = match *right.as_slice() {
            [ref before @ .., k, n] => (before, k, Some(n)),
            [k] => (&[][..], k, None),
            [] => unreachable!("scalars are dealt with above"),
        };
        if k != k2 {
            let reason =
                "the last axis of the left and the second last of the right (or its only one) differ";
            return Err(TensorError::MatMul { op: "dot", left, right, reason });
        }
        if (left.rank(), right.rank()) == (1, 1) {
            return Ok(Tensor::from(T::dot(self.as_slice(), other.as_slice())));
        }
        let shape = joined(&[rows, before, n.as_slice()])?;
        let mut out = alloc::zeroed(shape)?;
        if out.as_slice().is_empty() || k == 0 {
            return Ok(out);
        }
        // (J.., k, n) as the matrix (k, J..·n).
        let b = columns(other.as_slice(), &right);
        let cols = b.len() / k;
        let (a, b) = (Matrix::new(self.as_slice(), shape.size() / cols, k), Matrix::new(&b, k, cols));
        gemm(a, b, Update::Assign, out.as_mut_slice());
        Ok(out)
    }

    /// NumPy's `inner`: the sum over the last axes of both, for all combinations of the axes that remain. A scalar
    /// multiplies every element.
    ///
    /// `(I.., k) · (J.., k) -> (I.., J..)`.
    ///
    /// # Errors
    /// As [`Tensor::dot`].
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let a = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(a.inner(&a)?, Tensor::from([[5.0, 11.0], [11.0, 25.0]])); // a·aᵀ
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn inner(&self, other: &Tensor<T, impl AsRef<[T]>>) -> Result<Tensor<T>, TensorError> {
        let (left, right) = (*self.shape(), *other.shape());
        if left.rank() == 0 || right.rank() == 0 {
            return self.dot(other);
        }
        let ((rows, k), (cols, k2)) = (split_last(&left), split_last(&right));
        if k != k2 {
            let reason = "the last axes differ";
            return Err(TensorError::MatMul { op: "inner", left, right, reason });
        }
        if (left.rank(), right.rank()) == (1, 1) {
            return Ok(Tensor::from(T::dot(self.as_slice(), other.as_slice())));
        }
        let mut out = alloc::zeroed(joined(&[rows, cols])?)?;
        if out.as_slice().is_empty() || k == 0 {
            return Ok(out);
        }
        let (a, b) = (self.as_slice(), other.as_slice());
        let (a, b) = (Matrix::new(a, a.len() / k, k), Matrix::new(b, b.len() / k, k));
        gemm(a, b.t(), Update::Assign, out.as_mut_slice());
        Ok(out)
    }

    /// NumPy's `vdot`: the sum of the products of all elements, both tensors read as one long vector: see
    /// [`reduce::dot`](crate::reduce::dot).
    ///
    /// # Errors
    /// [`TensorError::MatMul`] where the numbers of elements differ.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let a = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(a.vdot(&a)?, 30.0);
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn vdot(&self, other: &Tensor<T, impl AsRef<[T]>>) -> Result<T, TensorError> {
        let (a, b) = (self.as_slice(), other.as_slice());
        if a.len() != b.len() {
            let reason = "the numbers of elements differ";
            return Err(TensorError::MatMul {
                op: "vdot",
                left: *self.shape(),
                right: *other.shape(),
                reason,
            });
        }
        Ok(T::dot(a, b))
    }
}

fn scaled<T: Real>(x: &[T], factor: T, shape: Shape) -> Tensor<T> {
    Tensor::from_parts(shape, x.iter().map(|&x| x * factor).collect())
}

/// The axes before the last, and the last.
fn split_last(shape: &Shape) -> (&[usize], usize) {
    shape.as_slice().split_last().map_or((&[], 1), |(last, before)| (before, *last))
}

fn joined(parts: &[&[usize]]) -> Result<Shape, TensorError> {
    Shape::new(&parts.concat())
}

/// The elements of (J.., k, n) in the order (k, J.., n); a copy only where there are axes J.
fn columns<'a, T: Real>(x: &'a [T], shape: &Shape) -> Cow<'a, [T]> {
    let rank = shape.rank();
    if rank < 3 {
        return Cow::Borrowed(x);
    }
    let steps = shape.broadcast_strides(shape);
    let mut order: Vec<usize> = (0..rank - 2).collect();
    order.insert(0, rank - 2);
    order.push(rank - 1);
    let lengths: Vec<usize> = order.iter().map(|&axis| shape[axis]).collect();
    let mut strides = [0; MAX_RANK];
    for (to, &from) in order.iter().enumerate() {
        strides[to] = steps[from];
    }
    Cow::Owned(crate::shaping::arrange(x, &lengths, strides))
}
