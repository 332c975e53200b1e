//! The focal loss for yes and no: easy examples count little.

use nn_core::{LossError, Reduction};
use tensor_ops::Real;

use super::binary_cross_entropy::{divisor, floored};
use super::checks::check_setting;
use super::domain::Domain;
use super::elementwise::{Elementwise, elementwise_loss};

/// -α (1 - p)^γ ln p, where p is the probability that the outputs give to what is true: σ(y) for a target of 1, 1 - σ(y)
/// for 0. (Lin et al., "Focal loss for dense object detection", 2017, equations 4 and 5.)
///
/// y and t have the same shape, `(m, ..)`; the mean is over all elements. With γ = 0 and no balance it is
/// [`SigmoidCrossEntropy`](crate::SigmoidCrossEntropy), and after [`BinaryFocal::on_probabilities`]
/// [`BinaryCrossEntropy`](crate::BinaryCrossEntropy).
///
/// Gradient, with z = y for a target of 1 and -y for 0: ∂/∂z = α (1 - p)^γ (γ p ln p + p - 1) (their appendix B). In z,
/// -ln p is softplus(-z) and (1 - p)^γ is exp(-γ softplus(z)), which neither overflow nor cancel.
///
/// ```
/// use nn_core::{Rows, Target, loss_value};
/// use nn_layers::BinaryFocal;
/// let (y, t) = (Rows::new(&[0.0f64], [1])?, Rows::new(&[1.0], [1])?);
/// let loss = BinaryFocal::new(2.0).balance(0.25);
/// let value = loss_value(&loss, y, Target::Values(t), None, &mut Vec::new());
/// assert!((value - 0.25 * 0.5 * 0.5 * 2f64.ln()).abs() < 1e-15);
/// # Ok::<(), nn_core::BatchError>(())
/// ```
#[doc(alias = "BinaryFocalCrossentropy")]
#[doc(alias = "sigmoid_focal_loss")]
#[derive(Debug, Clone, Copy)]
pub struct BinaryFocal {
    reduction: Reduction,
    gamma: f64,
    /// α of targets of 1 and of 0.
    balance: [f64; 2],
    on_probabilities: bool,
}

impl BinaryFocal {
    /// The mean over all elements, for logits, with the given γ >= 0 (Lin et al.: 2) and no balance.
    pub fn new(gamma: f64) -> BinaryFocal {
        BinaryFocal { reduction: Reduction::Mean, gamma, balance: [1.0; 2], on_probabilities: false }
    }

    /// Sets α of targets of 1, and 1 - α of targets of 0 (Lin et al.: α = 0.25).
    #[must_use]
    pub fn balance(self, alpha: f64) -> BinaryFocal {
        BinaryFocal { balance: [alpha, 1.0 - alpha], ..self }
    }

    /// For outputs that are probabilities: logarithms are not taken below -100, nor is anything divided by less than 1e-12.
    #[must_use]
    pub fn on_probabilities(self) -> BinaryFocal {
        BinaryFocal { on_probabilities: true, ..self }
    }
}

/// (1 - p)^γ ln p and its derivative, for a probability p.
#[inline(always)]
pub(super) fn of_probability<T: Real>(p: T, gamma: T) -> (T, T) {
    let (rest, log) = (T::ONE - p, floored(p.ln()));
    let power = if gamma == T::ZERO { T::ONE } else { (gamma * rest.ln()).exp() };
    // ln p / (1 - p) is -1 at p = 1.
    let ratio = if rest == T::ZERO { -T::ONE } else { log / rest };
    (power * log, power * (T::ONE / divisor(p) - gamma * ratio))
}

impl Elementwise for BinaryFocal {
    const NAME: &'static str = "BinaryFocal";
    const TARGETS: Domain = Domain::Bit;

    fn check_settings(&self) -> Result<(), LossError> {
        let (gamma, [alpha, _]) = (self.gamma, self.balance);
        let holds = gamma >= 0.0 && gamma.is_finite();
        check_setting(Self::NAME, holds, || format!("gamma is {gamma}, expected a finite number >= 0"))?;
        let holds = (0.0..=1.0).contains(&alpha);
        check_setting(Self::NAME, holds, || format!("the balance is {alpha}, expected a number in [0, 1]"))
    }

    fn outputs(&self) -> Option<Domain> {
        self.on_probabilities.then_some(Domain::Probability)
    }

    #[inline(always)]
    fn term<T: Real>(&self, y: T, t: T) -> (T, T) {
        let (gamma, [yes, no]) = (T::from_f64(self.gamma), self.balance.map(T::from_f64));
        let is_positive = t > T::ZERO;
        let (alpha, sign) = if is_positive { (yes, T::ONE) } else { (no, -T::ONE) };
        if self.on_probabilities {
            let p = if is_positive { y } else { T::ONE - y };
            let (value, slope) = of_probability(p, gamma);
            return (-(alpha * value), -(alpha * sign * slope));
        }
        let z = sign * y;
        let (power, minus_log) = ((-(gamma * z.softplus())).exp(), (-z).softplus());
        let slope = power * (gamma * z.sigmoid() * minus_log + (-z).sigmoid());
        (alpha * (power * minus_log), -(alpha * sign * slope))
    }
}

elementwise_loss!(BinaryFocal);

#[cfg(test)]
nn_check::loss_suite!(BinaryFocal::new(2.0).balance(0.25), output: [2, 3], batch: 4, targets: bits([2, 3]));
#[cfg(test)]
nn_check::loss_suite!(fraction: BinaryFocal::new(0.5), output: [3], batch: 4, targets: bits([3]));
#[cfg(test)]
nn_check::loss_suite!(
    probabilities: BinaryFocal::new(1.5).on_probabilities(),
    output: [3], batch: 4, outputs: values(0.05, 0.95), targets: bits([3])
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_agree_and_stand_the_edges() {
        for gamma in [0.0, 0.5, 1.0, 2.0] {
            let loss = BinaryFocal::new(gamma);
            for (y, t) in [(1.5, 1.0), (-0.3, 0.0), (0.7, 0.0)] {
                let logit = loss.term::<f64>(y, t);
                let p: f64 = y.sigmoid();
                let probability = loss.on_probabilities().term(p, t);
                assert!((logit.0 - probability.0).abs() < 1e-15, "{gamma} {y}");
                assert!((logit.1 - probability.1 * p * (1.0 - p)).abs() < 1e-15, "{gamma} {y}");
            }
            for p in [0.0, 1.0] {
                let (value, slope) = loss.on_probabilities().term::<f64>(p, 1.0);
                assert!(value.is_finite() && slope.is_finite(), "{gamma} {p}: {value} {slope}");
            }
            assert_eq!(loss.term::<f64>(-1e4, 1.0).0, 1e4);
            assert_eq!(loss.term::<f64>(1e4, 1.0).0, 0.0);
        }
    }
}
