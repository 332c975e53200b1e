//! Functions of two elements over operands that broadcast, each in three forms.

use super::check_output;
use super::plan::Plan;
use crate::{Real, Shape, Tensor, TensorError, alloc};

/// The shape of a result that has to be made: one that memory can hold as elements of type `T`.
pub(super) fn result_shape<T>(left: &Shape, right: &Shape, op: &'static str) -> Result<Shape, TensorError> {
    let shape = joint_shape(left, right, op)?;
    alloc::check::<T>(shape)?;
    Ok(shape)
}

/// The shape of a result for which there is a place.
pub(super) fn joint_shape(left: &Shape, right: &Shape, op: &'static str) -> Result<Shape, TensorError> {
    if left == right { Ok(*left) } else { left.broadcast(right, op) }
}

/// Refuses a right operand that does not broadcast to the left one, which cannot grow.
pub(super) fn check_in_place(left: &Shape, right: &Shape, op: &'static str) -> Result<(), TensorError> {
    if left == right { Ok(()) } else { right.reach(left, op) }
}

/// Three methods a function of two elements; the loops are in the table under the same name.
macro_rules! binary {
    ($($(#[$doc:meta])* $name:ident $into:ident $in_place:ident;)*) => {
        impl<T: Real, S: AsRef<[T]>> Tensor<T, S> {
            $($(#[$doc])*
            ///
            /// # Errors
            /// [`TensorError::Broadcast`] where the shapes do not broadcast together, [`TensorError::TooLarge`] where
            /// no memory could hold the result.
            pub fn $name(&self, other: &Tensor<T, impl AsRef<[T]>>) -> Result<Tensor<T>, TensorError> {
                let shape = result_shape::<T>(self.shape(), other.shape(), stringify!($name))?;
                let plan = Plan::new(&shape, [self.shape(), other.shape()]);
                let f = &T::real_table().$name;
                let data = T::binary(f, &plan, self.as_slice(), other.as_slice(), shape.size());
                Ok(Tensor::from_parts(shape, data))
            }

            #[doc = concat!("[`", stringify!($name), "`](Tensor::", stringify!($name), "), written into `out`.")]
            ///
            /// # Errors
            /// [`TensorError::Broadcast`] where the shapes do not broadcast together, [`TensorError::Output`] where
            /// `out` has not the shape of the result.
            pub fn $into(
                &self,
                other: &Tensor<T, impl AsRef<[T]>>,
                out: &mut Tensor<T, impl AsRef<[T]> + AsMut<[T]>>,
            ) -> Result<(), TensorError> {
                let shape = joint_shape(self.shape(), other.shape(), stringify!($into))?;
                check_output(stringify!($into), &shape, out.shape())?;
                let plan = Plan::new(&shape, [self.shape(), other.shape()]);
                let f = &T::real_table().$name;
                T::binary_into(f, &plan, self.as_slice(), other.as_slice(), out.as_mut_slice());
                Ok(())
            })*
        }

        impl<T: Real, S: AsRef<[T]> + AsMut<[T]>> Tensor<T, S> {
            $(#[doc = concat!("[`", stringify!($name), "`](Tensor::", stringify!($name), ") in the place of a, which does not grow.")]
            ///
            /// # Errors
            /// [`TensorError::BroadcastTo`] where b does not broadcast to the shape of a.
            pub fn $in_place(&mut self, other: &Tensor<T, impl AsRef<[T]>>) -> Result<(), TensorError> {
                check_in_place(self.shape(), other.shape(), stringify!($in_place))?;
                let plan = Plan::new(self.shape(), [other.shape()]);
                T::binary_in_place(&T::real_table().$name, &plan, self.as_mut_slice(), other.as_slice());
                Ok(())
            })*
        }
    };
}

binary! {
    /// a + b, element by element.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let (rows, bias) = (Tensor::from([[1.0, 2.0], [3.0, 4.0]]), Tensor::from([10.0, 20.0]));
    /// assert_eq!(rows.add(&bias)?, Tensor::from([[11.0, 22.0], [13.0, 24.0]]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    add add_into add_in_place;
    /// a - b, element by element.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let (column, row) = (Tensor::from([[1.0], [2.0]]), Tensor::from([1.0, 2.0]));
    /// assert_eq!(column.subtract(&row)?, Tensor::from([[0.0, -1.0], [1.0, 0.0]]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    #[doc(alias = "sub")]
    subtract subtract_into subtract_in_place;
    /// a · b, element by element (the Hadamard product).
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.multiply(&Tensor::from([10.0, 0.0]))?, Tensor::from([[10.0, 0.0], [30.0, 0.0]]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    #[doc(alias = "mul")]
    multiply multiply_into multiply_in_place;
    /// a / b, element by element, by IEEE 754: x/0 is infinite, 0/0 is NaN.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let y = Tensor::from([1.0, -3.0]).divide(&Tensor::from([0.0, 2.0]))?;
    /// assert_eq!(y, Tensor::from([f64::INFINITY, -1.5]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    #[doc(alias = "div")]
    divide divide_into divide_in_place;
    /// aᵇ, element by element, by IEEE 754: a⁰ = 1 and 1ᵇ = 1 even for NaN; NaN for a below 0 and b not whole.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let y = Tensor::from([2.0, -2.0, f64::NAN]).power(&Tensor::from([0.5, 3.0, 0.0]))?;
    /// assert_eq!(y, Tensor::from([2f64.sqrt(), -8.0, 1.0]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    #[doc(alias = "pow")]
    power power_into power_in_place;
    /// The larger of a and b; NaN if either is NaN.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let y = Tensor::from([1.0, f64::NAN]).maximum(&Tensor::from([2.0, 0.0]))?;
    /// assert!(y.as_slice()[0] == 2.0 && y.as_slice()[1].is_nan());
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    maximum maximum_into maximum_in_place;
    /// The smaller of a and b; NaN if either is NaN.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let x = Tensor::from([1.0, 3.0, 5.0]);
    /// assert_eq!(x.minimum(&Tensor::from(4.0))?, Tensor::from([1.0, 3.0, 4.0]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    minimum minimum_into minimum_in_place;
    /// The remainder with the sign of the divisor, a - b⌊a/b⌋, as Python's `%` and NumPy's `remainder`: NaN for b = 0
    /// and for a infinite; a remainder of 0 takes the sign of b; a % ∞ is a, or ∞ where the signs differ.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let y = Tensor::from([7.0, -7.0, 7.0]).remainder(&Tensor::from([3.0, 3.0, -3.0]))?;
    /// assert_eq!(y, Tensor::from([1.0, 2.0, -2.0]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    remainder remainder_into remainder_in_place;
    /// The remainder with the sign of the dividend, a - b·trunc(a/b), as C's `fmod` and Rust's `%`: exact; NaN for b = 0
    /// and for a infinite.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let y = Tensor::from([7.0, -7.0, 7.0]).fmod(&Tensor::from([3.0, 3.0, -3.0]))?;
    /// assert_eq!(y, Tensor::from([1.0, -1.0, 1.0]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    fmod fmod_into fmod_in_place;
}
