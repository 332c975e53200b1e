//! tanh x = g/(g + 2) with g = e²ˣ - 1, of the absolute value of x.

use super::Float;
use super::exp::growth;
use super::float::at_most;

#[inline(always)]
pub(crate) fn tanh<T: Float>(x: T) -> T {
    // The tangent is 1, rounded, where its argument is 20.
    let twice = at_most(x.abs() + x.abs(), T::from_f64(40.0));
    let t = twice.mul_add(T::LOG2_E, T::ROUND);
    let g = growth(twice, t, T::power(t));
    (g / (g + T::from_f64(2.0))).copysign(x)
}
