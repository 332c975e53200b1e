//! Huber's loss: squares near the target, absolute values far from it.

use nn_core::{LossError, Reduction};
use tensor_ops::Real;

use super::checks::check_setting;
use super::elementwise::{Elementwise, elementwise_loss};

/// With d = y - t: ½ d² where |d| <= δ, and δ (|d| - ½ δ) beyond, so that outliers pull with a bounded force.
///
/// y and t have the same shape, `(m, ..)`; the mean is over all elements. Gradient: d, cut off at ±δ.
/// (Huber, "Robust estimation of a location parameter", 1964; PyTorch's `HuberLoss`.)
///
/// It is δ times [`SmoothL1`](crate::SmoothL1) with β = δ.
///
/// ```
/// use nn_core::{Reduction, Rows, Target, loss_value};
/// use nn_layers::Huber;
/// let (y, t) = (Rows::new(&[1.0, 5.0], [1])?, Rows::new(&[0.0, 0.0], [1])?);
/// let loss = Huber::new(2.0).reduction(Reduction::Sum);
/// assert_eq!(loss_value(&loss, y, Target::Values(t), None, &mut Vec::new()), 0.5 + 2.0 * (5.0 - 1.0));
/// # Ok::<(), nn_core::BatchError>(())
/// ```
#[doc(alias = "HuberLoss")]
#[derive(Debug, Clone, Copy)]
pub struct Huber {
    reduction: Reduction,
    delta: f64,
}

impl Huber {
    /// The mean over all elements, with the given δ > 0.
    pub fn new(delta: f64) -> Huber {
        Huber { reduction: Reduction::Mean, delta }
    }
}

impl Default for Huber {
    /// δ = 1.
    fn default() -> Huber {
        Huber::new(1.0)
    }
}

impl Elementwise for Huber {
    const NAME: &'static str = "Huber";

    fn check_settings(&self) -> Result<(), LossError> {
        let delta = self.delta;
        check_setting(Self::NAME, delta > 0.0, || format!("delta is {delta}, expected a number > 0"))
    }

    #[inline(always)]
    fn term<T: Real>(&self, y: T, t: T) -> (T, T) {
        let (d, delta) = (y - t, T::from_f64(self.delta));
        let size = d.abs();
        let near = if size > delta { delta } else { size };
        (near * (size - T::from_f64(0.5) * near), near.copysign(d))
    }
}

elementwise_loss!(Huber);

#[cfg(test)]
nn_check::loss_suite!(Huber::new(0.7), output: [2, 3], batch: 4, targets: values(-1.0, 1.0));
