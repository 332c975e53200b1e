//! Several labels for a sample, each of which may hold.

use nn_core::{Loss, LossError, Reduction, Rows, RowsMut, Target, Upstream};
use tensor_ops::{Real, Shape, simd};

use super::checks::{check_values, values};
use super::domain::Domain;
use super::labels::LabelWeights;
use super::sigmoid_cross_entropy::term;
use super::sums::sum;

/// -1/C Σ w (t ln σ(y) + (1 - t) ln(1 - σ(y))) over the C labels of a sample, one term a sample: the mean of
/// [`SigmoidCrossEntropy`](crate::SigmoidCrossEntropy) over the labels, which may have weights w.
///
/// y and t have the same shape, `(m, C)` (or `(m, ..)` with C elements a sample), t in [0, 1]; the mean is over the batch.
/// Gradient: w (σ(y) - t) / C. (PyTorch's `MultiLabelSoftMarginLoss`.)
///
/// ```
/// use nn_core::{Rows, Target, loss_value};
/// use nn_layers::MultiLabelSoftMargin;
/// let (y, t) = (Rows::new(&[0.0f64, 1e4], [2])?, Rows::new(&[1.0, 1.0], [2])?);
/// let loss = loss_value(&MultiLabelSoftMargin::new(), y, Target::Values(t), None, &mut Vec::new());
/// assert!((loss - 2f64.ln() / 2.0).abs() < 1e-15);
/// # Ok::<(), nn_core::BatchError>(())
/// ```
#[doc(alias = "MultiLabelSoftMarginLoss")]
#[derive(Debug, Clone, Default)]
pub struct MultiLabelSoftMargin {
    reduction: Reduction,
    weights: Option<LabelWeights>,
}

const NAME: &str = "MultiLabelSoftMargin";

impl MultiLabelSoftMargin {
    /// The mean over the batch, equal weights.
    pub fn new() -> MultiLabelSoftMargin {
        MultiLabelSoftMargin::default()
    }

    /// Sets how the terms are reduced.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> MultiLabelSoftMargin {
        MultiLabelSoftMargin { reduction, ..self }
    }

    /// One weight a label, with which the sum is still divided by C.
    #[must_use]
    pub fn label_weights(self, weights: impl Into<Vec<f64>>) -> MultiLabelSoftMargin {
        MultiLabelSoftMargin { weights: Some(LabelWeights::new(weights.into())), ..self }
    }
}

impl<T: Real> Loss<T> for MultiLabelSoftMargin {
    fn terms(&self, _: &Shape) -> usize {
        1
    }

    fn check(&self, output: &Shape, samples: usize, target: &Target<'_, T>) -> Result<(), LossError> {
        if let Some(weights) = &self.weights {
            weights.check(NAME, "label weights", output)?;
        }
        check_values(NAME, output, samples, target, Domain::Probability)
    }

    fn reduction(&self) -> Reduction {
        self.reduction
    }

    fn divisor(&self, output: &Shape, target: &Target<'_, T>) -> T {
        T::from_usize(values(NAME, *target).len() / output.size())
    }

    fn value(&self, y: Rows<'_, T>, target: Target<'_, T>, terms: &mut [T]) {
        let (n, t, weights) = (y.width(), values(NAME, target), LabelWeights::of(&self.weights));
        let share = T::ONE / T::from_usize(n);
        for (i, out) in terms.iter_mut().enumerate() {
            let (y, t) = (y.row(i), &t[i * n..(i + 1) * n]);
            simd::dispatch(
                #[inline(always)]
                || {
                    // Without weights there is nothing to look up, which makes vectors.
                    *out = match *weights {
                        [weight] => {
                            T::from_f64(weight)
                                * sum(
                                    y,
                                    t,
                                    #[inline(always)]
                                    |_, y, t| term(y, t, T::ONE).0,
                                )
                        }
                        _ => sum(
                            y,
                            t,
                            #[inline(always)]
                            |j, y, t| T::from_f64(weights[j % weights.len()]) * term(y, t, T::ONE).0,
                        ),
                    } * share;
                },
            );
        }
    }

    fn value_and_gradient(
        &self,
        y: Rows<'_, T>,
        target: Target<'_, T>,
        upstream: Upstream<'_, T>,
        terms: &mut [T],
        mut dy: RowsMut<'_, T>,
    ) {
        self.value(y, target, terms);
        let (n, t, weights) = (y.width(), values(NAME, target), LabelWeights::of(&self.weights));
        let share = T::ONE / T::from_usize(n);
        let dy = dy.data();
        let (y, t) = (&y.data()[..dy.len()], &t[..dy.len()]);
        simd::dispatch(
            #[inline(always)]
            || {
                if let [weight] = *weights {
                    let weight = share * T::from_f64(weight);
                    for i in 0..dy.len() {
                        dy[i] = weight * term(y[i], t[i], T::ONE).1;
                    }
                } else {
                    for i in 0..dy.len() {
                        let weight = share * T::from_f64(weights[i % n % weights.len()]);
                        dy[i] = weight * term(y[i], t[i], T::ONE).1;
                    }
                }
            },
        );
        upstream.pull_back(dy, n);
    }
}

#[cfg(test)]
nn_check::loss_suite!(MultiLabelSoftMargin::new(), output: [20], batch: 3, targets: values(0.0, 1.0));
#[cfg(test)]
nn_check::loss_suite!(
    weighted: MultiLabelSoftMargin::new().label_weights([0.5, 2.0, 3.0]),
    output: [2, 3], batch: 4, targets: values(0.0, 1.0)
);
