//! The functions that a network calls once an element, as texts without branches that the compiler can vectorise.
//!
//! Every text is generic over `f32` and `f64`: the reduction of the argument and the order of the operations are the
//! same, the polynomials differ. There are no tables and no branches, only selects; every product that is followed by a
//! sum is fused. So the bits are the same on every set of instructions, and whether an element is computed alone or in a
//! vector.
//!
//! The coefficients are of Remez' exchange in 50 digits, weighted so that the relative error of the function (not of the
//! polynomial) is the smallest; they were rounded one by one, the lowest first, and the others fitted anew each time.
//! The error beside a polynomial is relative, and of the rounded coefficients in exact arithmetic: 2⁻²⁴ is half a ULP of
//! an `f32` at its worst, 2⁻⁵³ of an `f64`.
//!
//! What is promised is 2 ULP for `f32` and 3 ULP for `f64`. Measured on all 2³² numbers of type `f32` and on 10⁸ of type
//! `f64` (`cargo xtask exhaustive`), largest error in ULP and share of correctly rounded results:
//!
//! | function | `f32` | rounded right | `f64` | rounded right |
//! |---|---|---|---|---|
//! | `exp` | 0.921 | 99.8 % | 0.918 | 97.0 % |
//! | `exp2` | 0.919 | 99.7 % | 0.988 | 96.7 % |
//! | `exp_m1` | 1.220 | 99.6 % | 1.256 | 90.7 % |
//! | `ln` | 0.930 | 98.3 % | 1.281 | 89.7 % |
//! | `ln_1p` | 1.476 | 99.0 % | 1.835 | 91.0 % |
//! | `log2` | 1.094 | 99.7 % | 1.169 | 97.6 % |
//! | `log10` | 1.076 | 99.7 % | 1.055 | 97.6 % |
//! | `tanh` | 1.651 | 98.8 % | 1.640 | 98.6 % |
//! | `erf` | 1.116 | 99.3 % | 1.074 | 96.1 % |
//! | `sigmoid` | 1.480 | 98.3 % | 1.461 | 98.0 % |
//! | `softplus` | 1.748 | 97.9 % | 1.948 | 96.2 % |
//! | `gelu` | 1.702 | 98.0 % | 1.751 | 97.1 % |
//!
//! Subnormal arguments and results are no exception. Zeros keep their sign where the function is odd or changes its sign
//! with x; gelu of -∞ is its limit -0.
//!
//! A loop over them is fast inside [`simd::dispatch`](crate::simd::dispatch), where a multiply-add is one instruction,
//! and it must be a `for` loop or an `#[inline(always)]` closure: a closure handed to `for_each` may be compiled apart, for
//! the baseline, where every multiply-add is a function call.

mod erf;
mod exp;
mod float;
mod gelu;
mod ln;
mod logistic;
mod tanh;

pub(crate) use erf::erf;
pub(crate) use exp::{exp, exp_m1, exp2};
pub(crate) use float::Float;
pub(crate) use gelu::gelu;
pub(crate) use ln::{ln, ln_1p, log2, log10};
pub(crate) use logistic::{sigmoid, softplus};
pub(crate) use tanh::tanh;

#[cfg(test)]
mod tests;
