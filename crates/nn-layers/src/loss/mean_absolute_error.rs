//! The absolute difference, the course's L1 loss.

use nn_core::Reduction;
use tensor_ops::Real;

use super::elementwise::{Elementwise, elementwise_loss};

/// Σ |y - t| / n over all n elements of the batch; the course's L1 loss Σ |y - t| by [`Reduction::Sum`].
///
/// y and t have the same shape, `(m, ..)`. Gradient: sign(y - t) / n, with 0 where y = t.
///
/// ```
/// use nn_core::{Reduction, Rows, Target, loss_value};
/// use nn_layers::MeanAbsoluteError;
/// let (y, t) = (Rows::new(&[1.0, 2.0], [1])?, Rows::new(&[0.0, 4.0], [1])?);
/// let loss = MeanAbsoluteError::new().reduction(Reduction::Sum);
/// assert_eq!(loss_value(&loss, y, Target::Values(t), None, &mut Vec::new()), 3.0);
/// # Ok::<(), nn_core::BatchError>(())
/// ```
#[doc(alias = "L1Loss")]
#[doc(alias = "mae")]
#[derive(Debug, Clone, Copy, Default)]
pub struct MeanAbsoluteError {
    reduction: Reduction,
}

impl MeanAbsoluteError {
    /// The mean over all elements.
    pub fn new() -> MeanAbsoluteError {
        MeanAbsoluteError::default()
    }
}

impl Elementwise for MeanAbsoluteError {
    const NAME: &'static str = "MeanAbsoluteError";

    #[inline(always)]
    fn term<T: Real>(&self, y: T, t: T) -> (T, T) {
        let d = y - t;
        // 0 and NaN are their own sign.
        let sign = if d > T::ZERO { T::ONE } else { d };
        (d.abs(), if d < T::ZERO { -T::ONE } else { sign })
    }
}

elementwise_loss!(MeanAbsoluteError);

#[cfg(test)]
nn_check::loss_suite!(MeanAbsoluteError::new(), output: [3], batch: 4, targets: values(-1.0, 1.0));
