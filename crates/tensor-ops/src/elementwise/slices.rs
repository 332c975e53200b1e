//! Functions of each element over flat buffers: for layers and for whoever has no use for a shape.
//!
//! Vectorised, on the calling thread, without an allocation; the same bits as the methods of
//! [`Tensor`](crate::Tensor). Each comes in two forms, from one slice into another and in place.
//!
//! ```
//! use tensor_ops::slices;
//! let (x, mut y) = ([0.0f32, 1.0, -2.0], [0.0; 3]);
//! slices::relu(&x, &mut y);
//! assert_eq!(y, [0.0, 1.0, 0.0]);
//! slices::exp_in_place(&mut y[..1]);
//! assert_eq!(y[0], 1.0);
//! ```

use crate::Real;
use crate::pool::Sink;

macro_rules! slices {
    ($($(#[$doc:meta])* $name:ident $in_place:ident = $entry:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// # Panics
        /// Where the lengths differ.
        #[track_caller]
        pub fn $name<T: Real>(x: &[T], out: &mut [T]) {
            assert_eq!(x.len(), out.len(), concat!(stringify!($name), ": lengths of x and out"));
            (T::real_table().$entry.into)(x, &mut Sink::over(out));
        }

        #[doc = concat!("[`", stringify!($name), "`] in the place of x.")]
        pub fn $in_place<T: Real>(x: &mut [T]) {
            (T::real_table().$entry.in_place)(x);
        }
    )*};
}

slices! {
    /// out = eˣ.
    exp exp_in_place = exp;
    /// out = eˣ - 1, exact near 0.
    exp_m1 exp_m1_in_place = expm1;
    /// out = ln x.
    ln ln_in_place = ln;
    /// out = ln(1 + x), exact near 0.
    ln_1p ln_1p_in_place = log1p;
    /// out = tanh x.
    tanh tanh_in_place = tanh;
    /// out = erf x.
    erf erf_in_place = erf;
    /// out = 1/(1 + e⁻ˣ).
    sigmoid sigmoid_in_place = sigmoid;
    /// out = ln(1 + eˣ).
    softplus softplus_in_place = softplus;
    /// out = max(x, 0); NaN for NaN.
    relu relu_in_place = relu;
    /// out = xΦ(x).
    gelu gelu_in_place = gelu;
    /// out = Φ(x) + xφ(x), the derivative of [`gelu`].
    gelu_derivative gelu_derivative_in_place = gelu_derivative;
    /// out = √x.
    sqrt sqrt_in_place = sqrt;
}
