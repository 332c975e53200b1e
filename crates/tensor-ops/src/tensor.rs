//! The tensor: a shape and its elements, row-major and contiguous.

use std::fmt;

use crate::{Real, Shape, TensorError};

/// An N-dimensional array of `f32` or `f64`, row-major and contiguous: the last axis lies next to each other in memory.
///
/// There is no `*` between tensors: NumPy means the element-wise product and linear algebra the matrix product. Say
/// [`multiply`](Tensor::multiply) or [`matmul`](Tensor::matmul).
///
/// ```compile_fail
/// use tensor_ops::Tensor;
/// let a = Tensor::from([1.0, 2.0]);
/// let b = &a * &a; // which product?
/// ```
///
/// ```
/// use tensor_ops::Tensor;
/// let x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
/// let y = x.matmul(&x)?;
/// assert_eq!(y.as_slice(), [7.0, 10.0, 15.0, 22.0]);
/// assert_eq!((&x + &x).as_slice(), [2.0, 4.0, 6.0, 8.0]);
/// # Ok::<(), tensor_ops::TensorError>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Tensor<T> {
    shape: Shape,
    data: Vec<T>,
}

impl<T: Real> Tensor<T> {
    /// A tensor from its elements in row-major order.
    ///
    /// # Errors
    /// [`TensorError::Length`] where there are not as many elements as `shape` has.
    pub fn new(shape: impl Into<Shape>, data: Vec<T>) -> Result<Tensor<T>, TensorError> {
        let shape = shape.into();
        if shape.size() != data.len() {
            return Err(TensorError::Length { op: "new", shape, len: data.len() });
        }
        Ok(Tensor { shape, data })
    }

    /// As [`Tensor::new`] where the caller has made sure of the length.
    pub(crate) fn from_parts(shape: Shape, data: Vec<T>) -> Tensor<T> {
        debug_assert_eq!(shape.size(), data.len());
        Tensor { shape, data }
    }

    /// All elements equal to `value`.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::full([2], 1.5), Tensor::from([1.5, 1.5]));
    /// ```
    pub fn full(shape: impl Into<Shape>, value: T) -> Tensor<T> {
        let shape = shape.into();
        Tensor { shape, data: vec![value; shape.size()] }
    }

    /// All elements 0.
    pub fn zeros(shape: impl Into<Shape>) -> Tensor<T> {
        Tensor::full(shape, T::ZERO)
    }

    /// All elements 1.
    pub fn ones(shape: impl Into<Shape>) -> Tensor<T> {
        Tensor::full(shape, T::ONE)
    }

    /// The axis lengths.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The elements in row-major order.
    pub fn as_slice(&self) -> &[T] {
        &self.data
    }

    /// The elements in row-major order, to be changed.
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        &mut self.data
    }

    /// The elements in row-major order, without a copy.
    pub fn into_vec(self) -> Vec<T> {
        self.data
    }

    /// The same elements under another shape, in NumPy's order; one length may be -1 and is inferred.
    ///
    /// # Errors
    /// [`TensorError::Reshape`] where the numbers of elements differ or cannot be inferred.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let x = Tensor::from([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).reshape(&[2, -1])?;
    /// assert_eq!(x, Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn reshape(self, lengths: &[isize]) -> Result<Tensor<T>, TensorError> {
        let refuse = || TensorError::Reshape { op: "reshape", from: self.shape, to: lengths.to_vec() };
        let known: Vec<usize> = lengths.iter().filter(|&&n| n >= 0).map(|&n| n as usize).collect();
        let product = known.iter().try_fold(1usize, |p, &n| p.checked_mul(n)).ok_or_else(refuse)?;
        let missing = self.data.len().checked_div(product).unwrap_or(0);
        let is_inferred = lengths.len() == known.len() + 1 && lengths.contains(&-1) && product > 0;
        if known.len() != lengths.len() && !is_inferred {
            return Err(refuse());
        }
        let lengths_now: Vec<usize> =
            lengths.iter().map(|&n| if n < 0 { missing } else { n as usize }).collect();
        let shape = Shape::new(&lengths_now)?;
        if shape.size() != self.data.len() {
            return Err(refuse());
        }
        Ok(Tensor { shape, data: self.data })
    }

    /// Every element rounded to another scalar type.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let x: Tensor<f64> = Tensor::from([0.5f32]).cast();
    /// assert_eq!(x, Tensor::from([0.5f64]));
    /// ```
    pub fn cast<U: Real>(&self) -> Tensor<U> {
        Tensor { shape: self.shape, data: self.data.iter().map(|x| U::from_f64(x.to_f64())).collect() }
    }

    /// `f` of every element.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([1.0, 4.0]).map(f64::sqrt), Tensor::from([1.0, 2.0]));
    /// ```
    pub fn map(&self, f: impl Fn(T) -> T) -> Tensor<T> {
        Tensor { shape: self.shape, data: self.data.iter().map(|&x| f(x)).collect() }
    }

    /// The axes reordered: axis i of the result is axis `order[i]` of this tensor. A copy.
    ///
    /// # Errors
    /// [`TensorError::Setting`] where `order` is no permutation of the axes.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let x = Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// assert_eq!(x.permute(&[1, 0])?, Tensor::from([[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn permute(&self, order: &[usize]) -> Result<Tensor<T>, TensorError> {
        let mut sorted = order.to_vec();
        sorted.sort_unstable();
        if !sorted.into_iter().eq(0..self.shape.rank()) {
            let what = format!("{order:?} is no permutation of the axes of shape {}", self.shape);
            return Err(TensorError::Setting { op: "permute", what });
        }
        let steps = self.shape.broadcast_strides(&self.shape);
        let shape = Shape::collect(&order.iter().map(|&axis| self.shape[axis]).collect::<Vec<_>>());
        let mut strides = [0; crate::MAX_RANK];
        for (to, &from) in order.iter().enumerate() {
            strides[to] = steps[from];
        }
        let data = crate::walk::Walk::new(shape, [strides]).map(|[at]| self.data[at]).collect();
        Ok(Tensor { shape, data })
    }
}

impl<T: Real> From<T> for Tensor<T> {
    fn from(x: T) -> Tensor<T> {
        Tensor { shape: Shape::SCALAR, data: vec![x] }
    }
}

impl<T: Real, const N: usize> From<[T; N]> for Tensor<T> {
    fn from(x: [T; N]) -> Tensor<T> {
        Tensor { shape: Shape::from([N]), data: x.to_vec() }
    }
}

impl<T: Real, const N: usize, const M: usize> From<[[T; N]; M]> for Tensor<T> {
    fn from(x: [[T; N]; M]) -> Tensor<T> {
        Tensor { shape: Shape::from([M, N]), data: x.as_flattened().to_vec() }
    }
}

impl<T: Real, const N: usize, const M: usize, const L: usize> From<[[[T; N]; M]; L]> for Tensor<T> {
    fn from(x: [[[T; N]; M]; L]) -> Tensor<T> {
        Tensor { shape: Shape::from([L, M, N]), data: x.as_flattened().as_flattened().to_vec() }
    }
}

impl<T: Real> From<Vec<T>> for Tensor<T> {
    fn from(x: Vec<T>) -> Tensor<T> {
        Tensor { shape: Shape::from([x.len()]), data: x }
    }
}

impl<T: fmt::Debug> fmt::Debug for Tensor<T> {
    /// The shape and up to 32 elements.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tensor<{}>{} ", std::any::type_name::<T>(), self.shape)?;
        if self.data.len() <= 32 {
            write!(f, "{:?}", self.data)
        } else {
            write!(
                f,
                "[{:?}, {:?}, {:?}, .. , {:?}]",
                self.data[0],
                self.data[1],
                self.data[2],
                self.data.last()
            )
        }
    }
}
