//! The logistic loss for targets -1 and 1.

use nn_core::Reduction;
use tensor_ops::Real;

use super::domain::Domain;
use super::elementwise::{Elementwise, elementwise_loss};

/// ln(1 + exp(-t·y)) for targets t of -1 or 1: [`SigmoidCrossEntropy`](crate::SigmoidCrossEntropy) with other names for the two
/// classes.
///
/// y and t have the same shape, `(m, ..)`; the mean is over all elements. Gradient: -t σ(-t·y). Neither overflows, however
/// large y is. (PyTorch's `SoftMarginLoss`.)
///
/// ```
/// use nn_core::{Rows, Target, loss_value};
/// use nn_layers::SoftMargin;
/// let (y, t) = (Rows::new(&[0.0f64, 1e4], [1])?, Rows::new(&[-1.0, 1.0], [1])?);
/// let loss = loss_value(&SoftMargin::new(), y, Target::Values(t), None, &mut Vec::new());
/// assert!((loss - 2f64.ln() / 2.0).abs() < 1e-15);
/// # Ok::<(), nn_core::BatchError>(())
/// ```
#[doc(alias = "SoftMarginLoss")]
#[derive(Debug, Clone, Copy, Default)]
pub struct SoftMargin {
    reduction: Reduction,
}

impl SoftMargin {
    /// The mean over all elements.
    pub fn new() -> SoftMargin {
        SoftMargin::default()
    }
}

impl Elementwise for SoftMargin {
    const NAME: &'static str = "SoftMargin";
    const TARGETS: Domain = Domain::Sign;

    #[inline(always)]
    fn term<T: Real>(&self, y: T, t: T) -> (T, T) {
        let z = -(t * y);
        (z.softplus(), -(t * z.sigmoid()))
    }
}

elementwise_loss!(SoftMargin);

#[cfg(test)]
nn_check::loss_suite!(SoftMargin::new(), output: [2, 3], batch: 4, targets: signs([2, 3]));
