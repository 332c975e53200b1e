//! What a function needs of its numbers: the same formulas for values and for derivatives.

use std::fmt::Debug;
use std::iter::{Product, Sum};
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use super::Dual;

/// A real number, or one that carries derivatives: `f64`, [`Dual`], `Dual<Dual>`.
///
/// ```
/// use nn_check::{Number, exact_gradient};
/// fn softplus<N: Number>(x: N) -> N {
///     x.max(N::from(0.0)) + (-x.abs()).exp().ln_1p()
/// }
/// assert!((softplus(1.0) - 1.3132616875182228).abs() < 1e-15);
/// let gradient = exact_gradient(|t| softplus(t[0]), &[1.0]);
/// assert!((gradient[0] - 1.0 / (1.0 + (-1f64).exp())).abs() < 1e-15);
/// ```
pub trait Number:
    Copy
    + Debug
    + From<f64>
    + PartialOrd
    + PartialOrd<f64>
    + Neg<Output = Self>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Add<f64, Output = Self>
    + Sub<f64, Output = Self>
    + Mul<f64, Output = Self>
    + Div<f64, Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
    + Sum
    + Product
{
    /// The value, without derivatives.
    fn to_f64(self) -> f64;
    /// Whether value and derivatives are all 0.
    fn is_zero(self) -> bool;
    /// eˣ.
    fn exp(self) -> Self;
    /// eˣ - 1, exact near 0.
    fn exp_m1(self) -> Self;
    /// ln x.
    fn ln(self) -> Self;
    /// ln(1 + x), exact near 0.
    fn ln_1p(self) -> Self;
    /// √x.
    fn sqrt(self) -> Self;
    /// xⁿ.
    fn powi(self, n: i32) -> Self;
    /// xᵖ for a constant p.
    fn powf(self, p: f64) -> Self;
    /// sin x.
    fn sin(self) -> Self;
    /// cos x.
    fn cos(self) -> Self;
    /// tan x.
    fn tan(self) -> Self;
    /// arctan x.
    fn atan(self) -> Self;
    /// sinh x.
    fn sinh(self) -> Self;
    /// cosh x.
    fn cosh(self) -> Self;
    /// tanh x.
    fn tanh(self) -> Self;
    /// |x|; at 0 its derivative is NaN, unless x is a constant.
    fn abs(self) -> Self;
    /// The larger of two; where they are equal with different derivatives, that of the result is NaN.
    fn max(self, other: Self) -> Self;
    /// The smaller of two; where they are equal with different derivatives, that of the result is NaN.
    fn min(self, other: Self) -> Self;

    /// 1/x.
    fn recip(self) -> Self {
        Self::from(1.0) / self
    }

    /// 1/(1 + e⁻ˣ), without overflow on either side.
    fn sigmoid(self) -> Self {
        (-self).exp().add(1.0).recip()
    }
}

macro_rules! of_f64 {
    ($($f:ident),*) => {$(
        fn $f(self) -> f64 {
            f64::$f(self)
        }
    )*};
}

impl Number for f64 {
    of_f64!(exp, exp_m1, ln, ln_1p, sqrt, sin, cos, tan, atan, sinh, cosh, tanh, abs);

    fn to_f64(self) -> f64 {
        self
    }
    fn is_zero(self) -> bool {
        self == 0.0
    }
    fn powi(self, n: i32) -> f64 {
        f64::powi(self, n)
    }
    fn powf(self, p: f64) -> f64 {
        f64::powf(self, p)
    }
    fn max(self, other: f64) -> f64 {
        f64::max(self, other)
    }
    fn min(self, other: f64) -> f64 {
        f64::min(self, other)
    }
    fn sigmoid(self) -> f64 {
        1.0 / (1.0 + (-self).exp())
    }
}

impl<N: Number> Number for Dual<N> {
    fn to_f64(self) -> f64 {
        self.value.to_f64()
    }
    fn is_zero(self) -> bool {
        self.value.is_zero() && self.slope.is_zero()
    }
    fn exp(self) -> Self {
        let y = self.value.exp();
        self.chain(y, y)
    }
    fn exp_m1(self) -> Self {
        self.chain(self.value.exp_m1(), self.value.exp())
    }
    fn ln(self) -> Self {
        self.chain(self.value.ln(), self.value.recip())
    }
    fn ln_1p(self) -> Self {
        self.chain(self.value.ln_1p(), (self.value + 1.0).recip())
    }
    fn sqrt(self) -> Self {
        let y = self.value.sqrt();
        self.chain(y, (y * 2.0).recip())
    }
    fn powi(self, n: i32) -> Self {
        match n {
            0 => Dual::from(1.0),
            _ => self.chain(self.value.powi(n), self.value.powi(n - 1) * f64::from(n)),
        }
    }
    fn powf(self, p: f64) -> Self {
        if p == 0.0 {
            return Dual::from(1.0);
        }
        self.chain(self.value.powf(p), self.value.powf(p - 1.0) * p)
    }
    fn sin(self) -> Self {
        self.chain(self.value.sin(), self.value.cos())
    }
    fn cos(self) -> Self {
        self.chain(self.value.cos(), -self.value.sin())
    }
    fn tan(self) -> Self {
        let y = self.value.tan();
        self.chain(y, y * y + 1.0)
    }
    fn atan(self) -> Self {
        self.chain(self.value.atan(), (self.value * self.value + 1.0).recip())
    }
    fn sinh(self) -> Self {
        self.chain(self.value.sinh(), self.value.cosh())
    }
    fn cosh(self) -> Self {
        self.chain(self.value.cosh(), self.value.sinh())
    }
    /// With s = e^(-2|x|), tanh′ = 4s / (1 + s)²: 1 - tanh² would cancel for large x.
    fn tanh(self) -> Self {
        let x = self.value;
        let s = (if x < 0.0 { x } else { -x } * 2.0).exp();
        let t = (s + 1.0).recip();
        self.chain(x.tanh(), s * t * t * 4.0)
    }
    fn abs(self) -> Self {
        if self.value > 0.0 {
            self
        } else if self.value < 0.0 {
            -self
        } else {
            at_a_kink(self, -self)
        }
    }
    /// As `f64::max`, a NaN gives way to a number.
    fn max(self, other: Self) -> Self {
        if self.value > other.value || other.to_f64().is_nan() {
            self
        } else if self.value == other.value {
            at_a_kink(self, other)
        } else {
            other
        }
    }
    fn min(self, other: Self) -> Self {
        if self.value < other.value || other.to_f64().is_nan() {
            self
        } else if self.value == other.value {
            at_a_kink(self, other)
        } else {
            other
        }
    }
}

/// Two branches that meet: their common derivatives up to the order at which they part, then none.
fn at_a_kink<N: Number>(one: Dual<N>, other: Dual<N>) -> Dual<N> {
    let slope = if one.slope == other.slope { one.slope.max(other.slope) } else { one.slope * f64::NAN };
    Dual { value: one.value.max(other.value), slope }
}
