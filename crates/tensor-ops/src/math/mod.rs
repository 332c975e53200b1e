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
