//! NumPy's matrix product on tensors of any rank.

use crate::matmul::{Matrix, Update, gemm};
use crate::walk::Walk;
use crate::{Real, Shape, Tensor, TensorError};

impl<T: Real, S: AsRef<[T]>> Tensor<T, S> {
    /// The matrix product by NumPy's rules: the last two axes multiply, the axes before them broadcast; a vector on
    /// the left is a row, on the right a column, and the axis it lacks is left out of the result.
    ///
    /// `(.., m, k) · (.., k, n) -> (.., m, n)`.
    ///
    /// # Errors
    /// [`TensorError::MatMul`] for a scalar operand, inner lengths that differ, or batch axes that do not broadcast.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let a = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(a.matmul(&Tensor::from([1.0, 1.0]))?, Tensor::from([3.0, 7.0]));
    /// let refused = a.matmul(&Tensor::from([1.0, 1.0, 1.0])).unwrap_err();
    /// assert!(refused.to_string().contains("[2, 2] and [3]"));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn matmul(&self, other: &Tensor<T, impl AsRef<[T]>>) -> Result<Tensor<T>, TensorError> {
        let (left, right) = (*self.shape(), *other.shape());
        let refuse = |reason| TensorError::MatMul { op: "matmul", left, right, reason };
        if left.rank() == 0 || right.rank() == 0 {
            return Err(refuse("a scalar has no axis to sum over"));
        }
        // A vector takes part as a (1, k) or (k, 1) matrix.
        let (a, (m, k)) = match left.len_of_last_two() {
            (batch, Some(rows), cols) => (batch, (rows, cols)),
            (batch, None, cols) => (batch, (1, cols)),
        };
        let (b, (k2, n)) = match right.len_of_last_two() {
            (batch, Some(rows), cols) => (batch, (rows, cols)),
            (batch, None, rows) => (batch, (rows, 1)),
        };
        if k != k2 {
            return Err(refuse("the inner lengths differ"));
        }
        let batch =
            a.broadcast(&b, "matmul").map_err(|_| refuse("the batch axes do not broadcast together"))?;
        let mut lengths = batch.as_slice().to_vec();
        lengths.extend((left.rank() > 1).then_some(m));
        lengths.extend((right.rank() > 1).then_some(n));
        let mut out = Tensor::zeros(Shape::new(&lengths)?);

        let strides = [a.broadcast_strides(&batch), b.broadcast_strides(&batch)];
        if m * n > 0 {
            for ([i, j], c) in Walk::new(batch, strides).zip(out.as_mut_slice().chunks_exact_mut(m * n)) {
                let a = Matrix::new(&self.as_slice()[i * m * k..(i + 1) * m * k], m, k);
                let b = Matrix::new(&other.as_slice()[j * k * n..(j + 1) * k * n], k, n);
                gemm(a, b, Update::Assign, c);
            }
        }
        Ok(out)
    }
}

impl Shape {
    /// The axes before the last two, the second last if there is one, and the last.
    fn len_of_last_two(&self) -> (Shape, Option<usize>, usize) {
        match self.as_slice() {
            [batch @ .., rows, cols] => (Shape::collect(batch), Some(*rows), *cols),
            [cols] => (Shape::SCALAR, None, *cols),
            [] => (Shape::SCALAR, None, 1),
        }
    }
}
