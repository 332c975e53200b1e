//! The scalar types: `f32`, in which speed is promised, and `f64`, in which proofs are made.

use std::cell::RefCell;
use std::fmt::Display;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use crate::elementwise::RealTables;
use crate::{Element, math};

/// `f32` or `f64`. Sealed: kernels are written for these two.
///
/// The functions exp, exp2, exp_m1, ln, ln_1p, log2, log10, tanh, erf, sigmoid, softplus and gelu are wrong by at most 2 units in
/// the last place in `f32`, measured on every number, and 3 in `f64`; the compiler vectorises them inside
/// [`simd::dispatch`](crate::simd::dispatch). The others are those of the crate `libm`.
///
/// ```
/// use tensor_ops::Real;
/// fn logistic<T: Real>(x: T) -> T {
///     T::ONE / (T::ONE + (-x).exp())
/// }
/// assert_eq!(logistic(0.0f32), 0.5);
/// assert!(f64::NAN.maximum(1.0).is_nan(), "unlike f64::max");
/// ```
pub trait Real:
    Element
    + crate::reduce::ReduceKernel
    + RealTables
    + Display
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
    + Sum
{
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// +∞.
    const INFINITY: Self;
    /// The distance from 1 to the next larger number.
    const EPSILON: Self;
    /// "f32" or "f64".
    const NAME: &'static str;

    /// Rounds to the nearest representable value.
    fn from_f64(x: f64) -> Self;
    /// Exact.
    fn to_f64(self) -> f64;
    /// The bits, as the low end of 64.
    fn bits(self) -> u64;
    /// The number of these [bits](Real::bits): the payload of a NaN too.
    fn from_bits(bits: u64) -> Self;
    /// `n` as a real number.
    fn from_usize(n: usize) -> Self {
        Self::from_f64(n as f64)
    }

    /// √x.
    fn sqrt(self) -> Self;
    /// eˣ.
    fn exp(self) -> Self;
    /// 2ˣ.
    fn exp2(self) -> Self;
    /// eˣ - 1, exact near 0.
    fn exp_m1(self) -> Self;
    /// The natural logarithm.
    fn ln(self) -> Self;
    /// ln(1 + x), exact near 0.
    fn ln_1p(self) -> Self;
    /// The logarithm to base 2.
    fn log2(self) -> Self;
    /// The logarithm to base 10.
    fn log10(self) -> Self;
    /// The sine of an angle in radians.
    fn sin(self) -> Self;
    /// The cosine of an angle in radians.
    fn cos(self) -> Self;
    /// The tangent of an angle in radians.
    fn tan(self) -> Self;
    /// The angle in [-π/2, π/2] whose sine is x; NaN outside [-1, 1].
    fn asin(self) -> Self;
    /// The angle in [0, π] whose cosine is x; NaN outside [-1, 1].
    fn acos(self) -> Self;
    /// The angle in [-π/2, π/2] whose tangent is x.
    fn atan(self) -> Self;
    /// The hyperbolic sine.
    fn sinh(self) -> Self;
    /// The hyperbolic cosine.
    fn cosh(self) -> Self;
    /// The hyperbolic tangent.
    fn tanh(self) -> Self;
    /// The inverse of the hyperbolic sine.
    fn asinh(self) -> Self;
    /// The inverse of the hyperbolic cosine; NaN below 1.
    fn acosh(self) -> Self;
    /// The inverse of the hyperbolic tangent; NaN outside [-1, 1].
    fn atanh(self) -> Self;
    /// The error function, 2/√π ∫₀ˣ exp(-t²) dt.
    fn erf(self) -> Self;
    /// The logistic function, 1/(1 + e⁻ˣ).
    fn sigmoid(self) -> Self;
    /// ln(1 + eˣ).
    fn softplus(self) -> Self;
    /// x·Φ(x) with the distribution function Φ of the normal distribution (Hendrycks and Gimpel, 2016); -0, the limit, for -∞.
    fn gelu(self) -> Self;
    /// xʸ with the special values of IEEE 754 (x⁰ = 1 and 1ʸ = 1 even for NaN).
    fn powf(self, y: Self) -> Self;
    /// |x|.
    fn abs(self) -> Self;
    /// The largest whole number that is not above x.
    fn floor(self) -> Self;
    /// The smallest whole number that is not below x.
    fn ceil(self) -> Self;
    /// The nearest whole number, the even one of two.
    fn round_ties_even(self) -> Self;
    /// |x| with the sign of `sign`.
    fn copysign(self, sign: Self) -> Self;
    /// Neither infinite nor NaN.
    fn is_finite(self) -> bool;
    /// NaN.
    fn is_nan(self) -> bool;
    /// The largest number of the type below x.
    fn next_down(self) -> Self;

    /// The larger of two; NaN if either is NaN, as in NumPy.
    fn maximum(self, other: Self) -> Self {
        if self > other || self.is_nan() { self } else { other }
    }
    /// The smaller of two; NaN if either is NaN, as in NumPy.
    fn minimum(self, other: Self) -> Self {
        if self < other || self.is_nan() { self } else { other }
    }

    /// x·y + z, rounded once.
    fn mul_add(self, y: Self, z: Self) -> Self;

    /// Lends the calling thread's buffer for packed matrices.
    #[doc(hidden)]
    fn with_pack_buffer<R>(f: impl FnOnce(&mut Vec<Self>) -> R) -> R;
}

macro_rules! real {
    ($t:ident, $libm:ident, $name:literal) => {
        impl Real for $t {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const INFINITY: Self = $t::INFINITY;
            const EPSILON: Self = $t::EPSILON;
            const NAME: &'static str = $name;

            #[inline(always)]
            fn from_f64(x: f64) -> Self {
                x as $t
            }
            fn to_f64(self) -> f64 {
                self.into()
            }
            fn bits(self) -> u64 {
                self.to_bits().into()
            }
            fn from_bits(bits: u64) -> Self {
                <$t>::from_bits(bits as _)
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                self.sqrt()
            }
            #[inline(always)]
            fn exp(self) -> Self {
                math::exp(self)
            }
            #[inline(always)]
            fn exp2(self) -> Self {
                math::exp2(self)
            }
            #[inline(always)]
            fn exp_m1(self) -> Self {
                math::exp_m1(self)
            }
            #[inline(always)]
            fn ln(self) -> Self {
                math::ln(self)
            }
            #[inline(always)]
            fn ln_1p(self) -> Self {
                math::ln_1p(self)
            }
            #[inline(always)]
            fn log2(self) -> Self {
                math::log2(self)
            }
            #[inline(always)]
            fn log10(self) -> Self {
                math::log10(self)
            }
            #[inline(always)]
            fn sin(self) -> Self {
                $libm::sin(self)
            }
            #[inline(always)]
            fn cos(self) -> Self {
                $libm::cos(self)
            }
            #[inline(always)]
            fn tan(self) -> Self {
                $libm::tan(self)
            }
            #[inline(always)]
            fn asin(self) -> Self {
                $libm::asin(self)
            }
            #[inline(always)]
            fn acos(self) -> Self {
                $libm::acos(self)
            }
            #[inline(always)]
            fn atan(self) -> Self {
                $libm::atan(self)
            }
            #[inline(always)]
            fn sinh(self) -> Self {
                $libm::sinh(self)
            }
            #[inline(always)]
            fn cosh(self) -> Self {
                $libm::cosh(self)
            }
            #[inline(always)]
            fn tanh(self) -> Self {
                math::tanh(self)
            }
            #[inline(always)]
            fn asinh(self) -> Self {
                $libm::asinh(self)
            }
            #[inline(always)]
            fn acosh(self) -> Self {
                $libm::acosh(self)
            }
            #[inline(always)]
            fn atanh(self) -> Self {
                $libm::atanh(self)
            }
            #[inline(always)]
            fn erf(self) -> Self {
                math::erf(self)
            }
            #[inline(always)]
            fn sigmoid(self) -> Self {
                math::sigmoid(self)
            }
            #[inline(always)]
            fn softplus(self) -> Self {
                math::softplus(self)
            }
            #[inline(always)]
            fn gelu(self) -> Self {
                math::gelu(self)
            }
            #[inline(always)]
            fn powf(self, y: Self) -> Self {
                $libm::pow(self, y)
            }
            #[inline(always)]
            fn abs(self) -> Self {
                self.abs()
            }
            #[inline(always)]
            fn floor(self) -> Self {
                self.floor()
            }
            #[inline(always)]
            fn ceil(self) -> Self {
                self.ceil()
            }
            #[inline(always)]
            fn round_ties_even(self) -> Self {
                self.round_ties_even()
            }
            #[inline(always)]
            fn copysign(self, sign: Self) -> Self {
                self.copysign(sign)
            }
            #[inline(always)]
            fn is_finite(self) -> bool {
                self.is_finite()
            }
            #[inline(always)]
            fn is_nan(self) -> bool {
                self.is_nan()
            }
            fn next_down(self) -> Self {
                self.next_down()
            }
            #[inline(always)]
            fn mul_add(self, y: Self, z: Self) -> Self {
                self.mul_add(y, z)
            }
            fn with_pack_buffer<R>(f: impl FnOnce(&mut Vec<Self>) -> R) -> R {
                thread_local! {
                    static BUFFER: RefCell<Vec<$t>> = const { RefCell::new(Vec::new()) };
                }
                BUFFER.with_borrow_mut(f)
            }
        }
    };
}

/// The functions of the crate `libm` under one name for both types.
mod libm32 {
    pub(super) use libm::{
        acosf as acos, acoshf as acosh, asinf as asin, asinhf as asinh, atanf as atan, atanhf as atanh,
        cosf as cos, coshf as cosh, powf as pow, sinf as sin, sinhf as sinh, tanf as tan,
    };
}
mod libm64 {
    pub(super) use libm::{acos, acosh, asin, asinh, atan, atanh, cos, cosh, pow, sin, sinh, tan};
}

real!(f32, libm32, "f32");
real!(f64, libm64, "f64");
