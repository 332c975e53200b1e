//! Why a check cannot begin.

use nn_core::{BatchError, BindError, LossError};

use crate::PointError;

/// Why a check cannot begin.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// The layer does not take samples of this shape.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The network does not take this batch.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// The batch does not fit the loss.
    #[error(transparent)]
    Loss(#[from] LossError),
    /// Second derivatives cannot be taken at this point.
    #[error(transparent)]
    Point(#[from] PointError),
}
