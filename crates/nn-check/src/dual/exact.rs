//! Gradients and Hessian-vector products of functions that take dual numbers, and checks against them.

use super::{Dual, Number};
use crate::hessian::{Kind, report};
use crate::{Check, Report};

/// The gradient of `f` at `theta`, exact up to the rounding of the derivative's own formula: one evaluation of `f` with
/// [`Dual`] numbers for each element.
///
/// An element is NaN where `f` is, and where `f` has no derivative, at a kink of [`Number::abs`], [`Number::max`] or
/// [`Number::min`].
///
/// ```
/// use nn_check::{Number, exact_gradient};
/// let gradient = exact_gradient(|t| t[0] * t[0] * t[1].sin(), &[3.0, 0.5]);
/// assert_eq!(gradient, [6.0 * 0.5f64.sin(), 9.0 * 0.5f64.cos()]);
/// ```
pub fn exact_gradient(mut f: impl FnMut(&[Dual]) -> Dual, theta: &[f64]) -> Vec<f64> {
    slopes(&mut f, theta).0
}

/// Hv, the Hessian of `f` at `theta` times `v`, exact up to rounding: the gradient of the derivative along v, one
/// evaluation of `f` for each element.
///
/// ```
/// use nn_check::{Number, exact_hessian_vector};
/// // f = x³ y: H = [6xy 3x²; 3x² 0].
/// let hv = exact_hessian_vector(|t| t[0].powi(3) * t[1], &[2.0, 5.0], &[1.0, -1.0]);
/// assert_eq!(hv, [60.0 - 12.0, 12.0]);
/// ```
///
/// # Panics
/// Where `theta` and `v` differ in length.
pub fn exact_hessian_vector(
    mut f: impl FnMut(&[Dual<Dual>]) -> Dual<Dual>,
    theta: &[f64],
    v: &[f64],
) -> Vec<f64> {
    assert_eq!(theta.len(), v.len(), "elements of θ and of v");
    let mut point: Vec<Dual<Dual>> =
        theta.iter().zip(v).map(|(&x, &v)| Dual::constant(Dual::new(x, v))).collect();
    let mut slope = |i: usize| {
        point[i].slope = Dual::from(1.0);
        let y = f(&point);
        point[i].slope = Dual::from(0.0);
        // The formula of f′ may have a value where f has none, as 1/x beside ln x.
        if y.to_f64().is_nan() { f64::NAN } else { y.slope.slope }
    };
    (0..theta.len()).map(&mut slope).collect()
}

/// Compares `analytic` with the gradient of `f` by dual numbers. There is no step, hence neither round-off of differences
/// nor a step across a kink; an element *on* a kink is left out, and counted in the report.
///
/// ```
/// use nn_check::{Number, check_gradient_exact};
/// let theta = [1e-3, 700.0];
/// let analytic = [1.0 / (1e-3 * 1e-3 + 1.0), 700f64.exp()]; // too steep for differences
/// check_gradient_exact(|t| t[0].atan() + t[1].exp(), &theta, &analytic).assert();
/// ```
///
/// # Panics
/// Where `theta` and `analytic` differ in length.
#[track_caller]
pub fn check_gradient_exact(f: impl FnMut(&[Dual]) -> Dual, theta: &[f64], analytic: &[f64]) -> Report {
    Check::new().gradient_exact(f, theta, analytic)
}

/// Compares `analytic`, a Hessian-vector product, with that of `f` by dual numbers of dual numbers.
///
/// ```
/// use nn_check::{Number, check_hessian_vector_exact};
/// let theta: [f64; 2] = [0.3, -0.7];
/// let v = [1.0, 2.0];
/// // f = sin(x) y: Hv = [-sin(x) y v₀ + cos(x) v₁, cos(x) v₀].
/// let (sin, cos) = theta[0].sin_cos();
/// let analytic = [-sin * theta[1] * v[0] + cos * v[1], cos * v[0]];
/// check_hessian_vector_exact(|t| t[0].sin() * t[1], &theta, &v, &analytic).assert();
/// ```
///
/// # Panics
/// Where the lengths differ.
#[track_caller]
pub fn check_hessian_vector_exact(
    f: impl FnMut(&[Dual<Dual>]) -> Dual<Dual>,
    theta: &[f64],
    v: &[f64],
    analytic: &[f64],
) -> Report {
    Check::new().hessian_vector_exact(f, theta, v, analytic)
}

impl Check {
    /// As [`check_gradient_exact`].
    ///
    /// # Panics
    /// As [`check_gradient_exact`].
    #[track_caller]
    pub fn gradient_exact(
        &self,
        mut f: impl FnMut(&[Dual]) -> Dual,
        theta: &[f64],
        analytic: &[f64],
    ) -> Report {
        assert_eq!(theta.len(), analytic.len(), "elements of θ and of its gradient");
        let (exact, values) = slopes(&mut f, theta);
        let elements = exact.iter().zip(values).map(|(&slope, value)| judged(slope, value));
        report(Kind::Gradient(theta), analytic, elements, self.tolerance)
    }

    /// As [`check_hessian_vector_exact`].
    ///
    /// # Panics
    /// As [`check_hessian_vector_exact`].
    #[track_caller]
    pub fn hessian_vector_exact(
        &self,
        mut f: impl FnMut(&[Dual<Dual>]) -> Dual<Dual>,
        theta: &[f64],
        v: &[f64],
        analytic: &[f64],
    ) -> Report {
        assert_eq!(theta.len(), analytic.len(), "elements of θ and of Hv");
        let mut undefined = false;
        let mut watched = |t: &[Dual<Dual>]| {
            let y = f(t);
            undefined |= y.to_f64().is_nan();
            y
        };
        let exact = exact_hessian_vector(&mut watched, theta, v);
        let value = if undefined { f64::NAN } else { 0.0 };
        let elements = exact.iter().map(|&slope| judged(slope, value));
        report(Kind::HessianVector, analytic, elements, self.tolerance)
    }
}

/// A slope without a value where f is defined is one at a kink: nothing to compare with. Otherwise it is a NaN like any
/// other, which no gradient equals.
fn judged(slope: f64, value: f64) -> (Option<f64>, f64) {
    let is_kink = slope.is_nan() && !value.is_nan();
    ((!is_kink).then_some(slope), 0.0)
}

/// The derivatives, and the value of `f` that came with each.
fn slopes(f: &mut dyn FnMut(&[Dual]) -> Dual, theta: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let mut point: Vec<Dual> = theta.iter().map(|&x| Dual::constant(x)).collect();
    let mut slope = |i: usize| {
        point[i].slope = 1.0;
        let y = f(&point);
        point[i].slope = 0.0;
        (if y.value.is_nan() { f64::NAN } else { y.slope }, y.value)
    };
    (0..theta.len()).map(&mut slope).unzip()
}
