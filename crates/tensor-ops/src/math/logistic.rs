//! The logistic function 1/(1 + e⁻ˣ), and softplus ln(1 + eˣ), whose derivative it is.
//!
//! Both take e to the power of -|x|, which lies in (0, 1], and keep its relative error where the result is small.

use super::Float;
use super::exp::{exp, residue};
use super::float::at_least;
use super::ln::near_zero;

/// With e = exp(-|x|): 1/(1 + e) for x ≥ 0, e/(1 + e) for x < 0.
#[inline(always)]
pub(crate) fn sigmoid<T: Float>(x: T) -> T {
    let e = exp(-x.abs());
    let top = if x < T::ZERO { e } else { T::ONE };
    top / (T::ONE + e)
}

/// max(x, 0) + ln(1 + e) with e = exp(-|x|): ln(1 + f) with f = e where e is at most about √2 - 1, and else
/// ln 2 + ln(1 + f) with f = (e - 1)/2.
#[inline(always)]
pub(crate) fn softplus<T: Float>(x: T) -> T {
    let least = at_least(-x.abs(), T::LEAST);
    let t = least.mul_add(T::LOG2_E, T::ROUND);
    // Where 2ⁿ is subnormal, 2⁻⁶⁴ of it comes last.
    let normal = at_least(t, T::ROUND - T::from_f64(64.0));
    let rest = T::power(T::ROUND + (t - normal));
    let s = T::power(normal);
    let (h, l) = residue(least, T::ZERO, t - T::ROUND);
    let large = least > T::from_f64(-0.881);
    let (s, one) = if large { (s * T::from_f64(0.5), T::from_f64(0.5)) } else { (s, T::ZERO) };
    let f = s.mul_add(l, s.mul_add(h, s - one)) * rest;
    let y = near_zero(f) + if large { T::LN2 } else { T::ZERO };
    y + if x > T::ZERO { x } else { T::ZERO }
}
