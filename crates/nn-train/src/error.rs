//! Why a training cannot begin, or did not go on.

use nn_check::{CheckError, Report};
use nn_core::{BatchError, LossError};
use nn_data::DataError;
use nn_optim::{NonFinite, SettingError};

use crate::CheckpointError;

/// Why a training cannot begin, or did not go on.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TrainError {
    /// The data.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The data do not fit the model.
    #[error("the {set} set does not fit the model: {source}")]
    Batch {
        /// "training" or "validation".
        set: &'static str,
        /// Why.
        source: BatchError,
    },
    /// The targets do not fit the loss.
    #[error("the {set} set does not fit the loss: {source}")]
    Loss {
        /// "training" or "validation".
        set: &'static str,
        /// Why.
        source: LossError,
    },
    /// A setting of the optimizer.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// The last batch of an epoch is too small for a layer.
    #[error(
        "the last batch of an epoch would have {samples} samples: {source}; choose another batch size than {size}"
    )]
    LastBatch {
        /// How many samples it would have.
        samples: usize,
        /// The batch size.
        size: usize,
        /// Which layer, and what it needs.
        source: BatchError,
    },
    /// A learning rate that is no finite number >= 0.
    #[error("the schedule gives the learning rate {rate} at step {step}")]
    Rate {
        /// The step, from 0.
        step: u64,
        /// The rate.
        rate: f64,
    },
    /// A check of the gradient could not begin.
    #[error("the check of the gradient: {0}")]
    Check(#[from] CheckError),
    /// A check of the gradient came to a verdict that ends the training.
    #[error("the gradient is {} before step {step} (from 0)\n{report}", report.verdict())]
    Gradient {
        /// The step.
        step: u64,
        /// The findings.
        report: Box<Report>,
    },
    /// The loss became NaN or infinite.
    #[error(
        "the loss is {loss} at step {step} (epoch {epoch}, both from 0): {place}{}",
        advice(*step, *rate)
    )]
    Diverged {
        /// The step.
        step: u64,
        /// The epoch.
        epoch: u64,
        /// The learning rate of the step.
        rate: f64,
        /// The loss.
        loss: f64,
        /// The first place that is not finite, in words.
        place: String,
    },
    /// A gradient with a NaN or an infinity, where a [guard](crate::Trainer::guard) was asked for.
    #[error(transparent)]
    NonFinite(#[from] NonFinite),
    /// Two settings that exclude each other.
    #[error("{what}")]
    Conflict {
        /// Which ones.
        what: &'static str,
    },
    /// Early stopping watches a metric that nobody computes.
    #[error("early stopping watches {name:?}; there are \"loss\", \"accuracy\" and {known:?}")]
    UnknownMetric {
        /// Its name.
        name: String,
        /// The metrics that were asked for.
        known: Vec<String>,
    },
    /// An observer panicked. The model is as the last step has left it.
    #[error("an observer panicked after {step} steps: {message}")]
    Observer {
        /// The steps that were done.
        step: u64,
        /// What it said.
        message: String,
    },
    /// A training cannot go on from checkpoints that it does not have.
    #[error("`resume` needs to know where checkpoints are: `Trainer::checkpoints`")]
    NoCheckpoints,
    /// A checkpoint that could not be written, or none that could be used.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

/// Before the first update no learning rate has done anything yet.
fn advice(step: u64, rate: f64) -> String {
    match step {
        0 => String::new(),
        _ => format!("; try a smaller learning rate than {rate}"),
    }
}
