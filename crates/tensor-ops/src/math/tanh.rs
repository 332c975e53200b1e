//! tanh x = g/(g + 2) with g = e²ˣ - 1, of the absolute value of x.

use super::Float;
use super::exp::growth;
use super::float::at_most;

#[inline(always)]
pub(crate) fn tanh<T: Float>(x: T) -> T {
    let two = T::from_f64(2.0);
    // The result is 1, rounded, where x is 20.
    let twice = at_most(x.abs() * two, T::from_f64(40.0));
    let t = twice.mul_add(T::LOG2_E, T::ROUND);
    let g = growth(twice, t, T::power(t));
    let below = g + two;
    let below_low = g - (below - two);
    // One division, and the remainder times the reciprocal: without it three roundings would come together.
    let reciprocal = T::ONE / below;
    let y = g * reciprocal;
    let rest = y.mul_add(-below_low, y.mul_add(-below, g));
    rest.mul_add(reciprocal, y).copysign(x)
}
