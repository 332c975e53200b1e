//! What a training was like.

use crate::{CheckedGradient, Evaluation, Finding, LayerStats};

/// One epoch of a training; the last one may be a part, where a number of steps was asked for.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Epoch {
    /// Its number, from 0.
    pub number: u64,
    /// The steps of the whole training until its end.
    pub steps: u64,
    /// The samples that it has seen.
    pub samples: u64,
    /// Its batches, while θ was moving: a mean over the samples.
    pub running: Evaluation,
    /// The training set after the epoch, where it was [asked for](crate::Trainer::evaluate_train).
    pub train: Option<Evaluation>,
    /// The validation set after the epoch, where there is one.
    pub validation: Option<Evaluation>,
    /// Further [metrics](crate::Trainer::metric) of the validation set, in their order.
    pub metrics: Vec<(String, f64)>,
    /// The learning rate of its last step.
    pub rate: f64,
    /// Seconds of its steps, evaluation excluded.
    pub seconds: f64,
}

impl Epoch {
    /// The metric of this name; `"loss"` and `"accuracy"` are those of the validation set.
    pub fn metric(&self, name: &str) -> Option<f64> {
        match name {
            "loss" => self.validation.map(|v| v.loss),
            "accuracy" => self.validation.and_then(|v| v.accuracy),
            _ => self.metrics.iter().find(|(known, _)| known == name).map(|(_, value)| *value),
        }
    }
}

/// A step that was written down: [every so many](crate::Trainer::record_every) are.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct StepRecord {
    /// The step, from 0.
    pub step: u64,
    /// The loss of its batch, without penalties.
    pub loss: f64,
    /// The learning rate.
    pub rate: f64,
    /// ‖dθ‖, with penalties, before clipping.
    pub gradient_norm: f64,
}

/// A return to the last good state, after a loss that was NaN or infinite.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Retreat {
    /// The step that failed, from 0.
    pub step: u64,
    /// The step that training went back to.
    pub to: u64,
    /// What every learning rate is multiplied by from then on.
    pub factor: f64,
}

/// Why a training ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum End {
    /// It has not.
    #[default]
    Running,
    /// All epochs or steps are done.
    Finished,
    /// [Early stopping](crate::EarlyStopping).
    EarlyStopping,
    /// The [time](crate::Trainer::time_budget) is over.
    TimeBudget,
    /// A [`StopFlag`](crate::StopFlag) was raised: Ctrl-C, say.
    Interrupted,
    /// An [observer](crate::Observer) said so.
    Observer,
}

/// All of a training that can be looked back on.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct History {
    /// The epochs, in order.
    pub epochs: Vec<Epoch>,
    /// Some of the steps, in order.
    pub steps: Vec<StepRecord>,
    /// The checks of the gradient, where they were [asked for](crate::Trainer::check_gradients); not kept in checkpoints.
    pub gradient_checks: Vec<CheckedGradient>,
    /// The returns to a good state.
    pub retreats: Vec<Retreat>,
    /// What the [doctor](crate::Doctor) has found, in order.
    pub findings: Vec<Finding>,
    /// What the doctor has measured; not kept in checkpoints.
    pub layers: Vec<LayerStats>,
    /// What went wrong and was borne: a checkpoint that could not be written, say.
    pub warnings: Vec<String>,
    /// The number of the epoch whose θ the model has, where early stopping chose one.
    pub best_epoch: Option<u64>,
    /// Why the training ended.
    pub end: End,
}

impl History {
    /// The last epoch; `None` before the first.
    pub fn last(&self) -> Option<&Epoch> {
        self.epochs.last()
    }

    /// The validation set after the last epoch.
    pub fn validation(&self) -> Option<Evaluation> {
        self.last()?.validation
    }

    /// The accuracy on the validation set after the last epoch.
    pub fn accuracy(&self) -> Option<f64> {
        self.validation()?.accuracy
    }

    /// Seconds of all steps, evaluation excluded.
    pub fn seconds(&self) -> f64 {
        self.epochs.iter().map(|epoch| epoch.seconds).sum()
    }
}
