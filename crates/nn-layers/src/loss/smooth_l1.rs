//! The absolute difference with its corner rounded off.

use nn_core::{LossError, Reduction};
use tensor_ops::Real;

use super::checks::check_setting;
use super::elementwise::{Elementwise, elementwise_loss};

/// With d = y - t: ½ d²/β where |d| < β, and |d| - ½ β beyond.
///
/// y and t have the same shape, `(m, ..)`; the mean is over all elements. Gradient: d/β, cut off at ±1. β = 0 is
/// [`MeanAbsoluteError`](crate::MeanAbsoluteError). (Girshick, "Fast R-CNN", 2015, equation 3 with β = 1; PyTorch's `SmoothL1Loss`.)
///
/// ```
/// use nn_core::{Reduction, Rows, Target, loss_value};
/// use nn_layers::SmoothL1;
/// let (y, t) = (Rows::new(&[1.0, 5.0], [1])?, Rows::new(&[0.0, 0.0], [1])?);
/// let loss = SmoothL1::new(2.0).reduction(Reduction::Sum);
/// assert_eq!(loss_value(&loss, y, Target::Values(t), None, &mut Vec::new()), 0.25 + (5.0 - 1.0));
/// # Ok::<(), nn_core::BatchError>(())
/// ```
#[doc(alias = "SmoothL1Loss")]
#[derive(Debug, Clone, Copy)]
pub struct SmoothL1 {
    reduction: Reduction,
    beta: f64,
}

impl SmoothL1 {
    /// The mean over all elements, with the given β >= 0.
    pub fn new(beta: f64) -> SmoothL1 {
        SmoothL1 { reduction: Reduction::Mean, beta }
    }
}

impl Default for SmoothL1 {
    /// β = 1.
    fn default() -> SmoothL1 {
        SmoothL1::new(1.0)
    }
}

impl Elementwise for SmoothL1 {
    const NAME: &'static str = "SmoothL1";

    fn check_settings(&self) -> Result<(), LossError> {
        let beta = self.beta;
        let holds = beta >= 0.0 && beta.is_finite();
        check_setting(Self::NAME, holds, || format!("beta is {beta}, expected a finite number >= 0"))
    }

    #[inline(always)]
    fn term<T: Real>(&self, y: T, t: T) -> (T, T) {
        let (d, beta, half) = (y - t, T::from_f64(self.beta), T::from_f64(0.5));
        let size = d.abs();
        // 1 from β on. At d = β = 0 the quotient is no number, and the slope 0.
        let slope = if size < beta { size / beta } else { T::ONE };
        let slope = if size == T::ZERO { T::ZERO } else { slope };
        let near = if size < beta { size } else { beta };
        (slope * (size - half * near), slope.copysign(d))
    }
}

elementwise_loss!(SmoothL1);

#[cfg(test)]
nn_check::loss_suite!(SmoothL1::new(0.7), output: [2, 3], batch: 4, targets: values(-1.0, 1.0));
#[cfg(test)]
nn_check::loss_suite!(absolute: SmoothL1::new(0.0), output: [3], batch: 4, targets: values(-1.0, 1.0));
