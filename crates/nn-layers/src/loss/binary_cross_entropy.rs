//! Cross-entropy of probabilities, the course's formula.

use nn_core::Reduction;
use tensor_ops::Real;

use super::domain::Domain;
use super::elementwise::{Elementwise, elementwise_loss};

/// -1/n Σ (t ln y + (1 - t) ln(1 - y)) over all n elements of the batch, for probabilities y in [0, 1]: the cost of the
/// course, "divided by m so that the batch size does not matter".
///
/// y and t have the same shape, `(m, ..)`, t in [0, 1]. Gradient: (y - t) / (y (1 - y)) / n.
///
/// Safe at y = 0 and 1 by PyTorch's convention: logarithms are not taken below -100, and y (1 - y) not below 1e-12
/// (the f32 next to it, in f64 too). Without a sigmoid before it, [`SigmoidCrossEntropy`](crate::SigmoidCrossEntropy) needs
/// neither. An output outside [0, 1] makes the loss NaN.
///
/// ```
/// use nn_core::{Loss, Rows, Target, loss_value};
/// use nn_layers::BinaryCrossEntropy;
/// let (y, t) = (Rows::new(&[0.5f64, 1.0], [1])?, Rows::new(&[1.0, 1.0], [1])?);
/// let loss = loss_value(&BinaryCrossEntropy::new(), y, Target::Values(t), None, &mut Vec::new());
/// assert!((loss - 2f64.ln() / 2.0).abs() < 1e-15);
///
/// let error = BinaryCrossEntropy::new().check_outputs(Rows::new(&[0.5, 1.5], [1])?).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "BinaryCrossEntropy: output 0 of sample 1 is 1.5, expected a number in [0, 1]"
/// );
/// # Ok::<(), nn_core::BatchError>(())
/// ```
#[doc(alias = "BCELoss")]
#[derive(Debug, Clone, Copy, Default)]
pub struct BinaryCrossEntropy {
    reduction: Reduction,
}

impl BinaryCrossEntropy {
    /// The mean over all elements.
    pub fn new() -> BinaryCrossEntropy {
        BinaryCrossEntropy::default()
    }
}

/// A logarithm of 0 would make an infinite loss of a saturated output.
#[inline(always)]
pub(super) fn floored<T: Real>(log: T) -> T {
    log.maximum(T::from_f64(-100.0))
}

/// What a probability, or a product of two, is divided by at least.
#[inline(always)]
pub(super) fn divisor<T: Real>(x: T) -> T {
    x.maximum(T::from_f64(f64::from(1e-12f32)))
}

impl Elementwise for BinaryCrossEntropy {
    const NAME: &'static str = "BinaryCrossEntropy";
    const TARGETS: Domain = Domain::Probability;

    fn outputs(&self) -> Option<Domain> {
        Some(Domain::Probability)
    }

    #[inline(always)]
    fn term<T: Real>(&self, y: T, t: T) -> (T, T) {
        let (ln_y, ln_rest) = (floored(y.ln()), floored((-y).ln_1p()));
        (-(t * ln_y + (T::ONE - t) * ln_rest), (y - t) / divisor(y * (T::ONE - y)))
    }
}

elementwise_loss!(BinaryCrossEntropy);

#[cfg(test)]
nn_check::loss_suite!(
    BinaryCrossEntropy::new(), output: [2, 3], batch: 4, outputs: values(0.05, 0.95), targets: values(0.0, 1.0)
);
