//! What a training was like.

use crate::{CheckedGradient, Evaluation};

/// One epoch of a training.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Epoch {
    /// Its number, from 0.
    pub number: u64,
    /// The loss of its batches a sample, while θ was moving.
    pub running_loss: f64,
    /// The training set after the epoch.
    pub train: Evaluation,
    /// The validation set after the epoch.
    pub validation: Evaluation,
    /// The learning rate of its last step.
    pub rate: f64,
    /// Seconds of its steps, evaluation excluded.
    pub seconds: f64,
}

/// All epochs of a training.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct History {
    /// The epochs, in order.
    pub epochs: Vec<Epoch>,
    /// The checks of the gradient, where they were [asked for](crate::Trainer::check_gradients).
    pub gradient_checks: Vec<CheckedGradient>,
}

impl History {
    /// The last epoch; `None` before the first.
    pub fn last(&self) -> Option<&Epoch> {
        self.epochs.last()
    }

    /// Seconds of all steps, evaluation excluded.
    pub fn seconds(&self) -> f64 {
        self.epochs.iter().map(|epoch| epoch.seconds).sum()
    }
}
