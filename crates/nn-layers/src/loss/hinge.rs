//! The hinge loss of support vector machines.

use nn_core::Reduction;
use tensor_ops::Real;

use super::domain::Domain;
use super::elementwise::{Elementwise, elementwise_loss};

/// max(0, 1 - t·y) for targets t of -1 or 1: nothing where the output is on the right side by at least 1.
///
/// y and t have the same shape, `(m, ..)`; the mean is over all elements. Gradient: -t where t·y <= 1, else 0.
/// (Cortes and Vapnik, "Support-vector networks", 1995; Keras' `Hinge`.)
///
/// ```
/// use nn_core::{Rows, Target, loss_value};
/// use nn_layers::Hinge;
/// let (y, t) = (Rows::new(&[0.5, 3.0], [1])?, Rows::new(&[-1.0, 1.0], [1])?);
/// assert_eq!(loss_value(&Hinge::new(), y, Target::Values(t), None, &mut Vec::new()), 1.5 / 2.0);
/// # Ok::<(), nn_core::BatchError>(())
/// ```
#[doc(alias = "HingeLoss")]
#[derive(Debug, Clone, Copy, Default)]
pub struct Hinge {
    reduction: Reduction,
}

impl Hinge {
    /// The mean over all elements.
    pub fn new() -> Hinge {
        Hinge::default()
    }
}

impl Elementwise for Hinge {
    const NAME: &'static str = "Hinge";
    const TARGETS: Domain = Domain::Sign;

    #[inline(always)]
    fn term<T: Real>(&self, y: T, t: T) -> (T, T) {
        let missing = T::ONE - t * y;
        (missing.maximum(T::ZERO), if missing >= T::ZERO { -t } else { T::ZERO })
    }
}

elementwise_loss!(Hinge);

#[cfg(test)]
nn_check::loss_suite!(Hinge::new(), output: [2, 3], batch: 4, targets: signs([2, 3]));
