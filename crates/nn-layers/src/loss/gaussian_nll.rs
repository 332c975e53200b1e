//! The likelihood of values under normal distributions whose variance is an output too.

use nn_core::{Loss, LossError, Reduction, Rows, RowsMut, Target, Upstream};
use tensor_ops::{Real, Shape, simd};

use super::checks::{check_setting, check_values_of_shape, values};
use super::domain::Domain;
use super::stacked;

/// ½ (ln v + (μ - t)²/v) with v = max(σ², ε), for means μ and variances σ² that are both outputs.
///
/// | | shape |
/// |---|---|
/// | y | `(m, 2)`, or `(m, 2, ..)` for several values a sample: means and variances, side by side |
/// | targets | `(m)`, or `(m, ..)`: a number for each mean |
///
/// The mean is over all targets. Gradient: (μ - t)/v for μ, and ½ (1/v - (μ - t)²/v²) for σ²; below ε it is the gradient at ε, as
/// in PyTorch, so that a variance that is too small can grow again. [`GaussianNll::full`] adds ½ ln 2π. The network has to
/// keep variances from falling below 0, for example by a softplus. (Nix and Weigend, "Estimating the mean and variance of the
/// target probability distribution", 1994; PyTorch's `GaussianNLLLoss`.)
///
/// ```
/// use nn_core::{Loss, Rows, Target, loss_value};
/// use nn_layers::GaussianNll;
/// let (y, t) = (Rows::new(&[3.0, 4.0], [2])?, Rows::new(&[1.0], [1])?); // mean 3, variance 4
/// let loss = loss_value(&GaussianNll::new(), y, Target::Values(t), None, &mut Vec::new());
/// assert!((loss - 0.5 * (4f64.ln() + 1.0)).abs() < 1e-15);
///
/// let error = GaussianNll::new().check_outputs(Rows::new(&[3.0, -4.0], [2])?).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "GaussianNll: output 1 of sample 0 is -4, expected a variance >= 0"
/// );
/// # Ok::<(), nn_core::BatchError>(())
/// ```
#[doc(alias = "GaussianNLLLoss")]
#[derive(Debug, Clone, Copy)]
pub struct GaussianNll {
    reduction: Reduction,
    full: bool,
    eps: f64,
}

const NAME: &str = "GaussianNll";

impl GaussianNll {
    /// The mean over all targets, with ε = 1e-6.
    pub fn new() -> GaussianNll {
        GaussianNll { reduction: Reduction::Mean, full: false, eps: 1e-6 }
    }

    /// Sets how the terms are reduced.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> GaussianNll {
        GaussianNll { reduction, ..self }
    }

    /// Adds the constant ½ ln 2π to every term.
    #[must_use]
    pub fn full(self) -> GaussianNll {
        GaussianNll { full: true, ..self }
    }

    /// Sets ε > 0, the least variance (1e-6 unless set).
    #[must_use]
    pub fn eps(self, eps: f64) -> GaussianNll {
        GaussianNll { eps, ..self }
    }

    /// The term, and its derivatives with respect to the mean and the variance.
    #[inline(always)]
    fn term<T: Real>(&self, mean: T, variance: T, t: T) -> (T, T, T) {
        let half = T::from_f64(0.5);
        let constant = if self.full { T::from_f64(std::f64::consts::TAU.ln() / 2.0) } else { T::ZERO };
        let (d, v) = (mean - t, variance.maximum(T::from_f64(self.eps)));
        // What lies below 0 is no variance, and the loss no number.
        let v = if variance < T::ZERO { T::from_f64(f64::NAN) } else { v };
        let slope = d / v;
        (half * (v.ln() + d * slope) + constant, slope, half * (T::ONE / v - slope * slope))
    }
}

impl Default for GaussianNll {
    fn default() -> GaussianNll {
        GaussianNll::new()
    }
}

impl<T: Real> Loss<T> for GaussianNll {
    fn terms(&self, output: &Shape) -> usize {
        output.size() / 2
    }

    fn check(&self, output: &Shape, samples: usize, target: &Target<'_, T>) -> Result<(), LossError> {
        let eps = self.eps;
        let holds = eps > 0.0 && eps.is_finite();
        check_setting(NAME, holds, || format!("eps is {eps}, expected a finite number > 0"))?;
        let means = stacked::part(NAME, output, 2, "[m, 2, ..]")?;
        check_values_of_shape(NAME, &means, output, samples, target, Domain::Finite)
    }

    fn check_outputs(&self, y: Rows<'_, T>) -> Result<(), LossError> {
        for sample in 0..y.len() {
            let [means, variances] = stacked::parts(y.row(sample));
            if let Some(at) = variances.iter().position(|v| *v < T::ZERO || v.is_nan()) {
                let (element, value) = (means.len() + at, variances[at].to_f64());
                return Err(LossError::Output {
                    loss: NAME,
                    sample,
                    element,
                    value,
                    expected: "a variance >= 0",
                });
            }
        }
        Ok(())
    }

    fn reduction(&self) -> Reduction {
        self.reduction
    }

    fn divisor(&self, _: &Shape, target: &Target<'_, T>) -> T {
        T::from_usize(values(NAME, *target).len())
    }

    fn value(&self, y: Rows<'_, T>, target: Target<'_, T>, terms: &mut [T]) {
        let (n, t) = (y.width() / 2, values(NAME, target));
        for (i, terms) in terms.chunks_exact_mut(n).enumerate() {
            let ([means, variances], t) = (stacked::parts(y.row(i)), &t[i * n..(i + 1) * n]);
            simd::dispatch(
                #[inline(always)]
                || {
                    for j in 0..n {
                        terms[j] = self.term(means[j], variances[j], t[j]).0;
                    }
                },
            );
        }
    }

    fn value_and_gradient(
        &self,
        y: Rows<'_, T>,
        target: Target<'_, T>,
        upstream: Upstream<'_, T>,
        terms: &mut [T],
        mut dy: RowsMut<'_, T>,
    ) {
        let (n, t) = (y.width() / 2, values(NAME, target));
        for (i, terms) in terms.chunks_exact_mut(n).enumerate() {
            let ([means, variances], t) = (stacked::parts(y.row(i)), &t[i * n..(i + 1) * n]);
            let [dmeans, dvariances] = stacked::parts_mut(dy.row(i));
            simd::dispatch(
                #[inline(always)]
                || {
                    for j in 0..n {
                        let (term, dmean, dvariance) = self.term(means[j], variances[j], t[j]);
                        terms[j] = term;
                        dmeans[j] = upstream.times(i * n + j, dmean);
                        dvariances[j] = upstream.times(i * n + j, dvariance);
                    }
                },
            );
        }
    }
}

#[cfg(test)]
nn_check::loss_suite!(
    GaussianNll::new(), output: [2], batch: 6, outputs: values(0.1, 3.0), targets: values_of([], -1.0, 1.0)
);
#[cfg(test)]
nn_check::loss_suite!(
    full: GaussianNll::new().full().eps(1e-3),
    output: [2, 3], batch: 4, outputs: values(0.1, 3.0), targets: values_of([3], -1.0, 1.0)
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variance_below_eps_is_eps_and_can_grow() {
        let loss = GaussianNll::new().eps(0.25);
        let (value, _, slope) = loss.term(1.0, 0.0, 0.0);
        assert_eq!((value, slope), (0.5 * (0.25f64.ln() + 4.0), 0.5 * (4.0 - 16.0)));
        assert!(loss.term(1.0, -0.5, 0.0).0.is_nan());
    }
}
