//! What a tensor can hold.

use std::fmt::Debug;

use crate::shaping::kernels::Kernels;

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
    impl Sealed for bool {}
    impl Sealed for usize {}
}

/// An element of a tensor: a [`Real`](crate::Real) number, `bool` for masks, `usize` for positions and labels. Sealed.
///
/// Arithmetic is for `Real`; what only moves elements about (reshape, permute, slice, gather, ...) is for all four.
///
/// ```
/// use tensor_ops::Tensor;
/// let x = Tensor::from([3.0, -1.0]);
/// let mask: Tensor<bool> = x.greater(&Tensor::from(0.0))?;
/// assert_eq!(mask, Tensor::from([true, false]));
/// # Ok::<(), tensor_ops::TensorError>(())
/// ```
pub trait Element:
    sealed::Sealed
    + crate::elementwise::ElementTables
    + Kernels
    + Copy
    + Debug
    + Default
    + PartialEq
    + PartialOrd
    + Send
    + Sync
    + 'static
{
    /// This element as a number: 0 or 1 for a truth value.
    #[doc(hidden)]
    fn as_f64(self) -> f64;
}

impl Element for f32 {
    fn as_f64(self) -> f64 {
        f64::from(self)
    }
}

impl Element for f64 {
    fn as_f64(self) -> f64 {
        self
    }
}

impl Element for bool {
    fn as_f64(self) -> f64 {
        f64::from(u8::from(self))
    }
}

impl Element for usize {
    fn as_f64(self) -> f64 {
        self as f64
    }
}
