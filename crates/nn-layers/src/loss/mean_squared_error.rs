//! The squared difference, the course's L2 loss.

use nn_core::Reduction;
use tensor_ops::Real;

use super::elementwise::{Elementwise, elementwise_loss};

/// Σ (y - t)² / n over all n elements of the batch; the course's L2 loss Σ (y - t)² by [`Reduction::Sum`].
///
/// y and t have the same shape, `(m, ..)`. Gradient: 2 (y - t) / n.
///
/// ```
/// use nn_core::{Rows, Target, loss_value};
/// use nn_layers::MeanSquaredError;
/// let (y, t) = (Rows::new(&[1.0, 2.0], [1])?, Rows::new(&[0.0, 4.0], [1])?);
/// let loss = loss_value(&MeanSquaredError::new(), y, Target::Values(t), None, &mut Vec::new());
/// assert_eq!(loss, 2.5);
/// # Ok::<(), nn_core::BatchError>(())
/// ```
#[doc(alias = "MSELoss")]
#[doc(alias = "mse")]
#[derive(Debug, Clone, Copy, Default)]
pub struct MeanSquaredError {
    reduction: Reduction,
}

impl MeanSquaredError {
    /// The mean over all elements.
    pub fn new() -> MeanSquaredError {
        MeanSquaredError::default()
    }
}

impl Elementwise for MeanSquaredError {
    const NAME: &'static str = "MeanSquaredError";

    #[inline(always)]
    fn term<T: Real>(&self, y: T, t: T) -> (T, T) {
        let d = y - t;
        (d * d, d + d)
    }
}

elementwise_loss!(MeanSquaredError);

#[cfg(test)]
nn_check::loss_suite!(MeanSquaredError::new(), output: [2, 3], batch: 4, targets: values(-1.0, 1.0));
#[cfg(test)]
nn_check::loss_suite!(
    summed: MeanSquaredError::new().reduction(Reduction::Sum), output: [3], batch: 4, targets: values(-1.0, 1.0)
);
