//! NumPy's products on tensors of any rank: `matmul` here, `dot`, `inner`, `vdot` and `outer` beside it.

mod batch;
mod dot;
mod outer;
#[cfg(test)]
mod tests;

pub(crate) use batch::Batched;

use crate::matmul::Update;
use crate::{Real, Shape, Tensor, TensorError, alloc};

/// Which operands of a matrix product are read as their transposes (in their last two axes, without a copy).
///
/// The three forms of a dense layer: y = x·Wᵀ is [`Product::NT`], dW = dyᵀ·x is [`Product::TN`], dx = dy·W is
/// [`Product::NN`].
///
/// ```
/// use tensor_ops::{Product, Tensor};
/// let x = Tensor::from([[1.0, 2.0]]); // (1, 2)
/// let w = Tensor::from([[1.0, 0.0], [1.0, 1.0], [0.0, 2.0]]); // (3, 2)
/// assert_eq!(x.matmul_with(&w, Product::NT)?, Tensor::from([[1.0, 3.0, 4.0]]));
/// # Ok::<(), tensor_ops::TensorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Product {
    /// The left operand is given as `(.., k, m)`.
    pub transpose_left: bool,
    /// The right operand is given as `(.., n, k)`.
    pub transpose_right: bool,
}

impl Product {
    /// A·B.
    pub const NN: Product = Product { transpose_left: false, transpose_right: false };
    /// A·Bᵀ.
    pub const NT: Product = Product { transpose_left: false, transpose_right: true };
    /// Aᵀ·B.
    pub const TN: Product = Product { transpose_left: true, transpose_right: false };
    /// Aᵀ·Bᵀ.
    pub const TT: Product = Product { transpose_left: true, transpose_right: true };
}

impl<T: Real, S: AsRef<[T]>> Tensor<T, S> {
    /// The matrix product by NumPy's rules: the last two axes multiply, the axes before them broadcast; a vector on
    /// the left is a row, on the right a column, and the axis it lacks is left out of the result.
    ///
    /// `(.., m, k) · (.., k, n) -> (.., m, n)`.
    ///
    /// # Errors
    /// [`TensorError::MatMul`] for a scalar operand, inner lengths that differ, or batch axes that do not broadcast;
    /// [`TensorError::TooLarge`] for a result that memory cannot hold.
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
        self.matmul_for("matmul", other, Product::NN)
    }

    /// As [`Tensor::matmul`] with one or both operands transposed in their last two axes. A vector has one axis, and is
    /// its own transpose.
    ///
    /// # Errors
    /// As [`Tensor::matmul`].
    ///
    /// ```
    /// use tensor_ops::{Product, Tensor};
    /// let a = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(a.matmul_with(&a, Product::TN)?, Tensor::from([[10.0, 14.0], [14.0, 20.0]])); // aᵀ·a
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn matmul_with(
        &self,
        other: &Tensor<T, impl AsRef<[T]>>,
        product: Product,
    ) -> Result<Tensor<T>, TensorError> {
        self.matmul_for("matmul_with", other, product)
    }

    /// As [`Tensor::matmul_with`], written over or added to what `out` holds; nothing is allocated.
    ///
    /// # Errors
    /// As [`Tensor::matmul`], and [`TensorError::Output`] where `out` has another shape than the product.
    ///
    /// ```
    /// use tensor_ops::{Product, Tensor, matmul::Update};
    /// let a = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    /// let mut sum = Tensor::ones([2, 2]);
    /// a.matmul_into(&a, Product::NN, Update::Accumulate, &mut sum)?;
    /// assert_eq!(sum, Tensor::from([[8.0, 11.0], [16.0, 23.0]]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn matmul_into(
        &self,
        other: &Tensor<T, impl AsRef<[T]>>,
        product: Product,
        update: Update,
        out: &mut Tensor<T, impl AsRef<[T]> + AsMut<[T]>>,
    ) -> Result<(), TensorError> {
        let op = "matmul_into";
        let (batched, expected) = plan(op, *self.shape(), *other.shape(), product)?;
        if *out.shape() != expected {
            return Err(TensorError::Output { op, expected, got: *out.shape() });
        }
        batched.run(self.as_slice(), other.as_slice(), update, out.as_mut_slice());
        Ok(())
    }

    fn matmul_for(
        &self,
        op: &'static str,
        other: &Tensor<T, impl AsRef<[T]>>,
        product: Product,
    ) -> Result<Tensor<T>, TensorError> {
        let (batched, shape) = plan(op, *self.shape(), *other.shape(), product)?;
        let mut out = alloc::zeroed(shape)?;
        batched.run(self.as_slice(), other.as_slice(), Update::Assign, out.as_mut_slice());
        Ok(out)
    }
}

/// Brings two shapes together by NumPy's rules; with the shape of the result.
fn plan(
    op: &'static str,
    left: Shape,
    right: Shape,
    product: Product,
) -> Result<(Batched, Shape), TensorError> {
    let refuse = |reason| TensorError::MatMul { op, left, right, reason };
    // A vector takes part as a (1, k) or (k, 1) matrix.
    let (a, m, k) = match *left.as_slice() {
        [] => return Err(refuse("a scalar has no axis to sum over")),
        [k] => (Shape::SCALAR, 1, k),
        [ref batch @ .., k, m] if product.transpose_left => (Shape::collect(batch), m, k),
        [ref batch @ .., m, k] => (Shape::collect(batch), m, k),
    };
    let (b, k2, n) = match *right.as_slice() {
        [] => return Err(refuse("a scalar has no axis to sum over")),
        [k] => (Shape::SCALAR, k, 1),
        [ref batch @ .., n, k] if product.transpose_right => (Shape::collect(batch), k, n),
        [ref batch @ .., k, n] => (Shape::collect(batch), k, n),
    };
    if k != k2 {
        return Err(refuse("the inner lengths differ"));
    }
    let batch = a.broadcast(&b, op).map_err(|error| match error {
        TensorError::Broadcast { .. } => refuse("the batch axes do not broadcast together"),
        other => other,
    })?;
    let mut lengths = batch.as_slice().to_vec();
    lengths.extend((left.rank() > 1).then_some(m));
    lengths.extend((right.rank() > 1).then_some(n));
    let product = Product {
        transpose_left: product.transpose_left && left.rank() > 1,
        transpose_right: product.transpose_right && right.rank() > 1,
    };
    let strides = [a.broadcast_strides(&batch), b.broadcast_strides(&batch)];
    Ok((Batched { batch, strides, m, k, n, product }, Shape::new(&lengths)?))
}
