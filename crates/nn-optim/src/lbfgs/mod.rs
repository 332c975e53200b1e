//! L-BFGS: Newton's steps with the curvature of the last steps, for full batches.

mod line_search;

use std::collections::VecDeque;

use tensor_ops::reduce::{dot, pairwise_sum};
use tensor_ops::{Real, simd};

use crate::setting::{SettingError, check_all, period, size};
use line_search::{LineSearch, Point};

/// L-BFGS with a line search for the strong Wolfe conditions (Nocedal and Wright, "Numerical optimization", 2006, algorithms 7.4,
/// 7.5, 3.5 and 3.6). For functions without noise: the whole set of samples in each evaluation.
///
/// The direction is -H g, H being the inverse of the curvature as the last 10 steps saw it. The steps satisfy
/// f(θ + α d) <= f(θ) + 1e-4 α d·g and |d·g(θ + α d)| <= 0.9 |d·g|.
///
/// Ends where the largest element of the gradient is at most 1e-7, or no element of θ changes by more than 1e-9, or f by less than
/// 1e-9 of itself, or after 100 iterations.
///
/// ```
/// use nn_optim::{Lbfgs, LbfgsEnd};
/// // Rosenbrock's valley, from the usual start.
/// let mut theta = [-1.2f64, 1.0];
/// let report = Lbfgs::new().minimize(&mut theta, |x, g| {
///     let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
///     g.copy_from_slice(&[-2.0 * a - 400.0 * x[0] * b, 200.0 * b]);
///     a * a + 100.0 * b * b
/// })?;
/// assert!((theta[0] - 1.0).abs() < 1e-6 && (theta[1] - 1.0).abs() < 1e-6);
/// assert_eq!(report.end, LbfgsEnd::Gradient);
/// assert!(report.iterations < 50);
/// # Ok::<(), nn_optim::LbfgsError>(())
/// ```
#[doc(alias = "LBFGS")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lbfgs {
    history: usize,
    iterations: u64,
    gradient_tolerance: f64,
    change_tolerance: f64,
}

/// How a minimisation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LbfgsEnd {
    /// The gradient is as good as 0.
    Gradient,
    /// θ or f hardly change any more.
    Change,
    /// As many iterations as were allowed.
    Iterations,
    /// The line search found no step: f is not smooth, or rounding is all that is left.
    LineSearch,
}

/// What a minimisation did.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct LbfgsReport {
    /// f at the last θ.
    pub value: f64,
    /// Steps.
    pub iterations: u64,
    /// Evaluations of f.
    pub evaluations: u64,
    /// Why it ended.
    pub end: LbfgsEnd,
}

/// Why a minimisation cannot begin.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LbfgsError {
    /// f or its gradient is NaN or infinite at the first θ.
    #[error("L-BFGS: f or its gradient is not finite at the first θ: f = {0}")]
    NonFinite(f64),
    /// A setting.
    #[error(transparent)]
    Setting(#[from] SettingError),
}

impl Default for Lbfgs {
    fn default() -> Lbfgs {
        Lbfgs::new()
    }
}

impl Lbfgs {
    /// L-BFGS with the curvature of 10 steps.
    pub fn new() -> Lbfgs {
        Lbfgs { history: 10, iterations: 100, gradient_tolerance: 1e-7, change_tolerance: 1e-9 }
    }

    /// Sets of how many steps the curvature is remembered: two vectors for each.
    #[must_use]
    pub fn history(self, history: usize) -> Lbfgs {
        Lbfgs { history, ..self }
    }

    /// Sets the most iterations.
    #[must_use]
    pub fn iterations(self, iterations: u64) -> Lbfgs {
        Lbfgs { iterations, ..self }
    }

    /// Sets the bound of the gradient, and that of the changes of θ (absolute) and f (relative), at which it ends.
    #[must_use]
    pub fn tolerances(self, gradient: f64, change: f64) -> Lbfgs {
        Lbfgs { gradient_tolerance: gradient, change_tolerance: change, ..self }
    }

    /// Moves θ to a minimum of f. `f(θ, g)` returns the value and writes all of the gradient to g. Where f is not finite a
    /// step is too long, and is shortened. θ ends at the best point found.
    ///
    /// # Errors
    /// [`LbfgsError`] where a setting is wrong, or f is not finite at the first θ.
    pub fn minimize<T: Real>(
        &self,
        theta: &mut [T],
        mut f: impl FnMut(&[T], &mut [T]) -> T,
    ) -> Result<LbfgsReport, LbfgsError> {
        check_all(
            "Lbfgs",
            &[
                period("history", self.history as u64),
                size("gradient tolerance", self.gradient_tolerance),
                size("change tolerance", self.change_tolerance),
            ],
        )?;
        let n = theta.len();
        let mut gradient = vec![T::ZERO; n];
        let mut value = f(theta, &mut gradient).to_f64();
        let mut report = LbfgsReport { value, iterations: 0, evaluations: 1, end: LbfgsEnd::Iterations };
        if !value.is_finite() || gradient.iter().any(|g| !g.is_finite()) {
            return Err(LbfgsError::NonFinite(value));
        }
        let mut curvature = Curvature { pairs: VecDeque::new(), most: self.history };
        let (mut next, mut next_gradient) = (vec![T::ZERO; n], vec![T::ZERO; n]);
        loop {
            if largest(&gradient) <= self.gradient_tolerance {
                report.end = LbfgsEnd::Gradient;
                break;
            }
            if report.iterations == self.iterations {
                break;
            }
            let mut direction = curvature.direction(&gradient);
            let mut slope = dot(&direction, &gradient).to_f64();
            if slope >= 0.0 || !slope.is_finite() {
                // Rounding has spoilt the curvature: begin anew.
                curvature.pairs.clear();
                direction = gradient.iter().map(|&g| -g).collect();
                slope = -dot(&gradient, &gradient).to_f64();
            }
            let sum = || pairwise_sum(&gradient.iter().map(|g| g.abs()).collect::<Vec<_>>()).to_f64();
            let first = if curvature.pairs.is_empty() { (1.0 / sum()).min(1.0) } else { 1.0 };
            let start = Point { a: 0.0, value, slope };
            let mut evaluate = |a: f64| {
                step(theta, &direction, T::from_f64(a), &mut next);
                let value = f(&next, &mut next_gradient).to_f64();
                report.evaluations += 1;
                Point { a, value, slope: dot(&direction, &next_gradient).to_f64() }
            };
            let Some(found) = LineSearch::new(start).run(first, &mut evaluate) else {
                report.end = LbfgsEnd::LineSearch;
                break;
            };
            let moved = found.a * largest(&direction);
            curvature.observe(theta, &next, &gradient, &next_gradient);
            theta.copy_from_slice(&next);
            gradient.copy_from_slice(&next_gradient);
            let change = (found.value - value).abs();
            value = found.value;
            report.iterations += 1;
            if moved <= self.change_tolerance || change < self.change_tolerance * value.abs() {
                report.end = LbfgsEnd::Change;
                break;
            }
        }
        report.value = value;
        Ok(report)
    }
}

/// to = θ + a d
fn step<T: Real>(theta: &[T], direction: &[T], a: T, to: &mut [T]) {
    let n = to.len();
    let (theta, direction) = (&theta[..n], &direction[..n]);
    simd::dispatch(
        #[inline(always)]
        || {
            for i in 0..n {
                to[i] = theta[i] + a * direction[i];
            }
        },
    );
}

/// y += a x
fn add_scaled<T: Real>(y: &mut [T], a: T, x: &[T]) {
    simd::dispatch(
        #[inline(always)]
        || {
            for (y, x) in y.iter_mut().zip(x) {
                *y += a * *x;
            }
        },
    );
}

fn largest<T: Real>(x: &[T]) -> f64 {
    x.iter().fold(0.0, |most, x| f64::max(most, x.abs().to_f64()))
}

/// The last steps s and changes of the gradient y, with 1/(s·y).
struct Curvature<T> {
    pairs: VecDeque<(Vec<T>, Vec<T>, T)>,
    most: usize,
}

impl<T: Real> Curvature<T> {
    fn observe(&mut self, from: &[T], to: &[T], from_gradient: &[T], to_gradient: &[T]) {
        // The memory of the oldest pair is used again.
        let old = if self.pairs.len() == self.most { self.pairs.pop_front() } else { None };
        let (mut s, mut y, _) =
            old.unwrap_or_else(|| (vec![T::ZERO; from.len()], vec![T::ZERO; from.len()], T::ZERO));
        step(to, from, -T::ONE, &mut s);
        step(to_gradient, from_gradient, -T::ONE, &mut y);
        let product = dot(&s, &y);
        // Where the curvature is not positive, which the Wolfe conditions exclude but for rounding, H would not be either.
        if product > T::EPSILON * dot(&y, &y) * T::EPSILON {
            self.pairs.push_back((s, y, T::ONE / product));
        }
    }

    /// -H g, by the two loops of algorithm 7.4.
    fn direction(&self, gradient: &[T]) -> Vec<T> {
        let mut d: Vec<T> = gradient.iter().map(|&g| -g).collect();
        let mut alphas = Vec::with_capacity(self.pairs.len());
        for (s, y, rho) in self.pairs.iter().rev() {
            let alpha = *rho * dot(s, &d);
            add_scaled(&mut d, -alpha, y);
            alphas.push(alpha);
        }
        if let Some((_, y, rho)) = self.pairs.back() {
            // (7.20): s·y / y·y
            let scale = T::ONE / (*rho * dot(y, y));
            crate::clip::scale(&mut d, scale);
        }
        for ((s, y, rho), alpha) in self.pairs.iter().zip(alphas.into_iter().rev()) {
            let beta = *rho * dot(y, &d);
            add_scaled(&mut d, alpha - beta, s);
        }
        d
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// H y = s for the last pair, the equation that H is made to satisfy; and for all of them where the function is a
    /// parabola and the steps are conjugate.
    #[test]
    fn the_curvature_is_that_of_the_steps() {
        let mut curvature = Curvature { pairs: VecDeque::new(), most: 3 };
        let scales = [1.0, 5.0, 0.2, 3.0];
        let scaled = |x: &[f64]| -> Vec<f64> { x.iter().zip(scales).map(|(x, s)| x * s).collect() };
        for axis in 0..4 {
            let (from, mut to) = (vec![0.5; 4], vec![0.5; 4]);
            to[axis] += 2.0;
            curvature.observe(&from, &to, &scaled(&from), &scaled(&to));
        }
        assert_eq!(curvature.pairs.len(), 3, "the first one is forgotten");
        // Along axis 0 the curvature is that of the last pair.
        let want = [-1.0 / 3.0, -1.0 / 5.0, -1.0 / 0.2, -1.0 / 3.0];
        for (got, want) in curvature.direction(&[1.0; 4]).iter().zip(want) {
            assert!((got - want).abs() < 1e-14, "{got} {want}");
        }
    }
}
