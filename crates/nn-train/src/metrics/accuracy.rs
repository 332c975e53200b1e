//! The share of right predictions.

use tensor_ops::{Real, Tensor};

/// The class with the largest output for each sample, the first of several; for outputs `(m, classes)`.
///
/// ```
/// use nn_train::metrics::predicted_classes;
/// assert_eq!(predicted_classes(&[[0.1, 0.9], [2.0, -1.0]].into()), [1, 0]);
/// ```
pub fn predicted_classes<T: Real>(outputs: &Tensor<T>) -> Vec<usize> {
    let samples = outputs.shape().as_slice().first().copied().unwrap_or(0);
    let classes = outputs.as_slice().len().checked_div(samples).unwrap_or(0).max(1);
    let largest = |row: &[T]| (1..row.len()).fold(0, |best, c| if row[c] > row[best] { c } else { best });
    outputs.as_slice().chunks_exact(classes).map(largest).collect()
}

/// The share of predictions that equal their labels; NaN over none.
///
/// # Panics
/// Where the numbers of predictions and labels differ.
///
/// ```
/// use nn_train::metrics::accuracy;
/// assert_eq!(accuracy(&[0, 1, 2, 2], &[0, 1, 2, 1]), 0.75);
/// ```
pub fn accuracy(predicted: &[usize], labels: &[usize]) -> f64 {
    assert_eq!(predicted.len(), labels.len(), "predictions and labels");
    let right = predicted.iter().zip(labels).filter(|(p, l)| p == l).count();
    right as f64 / labels.len() as f64
}
