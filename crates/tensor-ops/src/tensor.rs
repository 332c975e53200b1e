//! The tensor: a shape and its elements, row-major and contiguous.

use std::marker::PhantomData;

use crate::{Element, Real, Shape, TensorError, alloc};

/// An N-dimensional array, row-major and contiguous: the last axis lies next to each other in memory.
///
/// `S` is where the elements are: a `Vec` of its own by default; a borrowed slice in a [`View`](crate::View) or
/// [`ViewMut`](crate::ViewMut). What reads a tensor takes any of the three, and gives back one that owns its elements.
///
/// There is no `*` between tensors: NumPy means the element-wise product and linear algebra the matrix product. Say
/// [`multiply`](Tensor::multiply) or [`matmul`](Tensor::matmul).
///
/// ```compile_fail,E0369
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
// Invariant: `data.as_ref()` has `shape.size()` elements. `S` is Vec<T>, &[T] or &mut [T]: no other can be built.
#[derive(Clone, Copy)]
pub struct Tensor<T, S = Vec<T>> {
    shape: Shape,
    data: S,
    element: PhantomData<T>,
}

impl<T: Element> Tensor<T> {
    /// A tensor from its elements in row-major order.
    ///
    /// # Errors
    /// [`TensorError::Length`] where there are not as many elements as `shape` has; [`TensorError::TooLarge`] where the
    /// lengths, zeros left out, multiply to more than memory can address.
    pub fn new(shape: impl Into<Shape>, data: Vec<T>) -> Result<Tensor<T>, TensorError> {
        Tensor::with_storage(shape.into(), data, "new")
    }

    /// All elements equal to `value`.
    ///
    /// # Panics
    /// Where memory cannot hold the shape, as `vec!`; and where [`Shape::new`] refuses it, even if it has no elements.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::full([2], 1.5), Tensor::from([1.5, 1.5]));
    /// ```
    #[track_caller]
    pub fn full(shape: impl Into<Shape>, value: T) -> Tensor<T> {
        let shape = shape.into();
        alloc::demand::<T>(shape);
        Tensor::from_parts(shape, vec![value; shape.size()])
    }

    /// All elements 0, or `false` in a mask.
    ///
    /// # Panics
    /// As [`Tensor::full`].
    #[track_caller]
    pub fn zeros(shape: impl Into<Shape>) -> Tensor<T> {
        Tensor::full(shape, T::default())
    }

    /// The elements in row-major order, without a copy.
    pub fn into_vec(self) -> Vec<T> {
        self.data
    }
}

impl<T: Real> Tensor<T> {
    /// All elements 1.
    ///
    /// # Panics
    /// As [`Tensor::full`].
    #[track_caller]
    pub fn ones(shape: impl Into<Shape>) -> Tensor<T> {
        Tensor::full(shape, T::ONE)
    }
}

// What takes any element type stands here without bounds, so that `derive` works on what holds a tensor.
impl<T, S: AsRef<[T]>> Tensor<T, S> {
    /// The axis lengths.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The elements in row-major order.
    pub fn as_slice(&self) -> &[T] {
        self.data.as_ref()
    }
}

impl<T: Element, S: AsRef<[T]>> Tensor<T, S> {
    /// Checks the length; `op` is the name that an error will carry.
    pub(crate) fn with_storage(shape: Shape, data: S, op: &'static str) -> Result<Self, TensorError> {
        // A zero-sized axis may hide lengths whose product no later operation could hold.
        Shape::new(shape.as_slice())?;
        let len = data.as_ref().len();
        if shape.size() != len {
            return Err(TensorError::Length { op, shape, len });
        }
        Ok(Tensor { shape, data, element: PhantomData })
    }

    /// As [`Tensor::new`] where the caller has made sure of the length.
    pub(crate) fn from_parts(shape: Shape, data: S) -> Self {
        debug_assert_eq!(shape.size(), data.as_ref().len());
        Tensor { shape, data, element: PhantomData }
    }

    /// The same elements under a shape of which the caller has made sure.
    pub(crate) fn with_shape(self, shape: Shape) -> Self {
        Tensor::from_parts(shape, self.data)
    }

    /// The one element.
    ///
    /// # Errors
    /// [`TensorError::Reshape`] where there are more, or none.
    ///
    /// ```
    /// use tensor_ops::{Axes, Tensor};
    /// let x = Tensor::from([1.0, 2.0]);
    /// assert_eq!(x.sum(Axes::All)?.item()?, 3.0);
    /// assert_eq!(x.item().unwrap_err().to_string(), "item: [2] has 2 elements, which do not fill []");
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn item(&self) -> Result<T, TensorError> {
        match self.as_slice() {
            [x] => Ok(*x),
            _ => Err(TensorError::Reshape { op: "item", from: self.shape, to: Vec::new() }),
        }
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
    pub fn reshape(self, lengths: &[isize]) -> Result<Self, TensorError> {
        let refuse = || TensorError::Reshape { op: "reshape", from: self.shape, to: lengths.to_vec() };
        let known: Vec<usize> = lengths.iter().filter(|&&n| n >= 0).map(|&n| n as usize).collect();
        let product = known.iter().try_fold(1usize, |p, &n| p.checked_mul(n)).ok_or_else(refuse)?;
        let missing = self.shape.size().checked_div(product).unwrap_or(0);
        let is_inferred = lengths.len() == known.len() + 1 && lengths.contains(&-1) && product > 0;
        if known.len() != lengths.len() && !is_inferred {
            return Err(refuse());
        }
        let lengths_now: Vec<usize> =
            lengths.iter().map(|&n| if n < 0 { missing } else { n as usize }).collect();
        let shape = Shape::new(&lengths_now)?;
        if shape.size() != self.shape.size() {
            return Err(refuse());
        }
        Ok(Tensor::from_parts(shape, self.data))
    }

    /// A tensor with elements of its own.
    pub fn to_owned(&self) -> Tensor<T> {
        Tensor::from_parts(self.shape, self.as_slice().to_vec())
    }
}

impl<T: Element, S: AsMut<[T]>> Tensor<T, S> {
    /// The elements in row-major order, to be changed.
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        self.data.as_mut()
    }
}

impl<T: Element, S: AsRef<[T]>> Tensor<T, S> {
    /// Every element as a number of a scalar type, rounded to the nearest; truth values become 0 and 1.
    ///
    /// There is no way back: a mask is a comparison, `x.not_equal(&Tensor::from(0.0))`.
    ///
    /// ```
    /// use tensor_ops::{Axes, Tensor};
    /// let x: Tensor<f64> = Tensor::from([0.5f32, 2.0]).cast();
    /// assert_eq!(x, Tensor::from([0.5f64, 2.0]));
    /// let share = x.greater(&Tensor::from(1.0))?.cast::<f64>().mean(Axes::All)?;
    /// assert_eq!(share, Tensor::from(0.5));
    /// assert_eq!(x.argmax(0)?.cast::<f32>(), Tensor::from(1.0f32));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    #[doc(alias = "astype")]
    pub fn cast<U: Real>(&self) -> Tensor<U> {
        Tensor::from_parts(self.shape, self.as_slice().iter().map(|x| U::from_f64(x.as_f64())).collect())
    }
}

/// Equal shapes and equal elements; NaN equals nothing.
impl<T: PartialEq, S: AsRef<[T]>, R: AsRef<[T]>> PartialEq<Tensor<T, R>> for Tensor<T, S> {
    fn eq(&self, other: &Tensor<T, R>) -> bool {
        self.shape == other.shape && self.as_slice() == other.as_slice()
    }
}

impl<T: Element> From<T> for Tensor<T> {
    fn from(x: T) -> Tensor<T> {
        Tensor::from_parts(Shape::SCALAR, vec![x])
    }
}

impl<T: Element, const N: usize> From<[T; N]> for Tensor<T> {
    fn from(x: [T; N]) -> Tensor<T> {
        Tensor::from_parts(Shape::from([N]), x.to_vec())
    }
}

impl<T: Element, const N: usize, const M: usize> From<[[T; N]; M]> for Tensor<T> {
    fn from(x: [[T; N]; M]) -> Tensor<T> {
        Tensor::from_parts(Shape::from([M, N]), x.as_flattened().to_vec())
    }
}

impl<T: Element, const N: usize, const M: usize, const L: usize> From<[[[T; N]; M]; L]> for Tensor<T> {
    fn from(x: [[[T; N]; M]; L]) -> Tensor<T> {
        Tensor::from_parts(Shape::from([L, M, N]), x.as_flattened().as_flattened().to_vec())
    }
}

impl<T: Element> From<Vec<T>> for Tensor<T> {
    fn from(x: Vec<T>) -> Tensor<T> {
        Tensor::from_parts(Shape::from([x.len()]), x)
    }
}
