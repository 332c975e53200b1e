//! The gradient of any function.

use tensor_ops::Shape;

use crate::function::Who;
use crate::run::{Part, Task};
use crate::{Check, Report};

/// Compares `analytic` with the numerical gradient of `f` at `theta`.
///
/// A step across a kink (of ReLU, |x|, max) makes a right gradient look wrong. The slopes to both sides tell: their
/// difference shrinks with the step where `f` is smooth, and does not where a kink lies inside. Then the step shrinks;
/// an element without a smooth step is excluded, and counted in the report.
///
/// # Panics
/// Where `theta` and `analytic` differ in length.
///
/// ```
/// // J = x² y, and its gradient.
/// let theta = [3.0, -2.0];
/// let report = nn_check::check_gradient(|t| t[0] * t[0] * t[1], &theta, &[2.0 * 3.0 * -2.0, 9.0]);
/// report.assert();
/// assert!(report.distance() < 1e-9);
/// ```
#[track_caller]
pub fn check_gradient(f: impl FnMut(&[f64]) -> f64, theta: &[f64], analytic: &[f64]) -> Report {
    Check::new().gradient(f, theta, analytic)
}

impl Check {
    /// As [`check_gradient`].
    ///
    /// # Panics
    /// Where `theta` and `analytic` differ in length.
    ///
    /// ```
    /// let check = nn_check::Check::new().tolerance(1e-4);
    /// assert!(check.gradient(|t| t[0] * t[0], &[1.0], &[2.00001]).passes());
    /// ```
    #[track_caller]
    pub fn gradient(&self, mut f: impl FnMut(&[f64]) -> f64, theta: &[f64], analytic: &[f64]) -> Report {
        let task = flat("theta", theta, analytic);
        self.run(&task, Who::One(&mut f))
    }

    /// As [`check_gradient`], on every thread of the pool: for functions that cost more than some microseconds. The report is the
    /// same on any number of threads.
    ///
    /// # Panics
    /// Where `theta` and `analytic` differ in length.
    ///
    /// ```
    /// let f = |t: &[f64]| t.iter().map(|t| t.exp()).sum();
    /// let check = nn_check::Check::new();
    /// let report = check.gradient_parallel(f, &[0.0; 100], &[1.0; 100]);
    /// assert_eq!(report, check.gradient(f, &[0.0; 100], &[1.0; 100]));
    /// ```
    #[track_caller]
    pub fn gradient_parallel(
        &self,
        f: impl Fn(&[f64]) -> f64 + Sync,
        theta: &[f64],
        analytic: &[f64],
    ) -> Report {
        let task = flat("theta", theta, analytic);
        self.run(&task, Who::Many(&|_| Box::new(|theta: &[f64]| f(theta))))
    }
}

/// All of θ as one tensor.
#[track_caller]
pub(crate) fn flat<'a>(name: &str, theta: &'a [f64], analytic: &'a [f64]) -> Task<'a> {
    assert_eq!(theta.len(), analytic.len(), "elements of θ and of its gradient");
    let part = Part { name: name.to_string(), shape: Shape::from(theta.len()), range: 0..theta.len() };
    Task { point: theta, parts: vec![part], analytic, scale: 0.0, samples: None }
}
