//! Why a metric cannot be computed.

use tensor_ops::Shape;

/// Predictions and targets that cannot be held against each other.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MetricError {
    /// Different numbers of predictions and targets.
    #[error("{metric}: {predicted} predictions for {targets} targets")]
    Length {
        /// The metric.
        metric: &'static str,
        /// The number of predictions.
        predicted: usize,
        /// The number of targets.
        targets: usize,
    },
    /// Predictions and targets of different shapes.
    #[error("{metric}: predictions of shape {predicted} for targets of shape {targets}")]
    Shape {
        /// The metric.
        metric: &'static str,
        /// The shape of the predictions.
        predicted: Shape,
        /// The shape of the targets.
        targets: Shape,
    },
    /// Nothing to measure.
    #[error("{metric}: no samples")]
    Empty {
        /// The metric.
        metric: &'static str,
    },
    /// A class number outside the range.
    #[error("{metric}: sample {sample} (from 0) has class {class}, but there are {classes} classes")]
    Class {
        /// The metric.
        metric: &'static str,
        /// The sample.
        sample: usize,
        /// Its class, or the class that was predicted.
        class: usize,
        /// The number of classes.
        classes: usize,
    },
    /// A number that cannot be, such as a NaN score, or probabilities that do not add up to 1.
    #[error("{metric}: {what} of sample {sample} (from 0) is {value}, expected {expected}")]
    Value {
        /// The metric.
        metric: &'static str,
        /// What.
        what: &'static str,
        /// The sample.
        sample: usize,
        /// The value.
        value: f64,
        /// What it has to be.
        expected: &'static str,
    },
    /// A setting that cannot be.
    #[error("{metric}: {what} is {value}, expected {expected}")]
    Setting {
        /// The metric.
        metric: &'static str,
        /// Which.
        what: &'static str,
        /// The value as given.
        value: f64,
        /// What it has to be.
        expected: &'static str,
    },
}

/// Refuses no samples, and different numbers of predictions and targets.
pub(super) fn check_lengths(
    metric: &'static str,
    predicted: usize,
    targets: usize,
) -> Result<(), MetricError> {
    match (predicted == targets, targets) {
        (false, _) => Err(MetricError::Length { metric, predicted, targets }),
        (true, 0) => Err(MetricError::Empty { metric }),
        (true, _) => Ok(()),
    }
}
