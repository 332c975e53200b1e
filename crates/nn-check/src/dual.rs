//! Dual numbers: derivatives without a step and without its errors.
//!
//! With ε² = 0, f(x + ẋε) = f(x) + f′(x) ẋ ε. A function that is computed with dual numbers instead of `f64` so gives its
//! derivative beside its value, exact up to the rounding of the formula for f′ (Clifford 1873; Wengert, "A simple
//! automatic derivative evaluation program", 1964). A dual number of dual numbers gives second derivatives.

mod exact;
mod number;
mod operators;

use std::cmp::Ordering;
use std::fmt;

pub use exact::{check_gradient_exact, check_hessian_vector_exact, exact_gradient, exact_hessian_vector};
pub use number::Number;

/// A number with its derivative: `value + slope·ε`, ε² = 0.
///
/// A function that is generic over [`Number`] takes `f64`, `Dual`, and `Dual<Dual>` for second derivatives.
///
/// Comparisons look at the value alone, so a branch is taken as `f64` would take it. At a kink, where |x| or max have no
/// derivative, the slope is NaN rather than one of the two sides; a branch of your own cannot be seen.
///
/// ```
/// use nn_check::{Dual, Number};
/// let x = Dual::variable(3.0); // ẋ = 1
/// let y = x * x + 2.0 / x;
/// assert_eq!((y.value, y.slope), (9.0 + 2.0 / 3.0, 6.0 - 2.0 / 9.0));
///
/// fn cube<N: Number>(x: N) -> N {
///     x.powi(3)
/// }
/// // The second derivative: the slope of the slope.
/// let x = Dual::new(Dual::variable(2.0), Dual::constant(1.0));
/// assert_eq!(cube(x).slope.slope, 6.0 * 2.0);
/// assert_eq!(cube(2.0), 8.0);
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::exhaustive_structs)]
pub struct Dual<N = f64> {
    /// The number.
    pub value: N,
    /// Its derivative.
    pub slope: N,
}

impl<N: Number> Dual<N> {
    /// `value + slope·ε`.
    ///
    /// ```
    /// use nn_check::Dual;
    /// assert_eq!((Dual::new(1.0, 2.0) * 3.0).slope, 6.0);
    /// ```
    pub fn new(value: N, slope: N) -> Dual<N> {
        Dual { value, slope }
    }

    /// What is differentiated by: slope 1.
    ///
    /// ```
    /// use nn_check::{Dual, Number};
    /// assert_eq!(Dual::variable(4.0).sqrt().slope, 0.25);
    /// ```
    pub fn variable(value: N) -> Dual<N> {
        Dual { value, slope: N::from(1.0) }
    }

    /// What does not depend on the variable: slope 0.
    ///
    /// ```
    /// use nn_check::{Dual, Number};
    /// assert_eq!(Dual::constant(4.0).sqrt().slope, 0.0);
    /// ```
    pub fn constant(value: N) -> Dual<N> {
        Dual { value, slope: N::from(0.0) }
    }

    /// f(x) of the value with the chain rule for the slope. A constant stays one where f′ is infinite, as for √0.
    pub(crate) fn chain(self, f: N, derivative: N) -> Dual<N> {
        let slope = if self.slope.is_zero() { self.slope } else { derivative * self.slope };
        Dual { value: f, slope }
    }
}

impl<N: Number> From<f64> for Dual<N> {
    fn from(x: f64) -> Dual<N> {
        Dual::constant(N::from(x))
    }
}

/// By the value alone.
impl<N: Number> PartialEq for Dual<N> {
    fn eq(&self, other: &Dual<N>) -> bool {
        self.value == other.value
    }
}

impl<N: Number> PartialOrd for Dual<N> {
    fn partial_cmp(&self, other: &Dual<N>) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

/// Against a constant: `x > 0.0`.
impl<N: Number> PartialEq<f64> for Dual<N> {
    fn eq(&self, other: &f64) -> bool {
        self.value.to_f64() == *other
    }
}

impl<N: Number> PartialOrd<f64> for Dual<N> {
    fn partial_cmp(&self, other: &f64) -> Option<Ordering> {
        self.value.to_f64().partial_cmp(other)
    }
}

impl<N: fmt::Display> fmt::Display for Dual<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} + {}ε", self.value, self.slope)
    }
}
