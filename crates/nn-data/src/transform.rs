//! What is fitted on one set and applied to any.

use tensor_ops::{Real, Tensor};

use crate::{DataError, Dataset};

/// A fitted change of the inputs: the same numbers for the training set, the test set, and whatever comes later.
pub trait Transform<T: Real> {
    /// The transformed samples along the first axis of `inputs`.
    ///
    /// # Errors
    /// [`DataError::Features`] for samples of other features than it was fitted on.
    fn apply_tensor(&self, inputs: Tensor<T>) -> Result<Tensor<T>, DataError>;

    /// The samples that were transformed to these, up to rounding.
    ///
    /// # Errors
    /// As [`Transform::apply_tensor`].
    fn invert_tensor(&self, inputs: Tensor<T>) -> Result<Tensor<T>, DataError>;

    /// A data set with transformed inputs.
    ///
    /// # Errors
    /// As [`Transform::apply_tensor`].
    fn apply(&self, set: Dataset<T>) -> Result<Dataset<T>, DataError> {
        let (inputs, targets) = set.into_parts();
        Dataset::new(self.apply_tensor(inputs)?, targets)
    }
}
