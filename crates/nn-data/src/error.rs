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
    /// Folds that cannot be.
    #[error("{folds} folds of {samples} samples or groups, expected 2 to as many as there are")]
    Folds {
        /// The number of folds.
        folds: usize,
        /// The number of samples, or of groups.
        samples: usize,
    },
    /// Targets that are no classes.
    #[error("{what} needs classes, and the targets are real values")]
    NotClasses {
        /// What was to be done.
        what: &'static str,
    },
    /// A table without targets.
    #[error("no targets: say which column they stand in")]
    NoTargets,
    /// A data set that does not go behind another.
    #[error(
        "concat: set {set} (from 0) has samples of shape {shape} or targets that do not fit the first, of shape {expected}"
    )]
    Concat {
        /// The set.
        set: usize,
        /// The shape of a sample of the first set.
        expected: Shape,
        /// The shape of a sample of this set.
        shape: Shape,
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
    /// A setting that cannot be.
    #[error("{what} is {value}, expected {expected}")]
    Setting {
        /// Which.
        what: &'static str,
        /// The value as given.
        value: f64,
        /// What it has to be.
        expected: &'static str,
    },
    /// A feature that is not there, or not any more.
    #[error("feature {column} (from 0) is not among the {features}, or is named twice")]
    Column {
        /// The feature as given.
        column: usize,
        /// How many there are.
        features: usize,
    },
    /// A category that was not there when an encoder was fitted.
    #[error(
        "feature {feature} of sample {sample} (both from 0) is the category {value}, which the fit has not seen"
    )]
    Category {
        /// The sample.
        sample: usize,
        /// The feature.
        feature: usize,
        /// The category.
        value: f64,
    },
    /// A feature without any value to fit on.
    #[error("feature {feature} (from 0) has no value that is not missing")]
    Missing {
        /// The feature.
        feature: usize,
    },
    /// A transform that loses what an inverse would need.
    #[error("{transform} has no inverse: it loses what was there")]
    NoInverse {
        /// Which.
        transform: &'static str,
    },
    /// A tensor that does not fit.
    #[error(transparent)]
    Tensor(#[from] TensorError),
}
