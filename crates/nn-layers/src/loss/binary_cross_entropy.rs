//! Cross-entropy of probabilities, the course's formula.

use nn_core::{LossError, Reduction};
use tensor_ops::Real;

use super::checks::check_setting;
use super::domain::Domain;
use super::elementwise::{Elementwise, elementwise_loss};

/// -1/n Σ (t ln y + (1 - t) ln(1 - y)) over all n elements of the batch, for probabilities y in [0, 1]: the cost of the
/// course, "divided by m so that the batch size does not matter".
///
/// y and t have the same shape, `(m, ..)`, t in [0, 1]. Gradient: (y - t) / (y (1 - y)) / n. A positive weight w, 1 unless set, makes
/// it -1/n Σ (w t ln y + (1 - t) ln(1 - y)).
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
#[derive(Debug, Clone, Copy)]
pub struct BinaryCrossEntropy {
    reduction: Reduction,
    positive: f64,
}

impl Default for BinaryCrossEntropy {
    fn default() -> BinaryCrossEntropy {
        BinaryCrossEntropy { reduction: Reduction::default(), positive: 1.0 }
    }
}

impl BinaryCrossEntropy {
    /// The mean over all elements.
    pub fn new() -> BinaryCrossEntropy {
        BinaryCrossEntropy::default()
    }

    /// Sets what the positive part of a term is multiplied by, to make up for rare positives.
    /// [`SigmoidCrossEntropy::positive_weights`](crate::SigmoidCrossEntropy::positive_weights) has one for each output.
    #[must_use]
    pub fn positive_weight(self, weight: f64) -> BinaryCrossEntropy {
        BinaryCrossEntropy { positive: weight, ..self }
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

    fn check_settings(&self) -> Result<(), LossError> {
        let weight = self.positive;
        check_setting(Self::NAME, weight.is_finite() && weight >= 0.0, || {
            format!("expected a finite positive weight >= 0, got {weight}")
        })
    }

    fn outputs(&self) -> Option<Domain> {
        Some(Domain::Probability)
    }

    #[inline(always)]
    fn term<T: Real>(&self, y: T, t: T) -> (T, T) {
        let (ln_y, ln_rest) = (floored(y.ln()), floored((-y).ln_1p()));
        // (1 - t) y - w t (1 - y), written so that w = 1 leaves y - t, which does not cancel.
        let (w, more) = (T::from_f64(self.positive), T::from_f64(self.positive - 1.0));
        let slope = (y - t) - more * t * (T::ONE - y);
        (-(w * t * ln_y + (T::ONE - t) * ln_rest), slope / divisor(y * (T::ONE - y)))
    }
}

elementwise_loss!(BinaryCrossEntropy);

#[cfg(test)]
nn_check::loss_suite!(
    BinaryCrossEntropy::new(), output: [2, 3], batch: 4, outputs: values(0.05, 0.95), targets: values(0.0, 1.0)
);
#[cfg(test)]
nn_check::loss_suite!(
    weighted: BinaryCrossEntropy::new().positive_weight(2.5),
    output: [2, 3], batch: 4, outputs: values(0.05, 0.95), targets: values(0.0, 1.0)
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SigmoidCrossEntropy;
    use nn_core::{Loss, Rows, Target, loss_value};

    #[test]
    fn behind_a_sigmoid_it_is_the_cross_entropy_of_logits() {
        let (logits, t) = ([0.5f64, -1.0, 2.0], [1.0, 0.0, 0.3]);
        let p = logits.map(|x| 1.0 / (1.0 + (-x).exp()));
        let value = |loss: &dyn Loss<f64>, y: &[f64]| {
            let target = Target::Values(Rows::new(&t, [1]).unwrap());
            loss_value(loss, Rows::new(y, [1]).unwrap(), target, None, &mut Vec::new())
        };
        let a = value(&BinaryCrossEntropy::new().positive_weight(3.0), &p);
        let b = value(&SigmoidCrossEntropy::new().positive_weights([3.0]), &logits);
        assert!((a - b).abs() < 1e-14, "{a} and {b}");
        let wrong = BinaryCrossEntropy::new().positive_weight(-1.0);
        let target = Target::Values(Rows::new(&t, [1]).unwrap());
        assert!(Loss::<f64>::check(&wrong, &[1].into(), 3, &target).is_err());
    }
}
