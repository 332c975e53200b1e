//! ln x, ln(1 + x), log₂ x and log₁₀ x.
//!
//! x = 2ᵏ·(1 + f) with 1 + f in [√½, √2); ln(1 + f) = f + f²·p(f); ln x = k·ln 2 + ln(1 + f).

use super::Float;
use super::float::polynomial;

/// The constants of one type.
pub(crate) trait Coefficients: Sized + 'static {
    /// log₂ e, rounded, and what is missing.
    const LOG2_E_PARTS: [Self; 2];
    /// log₁₀ e, rounded, and what is missing.
    const LOG10_E: [Self; 2];
    /// log₁₀ 2, rounded, and what is missing.
    const LOG10_2: [Self; 2];
    /// p.
    const P: &'static [Self];
}

impl Coefficients for f32 {
    const LOG2_E_PARTS: [f32; 2] = [std::f32::consts::LOG2_E, 1.925_963e-8];
    const LOG10_E: [f32; 2] = [std::f32::consts::LOG10_E, -1.010_305e-8];
    const LOG10_2: [f32; 2] = [std::f32::consts::LOG10_2, -1.432_098_9e-8];
    /// Of degree 8: 2⁻²⁷·³ of ln(1 + f).
    const P: &'static [f32] = &[
        -0.5,
        0.333_333_3,
        -0.250_008_2,
        0.200_012_4,
        -0.166_234_05,
        0.142_016_16,
        -0.131_597_13,
        0.127_620_2,
        -0.076_358_944,
    ];
}

impl Coefficients for f64 {
    const LOG2_E_PARTS: [f64; 2] = [std::f64::consts::LOG2_E, 2.035_527_374_093_103_3e-17];
    const LOG10_E: [f64; 2] = [std::f64::consts::LOG10_E, 1.098_319_650_216_765e-17];
    const LOG10_2: [f64; 2] = [std::f64::consts::LOG10_2, -2.803_728_127_785_170_4e-18];
    /// Of degree 19: 2⁻⁵⁶·⁵ of ln(1 + f).
    const P: &'static [f64] = &[
        -0.5,
        0.333_333_333_333_331_4,
        -0.249_999_999_999_879_85,
        0.200_000_000_000_667_7,
        -0.166_666_666_698_249_8,
        0.142_857_142_800_817_07,
        -0.124_999_996_914_682_42,
        0.111_111_111_479_049_31,
        -0.100_000_152_065_629_61,
        0.090_909_239_232_748_99,
        -0.083_329_135_117_767_88,
        0.076_915_298_804_956_12,
        -0.071_494_400_798_215_99,
        0.066_845_896_159_015_76,
        -0.061_966_739_847_533_48,
        0.056_683_670_942_589_304,
        -0.056_777_920_563_853_41,
        0.065_035_376_756_445_45,
        -0.059_817_430_243_841_62,
        0.026_150_951_829_604_453,
    ];
}

/// ln(1 + f) for 1 + f in [√½, √2).
#[inline(always)]
fn near_zero<T: Float>(f: T) -> T {
    polynomial(f, T::P).mul_add(f * f, f)
}

/// `y`, the logarithm of a positive finite x, with the values for every other x.
#[inline(always)]
fn with_edges<T: Float>(x: T, y: T) -> T {
    let y = if x < T::INFINITY { y } else { x };
    let y = if x < T::ZERO { T::from_f64(f64::NAN) } else { y };
    if x == T::ZERO { -T::INFINITY } else { y }
}

#[inline(always)]
pub(crate) fn ln<T: Float>(x: T) -> T {
    let (k, m) = T::split(x);
    with_edges(x, k.mul_add(T::LN2, near_zero(m - T::ONE)))
}

/// With 1 + x = 2ᵏ·(1 + f): f = x·2⁻ᵏ + (2⁻ᵏ - 1) is rounded once, and exact for k = 0.
#[inline(always)]
pub(crate) fn ln_1p<T: Float>(x: T) -> T {
    let u = T::ONE + x;
    let (k, _) = T::split(u);
    let s = T::unscale(u);
    let f = x.mul_add(s, s - T::ONE);
    with_edges(u, k.mul_add(T::LN2, near_zero(f))).copysign(x)
}

/// The logarithm of 1 + f to the base whose logarithm of e is given.
#[inline(always)]
fn near_zero_of_base<T: Float>(f: T, e: [T; 2]) -> T {
    let rest = polynomial(f, T::P) * (f * f);
    f.mul_add(e[0], f.mul_add(e[1], rest * e[0]))
}

#[inline(always)]
pub(crate) fn log2<T: Float>(x: T) -> T {
    let (k, m) = T::split(x);
    with_edges(x, k + near_zero_of_base(m - T::ONE, T::LOG2_E_PARTS))
}

#[inline(always)]
pub(crate) fn log10<T: Float>(x: T) -> T {
    let (k, m) = T::split(x);
    let y = k.mul_add(T::LOG10_2[1], near_zero_of_base(m - T::ONE, T::LOG10_E));
    with_edges(x, k.mul_add(T::LOG10_2[0], y))
}
