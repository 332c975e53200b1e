//! Comparisons, whose results are masks.

use super::binary::{joint_shape, result_shape};
use super::plan::Plan;
use super::{check_output, run};
use crate::{Element, Real, Tensor, TensorError};

/// Two methods a comparison. `swapped` ones are another one with the operands exchanged.
macro_rules! compare {
    ($($(#[$doc:meta])* $name:ident $into:ident = $entry:ident $([$swapped:ident])?;)*) => {
        /// Comparisons, for every type of element; a NaN is unequal to all, and neither less nor greater.
        impl<T: Element, S: AsRef<[T]>> Tensor<T, S> {
            $($(#[$doc])*
            ///
            /// # Errors
            /// [`TensorError::Broadcast`] where the shapes do not broadcast together, [`TensorError::TooLarge`] where
            /// no memory could hold the result.
            pub fn $name(&self, other: &Tensor<T, impl AsRef<[T]>>) -> Result<Tensor<bool>, TensorError> {
                let shape = result_shape::<bool>(self.shape(), other.shape(), stringify!($name))?;
                let plan = Plan::new(&shape, [self.shape(), other.shape()]);
                let (plan, a, b) = compare!(@order $($swapped)? plan, self.as_slice(), other.as_slice());
                let f = T::element_table().$entry;
                let data = run::collect(shape.size(), run::CHEAP, |from, out| f(&plan, from, a, b, out));
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
                out: &mut Tensor<bool, impl AsRef<[bool]> + AsMut<[bool]>>,
            ) -> Result<(), TensorError> {
                let shape = joint_shape(self.shape(), other.shape(), stringify!($into))?;
                check_output(stringify!($into), &shape, out.shape())?;
                let plan = Plan::new(&shape, [self.shape(), other.shape()]);
                let (plan, a, b) = compare!(@order $($swapped)? plan, self.as_slice(), other.as_slice());
                let f = T::element_table().$entry;
                run::fill(out.as_mut_slice(), run::CHEAP, |from, out| f(&plan, from, a, b, out));
                Ok(())
            })*
        }
    };
    (@order $plan:expr, $a:expr, $b:expr) => { ($plan, $a, $b) };
    (@order swapped $plan:expr, $a:expr, $b:expr) => { ($plan.reversed(), $b, $a) };
}

compare! {
    /// Whether a = b, element by element; 0 and -0 are equal.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let (guess, label) = (Tensor::from([3, 1, 2usize]), Tensor::from([3, 0, 2usize]));
    /// assert_eq!(guess.equal(&label)?, Tensor::from([true, false, true]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    equal equal_into = equal;
    /// Whether a ≠ b, element by element; true where either is NaN.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let x = Tensor::from([1.0, f64::NAN]);
    /// assert_eq!(x.not_equal(&x)?, Tensor::from([false, true]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    not_equal not_equal_into = not_equal;
    /// Whether a < b, element by element.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([1.0, 3.0]).less(&Tensor::from(2.0))?, Tensor::from([true, false]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    less less_into = greater [swapped];
    /// Whether a ≤ b, element by element.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([2.0, 3.0]).less_equal(&Tensor::from(2.0))?, Tensor::from([true, false]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    less_equal less_equal_into = greater_equal [swapped];
    /// Whether a > b, element by element.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([1.0, 3.0]).greater(&Tensor::from(2.0))?, Tensor::from([false, true]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    greater greater_into = greater;
    /// Whether a ≥ b, element by element.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([1.0, 2.0]).greater_equal(&Tensor::from(2.0))?, Tensor::from([false, true]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    greater_equal greater_equal_into = greater_equal;
}

macro_rules! classify {
    ($($(#[$doc:meta])* $name:ident $into:ident;)*) => {
        impl<T: Real, S: AsRef<[T]>> Tensor<T, S> {
            $($(#[$doc])*
            pub fn $name(&self) -> Tensor<bool> {
                let (x, f) = (self.as_slice(), T::real_table().$name);
                let data = run::collect(x.len(), run::CHEAP, |from, out| f(&x[from..from + out.left()], out));
                Tensor::from_parts(*self.shape(), data)
            }

            #[doc = concat!("[`", stringify!($name), "`](Tensor::", stringify!($name), "), written into `out`.")]
            ///
            /// # Errors
            /// [`TensorError::Output`] where `out` has another shape.
            pub fn $into(
                &self,
                out: &mut Tensor<bool, impl AsRef<[bool]> + AsMut<[bool]>>,
            ) -> Result<(), TensorError> {
                check_output(stringify!($into), self.shape(), out.shape())?;
                let (x, f) = (self.as_slice(), T::real_table().$name);
                run::fill(out.as_mut_slice(), run::CHEAP, |from, out| f(&x[from..from + out.left()], out));
                Ok(())
            })*
        }
    };
}

classify! {
    /// Whether x is NaN.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([f64::NAN, f64::INFINITY, 1.0]).is_nan(), Tensor::from([true, false, false]));
    /// ```
    is_nan is_nan_into;
    /// Whether x is ∞ or -∞.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([f64::NAN, f64::INFINITY, 1.0]).is_inf(), Tensor::from([false, true, false]));
    /// ```
    is_inf is_inf_into;
    /// Whether x is neither infinite nor NaN.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([f64::NAN, f64::INFINITY, 1.0]).is_finite(), Tensor::from([false, false, true]));
    /// ```
    is_finite is_finite_into;
}
