//! What was read.

use tensor_ops::{Real, Tensor};

use super::Schema;
use crate::{DataError, Dataset, Targets};

/// A table as numbers: features, and targets where some were asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Table<T> {
    pub(super) schema: Schema,
    pub(super) inputs: Tensor<T>,
    pub(super) targets: Option<Targets<T>>,
}

impl<T: Real> Table<T> {
    /// What the columns are: another file is read in the same way by [`Csv::read_like`](super::Csv::read_like).
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The features, `(lines, features)`; NaN where a value is missing and was kept.
    pub fn inputs(&self) -> &Tensor<T> {
        &self.inputs
    }

    /// The targets; `None` where no column was asked for.
    pub fn targets(&self) -> Option<&Targets<T>> {
        self.targets.as_ref()
    }

    /// The features and the targets, without a copy.
    pub fn into_parts(self) -> (Tensor<T>, Option<Targets<T>>) {
        (self.inputs, self.targets)
    }

    /// The data set.
    ///
    /// # Errors
    /// [`DataError::NoTargets`] where no column was asked for, [`DataError::NotFinite`] where a value is missing.
    pub fn into_dataset(self) -> Result<Dataset<T>, DataError> {
        Dataset::new(self.inputs, self.targets.ok_or(DataError::NoTargets)?)
    }
}
