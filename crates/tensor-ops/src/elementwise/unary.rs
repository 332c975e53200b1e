//! Functions of each element, each in three forms: owned, into a tensor that is there, in place.

use super::check_output;
use crate::{Real, Tensor, TensorError};

/// Three methods a function of one element; the loops are in the table under the same name, or under the one given.
macro_rules! unary {
    ($($(#[$doc:meta])* $name:ident $into:ident $in_place:ident $(= $entry:ident)?;)*) => {
        impl<T: Real, S: AsRef<[T]>> Tensor<T, S> {
            $($(#[$doc])*
            pub fn $name(&self) -> Tensor<T> {
                let f = unary!(@entry $name $($entry)?);
                Tensor::from_parts(*self.shape(), T::unary(f, self.as_slice()))
            }

            #[doc = concat!("[`", stringify!($name), "`](Tensor::", stringify!($name), "), written into `out`.")]
            ///
            /// # Errors
            /// [`TensorError::Output`] where `out` has another shape.
            pub fn $into(&self, out: &mut Tensor<T, impl AsRef<[T]> + AsMut<[T]>>) -> Result<(), TensorError> {
                check_output(stringify!($into), self.shape(), out.shape())?;
                T::unary_into(unary!(@entry $name $($entry)?), self.as_slice(), out.as_mut_slice());
                Ok(())
            })*
        }

        impl<T: Real, S: AsMut<[T]>> Tensor<T, S> {
            $(#[doc = concat!("[`", stringify!($name), "`](Tensor::", stringify!($name), ") in the place of x.")]
            pub fn $in_place(&mut self) {
                T::unary_in_place(unary!(@entry $name $($entry)?), self.as_mut_slice());
            })*
        }
    };
    (@entry $name:ident) => { &T::real_table().$name };
    (@entry $name:ident $entry:ident) => { &T::real_table().$entry };
}
pub(super) use unary;

unary! {
    /// |x|, the sign taken off; |NaN| is NaN.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([-1.5, 2.0]).abs(), Tensor::from([1.5, 2.0]));
    /// ```
    abs abs_into abs_in_place;
    /// -1, 0 or 1 with the sign of x: 0 for both zeros, NaN for NaN.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([-2.5, -0.0, 7.0]).sign(), Tensor::from([-1.0, 0.0, 1.0]));
    /// ```
    sign sign_into sign_in_place;
    /// -x.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([1.0, -2.0]).neg(), Tensor::from([-1.0, 2.0]));
    /// ```
    neg neg_into neg_in_place;
    /// 1/x; infinite for 0.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([4.0, -0.5]).reciprocal(), Tensor::from([0.25, -2.0]));
    /// ```
    reciprocal reciprocal_into reciprocal_in_place;
    /// √x, rounded once; NaN below 0.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([4.0, 2.25]).sqrt(), Tensor::from([2.0, 1.5]));
    /// ```
    sqrt sqrt_into sqrt_in_place;
    /// 1/√x, rounded twice; infinite for 0, NaN below.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([4.0, 0.25]).rsqrt(), Tensor::from([0.5, 2.0]));
    /// ```
    rsqrt rsqrt_into rsqrt_in_place;
    /// x².
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([3.0, -0.5]).square(), Tensor::from([9.0, 0.25]));
    /// ```
    square square_into square_in_place;
    /// eˣ.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([0.0, f64::NEG_INFINITY]).exp(), Tensor::from([1.0, 0.0]));
    /// ```
    exp exp_into exp_in_place;
    /// 2ˣ.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([3.0, -1.0]).exp2(), Tensor::from([8.0, 0.5]));
    /// ```
    exp2 exp2_into exp2_in_place;
    /// eˣ - 1, with all digits near 0 too, where the difference would lose them.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([1e-20, f64::NEG_INFINITY]).expm1(), Tensor::from([1e-20, -1.0]));
    /// ```
    expm1 expm1_into expm1_in_place;
    /// The natural logarithm ln x; -∞ for 0, NaN below.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([1.0, 0.0]).ln(), Tensor::from([0.0, f64::NEG_INFINITY]));
    /// ```
    #[doc(alias = "log")]
    ln ln_into ln_in_place;
    /// ln(1 + x), with all digits near 0 too, where the sum would lose them; -∞ for -1, NaN below.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([1e-20, -1.0]).log1p(), Tensor::from([1e-20, f64::NEG_INFINITY]));
    /// ```
    log1p log1p_into log1p_in_place;
    /// The logarithm to base 2, log₂ x; -∞ for 0, NaN below.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([8.0, 0.5]).log2(), Tensor::from([3.0, -1.0]));
    /// ```
    log2 log2_into log2_in_place;
    /// The logarithm to base 10, log₁₀ x; -∞ for 0, NaN below.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let y = Tensor::from([1000.0f64]).log10();
    /// assert!((y.as_slice()[0] - 3.0).abs() < 1e-6, "{y:?}");
    /// ```
    log10 log10_into log10_in_place;
    /// sin x of an angle in radians.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let y = Tensor::from([std::f64::consts::FRAC_PI_6]).sin();
    /// assert!((y.as_slice()[0] - 0.5).abs() < 1e-6, "{y:?}");
    /// ```
    sin sin_into sin_in_place;
    /// cos x of an angle in radians.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let y = Tensor::from([std::f64::consts::FRAC_PI_3]).cos();
    /// assert!((y.as_slice()[0] - 0.5).abs() < 1e-6, "{y:?}");
    /// ```
    cos cos_into cos_in_place;
    /// tan x = sin x / cos x of an angle in radians.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let y = Tensor::from([std::f64::consts::FRAC_PI_4]).tan();
    /// assert!((y.as_slice()[0] - 1.0).abs() < 1e-6, "{y:?}");
    /// ```
    tan tan_into tan_in_place;
    /// The angle in [-π/2, π/2] whose sine is x, in radians; NaN outside [-1, 1].
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let y = Tensor::from([1.0f64]).asin();
    /// assert!((y.as_slice()[0] - std::f64::consts::FRAC_PI_2).abs() < 1e-6, "{y:?}");
    /// ```
    asin asin_into asin_in_place;
    /// The angle in [0, π] whose cosine is x, in radians; NaN outside [-1, 1].
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let y = Tensor::from([-1.0f64]).acos();
    /// assert!((y.as_slice()[0] - std::f64::consts::PI).abs() < 1e-6, "{y:?}");
    /// ```
    acos acos_into acos_in_place;
    /// The angle in [-π/2, π/2] whose tangent is x, in radians.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let y = Tensor::from([1.0f64]).atan();
    /// assert!((y.as_slice()[0] - std::f64::consts::FRAC_PI_4).abs() < 1e-6, "{y:?}");
    /// ```
    atan atan_into atan_in_place;
    /// sinh x = (eˣ - e⁻ˣ)/2.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let y = Tensor::from([1.0f64]).sinh();
    /// assert!((y.as_slice()[0] - 1.175_201_193_643).abs() < 1e-6, "{y:?}");
    /// ```
    sinh sinh_into sinh_in_place;
    /// cosh x = (eˣ + e⁻ˣ)/2.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let y = Tensor::from([1.0f64]).cosh();
    /// assert!((y.as_slice()[0] - 1.543_080_634_815).abs() < 1e-6, "{y:?}");
    /// ```
    cosh cosh_into cosh_in_place;
    /// tanh x = (eˣ - e⁻ˣ)/(eˣ + e⁻ˣ).
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([0.0, f64::INFINITY]).tanh(), Tensor::from([0.0, 1.0]));
    /// ```
    tanh tanh_into tanh_in_place;
    /// The number whose hyperbolic sine is x: ln(x + √(x² + 1)).
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let y = Tensor::from([1.0f64]).asinh();
    /// assert!((y.as_slice()[0] - 0.881_373_587_019).abs() < 1e-6, "{y:?}");
    /// ```
    asinh asinh_into asinh_in_place;
    /// The number from 0 on whose hyperbolic cosine is x: ln(x + √(x² - 1)); NaN below 1.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let y = Tensor::from([2.0f64]).acosh();
    /// assert!((y.as_slice()[0] - 1.316_957_896_924).abs() < 1e-6, "{y:?}");
    /// ```
    acosh acosh_into acosh_in_place;
    /// The number whose hyperbolic tangent is x: ½ ln((1 + x)/(1 - x)); ±∞ for ±1, NaN outside [-1, 1].
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let y = Tensor::from([0.5f64]).atanh();
    /// assert!((y.as_slice()[0] - 0.549_306_144_334).abs() < 1e-6, "{y:?}");
    /// ```
    atanh atanh_into atanh_in_place;
    /// ⌊x⌋, the largest whole number that is not above x.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([1.5, -1.5]).floor(), Tensor::from([1.0, -2.0]));
    /// ```
    floor floor_into floor_in_place;
    /// ⌈x⌉, the smallest whole number that is not below x.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([1.5, -1.5]).ceil(), Tensor::from([2.0, -1.0]));
    /// ```
    ceil ceil_into ceil_in_place;
    /// The nearest whole number; of two, the even one, as in NumPy.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([0.5, 1.5, 2.5, -0.6]).round(), Tensor::from([0.0, 2.0, 2.0, -1.0]));
    /// ```
    round round_into round_in_place;
    /// The error function, erf x = 2/√π ∫₀ˣ exp(-t²) dt.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let y = Tensor::from([1.0f64]).erf();
    /// assert!((y.as_slice()[0] - 0.842_700_792_950).abs() < 1e-6, "{y:?}");
    /// ```
    erf erf_into erf_in_place;
    /// The logistic function, σ(x) = 1/(1 + e⁻ˣ).
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([0.0, f64::NEG_INFINITY]).sigmoid(), Tensor::from([0.5, 0.0]));
    /// ```
    sigmoid sigmoid_into sigmoid_in_place;
    /// ln(1 + eˣ), which neither overflows nor loses its digits in the tail.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([1000.0, f64::NEG_INFINITY]).softplus(), Tensor::from([1000.0, 0.0]));
    /// ```
    softplus softplus_into softplus_in_place;
    /// max(x, 0), the rectified linear unit; NaN for NaN.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([-1.5, 2.0]).relu(), Tensor::from([0.0, 2.0]));
    /// ```
    relu relu_into relu_in_place;
    /// x·Φ(x), where Φ is the distribution function of the normal distribution (Hendrycks and Gimpel, 2016).
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let y = Tensor::from([1.0f64]).gelu();
    /// assert!((y.as_slice()[0] - 0.841_344_746_069).abs() < 1e-6, "{y:?}");
    /// ```
    gelu gelu_into gelu_in_place;
}
