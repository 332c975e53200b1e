//! The normal distribution by the inverse of its distribution function Φ: one word of the stream, one number.
//!
//! Functions of the crate `libm` and none of the fused ones of [`Real`](crate::Real), which would be slow here, outside
//! of [`dispatch`](crate::simd::dispatch).

#[cfg(test)]
mod tests;

use std::f64::consts::FRAC_1_SQRT_2;

use crate::TensorError;

/// A standard normal number from 64 random bits: one for the sign, 52 for the tail probability, an odd multiple of
/// 2^-54 below 1/2, exact and never 0.
pub(super) fn standard(word: u64) -> f64 {
    let z = quantile(odd(word) / (1u64 << 54) as f64);
    if word & 1 == 0 { -z } else { z }
}

/// The 52 high bits as an odd number below 2^53.
fn odd(word: u64) -> f64 {
    (word >> 12 << 1 | 1) as f64
}

/// Φ(x), with a relative error of a few ε·x² down to the end of the range at x = -38.
fn distribution(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

/// Φ⁻¹(p) for 0 < p <= 1/2, with a relative error of 1e-15 (Wichura, "Algorithm AS 241: the percentage points of the
/// normal distribution", 1988, routine PPND16).
fn quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q >= -0.425 {
        return q * ratio(0.180625 - q * q, &CENTRE);
    }
    let r = libm::log(p).abs().sqrt();
    if r <= 5.0 { -ratio(r - 1.6, &TAIL) } else { -ratio(r - 5.0, &FAR_TAIL) }
}

/// The quotient of two polynomials of degree 7, coefficients of the highest power first.
fn ratio(x: f64, [numerator, denominator]: &[[f64; 8]; 2]) -> f64 {
    let at = |p: &[f64; 8]| p.iter().fold(0.0, |sum, c| sum * x + c);
    at(numerator) / at(denominator)
}

// All digits as published.
#[allow(clippy::excessive_precision)]
const CENTRE: [[f64; 8]; 2] = [
    [
        2.509_080_928_730_122_672_7e3,
        3.343_057_558_358_812_810_5e4,
        6.726_577_092_700_870_085_3e4,
        4.592_195_393_154_987_145_7e4,
        1.373_169_376_550_946_112_5e4,
        1.971_590_950_306_551_442_7e3,
        1.331_416_678_917_843_774_5e2,
        3.387_132_872_796_366_608,
    ],
    [
        5.226_495_278_852_854_561_0e3,
        2.872_908_573_572_194_267_4e4,
        3.930_789_580_009_271_061_0e4,
        2.121_379_430_158_659_586_7e4,
        5.394_196_021_424_751_107_7e3,
        6.871_870_074_920_579_083_0e2,
        4.231_333_070_160_091_125_2e1,
        1.0,
    ],
];
#[allow(clippy::excessive_precision)]
const TAIL: [[f64; 8]; 2] = [
    [
        7.745_450_142_783_414_076_40e-4,
        2.272_384_498_926_918_458_33e-2,
        2.417_807_251_774_506_117_70e-1,
        1.270_458_252_452_368_382_58,
        3.647_848_324_763_204_605_04,
        5.769_497_221_460_691_405_50,
        4.630_337_846_156_545_295_90,
        1.423_437_110_749_683_577_34,
    ],
    [
        1.050_750_071_644_416_843_24e-9,
        5.475_938_084_995_344_946_00e-4,
        1.519_866_656_361_645_719_66e-2,
        1.481_039_764_274_800_745_90e-1,
        6.897_673_349_851_000_045_50e-1,
        1.676_384_830_183_803_849_40,
        2.053_191_626_637_758_821_87,
        1.0,
    ],
];
#[allow(clippy::excessive_precision)]
const FAR_TAIL: [[f64; 8]; 2] = [
    [
        2.010_334_399_292_288_132_65e-7,
        2.711_555_568_743_487_578_15e-5,
        1.242_660_947_388_078_438_60e-3,
        2.653_218_952_657_612_309_30e-2,
        2.965_605_718_285_048_912_30e-1,
        1.784_826_539_917_291_335_80,
        5.463_784_911_164_114_369_90,
        6.657_904_643_501_103_777_20,
    ],
    [
        2.044_263_103_389_939_785_64e-15,
        1.421_511_758_316_445_888_70e-7,
        1.846_318_317_510_054_681_80e-5,
        7.868_691_311_456_132_591_00e-4,
        1.487_536_129_085_061_485_25e-2,
        1.369_298_809_227_358_053_10e-1,
        5.998_322_065_558_879_376_90e-1,
        1.0,
    ],
];

/// A normal distribution on condition of a window.
#[derive(Debug, Clone, Copy)]
pub(super) struct Truncated {
    mean: f64,
    std: f64,
    window: [f64; 2],
    law: Law,
}

#[derive(Debug, Clone, Copy)]
enum Law {
    /// The probabilities below, in and above the window, each with a small relative error.
    Inverse { below: f64, mass: f64, above: f64 },
    /// So narrow that the density is exponential over it; its logarithm rises by `slope`.
    Narrow { slope: f64 },
    /// `start` deviations from the mean, on the side of `sign`, where Φ itself leaves the range of f64 (at 38). `missing`
    /// is the part of the tail's probability that lies in the window.
    Tail { start: f64, missing: f64, sign: f64 },
}

/// Deviations from which on the tail has a law of its own. Seven terms of the expansion are enough for f64 from here on.
const FAR: f64 = 30.0;
/// Width in deviations below which the logarithm of the density is straight: it bends by width²/8.
const NARROW: f64 = 1e-6;

impl Truncated {
    pub(super) fn new(mean: f64, std: f64, window: [f64; 2]) -> Result<Truncated, TensorError> {
        let [low, high] = window;
        if !(low < high && mean.is_finite() && std.is_finite() && std > 0.0) {
            let what = format!(
                "low {low} must be below high {high}, mean {mean} finite, std {std} finite and positive"
            );
            return Err(TensorError::Setting { op: "truncated_normal", what });
        }
        let [a, b] = window.map(|x| (x - mean) / std);
        let width = (high - low) / std;
        let law = if a > FAR || b < -FAR {
            let (start, sign) = if a > FAR { (a, 1.0) } else { (-b, -1.0) };
            Law::Tail { start, missing: -libm::expm1(log_tail(start, width)), sign }
        } else if width < NARROW {
            Law::Narrow { slope: -width * (a + b) / 2.0 }
        } else {
            let (below, above) = (distribution(a), distribution(-b));
            let mass = match () {
                () if b <= 0.0 => distribution(b) - below,
                () if a >= 0.0 => distribution(-a) - above,
                () => 1.0 - below - above,
            };
            Law::Inverse { below, mass, above }
        };
        Ok(Truncated { mean, std, window, law })
    }

    pub(super) fn at(&self, word: u64) -> f64 {
        // Both u and 1 - u are odd multiples of 2^-53, hence exact.
        let u = odd(word) / (1u64 << 53) as f64;
        let [low, high] = self.window;
        let x = match self.law {
            Law::Inverse { below, mass, above } => {
                let (p, q) = (below + u * mass, above + (1.0 - u) * mass);
                // Rounding can leave both a hair above 1/2.
                let z = if p < q { quantile(p.min(0.5)) } else { -quantile(q.min(0.5)) };
                self.mean + self.std * z
            }
            // The inverse of the distribution function of exp(slope·t) on [0, 1].
            Law::Narrow { slope } => {
                let t = if slope.abs() < 1e-12 { u } else { libm::log1p(u * libm::expm1(slope)) / slope };
                low + t * (high - low)
            }
            Law::Tail { start, missing, sign } => {
                // A part `v` of the window's probability lies between its nearer bound and x.
                let v = if sign > 0.0 { u } else { 1.0 - u };
                let step = self.std * tail_step(start, -libm::log1p(-v * missing));
                if sign > 0.0 { low + step } else { high - step }
            }
        };
        x.clamp(low, high)
    }
}

/// ln(Q(start + step)/Q(start)) with Q = 1 - Φ, for start > [`FAR`].
fn log_tail(start: f64, step: f64) -> f64 {
    if step == f64::INFINITY || start == f64::INFINITY {
        return f64::NEG_INFINITY;
    }
    let bend = libm::log1p(mills(start + step) - 1.0) - libm::log1p(mills(start) - 1.0);
    -step * (start + step / 2.0) - libm::log1p(step / start) + bend
}

/// x·Q(x)/φ(x), Mills' ratio times x, by its asymptotic expansion 1 - 1/x² + 1·3/x⁴ - 1·3·5/x⁶ + ... (Abramowitz and
/// Stegun, 26.2.12); the first term left out is 2e-16 at x = 30.
fn mills(x: f64) -> f64 {
    let y = 1.0 / (x * x);
    [13.0, 11.0, 9.0, 7.0, 5.0, 3.0, 1.0].into_iter().fold(1.0, |sum, odd| 1.0 - odd * y * sum)
}

/// The step for which [`log_tail`] is -`fall`: Newton's method from the root for mills = x, which is right to 1/start²,
/// so that three steps reach the last bit.
fn tail_step(start: f64, fall: f64) -> f64 {
    if start > 1e8 {
        // The tail is exponential to within 1/start², below the resolution of f64.
        return fall / start;
    }
    let mut step = 2.0 * fall / (start + (start * start + 2.0 * fall).sqrt());
    for _ in 0..3 {
        let x = start + step;
        step += (log_tail(start, step) + fall) * mills(x) / x;
    }
    step
}
