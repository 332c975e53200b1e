//! x·Φ(x) = max(x, 0) - a·Q(a) with a = |x| and Q(a) = 1 - Φ(a) = e^(-a²/2)·w(a).
//!
//! w falls slowly, from ½ like 1/(a·√2π): below 1.5 it is a polynomial in a - 1, and beyond a·w(a) is one in
//! (a - c)/(a + c), which hardly varies. a²/2 is kept in two parts: of its rounding error e would make an error that
//! grows like a².

use super::Float;
use super::exp::residue;
use super::float::{at_most, polynomial};

/// The constants of one type.
pub(crate) trait Coefficients: Sized + 'static {
    /// w of a - 1.
    const NEAR: &'static [Self];
    /// a·w(a) of (a - `CENTRE`)/(a + `CENTRE`).
    const FAR: &'static [Self];
    /// c.
    const CENTRE: Self;
    /// a·Q(a) is 0 there, rounded.
    const ZERO_AT: Self;
}

impl Coefficients for f32 {
    /// Of degree 9: 2⁻²⁷·³ of w.
    const NEAR: &'static [f32] = &[
        0.261_578_3,
        -0.137_363_99,
        0.062_107_243,
        -0.025_085_665,
        0.009_253_561,
        -0.003_166_672_8,
        0.001_025_558_7,
        -0.000_297_600_7,
        7.048_43e-5,
        -5.093_529e-5,
    ];
    /// Of degree 8: 2⁻²⁸·⁴ of a·w(a).
    const FAR: &'static [f32] = &[
        0.385_148_26,
        0.050_090_857,
        -0.082_662_895,
        0.089_480_564,
        -0.074_542_32,
        0.049_534_76,
        -0.026_111_282,
        0.010_373_378,
        -0.002_461_509_3,
    ];
    /// Here c·w(c) is an `f32` up to 2⁻³⁰, so that the rounding of the first coefficient costs nothing.
    const CENTRE: f32 = 5.109_375;
    const ZERO_AT: f32 = 14.5;
}

impl Coefficients for f64 {
    /// Of degree 18: 2⁻⁵⁴·⁷ of w.
    const NEAR: &'static [f64] = &[
        0.261_578_291_865_123_4,
        -0.137_363_988_536_309_32,
        0.062_107_151_664_404_39,
        -0.025_085_612_290_632_876,
        0.009_255_384_843_578_811,
        -0.003_166_045_489_402_279,
        0.001_014_889_889_699_126_8,
        -0.000_307_307_944_728_489_8,
        8.844_776_781_963_388e-5,
        -2.431_776_495_601_913e-5,
        6.412_890_578_133_184e-6,
        -1.627_938_835_667_739_4e-6,
        3.989_133_700_237_845_4e-7,
        -9.386_132_969_962_401e-8,
        2.205_082_443_521_368_5e-8,
        -5.478_998_405_662_702e-9,
        2.117_717_359_496_562_7e-10,
        -5.684_041_013_157_328e-10,
        2.923_348_352_618_404e-11,
    ];
    /// Of degree 20: 2⁻⁵⁵·⁸ of a·w(a).
    const FAR: &'static [f64] = &[
        0.386_884_817_138_203_4,
        0.044_293_106_851_034_36,
        -0.074_793_465_755_922_36,
        0.084_273_711_884_434_11,
        -0.074_588_316_217_785_15,
        0.054_084_671_449_681_95,
        -0.032_302_754_573_082_3,
        0.015_587_035_125_314_076,
        -0.005_740_263_931_514_417_5,
        0.001_356_293_306_940_991_7,
        -2.745_940_249_592_416_2e-5,
        -0.000_126_553_545_077_604_75,
        4.386_747_760_076_988_5e-5,
        2.098_528_077_545_434_6e-6,
        -5.834_819_329_744_661e-6,
        9.711_166_818_535_2e-7,
        6.003_639_087_384_675e-7,
        -2.311_334_641_868_132_7e-7,
        -4.740_699_406_574_171e-8,
        3.891_190_021_485_442_6e-8,
        -4.949_713_606_372_327e-9,
    ];
    const CENTRE: f64 = 5.5;
    const ZERO_AT: f64 = 39.0;
}

#[inline(always)]
pub(crate) fn gelu<T: Float>(x: T) -> T {
    let a = at_most(x.abs(), T::ZERO_AT);
    let half = a * T::from_f64(-0.5);
    let power = half * a;
    let power_low = half.mul_add(a, -power);
    let t = power.mul_add(T::LOG2_E, T::ROUND_TWICE);
    let (h, l) = residue(power, power_low, t - T::ROUND_TWICE);
    let (s, s_low) = T::powers(t);

    let near = a - T::ONE;
    let far = (a - T::CENTRE) / (a + T::CENTRE);
    let (near_rest, far_rest) = (polynomial(near, &T::NEAR[1..]), polynomial(far, &T::FAR[1..]));
    let (variable, rest, first, factor) = if a < T::from_f64(1.5) {
        (near, near_rest, T::NEAR[0], -a)
    } else {
        (far, far_rest, T::FAR[0], -T::ONE)
    };
    // The last sum and both products in two parts: rounded apart, they would be most of the error.
    let w = variable.mul_add(rest, first);
    let w_low = variable.mul_add(rest, first - w);
    let product = factor * w;
    let product_low = factor.mul_add(w_low, factor.mul_add(w, -product));
    let tail = product.mul_add(h, product.mul_add(l, product_low)) + product;
    (tail * s * s_low + if x > T::ZERO { x } else { T::ZERO }).copysign(x)
}
