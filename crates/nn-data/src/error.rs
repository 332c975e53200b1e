//! What can be wrong with data.

use tensor_ops::{Shape, TensorError};

/// Data that cannot be used, with the place where it is wrong.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// No samples, or samples without features.
    #[error("{what}: no samples or no features (shape {shape})")]
    Empty {
        /// What was to be done.
        what: &'static str,
        /// The shape of the inputs.
        shape: Shape,
    },
    /// Inputs without a feature axis.
    #[error("expected inputs of shape [samples, features..], got {shape}")]
    Rank {
        /// The shape of the inputs.
        shape: Shape,
    },
    /// A sample that is not there.
    #[error("there is no sample {index} (from 0) among {samples}")]
    Index {
        /// The number as given.
        index: usize,
        /// The number of samples.
        samples: usize,
    },
    /// Inputs and targets of different numbers.
    #[error("{inputs} samples with {targets} targets")]
    Length {
        /// The number of samples.
        inputs: usize,
        /// The number of targets.
        targets: usize,
    },
    /// A number that is NaN or infinite.
    #[error(
        "{what} of sample {sample}, feature {feature} (both from 0) is {value}, expected a finite number"
    )]
    NotFinite {
        /// "input" or "target".
        what: &'static str,
        /// The sample.
        sample: usize,
        /// The feature, row-major.
        feature: usize,
        /// The value.
        value: f64,
    },
    /// A class number outside the range.
    #[error("target of sample {sample} (from 0) is class {class}, but there are {classes} classes")]
    Class {
        /// The sample.
        sample: usize,
        /// Its class.
        class: usize,
        /// The number of classes.
        classes: usize,
    },
    /// A fraction that leaves a part without samples.
    #[error("a split of {samples} samples at {fraction} leaves a part without samples")]
    Split {
        /// The fraction as given.
        fraction: f64,
        /// The number of samples.
        samples: usize,
    },
    /// A batch size that cannot be.
    #[error("batch size 0 for {samples} samples, expected at least 1")]
    BatchSize {
        /// The number of samples.
        samples: usize,
    },
    /// Samples with other features than a normalizer was fitted on.
    #[error("fitted on {fitted} features, got samples of shape {shape}")]
    Features {
        /// What it was fitted on.
        fitted: usize,
        /// The shape of a sample.
        shape: Shape,
    },
    /// A tensor that does not fit.
    #[error(transparent)]
    Tensor(#[from] TensorError),
}
