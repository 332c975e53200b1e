//! What the texts need of a floating-point format beyond arithmetic.

use super::{erf, exp, gelu, ln};
use crate::Real;

/// `f32` or `f64`, with its exponent at hand.
///
/// Rounding to a whole number is an addition: with m bits of mantissa, the low bits of t = x + 1.5·2ᵐ are the nearest
/// whole number. `ROUND` and `ROUND_TWICE` add the exponent's bias on top, so that those bits shifted into the place of
/// the exponent are a power of two.
pub(crate) trait Float:
    Real + erf::Coefficients + exp::Coefficients + gelu::Coefficients + ln::Coefficients
{
    /// 1.5·2ᵐ + bias.
    const ROUND: Self;
    /// 1.5·2ᵐ + 2·bias.
    const ROUND_TWICE: Self;

    /// `ROUND` + the largest exponent.
    const LARGEST: Self;

    /// 2ⁿ of t = n + `ROUND`, where 2ⁿ is a normal number.
    fn power(t: Self) -> Self;
    /// Two powers of two whose product is 2ⁿ, for t = n + `ROUND_TWICE` and 2ⁿ from far below the subnormal numbers to
    /// beyond the largest. A number near 1 times the first is exact; so times both it is rounded once, if at all.
    fn powers(t: Self) -> (Self, Self);
    /// (k, m) with x = 2ᵏ·m and m in [√½, √2), for x > 0, subnormal ones included; something for every other.
    fn split(x: Self) -> (Self, Self);
    /// 2⁻ᵏ with the k of `split`, for x from ε² to the largest number.
    fn unscale(x: Self) -> Self;
}

macro_rules! float {
    ($t:ident, $bits:ident, $m:literal) => {
        const _: () = {
            const BIAS: $bits = $t::MAX_EXP as $bits - 1;
            /// 2ᵐ: its bits with the low ones replaced by those of a whole number n are 2ᵐ + n.
            const UNIT: $t = (1u64 << $m) as $t;
            const ROOT: $bits = std::$t::consts::FRAC_1_SQRT_2.to_bits();
            /// Added to the bits of x, the exponent changes at √½ instead of 1.
            const SHIFT: $bits = (1.0 as $t).to_bits() - ROOT;

            impl Float for $t {
                const ROUND: Self = 1.5 * UNIT + BIAS as $t;
                const ROUND_TWICE: Self = 1.5 * UNIT + 2.0 * BIAS as $t;
                const LARGEST: Self = Self::ROUND_TWICE;

                #[inline(always)]
                fn power(t: Self) -> Self {
                    $t::from_bits(t.to_bits() << $m)
                }

                #[inline(always)]
                fn powers(t: Self) -> (Self, Self) {
                    let n = t.to_bits();
                    ($t::from_bits((n >> 1) << $m), $t::from_bits(n.wrapping_sub(n >> 1) << $m))
                }

                #[inline(always)]
                fn split(x: Self) -> (Self, Self) {
                    let small = x < $t::MIN_POSITIVE;
                    let (x, offset) = (
                        if small { x * UNIT } else { x },
                        if small { UNIT + BIAS as $t + $m as $t } else { UNIT + BIAS as $t },
                    );
                    let bits = x.to_bits().wrapping_add(SHIFT);
                    let k = $t::from_bits((bits >> $m) | UNIT.to_bits()) - offset;
                    (k, $t::from_bits((bits & ((1 << $m) - 1)) + ROOT))
                }

                #[inline(always)]
                fn unscale(x: Self) -> Self {
                    // In two steps, since 2⁻ᵏ is subnormal for the largest x.
                    const STEP: $bits = 64;
                    let k = x.to_bits().wrapping_add(SHIFT) >> $m;
                    let power = $t::from_bits((2 * BIAS + STEP).wrapping_sub(k) << $m);
                    power * $t::from_bits((BIAS - STEP) << $m)
                }
            }
        };
    };
}

float!(f32, u32, 23);
float!(f64, u64, 52);

/// Σ cₖ·xᵏ by Horner's rule, the lowest coefficient first.
#[inline(always)]
pub(super) fn polynomial<T: Real>(x: T, c: &[T]) -> T {
    // A loop, for a closure would be compiled apart, without the instructions of the caller.
    let mut sum = c[c.len() - 1];
    for &c in c[..c.len() - 1].iter().rev() {
        sum = sum.mul_add(x, c);
    }
    sum
}

/// `x`, but at most `most`; NaN stays NaN.
#[inline(always)]
pub(super) fn at_most<T: Real>(x: T, most: T) -> T {
    if x > most { most } else { x }
}

/// `x`, but at least `least`; NaN stays NaN.
#[inline(always)]
pub(super) fn at_least<T: Real>(x: T, least: T) -> T {
    if x < least { least } else { x }
}
