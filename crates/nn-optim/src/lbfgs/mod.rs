//! L-BFGS: Newton's steps with the curvature of the last steps, for full batches.

mod curvature;
mod line_search;

use tensor_ops::reduce::{dot, pairwise_sum};
use tensor_ops::{Real, simd};

use crate::setting::{SettingError, check_all, period, size};
use curvature::Curvature;
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
///
/// What it remembers is a plain vector, as of every optimizer: [`Lbfgs::init`] makes it, [`Lbfgs::resume`] goes on with it.
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
    /// The state is not one of this minimiser for this θ.
    #[error(
        "L-BFGS: a state of {len} elements, expected what `Lbfgs::init` makes, of {expected}, and an equal minimiser has left"
    )]
    State {
        /// Its length.
        len: usize,
        /// The length it should have.
        expected: usize,
    },
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

    /// How many numbers it remembers for n parameters: 2n and one more for each step of the history, and for one step more.
    pub fn state_len(&self, n: usize) -> usize {
        curvature::len(self.history, n)
    }

    /// What it remembers before the first step.
    pub fn init<T: Real>(&self, n: usize) -> Vec<T> {
        vec![T::ZERO; self.state_len(n)]
    }

    /// Moves θ to a minimum of f. `f(θ, g)` returns the value and writes all of the gradient to g. Where f is not finite a
    /// step is too long, and is shortened. θ ends at the best point found.
    ///
    /// # Errors
    /// [`LbfgsError`] where a setting is wrong, or f is not finite at the first θ.
    pub fn minimize<T: Real>(
        &self,
        theta: &mut [T],
        f: impl FnMut(&[T], &mut [T]) -> T,
    ) -> Result<LbfgsReport, LbfgsError> {
        self.resume(&mut self.init(theta.len()), theta, f)
    }

    /// As [`Lbfgs::minimize`], with the curvature that `state` remembers, and leaves it there: so many iterations, and as many more from
    /// the θ and state that were left (in a file, say), have the bits of all of them at once. f is evaluated once more, at
    /// the θ it goes on from.
    ///
    /// # Errors
    /// As [`Lbfgs::minimize`], and [`LbfgsError::State`] where the state is of another length or minimiser.
    ///
    /// ```
    /// use nn_optim::landscapes::Landscape::Rosenbrock;
    /// use nn_optim::{Lbfgs, LbfgsEnd};
    /// let f = |x: &[f64], g: &mut [f64]| Rosenbrock.value_and_gradient(x, g);
    /// let (mut theta, mut state) = (Rosenbrock.start(), Lbfgs::new().init(2));
    /// let first = Lbfgs::new().iterations(10).resume(&mut state, &mut theta, f)?;
    /// let second = Lbfgs::new().resume(&mut state, &mut theta, f)?;
    /// assert_eq!((first.end, second.end), (LbfgsEnd::Iterations, LbfgsEnd::Gradient));
    ///
    /// let mut at_once = Rosenbrock.start();
    /// let report = Lbfgs::new().minimize(&mut at_once, f)?;
    /// assert_eq!((theta, 10 + second.iterations), (at_once, report.iterations));
    /// # Ok::<(), nn_optim::LbfgsError>(())
    /// ```
    pub fn resume<T: Real>(
        &self,
        state: &mut [T],
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
        let (len, expected) = (state.len(), self.state_len(n));
        let mut curvature =
            Curvature::new(state, self.history, n).ok_or(LbfgsError::State { len, expected })?;
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
                curvature.clear();
                direction = gradient.iter().map(|&g| -g).collect();
                slope = -dot(&gradient, &gradient).to_f64();
            }
            let sum = || pairwise_sum(&gradient.iter().map(|g| g.abs()).collect::<Vec<_>>()).to_f64();
            let first = if curvature.is_empty() { (1.0 / sum()).min(1.0) } else { 1.0 };
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
