//! Sigmoid with binary cross-entropy, in one pass.

use nn_core::{Loss, LossError, Reduction, Rows, RowsMut, Target, Upstream};
use tensor_ops::{Real, Shape, simd};

use super::checks::{check_values, values};
use super::domain::Domain;
use super::labels::LabelWeights;

/// The binary cross-entropy between targets and σ(y), for outputs y that no sigmoid has seen ("logits"):
/// -w t ln σ(y) - (1 - t) ln(1 - σ(y)).
///
/// y and t have the same shape, `(m, ..)`, t in [0, 1]; the mean is over all elements. Gradient:
/// (1 - t) σ(y) - w t σ(-y), which for w = 1 is σ(y) - t.
///
/// The logarithms are -ln σ(y) = max(-y, 0) + ln(1 + exp(-|y|)) and the same for -y: nothing overflows, and no
/// loss is rounded away. w, the positive weight, is 1 unless set. (PyTorch's `BCEWithLogitsLoss`.)
///
/// ```
/// use nn_core::{Rows, Target, loss_value};
/// use nn_layers::SigmoidCrossEntropy;
/// let (y, t) = (Rows::new(&[0.0f64, 1e4], [1])?, Rows::new(&[1.0, 1.0], [1])?);
/// let loss = loss_value(&SigmoidCrossEntropy::new(), y, Target::Values(t), None, &mut Vec::new());
/// assert!((loss - 2f64.ln() / 2.0).abs() < 1e-15);
/// # Ok::<(), nn_core::BatchError>(())
/// ```
#[doc(alias = "BCEWithLogitsLoss")]
#[doc(alias = "BinaryCrossentropy")]
#[doc(alias = "from_logits")]
#[derive(Debug, Clone, Default)]
pub struct SigmoidCrossEntropy {
    reduction: Reduction,
    positive: Option<LabelWeights>,
}

const NAME: &str = "SigmoidCrossEntropy";

impl SigmoidCrossEntropy {
    /// The mean over all elements.
    pub fn new() -> SigmoidCrossEntropy {
        SigmoidCrossEntropy::default()
    }

    /// Sets how the terms are reduced.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> SigmoidCrossEntropy {
        SigmoidCrossEntropy { reduction, ..self }
    }

    /// Sets what the positive part of a term is multiplied by, to make up for rare positives: one number for all
    /// outputs, one for each place of the last axis, or one for each output of a sample.
    #[must_use]
    pub fn positive_weights(self, weights: impl Into<Vec<f64>>) -> SigmoidCrossEntropy {
        SigmoidCrossEntropy { positive: Some(LabelWeights::new(weights.into())), ..self }
    }
}

/// The term of one output, and its derivative: one exponential and one logarithm.
#[inline(always)]
pub(super) fn term<T: Real>(y: T, t: T, positive: T) -> (T, T) {
    let e = (-y.abs()).exp();
    let rest = e.ln_1p();
    let (large, small) = (T::ONE / (T::ONE + e), e / (T::ONE + e));
    let is_positive = y > T::ZERO;
    let (up, down) = if is_positive { (large, small) } else { (small, large) };
    let (above, below) = if is_positive { (y, T::ZERO) } else { (T::ZERO, -y) };
    let (yes, no) = (positive * t, T::ONE - t);
    (yes * (below + rest) + no * (above + rest), no * up - yes * down)
}

/// Calls `f` with every position and its weight; `weights` repeat themselves.
#[inline(always)]
fn each<T: Real>(n: usize, weights: &[f64], mut f: impl FnMut(usize, T)) {
    if let [weight] = *weights {
        let weight = T::from_f64(weight);
        for i in 0..n {
            f(i, weight);
        }
        return;
    }
    let mut first = 0;
    while first < n {
        for j in 0..weights.len() {
            f(first + j, T::from_f64(weights[j]));
        }
        first += weights.len();
    }
}

impl<T: Real> Loss<T> for SigmoidCrossEntropy {
    fn terms(&self, output: &Shape) -> usize {
        output.size()
    }

    fn check(&self, output: &Shape, samples: usize, target: &Target<'_, T>) -> Result<(), LossError> {
        if let Some(weights) = &self.positive {
            weights.check(NAME, "positive weights", output)?;
        }
        check_values(NAME, output, samples, target, Domain::Probability)
    }

    fn reduction(&self) -> Reduction {
        self.reduction
    }

    fn divisor(&self, _: &Shape, target: &Target<'_, T>) -> T {
        T::from_usize(values(NAME, *target).len())
    }

    fn value(&self, y: Rows<'_, T>, target: Target<'_, T>, terms: &mut [T]) {
        let (n, weights) = (terms.len(), LabelWeights::of(&self.positive));
        let (y, t) = (&y.data()[..n], &values(NAME, target)[..n]);
        simd::dispatch(
            #[inline(always)]
            || {
                each(
                    n,
                    weights,
                    #[inline(always)]
                    |i, w| terms[i] = term(y[i], t[i], w).0,
                );
            },
        );
    }

    fn value_and_gradient(
        &self,
        y: Rows<'_, T>,
        target: Target<'_, T>,
        upstream: Upstream<'_, T>,
        terms: &mut [T],
        mut dy: RowsMut<'_, T>,
    ) {
        let (n, weights) = (terms.len(), LabelWeights::of(&self.positive));
        let (y, t, dy) = (&y.data()[..n], &values(NAME, target)[..n], &mut dy.data()[..n]);
        simd::dispatch(
            #[inline(always)]
            || {
                each(
                    n,
                    weights,
                    #[inline(always)]
                    |i, w| (terms[i], dy[i]) = term(y[i], t[i], w),
                );
            },
        );
        upstream.pull_back(dy, 1);
    }
}

#[cfg(test)]
nn_check::loss_suite!(SigmoidCrossEntropy::new(), output: [2, 3], batch: 4, targets: values(0.0, 1.0));
#[cfg(test)]
nn_check::loss_suite!(
    weighted: SigmoidCrossEntropy::new().positive_weights([0.5, 2.0, 3.0]),
    output: [2, 3], batch: 4, targets: values(0.0, 1.0)
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_loss_of_a_large_output_is_not_rounded_away() {
        for (y, t) in [(50.0, 1.0), (-50.0, 0.0)] {
            let (value, slope) = term::<f64>(y, t, 1.0);
            let exact = (-50f64).exp();
            assert!((value / exact - 1.0).abs() < 1e-14, "{value}");
            assert!((slope.abs() / exact - 1.0).abs() < 1e-14, "{slope}");
        }
        assert_eq!(term::<f64>(1e4, 0.0, 1.0), (1e4, 1.0));
        assert_eq!(term::<f32>(-1e4, 1.0, 2.0), (2e4, -2.0));
        assert!(term(f64::NAN, 1.0, 1.0).0.is_nan());
    }

    #[test]
    fn weights_that_do_not_fit_are_refused() {
        let check = |weights: &[f64]| {
            let t = Rows::new(&[0.0; 6], [2, 3]).unwrap();
            let loss = SigmoidCrossEntropy::new().positive_weights(weights);
            Loss::<f64>::check(&loss, &[2, 3].into(), 1, &Target::Values(t)).map_err(|e| e.to_string())
        };
        assert!(check(&[2.0]).is_ok() && check(&[1.0; 3]).is_ok() && check(&[1.0; 6]).is_ok());
        assert_eq!(
            check(&[1.0, 2.0]).unwrap_err(),
            "SigmoidCrossEntropy: expected 1, 3 or 6 finite positive weights >= 0, got [1.0, 2.0]"
        );
        assert!(check(&[f64::NAN]).is_err());
    }
}
