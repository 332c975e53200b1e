//! The hinge loss, squared: smooth where it begins.

use nn_core::Reduction;
use tensor_ops::Real;

use super::domain::Domain;
use super::elementwise::{Elementwise, elementwise_loss};

/// max(0, 1 - t·y)² for targets t of -1 or 1.
///
/// y and t have the same shape, `(m, ..)`; the mean is over all elements. Gradient: -2 t max(0, 1 - t·y).
/// (Tang, "Deep learning using linear support vector machines", 2013; Keras' `SquaredHinge`.)
///
/// ```
/// use nn_core::{Rows, Target, loss_value};
/// use nn_layers::SquaredHinge;
/// let (y, t) = (Rows::new(&[0.5, 3.0], [1])?, Rows::new(&[-1.0, 1.0], [1])?);
/// assert_eq!(loss_value(&SquaredHinge::new(), y, Target::Values(t), None, &mut Vec::new()), 2.25 / 2.0);
/// # Ok::<(), nn_core::BatchError>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct SquaredHinge {
    reduction: Reduction,
}

impl SquaredHinge {
    /// The mean over all elements.
    pub fn new() -> SquaredHinge {
        SquaredHinge::default()
    }
}

impl Elementwise for SquaredHinge {
    const NAME: &'static str = "SquaredHinge";
    const TARGETS: Domain = Domain::Sign;

    #[inline(always)]
    fn term<T: Real>(&self, y: T, t: T) -> (T, T) {
        let missing = (T::ONE - t * y).maximum(T::ZERO);
        (missing * missing, -(t * (missing + missing)))
    }
}

elementwise_loss!(SquaredHinge);

#[cfg(test)]
nn_check::loss_suite!(SquaredHinge::new(), output: [2, 3], batch: 4, targets: signs([2, 3]));
