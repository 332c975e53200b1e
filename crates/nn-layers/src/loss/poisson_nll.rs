//! The likelihood of counts.

use nn_core::{LossError, Reduction};
use tensor_ops::Real;

use super::checks::check_setting;
use super::domain::Domain;
use super::elementwise::{Elementwise, elementwise_loss};

/// The negative log-likelihood of counts t under Poisson distributions whose rates the outputs tell, without ln t!, which no
/// output can change.
///
/// | | term | gradient |
/// |---|---|---|
/// | y is the logarithm of the rate (usual) | exp(y) - t·y | exp(y) - t |
/// | y is the rate, [`PoissonNll::on_rates`] | y - t ln(y + ε) | 1 - t/(y + ε) |
///
/// y and t have the same shape, `(m, ..)`, t >= 0; the mean is over all elements. [`PoissonNll::full`] adds Stirling's
/// t ln t - t + ½ ln(2πt) where t > 1, in the place of ln t!. (PyTorch's `PoissonNLLLoss`.)
///
/// ```
/// use nn_core::{Rows, Target, loss_value};
/// use nn_layers::PoissonNll;
/// let (y, t) = (Rows::new(&[0.0], [1])?, Rows::new(&[3.0], [1])?);
/// let value = |loss| loss_value(&loss, y, Target::Values(t), None, &mut Vec::new());
/// assert_eq!(value(PoissonNll::new()), 1.0, "a rate of 1");
/// assert!((value(PoissonNll::new().full()) - (1.0 + 6f64.ln())).abs() < 0.03, "1 + ln 3!");
/// # Ok::<(), nn_core::BatchError>(())
/// ```
#[doc(alias = "PoissonNLLLoss")]
#[doc(alias = "Poisson")]
#[derive(Debug, Clone, Copy)]
pub struct PoissonNll {
    reduction: Reduction,
    on_rates: bool,
    full: bool,
    eps: f64,
}

impl PoissonNll {
    /// The mean over all elements, for outputs that are logarithms of rates.
    pub fn new() -> PoissonNll {
        PoissonNll { reduction: Reduction::Mean, on_rates: false, full: false, eps: 1e-8 }
    }

    /// For outputs that are the rates themselves.
    #[must_use]
    pub fn on_rates(self) -> PoissonNll {
        PoissonNll { on_rates: true, ..self }
    }

    /// Adds Stirling's approximation of ln t!.
    #[must_use]
    pub fn full(self) -> PoissonNll {
        PoissonNll { full: true, ..self }
    }

    /// Sets ε, which keeps the logarithm of a rate of 0 finite (1e-8 unless set).
    #[must_use]
    pub fn eps(self, eps: f64) -> PoissonNll {
        PoissonNll { eps, ..self }
    }
}

impl Default for PoissonNll {
    fn default() -> PoissonNll {
        PoissonNll::new()
    }
}

impl Elementwise for PoissonNll {
    const NAME: &'static str = "PoissonNll";
    const TARGETS: Domain = Domain::NonNegative;

    fn check_settings(&self) -> Result<(), LossError> {
        let eps = self.eps;
        let holds = eps >= 0.0 && eps.is_finite();
        check_setting(Self::NAME, holds, || format!("eps is {eps}, expected a finite number >= 0"))
    }

    fn outputs(&self) -> Option<Domain> {
        self.on_rates.then_some(Domain::NonNegative)
    }

    #[inline(always)]
    fn term<T: Real>(&self, y: T, t: T) -> (T, T) {
        let (term, slope) = if self.on_rates {
            let rate = y + T::from_f64(self.eps);
            (y - t * rate.ln(), T::ONE - t / rate)
        } else {
            let rate = y.exp();
            (rate - t * y, rate - t)
        };
        if !self.full {
            return (term, slope);
        }
        let (half, turn) = (T::from_f64(0.5), T::from_f64(std::f64::consts::TAU));
        let stirling = t * t.ln() - t + half * (turn * t).ln();
        (term + if t > T::ONE { stirling } else { T::ZERO }, slope)
    }
}

elementwise_loss!(PoissonNll);

#[cfg(test)]
nn_check::loss_suite!(PoissonNll::new(), output: [2, 3], batch: 4, targets: values(0.0, 5.0));
#[cfg(test)]
nn_check::loss_suite!(
    rates: PoissonNll::new().on_rates().full(),
    output: [3], batch: 4, outputs: values(0.1, 3.0), targets: values(0.0, 5.0)
);
