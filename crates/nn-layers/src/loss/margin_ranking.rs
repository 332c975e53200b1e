//! Pairs of scores whose order is known.

use nn_core::{Loss, LossError, Reduction, Rows, RowsMut, Target, Upstream};
use tensor_ops::{Real, Shape};

use super::checks::{check_setting, check_values_of_shape, values};
use super::domain::Domain;
use super::stacked;

/// max(0, margin - t (x₁ - x₂)): the first score should be higher by the margin where the target t is 1, and lower
/// where it is -1.
///
/// | | shape |
/// |---|---|
/// | y | `(m, 2)`, or `(m, 2, ..)` for several pairs a sample: x₁ and x₂, side by side |
/// | targets | `(m)`, or `(m, ..)`: 1 or -1 for each pair |
///
/// The mean is over all pairs. Gradient: -t for x₁ and t for x₂ where t (x₁ - x₂) <= margin, else 0. (The pairwise hinge loss of
/// Joachims, "Optimizing search engines using clickthrough data", 2002; PyTorch's `MarginRankingLoss`.)
///
/// ```
/// use nn_core::{Rows, Target, loss_value};
/// use nn_layers::MarginRanking;
/// let (y, t) = (Rows::new(&[2.0, 1.5], [2])?, Rows::new(&[1.0], [1])?);
/// assert_eq!(loss_value(&MarginRanking::new(1.0), y, Target::Values(t), None, &mut Vec::new()), 0.5);
/// # Ok::<(), nn_core::BatchError>(())
/// ```
#[doc(alias = "MarginRankingLoss")]
#[derive(Debug, Clone, Copy, Default)]
pub struct MarginRanking {
    reduction: Reduction,
    margin: f64,
}

const NAME: &str = "MarginRanking";

impl MarginRanking {
    /// The mean over all pairs, with the given margin (PyTorch's default is 0).
    pub fn new(margin: f64) -> MarginRanking {
        MarginRanking { reduction: Reduction::Mean, margin }
    }

    /// Sets how the terms are reduced.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> MarginRanking {
        MarginRanking { reduction, ..self }
    }
}

impl<T: Real> Loss<T> for MarginRanking {
    fn terms(&self, output: &Shape) -> usize {
        output.size() / 2
    }

    fn check(&self, output: &Shape, samples: usize, target: &Target<'_, T>) -> Result<(), LossError> {
        let margin = self.margin;
        check_setting(NAME, margin.is_finite(), || format!("margin is {margin}, expected a finite number"))?;
        let pairs = stacked::part(NAME, output, 2, "[m, 2, ..]")?;
        check_values_of_shape(NAME, &pairs, output, samples, target, Domain::Sign)
    }

    fn reduction(&self) -> Reduction {
        self.reduction
    }

    fn divisor(&self, _: &Shape, target: &Target<'_, T>) -> T {
        T::from_usize(values(NAME, *target).len())
    }

    fn value(&self, y: Rows<'_, T>, target: Target<'_, T>, terms: &mut [T]) {
        let (n, t, margin) = (y.width() / 2, values(NAME, target), T::from_f64(self.margin));
        for (i, terms) in terms.chunks_mut(n).enumerate() {
            let ([a, b], t) = (stacked::parts(y.row(i)), &t[i * n..]);
            for j in 0..n {
                terms[j] = (margin - t[j] * (a[j] - b[j])).maximum(T::ZERO);
            }
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
        let (n, t, margin) = (y.width() / 2, values(NAME, target), T::from_f64(self.margin));
        for (i, terms) in terms.chunks_mut(n).enumerate() {
            let ([a, b], t) = (stacked::parts(y.row(i)), &t[i * n..]);
            let [da, db] = stacked::parts_mut(dy.row(i));
            for j in 0..n {
                let missing = margin - t[j] * (a[j] - b[j]);
                terms[j] = missing.maximum(T::ZERO);
                db[j] = if missing >= T::ZERO { upstream.at(i * n + j) * t[j] } else { T::ZERO };
                da[j] = -db[j];
            }
        }
    }
}

#[cfg(test)]
nn_check::loss_suite!(MarginRanking::new(0.5), output: [2], batch: 8, targets: signs([1]));
#[cfg(test)]
nn_check::loss_suite!(pairs: MarginRanking::new(0.5), output: [2, 3], batch: 4, targets: signs([3]));
