//! Numbers of twice the digits: the unevaluated sum of two f64, about 106 bits.
//!
//! The products are exact with one fused multiply-add; the sums are those of Knuth and Dekker (Dekker, 1971). Each operation
//! is right to a few units of 2⁻¹⁰⁴.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// `high` + `low`, with |`low`| at most half a unit in the last place of `high`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Double {
    pub(crate) high: f64,
    pub(crate) low: f64,
}

impl Double {
    pub(crate) const fn new(high: f64, low: f64) -> Self {
        Double { high, low }
    }

    /// The exact product of two f64.
    #[inline(always)]
    pub(crate) fn product(a: f64, b: f64) -> Self {
        let high = a * b;
        Double { high, low: a.mul_add(b, -high) }
    }

    /// The exact sum of two f64.
    #[inline(always)]
    pub(crate) fn sum(a: f64, b: f64) -> Self {
        let high = a + b;
        let of_b = high - a;
        Double { high, low: (a - (high - of_b)) + (b - of_b) }
    }

    /// The exact sum of two f64, the first the larger one.
    #[inline(always)]
    fn ordered_sum(a: f64, b: f64) -> Self {
        let high = a + b;
        Double { high, low: b - (high - a) }
    }

    /// Times a power of two.
    #[inline(always)]
    pub(crate) fn times_power(self, power: f64) -> Self {
        Double { high: self.high * power, low: self.low * power }
    }
}

impl From<f64> for Double {
    #[inline(always)]
    fn from(high: f64) -> Self {
        Double { high, low: 0.0 }
    }
}

impl Neg for Double {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Double { high: -self.high, low: -self.low }
    }
}

impl Add for Double {
    type Output = Self;
    #[inline(always)]
    fn add(self, b: Self) -> Self {
        let (s, t) = (Double::sum(self.high, b.high), Double::sum(self.low, b.low));
        let s = Double::ordered_sum(s.high, s.low + t.high);
        Double::ordered_sum(s.high, s.low + t.low)
    }
}

impl Sub for Double {
    type Output = Self;
    #[inline(always)]
    fn sub(self, b: Self) -> Self {
        self + -b
    }
}

impl Mul for Double {
    type Output = Self;
    #[inline(always)]
    fn mul(self, b: Self) -> Self {
        let p = Double::product(self.high, b.high);
        Double::ordered_sum(p.high, p.low + self.high.mul_add(b.low, self.low * b.high))
    }
}

impl Div for Double {
    type Output = Self;
    #[inline(always)]
    fn div(self, b: Self) -> Self {
        let first = self.high / b.high;
        let rest = self - b * first.into();
        let second = rest.high / b.high;
        let rest = rest - b * second.into();
        Double::ordered_sum(first, second) + (rest.high / b.high).into()
    }
}
