//! The area under the ROC curve.

use tensor_ops::{Real, Tensor};

use super::error::check_lengths;
use super::{Average, MetricError};

/// The probability that a positive sample has a higher score than a negative one, ties counting one half: the area under
/// the ROC curve, by the rank sum of Mann and Whitney. NaN where one of the two kinds is missing, as in scikit-learn.
///
/// # Errors
/// [`MetricError`] for different lengths, no samples, or a NaN score.
///
/// ```
/// use nn_train::metrics::roc_auc;
/// assert_eq!(roc_auc(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true])?, 0.75);
/// assert_eq!(roc_auc(&[0.5, 0.5], &[false, true])?, 0.5);
/// # Ok::<(), nn_train::metrics::MetricError>(())
/// ```
pub fn roc_auc<T: Real>(scores: &[T], is_positive: &[bool]) -> Result<f64, MetricError> {
    let metric = "roc_auc";
    check_lengths(metric, scores.len(), is_positive.len())?;
    if let Some(sample) = scores.iter().position(|s| s.is_nan()) {
        return Err(MetricError::Value {
            metric,
            what: "the score",
            sample,
            value: f64::NAN,
            expected: "a number",
        });
    }
    let mut order: Vec<(f64, bool)> =
        scores.iter().map(|s| s.to_f64()).zip(is_positive.iter().copied()).collect();
    order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    // Twice the number of pairs in the right order, exact in integers.
    let (mut pairs, mut below) = (0u128, 0u128);
    // -0 and 0 are one score, though `total_cmp` knows them apart: they are neighbours in the order.
    for tied in order.chunk_by(|a, b| a.0 == b.0) {
        let positive = tied.iter().filter(|(_, positive)| *positive).count() as u128;
        let negative = tied.len() as u128 - positive;
        pairs += positive * (2 * below + negative);
        below += negative;
    }
    let positive = order.len() as u128 - below;
    Ok(pairs as f64 / (2 * positive * below) as f64)
}

/// The area under the ROC curve of each class against all others, for scores `(m, classes)`, and their mean: macro, or
/// weighted by the samples of each class. NaN where a class has no or all samples.
///
/// # Errors
/// [`MetricError`] for shapes that do not fit, a class out of range, a NaN score, or [`Average::Micro`].
///
/// ```
/// use nn_train::metrics::{Average, roc_auc_one_vs_rest};
/// let scores = [[0.8, 0.1, 0.1], [0.2, 0.5, 0.3], [0.1, 0.2, 0.7]].into();
/// assert_eq!(roc_auc_one_vs_rest(&scores, &[0, 1, 2], Average::Macro)?, 1.0);
/// # Ok::<(), nn_train::metrics::MetricError>(())
/// ```
pub fn roc_auc_one_vs_rest<T: Real>(
    scores: &Tensor<T>,
    labels: &[usize],
    average: Average,
) -> Result<f64, MetricError> {
    let metric = "roc_auc_one_vs_rest";
    let classes = super::probability::classes_of(metric, scores, labels)?;
    if average == Average::Micro {
        let expected = "macro or weighted";
        return Err(MetricError::Setting { metric, what: "the average", value: f64::NAN, expected });
    }
    let (mut sum, mut weights) = (0.0, 0.0);
    for class in 0..classes {
        let column: Vec<T> = scores.as_slice().iter().skip(class).step_by(classes).copied().collect();
        let is_positive: Vec<bool> = labels.iter().map(|&label| label == class).collect();
        let count = is_positive.iter().filter(|positive| **positive).count();
        let weight = if average == Average::Weighted { count as f64 } else { 1.0 };
        sum += weight * roc_auc(&column, &is_positive)?;
        weights += weight;
    }
    Ok(sum / weights)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tensor_ops::random::Stream;

    /// The judge: all pairs.
    #[test]
    fn it_is_the_share_of_pairs_in_order() {
        for seed in 0..20 {
            let mut scores = vec![0.0f64; 60];
            Stream::new(seed, 1, 0).uniform(0, -3.0, 3.0, &mut scores);
            // Few values, hence many ties, and both zeros.
            scores.iter_mut().for_each(|s| *s = s.round_ties_even());
            let is_positive: Vec<bool> = (0..60).map(|i| (i * 7 + seed) % 3 == 0).collect();
            let (mut sum, mut pairs) = (0.0, 0.0);
            for i in (0..60).filter(|&i| is_positive[i]) {
                for j in (0..60).filter(|&j| !is_positive[j]) {
                    sum += if scores[i] > scores[j] {
                        1.0
                    } else if scores[i] == scores[j] {
                        0.5
                    } else {
                        0.0
                    };
                    pairs += 1.0;
                }
            }
            assert_eq!(roc_auc(&scores, &is_positive).unwrap(), sum / pairs);
        }
    }

    /// scikit-learn 1.9, `roc_auc_score(multi_class="ovr")`.
    #[test]
    fn scikit_learn_finds_the_same() {
        let scores: Tensor<f64> = Tensor::new(
            [6, 3],
            vec![0.5, 0.3, 0.2, 0.2, 0.5, 0.3, 0.1, 0.2, 0.7, 0.4, 0.4, 0.2, 0.6, 0.3, 0.1, 0.3, 0.3, 0.4],
        )
        .unwrap();
        let labels = [0, 1, 2, 2, 1, 0];
        for average in [Average::Macro, Average::Weighted] {
            assert_eq!(roc_auc_one_vs_rest(&scores, &labels, average).unwrap(), 0.6875);
        }
        assert!((super::super::log_loss(&scores, &labels).unwrap() - 0.9600588043574326).abs() < 1e-15);
    }

    #[test]
    fn what_has_no_answer() {
        assert!(roc_auc(&[0.1, 0.2], &[true, true]).unwrap().is_nan());
        assert!(roc_auc(&[0.1, f64::NAN], &[true, false]).is_err());
        assert!(roc_auc::<f64>(&[], &[]).is_err() && roc_auc(&[0.1], &[]).is_err());
    }
}
