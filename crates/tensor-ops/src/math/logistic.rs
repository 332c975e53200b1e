//! The logistic function 1/(1 + e⁻ˣ), and softplus ln(1 + eˣ), whose derivative it is.
//!
//! Both take e to the power of -|x|, which lies in (0, 1], and keep its relative error where the result is small.

use super::Float;
use super::exp::{exp, residue};
use super::float::{at_least, polynomial};

/// With e = exp(-|x|): 1/(1 + e) for x ≥ 0, e/(1 + e) for x < 0.
#[inline(always)]
pub(crate) fn sigmoid<T: Float>(x: T) -> T {
    let e = exp(-x.abs());
    let above = if x < T::ZERO { e } else { T::ONE };
    let below = T::ONE + e;
    let below_low = e - (below - T::ONE);
    // One division, and the remainder times the reciprocal: the rounding of 1 + e would double the error.
    let reciprocal = T::ONE / below;
    let y = above * reciprocal;
    y.mul_add(-below_low, y.mul_add(-below, above)).mul_add(reciprocal, y)
}

/// max(x, 0) + ln(1 + e) with e = exp(-|x|). Where e is at most about √2 - 1, f = e; beyond, 1 + e = 2·(1 + f) with
/// f = (e - 1)/2, and ln 2 is added.
#[inline(always)]
pub(crate) fn softplus<T: Float>(x: T) -> T {
    let power = at_least(-x.abs(), T::LEAST);
    let t = power.mul_add(T::LOG2_E, T::ROUND);
    let (h, l) = residue(power, T::ZERO, t - T::ROUND);
    // Where e is small, ln(1 + e) is e; so the rest of a power of two that may be subnormal comes last.
    let normal = at_least(t, T::ROUND - T::from_f64(64.0));
    let (s, rest) = (T::power(normal), T::power(T::ROUND + (t - normal)));
    let half = T::from_f64(0.5);
    let large = power > T::from_f64(-0.8814);
    let (s, one, start) = if large { (s * half, half, T::LN2) } else { (s, T::ZERO, T::ZERO) };
    let most = s.mul_add(h, s - one);
    let f = s.mul_add(l, most);
    let f_low = s.mul_add(l, most - f);
    let sum = start + f;
    let sum_low = f - (sum - start);
    let y = sum + polynomial(f, T::P).mul_add(f * f, f_low + sum_low);
    y * rest + if x > T::ZERO { x } else { T::ZERO }
}
