//! x·Φ(x) = max(x, 0) - a·Q(a) with a = |x| and Q(a) = 1 - Φ(a) = e^(-a²/2)·w(a).
//!
//! w falls slowly, from ½ like 1/(a·√2π): below 1.5 it is a polynomial in a - 0.578, and beyond a·w(a) is one in
//! (a - c)/(a + c), which hardly varies. a²/2 is kept in two parts: of its rounding error e would make an error that
//! grows like a².

use super::Float;
use super::exp::residue;
use super::float::{at_most, polynomial};

/// The constants of one type.
pub(crate) trait Coefficients: Sized + 'static {
    /// w of a - 0.578125.
    const NEAR: &'static [Self];
    /// a·w(a) of (a - `CENTRE`)/(a + `CENTRE`).
    const FAR: &'static [Self];
    /// c.
    const CENTRE: Self;
    /// a·Q(a) is 0 there, rounded.
    const ZERO_AT: Self;
}

impl Coefficients for f32 {
    /// Of degree 9: 2⁻²⁷·⁴ of w.
    const NEAR: &'static [f32] = &[
        0.332_808_05,
        -0.206_537_62,
        0.106_701_83,
        -0.048_283_976,
        0.019_695_66,
        -0.007_374_438_5,
        0.002_575_859_4,
        -0.000_861_696_26,
        0.000_265_054_26,
        -5.159_778e-5,
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
    /// Of degree 18: 2⁻⁵⁴·⁵ of w.
    const NEAR: &'static [f64] = &[
        0.332_808_047_557_131_1,
        -0.206_537_627_907_466_24,
        0.106_701_740_711_565_95,
        -0.048_283_561_352_866_544,
        0.019_696_951_701_004_307,
        -0.007_379_252_230_012_246,
        0.002_571_803_586_031_127,
        -0.000_841_775_471_507_928_8,
        0.000_260_644_003_680_900_24,
        -7.678_782_514_095_11e-5,
        2.162_515_819_576_986_6e-5,
        -5.844_289_123_121_281e-6,
        1.520_453_537_681_606_1e-6,
        -3.816_178_071_637_455_4e-7,
        9.279_840_672_416_007e-8,
        -2.224_563_265_579_125_6e-8,
        5.246_689_566_726_407e-9,
        -1.024_180_492_863_890_6e-9,
        1.021_980_347_981_344_6e-10,
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

    let near = polynomial(a - T::from_f64(0.578_125), T::NEAR);
    let far = polynomial((a - T::CENTRE) / (a + T::CENTRE), T::FAR);
    let (w, factor) = if a < T::from_f64(1.5) { (near, -a) } else { (far, -T::ONE) };
    // The product in two parts, times 1 + h + l, rounded once.
    let product = factor * w;
    let product_low = factor.mul_add(w, -product);
    let tail = product.mul_add(h, product.mul_add(l, product_low)) + product;
    // -0 + x is x, with its sign.
    tail * s * s_low + if x >= T::ZERO { x } else { -T::ZERO }
}
