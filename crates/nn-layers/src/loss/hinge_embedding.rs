//! Distances that should be small or large.

use nn_core::{LossError, Reduction};
use tensor_ops::Real;

use super::checks::check_setting;
use super::domain::Domain;
use super::elementwise::{Elementwise, elementwise_loss};

/// For outputs y that are distances: y where the target is 1 (alike), max(0, margin - y) where it is -1 (unlike).
///
/// y and t have the same shape, `(m, ..)`; the mean is over all elements. Gradient: 1 for t = 1; -1 for t = -1 where
/// y <= margin, else 0. (PyTorch's `HingeEmbeddingLoss`.)
///
/// ```
/// use nn_core::{Reduction, Rows, Target, loss_value};
/// use nn_layers::HingeEmbedding;
/// let (y, t) = (Rows::new(&[0.25, 0.25, 3.0], [1])?, Rows::new(&[1.0, -1.0, -1.0], [1])?);
/// let loss = HingeEmbedding::new(1.0).reduction(Reduction::Sum);
/// assert_eq!(loss_value(&loss, y, Target::Values(t), None, &mut Vec::new()), 0.25 + 0.75);
/// # Ok::<(), nn_core::BatchError>(())
/// ```
#[doc(alias = "HingeEmbeddingLoss")]
#[derive(Debug, Clone, Copy)]
pub struct HingeEmbedding {
    reduction: Reduction,
    margin: f64,
}

impl HingeEmbedding {
    /// The mean over all elements, with the given margin.
    pub fn new(margin: f64) -> HingeEmbedding {
        HingeEmbedding { reduction: Reduction::Mean, margin }
    }
}

impl Default for HingeEmbedding {
    /// A margin of 1.
    fn default() -> HingeEmbedding {
        HingeEmbedding::new(1.0)
    }
}

impl Elementwise for HingeEmbedding {
    const NAME: &'static str = "HingeEmbedding";
    const TARGETS: Domain = Domain::Sign;

    fn check_settings(&self) -> Result<(), LossError> {
        let margin = self.margin;
        check_setting(Self::NAME, margin.is_finite(), || {
            format!("margin is {margin}, expected a finite number")
        })
    }

    #[inline(always)]
    fn term<T: Real>(&self, y: T, t: T) -> (T, T) {
        let missing = T::from_f64(self.margin) - y;
        let slope = if missing >= T::ZERO { -T::ONE } else { T::ZERO };
        let is_alike = t > T::ZERO;
        (if is_alike { y } else { missing.maximum(T::ZERO) }, if is_alike { T::ONE } else { slope })
    }
}

elementwise_loss!(HingeEmbedding);

#[cfg(test)]
nn_check::loss_suite!(
    HingeEmbedding::new(1.2), output: [2, 3], batch: 4, outputs: values(0.0, 2.0), targets: signs([2, 3])
);
