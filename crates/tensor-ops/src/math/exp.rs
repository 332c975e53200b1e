//! eˣ, 2ˣ and eˣ - 1.
//!
//! x = n·ln 2 + r with |r| ≤ ½ ln 2; eʳ = 1 + r + r²·q(r); eˣ = 2ⁿ·eʳ.

use super::Float;
use super::float::{at_least, at_most, polynomial};

/// The constants of one type.
pub(crate) trait Coefficients: Sized + 'static {
    /// log₂ e.
    const LOG2_E: Self;
    /// ln 2, rounded.
    const LN2: Self;
    /// ln 2 - `LN2`.
    const LN2_LOW: Self;
    /// e to this power is infinite, and to somewhat less too.
    const MOST: Self;
    /// e to this power is 0.
    const LEAST: Self;
    /// q.
    const Q: &'static [Self];
}

impl Coefficients for f32 {
    const LOG2_E: f32 = std::f32::consts::LOG2_E;
    const LN2: f32 = std::f32::consts::LN_2;
    const LN2_LOW: f32 = -1.904_654_2e-9;
    const MOST: f32 = 89.0;
    const LEAST: f32 = -104.0;
    /// Of degree 4: 2⁻²⁶·¹ of eʳ - 1.
    const Q: &'static [f32] = &[0.5, 0.166_665_48, 0.041_666_828, 0.008_366_112, 0.001_390_041_7];
}

impl Coefficients for f64 {
    const LOG2_E: f64 = std::f64::consts::LOG2_E;
    const LN2: f64 = std::f64::consts::LN_2;
    const LN2_LOW: f64 = 2.319_046_813_846_3e-17;
    const MOST: f64 = 710.0;
    const LEAST: f64 = -746.0;
    /// Of degree 9: 2⁻⁵⁵·² of eʳ - 1.
    const Q: &'static [f64] = &[
        0.5,
        0.166_666_666_666_666_02,
        0.041_666_666_666_619_875,
        0.008_333_333_333_388_437,
        0.001_388_888_892_056_569,
        0.000_198_412_697_092_034_73,
        2.480_151_625_994_041_2e-5,
        2.755_742_515_067_496_6e-6,
        2.762_226_834_875_448_7e-7,
        2.504_590_958_141_546_4e-8,
    ];
}

/// eʳ to half a ULP and somewhat more.
#[inline(always)]
fn near_one<T: Float>(r: T) -> T {
    polynomial(r, T::Q).mul_add(r, T::ONE).mul_add(r, T::ONE)
}

/// (h, l) with e to the power of x + `x_low` = 2ⁿ·(1 + h + l), where n is x/ln 2 rounded: h = x - n·`LN2` is exact (the
/// product is fused, and the difference is a multiple of the last place of x or of `LN2`), l is everything else.
#[inline(always)]
pub(super) fn residue<T: Float>(x: T, x_low: T, n: T) -> (T, T) {
    let h = n.mul_add(-T::LN2, x);
    let low = n.mul_add(-T::LN2_LOW, x_low);
    let r = h + low;
    (h, polynomial(r, T::Q).mul_add(r * r, low))
}

#[inline(always)]
pub(crate) fn exp<T: Float>(x: T) -> T {
    let x = at_least(at_most(x, T::MOST), T::LEAST);
    let t = x.mul_add(T::LOG2_E, T::ROUND_TWICE);
    let n = t - T::ROUND_TWICE;
    let r = n.mul_add(-T::LN2_LOW, n.mul_add(-T::LN2, x));
    let (a, b) = T::powers(t);
    near_one(r) * a * b
}

#[inline(always)]
pub(crate) fn exp2<T: Float>(x: T) -> T {
    // 2 to these powers is infinite and 0.
    let x = at_least(at_most(x, T::MOST * T::from_f64(1.5)), T::LEAST * T::from_f64(1.5));
    let t = x + T::ROUND_TWICE;
    let (a, b) = T::powers(t);
    near_one((x - (t - T::ROUND_TWICE)) * T::LN2) * a * b
}

/// 2ⁿ·(1 + h + l) - 1, and the last subtraction first: 2ⁿ - 1 is exact wherever it matters.
#[inline(always)]
pub(crate) fn exp_m1<T: Float>(x: T) -> T {
    // eˣ - 1 is -1 there, rounded.
    let x_inside = at_least(at_most(x, T::MOST), T::from_f64(-50.0));
    let t = x_inside.mul_add(T::LOG2_E, T::ROUND);
    // The largest exponent is one too large for a power of two; then the other half of the power comes last.
    let most = at_most(t, T::LARGEST);
    (growth(x_inside, t, T::power(most)) * (T::ONE + (t - most))).copysign(x)
}

/// s·eʳ - 1 with r = x - n·ln 2, for t = n + `ROUND`.
#[inline(always)]
pub(super) fn growth<T: Float>(x: T, t: T, s: T) -> T {
    let (h, l) = residue(x, T::ZERO, t - T::ROUND);
    s.mul_add(l, s.mul_add(h, s - T::ONE))
}
