//! How far one distribution is from another.

use nn_core::Reduction;
use tensor_ops::Real;

use super::domain::Domain;
use super::elementwise::{Elementwise, elementwise_loss};

/// The Kullback-Leibler divergence KL(p ‖ q) = Σ p (ln p - ln q) of targets p from outputs y = ln q, such as those of
/// a log-softmax; a target of 0 adds nothing.
///
/// y and p have the same shape, `(m, ..)`. Gradient: -p / m. The mean divides the sum by the m samples, which makes it the
/// mean of divergences (PyTorch's "batchmean"); PyTorch's own mean, over all elements, is
/// [`KlDivergence::mean_over_elements`]. (Kullback and Leibler, "On information and sufficiency", 1951.)
///
/// ```
/// use nn_core::{Rows, Target, loss_value};
/// use nn_layers::KlDivergence;
/// let log_q = [0.5f64.ln(), 0.5f64.ln()];
/// let (y, p) = (Rows::new(&log_q, [2])?, Rows::new(&[1.0, 0.0], [2])?);
/// let loss = loss_value(&KlDivergence::new(), y, Target::Values(p), None, &mut Vec::new());
/// assert!((loss - 2f64.ln()).abs() < 1e-15);
/// # Ok::<(), nn_core::BatchError>(())
/// ```
#[doc(alias = "KLDivLoss")]
#[doc(alias = "KLDivergence")]
#[derive(Debug, Clone, Copy, Default)]
pub struct KlDivergence {
    reduction: Reduction,
    log_target: bool,
    over_elements: bool,
}

impl KlDivergence {
    /// The mean over the batch, for targets that are probabilities.
    pub fn new() -> KlDivergence {
        KlDivergence::default()
    }

    /// Takes ln p as targets instead of p.
    #[must_use]
    pub fn log_target(self) -> KlDivergence {
        KlDivergence { log_target: true, ..self }
    }

    /// The mean divides by the number of elements instead of the number of samples.
    #[must_use]
    pub fn mean_over_elements(self) -> KlDivergence {
        KlDivergence { over_elements: true, ..self }
    }
}

impl Elementwise for KlDivergence {
    const NAME: &'static str = "KlDivergence";

    fn targets(&self) -> Domain {
        if self.log_target { Domain::LogProbability } else { Domain::NonNegative }
    }

    fn divisor(&self, samples: usize, elements: usize) -> usize {
        if self.over_elements { elements } else { samples }
    }

    #[inline(always)]
    fn term<T: Real>(&self, y: T, t: T) -> (T, T) {
        let (p, log) = if self.log_target { (t.exp(), t) } else { (t, t.ln()) };
        // 0 · ln 0 is 0, whatever q is.
        (if p == T::ZERO { T::ZERO } else { p * (log - y) }, -p)
    }
}

elementwise_loss!(KlDivergence);

#[cfg(test)]
nn_check::loss_suite!(KlDivergence::new(), output: [4], batch: 3, targets: values(0.0, 1.0));
#[cfg(test)]
nn_check::loss_suite!(
    logarithms: KlDivergence::new().log_target().mean_over_elements(),
    output: [2, 3], batch: 3, targets: values(-4.0, 0.0)
);
