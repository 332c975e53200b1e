//! erf x: x + x·s(x²) up to 0.75, and beyond 1 - e^(-a·g(a)) of a = |x|, where g(a) = -ln(1 - erf a)/a.

use super::Float;
use super::exp::residue;
use super::float::{at_most, polynomial};

/// The constants of one type.
pub(crate) trait Coefficients: Sized + 'static {
    /// s.
    const SMALL: &'static [Self];
    /// g.
    const LARGE: &'static [Self];
    /// The error function is 1 there, rounded.
    const ONE_AT: Self;
}

impl Coefficients for f32 {
    /// Of degree 5: 2⁻²⁹·² of erf x.
    const SMALL: &'static [f32] =
        &[0.128_379_17, -0.376_126_2, 0.112_833_79, -0.026_834_335, 0.005_113_157, -0.000_673_758_1];
    /// Of degree 6: 2⁻²⁸·⁵ of erf x.
    const LARGE: &'static [f32] = &[
        1.128_555_4,
        0.635_552_1,
        0.105_535_9,
        -0.023_125_421,
        0.003_326_065_8,
        -0.000_241_278_87,
        2.725_838_6e-6,
    ];
    const ONE_AT: f32 = 4.0;
}

impl Coefficients for f64 {
    /// Of degree 10: 2⁻⁵⁶·³ of erf x.
    const SMALL: &'static [f64] = &[
        0.128_379_167_095_512_6,
        -0.376_126_389_031_841_7,
        0.112_837_916_709_783_59,
        -0.026_866_170_650_136_52,
        0.005_223_977_679_875_774,
        -0.000_854_833_038_091_382_2,
        0.000_120_554_559_258_142_17,
        -1.492_828_958_937_664_9e-5,
        1.649_164_015_261_603e-6,
        -1.644_327_666_732_434_6e-7,
        1.324_000_021_450_200_3e-8,
    ];
    /// Of degree 18: 2⁻⁵⁷·⁴ of erf x.
    const LARGE: &'static [f64] = &[
        1.128_379_186_100_015_2,
        0.636_619_527_722_529,
        0.102_774_076_488_132_11,
        -0.019_133_964_582_551_507,
        -0.000_194_780_394_100_895_2,
        0.001_668_291_949_189_196_3,
        -0.000_548_567_720_175_885_3,
        -2.276_678_779_545_556_8e-5,
        0.000_109_846_273_213_134_33,
        -6.355_807_371_946_465e-5,
        2.348_742_697_397_121e-5,
        -6.424_258_418_028_678e-6,
        1.349_520_381_962_470_3e-6,
        -2.181_445_702_045_203_4e-7,
        2.664_306_190_720_133e-8,
        -2.366_738_953_141_573_9e-9,
        1.428_972_814_448_726_7e-10,
        -5.156_473_184_715_026e-12,
        8.131_289_242_996_242e-14,
    ];
    const ONE_AT: f64 = 6.0;
}

#[inline(always)]
pub(crate) fn erf<T: Float>(x: T) -> T {
    let a = at_most(x.abs(), T::ONE_AT);
    let small = polynomial(x * x, T::SMALL).mul_add(a, a);
    let power = -a * polynomial(a, T::LARGE);
    let t = power.mul_add(T::LOG2_E, T::ROUND);
    let s = T::power(t);
    let (h, l) = residue(power, T::ZERO, t - T::ROUND);
    let large = s.mul_add(-(h + l), T::ONE - s);
    (if a < T::from_f64(0.75) { small } else { large }).copysign(x)
}
