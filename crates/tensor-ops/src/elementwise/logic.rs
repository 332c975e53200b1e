//! Masks: what is true of both, of either; and elements chosen by a mask.

use super::binary::{joint_shape, result_shape};
use super::plan::Plan;
use super::{check_output, loops, run};
use crate::pool::Sink;
use crate::simd::dispatch;
use crate::{Element, Tensor, TensorError};

/// Three methods a function of two truth values.
macro_rules! logic {
    ($($(#[$doc:meta])* $name:ident $into:ident $in_place:ident = $f:expr;)*) => {
        impl<S: AsRef<[bool]>> Tensor<bool, S> {
            $($(#[$doc])*
            ///
            /// # Errors
            /// [`TensorError::Broadcast`] where the shapes do not broadcast together, [`TensorError::TooLarge`] where
            /// no memory could hold the result.
            pub fn $name(&self, other: &Tensor<bool, impl AsRef<[bool]>>) -> Result<Tensor<bool>, TensorError> {
                let shape = result_shape::<bool>(self.shape(), other.shape(), stringify!($name))?;
                let plan = Plan::new(&shape, [self.shape(), other.shape()]);
                let (a, b) = (self.as_slice(), other.as_slice());
                let data = run::collect(shape.size(), run::CHEAP, |from, out| $name(&plan, from, a, b, out));
                Ok(Tensor::from_parts(shape, data))
            }

            #[doc = concat!("[`", stringify!($name), "`](Tensor::", stringify!($name), "), written into `out`.")]
            ///
            /// # Errors
            /// [`TensorError::Broadcast`] where the shapes do not broadcast together, [`TensorError::Output`] where
            /// `out` has not the shape of the result.
            pub fn $into(
                &self,
                other: &Tensor<bool, impl AsRef<[bool]>>,
                out: &mut Tensor<bool, impl AsRef<[bool]> + AsMut<[bool]>>,
            ) -> Result<(), TensorError> {
                let shape = joint_shape(self.shape(), other.shape(), stringify!($into))?;
                check_output(stringify!($into), &shape, out.shape())?;
                let plan = Plan::new(&shape, [self.shape(), other.shape()]);
                let (a, b) = (self.as_slice(), other.as_slice());
                run::fill(out.as_mut_slice(), run::CHEAP, |from, out| $name(&plan, from, a, b, out));
                Ok(())
            })*
        }

        impl<S: AsRef<[bool]> + AsMut<[bool]>> Tensor<bool, S> {
            $(#[doc = concat!("[`", stringify!($name), "`](Tensor::", stringify!($name), ") in the place of a, which does not grow.")]
            ///
            /// # Errors
            /// [`TensorError::BroadcastTo`] where b does not broadcast to the shape of a.
            pub fn $in_place(&mut self, other: &Tensor<bool, impl AsRef<[bool]>>) -> Result<(), TensorError> {
                super::binary::check_in_place(self.shape(), other.shape(), stringify!($in_place))?;
                let plan = Plan::new(self.shape(), [other.shape()]);
                let b = other.as_slice();
                run::in_place(self.as_mut_slice(), run::CHEAP, |from, a| {
                    loops::zip_in_place(&plan, from, a, b, $f);
                });
                Ok(())
            })*
        }

        $(fn $name(plan: &Plan<2>, from: usize, a: &[bool], b: &[bool], out: &mut Sink<'_, bool>) {
            dispatch(#[inline(always)] || loops::zip(plan, from, a, b, out, $f));
        })*
    };
}

logic! {
    /// Whether a and b are both true.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let x = Tensor::from([-1.0, 0.5, 2.0]);
    /// let inside = x.greater(&Tensor::from(0.0))?.logical_and(&x.less(&Tensor::from(1.0))?)?;
    /// assert_eq!(inside, Tensor::from([false, true, false]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    logical_and logical_and_into logical_and_in_place = |a: bool, b: bool| a & b;
    /// Whether a or b is true, or both.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let (a, b) = (Tensor::from([[true], [false]]), Tensor::from([true, false]));
    /// assert_eq!(a.logical_or(&b)?, Tensor::from([[true, true], [true, false]]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    logical_or logical_or_into logical_or_in_place = |a: bool, b: bool| a | b;
    /// Whether one of a and b is true, but not both.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let (a, b) = (Tensor::from([true, false]), Tensor::from([true, true]));
    /// assert_eq!(a.logical_xor(&b)?, Tensor::from([false, true]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    logical_xor logical_xor_into logical_xor_in_place = |a: bool, b: bool| a ^ b;
}

impl<S: AsRef<[bool]>> Tensor<bool, S> {
    /// Whether a is false.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([true, false]).logical_not(), Tensor::from([false, true]));
    /// ```
    pub fn logical_not(&self) -> Tensor<bool> {
        let mut out = self.to_owned();
        out.logical_not_in_place();
        out
    }

    /// [`logical_not`](Tensor::logical_not), written into `out`.
    ///
    /// # Errors
    /// [`TensorError::Output`] where `out` has another shape.
    pub fn logical_not_into(
        &self,
        out: &mut Tensor<bool, impl AsRef<[bool]> + AsMut<[bool]>>,
    ) -> Result<(), TensorError> {
        check_output("logical_not_into", self.shape(), out.shape())?;
        out.as_mut_slice().copy_from_slice(self.as_slice());
        out.logical_not_in_place();
        Ok(())
    }

    /// The elements of `a` where this mask is true, those of `b` elsewhere; all three broadcast together, as in
    /// NumPy's `where`.
    ///
    /// # Errors
    /// [`TensorError::Broadcast`] where the shapes do not broadcast together, [`TensorError::TooLarge`] where no
    /// memory could hold the result.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let x = Tensor::from([-1.0, 4.0]);
    /// let is_negative = x.less(&Tensor::from(0.0))?;
    /// assert_eq!(is_negative.where_cond(&Tensor::from(0.0), &x)?, Tensor::from([0.0, 4.0]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    #[doc(alias = "where")]
    pub fn where_cond<T: Element>(
        &self,
        a: &Tensor<T, impl AsRef<[T]>>,
        b: &Tensor<T, impl AsRef<[T]>>,
    ) -> Result<Tensor<T>, TensorError> {
        let both = joint_shape(a.shape(), b.shape(), "where_cond")?;
        let shape = result_shape::<T>(self.shape(), &both, "where_cond")?;
        let plan = Plan::new(&shape, [self.shape(), a.shape(), b.shape()]);
        let (mask, a, b) = (self.as_slice(), a.as_slice(), b.as_slice());
        let f = T::element_table().select;
        let data = run::collect(shape.size(), run::CHEAP, |from, out| f(&plan, from, mask, a, b, out));
        Ok(Tensor::from_parts(shape, data))
    }

    /// [`where_cond`](Tensor::where_cond), written into `out`.
    ///
    /// # Errors
    /// [`TensorError::Broadcast`] where the shapes do not broadcast together, [`TensorError::Output`] where `out` has
    /// not the shape of the result.
    pub fn where_cond_into<T: Element>(
        &self,
        a: &Tensor<T, impl AsRef<[T]>>,
        b: &Tensor<T, impl AsRef<[T]>>,
        out: &mut Tensor<T, impl AsRef<[T]> + AsMut<[T]>>,
    ) -> Result<(), TensorError> {
        let both = joint_shape(a.shape(), b.shape(), "where_cond_into")?;
        let shape = joint_shape(self.shape(), &both, "where_cond_into")?;
        check_output("where_cond_into", &shape, out.shape())?;
        let plan = Plan::new(&shape, [self.shape(), a.shape(), b.shape()]);
        let (mask, a, b) = (self.as_slice(), a.as_slice(), b.as_slice());
        let f = T::element_table().select;
        run::fill(out.as_mut_slice(), run::CHEAP, |from, out| f(&plan, from, mask, a, b, out));
        Ok(())
    }
}

impl<S: AsMut<[bool]>> Tensor<bool, S> {
    /// [`logical_not`](Tensor::logical_not) in the place of a.
    pub fn logical_not_in_place(&mut self) {
        run::in_place(self.as_mut_slice(), run::CHEAP, |_, a| loops::map_in_place(a, |a: bool| !a));
    }
}
