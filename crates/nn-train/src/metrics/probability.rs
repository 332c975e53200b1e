//! Metrics of scores and probabilities of classes.

use tensor_ops::{Real, Tensor};

use super::MetricError;
use super::error::check_lengths;

/// The mean of -ln p, with p the probability given to a sample's own class, for probabilities `(m, classes)`. A probability is
/// kept inside [ε, 1 - ε], ε of the type, as in scikit-learn, so that a certain mistake costs much and not everything.
///
/// # Errors
/// [`MetricError`] for shapes that do not fit, no samples, a class out of range, and probabilities outside [0, 1] or whose
/// sum is further than √ε from 1.
///
/// ```
/// use nn_train::metrics::log_loss;
/// let loss = log_loss(&[[0.5, 0.5], [0.0, 1.0]].into(), &[0, 1])?;
/// assert!((loss - 0.5 * 2f64.ln()).abs() < 1e-15);
/// assert!(log_loss(&[[1.0, 0.0]].into(), &[1])? < 37.0);
/// # Ok::<(), nn_train::metrics::MetricError>(())
/// ```
pub fn log_loss<T: Real>(probabilities: &Tensor<T>, labels: &[usize]) -> Result<f64, MetricError> {
    let metric = "log_loss";
    let classes = classes_of(metric, probabilities, labels)?;
    let epsilon = T::EPSILON.to_f64();
    let mut sum = 0.0;
    for (sample, (row, &label)) in probabilities.as_slice().chunks_exact(classes).zip(labels).enumerate() {
        let wrong = |what, value, expected| MetricError::Value { metric, what, sample, value, expected };
        if let Some(p) = row.iter().map(|p| p.to_f64()).find(|p| !(0.0..=1.0).contains(p)) {
            return Err(wrong("a probability", p, "a number in [0, 1]"));
        }
        let total: f64 = row.iter().map(|p| p.to_f64()).sum();
        if (total - 1.0).abs() > epsilon.sqrt() {
            return Err(wrong("the sum of the probabilities", total, "1"));
        }
        sum -= Real::ln(row[label].to_f64().clamp(epsilon, 1.0 - epsilon));
    }
    Ok(sum / labels.len() as f64)
}

/// The share of samples whose own class is among the `k` largest scores, for scores `(m, classes)`. Of equal scores the later
/// class comes first, as in scikit-learn (unlike [`predicted_classes`](super::predicted_classes), which names the first).
///
/// # Errors
/// [`MetricError`] for shapes that do not fit, no samples, a class out of range, k = 0, or a NaN score.
///
/// ```
/// use nn_train::metrics::top_k_accuracy;
/// let scores = [[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]].into();
/// assert_eq!(top_k_accuracy(&scores, &[1, 0], 2)?, 0.5);
/// # Ok::<(), nn_train::metrics::MetricError>(())
/// ```
pub fn top_k_accuracy<T: Real>(scores: &Tensor<T>, labels: &[usize], k: usize) -> Result<f64, MetricError> {
    let metric = "top_k_accuracy";
    let classes = classes_of(metric, scores, labels)?;
    if k == 0 {
        return Err(MetricError::Setting { metric, what: "k", value: 0.0, expected: "at least 1" });
    }
    let mut hits = 0;
    for (sample, (row, &label)) in scores.as_slice().chunks_exact(classes).zip(labels).enumerate() {
        if row.iter().any(|s| s.is_nan()) {
            let value = f64::NAN;
            return Err(MetricError::Value { metric, what: "a score", sample, value, expected: "a number" });
        }
        let is_before = |c: &usize| row[*c] > row[label] || (row[*c] == row[label] && *c > label);
        hits += usize::from((0..classes).filter(is_before).count() < k);
    }
    Ok(hits as f64 / labels.len() as f64)
}

/// The number of classes of scores `(m, classes)`, checked against the labels.
pub(super) fn classes_of<T: Real>(
    metric: &'static str,
    scores: &Tensor<T>,
    labels: &[usize],
) -> Result<usize, MetricError> {
    let &[m, classes] = scores.shape().as_slice() else {
        let targets = [labels.len()].into();
        return Err(MetricError::Shape { metric, predicted: *scores.shape(), targets });
    };
    check_lengths(metric, m, labels.len())?;
    match labels.iter().position(|&label| label >= classes) {
        Some(sample) => Err(MetricError::Class { metric, sample, class: labels[sample], classes }),
        None => Ok(classes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_go_to_the_later_class() {
        let scores = Tensor::from([[0.5, 0.5, 0.1]]);
        assert_eq!([0, 1].map(|label| top_k_accuracy(&scores, &[label], 1).unwrap()), [0.0, 1.0]);
        assert_eq!(top_k_accuracy(&scores, &[2], 7).unwrap(), 1.0, "more than there are is all");
    }

    #[test]
    fn what_is_wrong_is_named() {
        let p = Tensor::from([[0.5, 0.5], [0.9, 0.2]]);
        let error = log_loss(&p, &[0, 1]).unwrap_err().to_string();
        assert_eq!(error, "log_loss: the sum of the probabilities of sample 1 (from 0) is 1.1, expected 1");
        assert!(matches!(log_loss(&p, &[0, 2]), Err(MetricError::Class { sample: 1, .. })));
        assert!(matches!(log_loss(&p, &[0]), Err(MetricError::Length { .. })));
        assert!(matches!(top_k_accuracy(&Tensor::from([1.0]), &[0], 1), Err(MetricError::Shape { .. })));
        assert!(matches!(top_k_accuracy(&p, &[0, 0], 0), Err(MetricError::Setting { .. })));
    }
}
