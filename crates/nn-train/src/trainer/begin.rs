//! Everything that can be known before the first step.

use nn_core::{Loss, Mode, Model, Rows, Scalar};
use nn_data::{Batches, Dataset};
use nn_optim::{Optimizer, SettingError};

use super::identity::identity;
use super::penalty::Penalty;
use super::rule::Rule;
use super::run::{Plan, Run};
use super::{Length, Settings, State, Trainer};
use crate::evaluate::check;
use crate::{History, TrainError, Validation};

/// The data of a training.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sets<'d, T> {
    pub(super) train: &'d Dataset<T>,
    pub(super) validation: Option<&'d Dataset<T>>,
}

impl<O: Optimizer<T>, L: Loss<T>, T: Scalar> Trainer<'_, O, L, T> {
    /// Splits where a split is asked for, and trains.
    pub(super) fn start(
        &mut self,
        model: &mut Model<T>,
        train: &Dataset<T>,
        validation: Validation<'_, T>,
        resumes: bool,
    ) -> Result<History, TrainError> {
        match validation {
            Validation::None => self.train(model, Sets { train, validation: None }, resumes),
            Validation::Set(set) => self.train(model, Sets { train, validation: Some(set) }, resumes),
            Validation::Split(fraction) => {
                let (rest, part) = train.split(1.0 - fraction, self.set.seed)?;
                self.train(model, Sets { train: &rest, validation: Some(&part) }, resumes)
            }
        }
    }

    fn train(
        &mut self,
        model: &mut Model<T>,
        sets: Sets<'_, T>,
        resumes: bool,
    ) -> Result<History, TrainError> {
        let Trainer { optimizer, set, observers } = self;
        let rule = Rule::new(&*optimizer, set.average);
        let batches = check_all(set, rule.optimizer(), model, sets)?;
        // It reads some of the data, which only checkpoints are worth.
        let identity = match set.checkpoints {
            Some(_) => identity(set, &*optimizer, model, sets.train),
            None => String::new(),
        };
        match &set.checkpoints {
            Some(checkpoints) => checkpoints.prepare(resumes)?,
            None if resumes => return Err(TrainError::NoCheckpoints),
            None => {}
        }
        let n = model.theta().len();
        let sum = if set.accumulate > 1 { vec![T::ZERO; n] } else { Vec::new() };
        let memory = rule.optimizer().init(n);
        let mut state = State::new(memory, sum, set.plateau.map(|plateau| plateau.state()));
        if let Some(checkpoints) = set.checkpoints.as_ref().filter(|_| resumes) {
            checkpoints.restore(&identity, model, &mut state)?;
        }
        let ws = model
            .workspace(set.batch_size.min(sets.train.len()))
            .map_err(|source| TrainError::Batch { set: "training", source })?;
        let per_epoch = batches.per_epoch() as u64;
        let (total, epochs) = match set.length {
            Length::Epochs(epochs) => (epochs.saturating_mul(per_epoch), epochs),
            Length::Steps(steps) => (steps, steps.div_ceil(per_epoch)),
        };
        let plan = Plan {
            penalty: Penalty::new(set.penalty, model.network().theta_layout()),
            identity,
            per_epoch,
            total,
            epochs,
        };
        Run::new(set, &rule, plan, model, sets, batches, ws, state, observers).go()
    }
}

/// Everything that can be wrong before the first step.
fn check_all<'d, L: Loss<T>, T: Scalar>(
    set: &Settings<'_, L, T>,
    rule: &dyn Optimizer<T>,
    model: &Model<T>,
    sets: Sets<'d, T>,
) -> Result<Batches<'d, T>, TrainError> {
    const { assert!(nn_core::MAX_MEMORY == nn_optim::MAX_MEMORY) };
    rule.check()?;
    check_optimizer(rule, model)?;
    set.check()?;
    set.rate_at(rule, 0, None)?;
    let all = check(model, &set.loss, sets.train, "training")?;
    match sets.validation {
        Some(validation) => {
            check(model, &set.loss, validation, "validation")?;
        }
        None => set.check_without_validation()?,
    }
    let batches = Batches::mini(sets.train, set.batch_size, set.seed)?;
    let samples = batches.last_size();
    let last: Rows<'_, T> = all.x.slice(0..samples);
    match model.network().accepts(&last, Mode::Training) {
        Ok(()) => Ok(batches),
        Err(source) => Err(TrainError::LastBatch { samples, size: set.batch_size, source }),
    }
}

fn check_optimizer<T: Scalar>(rule: &dyn Optimizer<T>, model: &Model<T>) -> Result<(), SettingError> {
    let optimizer = "the optimizer";
    let (memory, most) = (rule.memory(), nn_optim::MAX_MEMORY);
    if memory > most || rule.state_len(1) != memory {
        let expected = "at most 4 numbers a parameter, as `state_len` says";
        return Err(SettingError { optimizer, setting: "memory", value: memory as f64, expected });
    }
    match rule.theta_len() {
        Some(n) if n != model.theta().len() => {
            let expected = "as many as the model has";
            Err(SettingError { optimizer, setting: "parameters", value: n as f64, expected })
        }
        _ => Ok(()),
    }
}

impl<L: Loss<T>, T: Scalar> Settings<'_, L, T> {
    fn check(&self) -> Result<(), TrainError> {
        let size = |x: f64| x >= 0.0 && x.is_finite();
        const SIZE: &str = "a finite number >= 0";
        let settings = [
            ("clip_norm", self.clip_norm.unwrap_or(0.0), self.clip_norm.is_none_or(size), SIZE),
            ("clip_value", self.clip_value.unwrap_or(0.0), self.clip_value.is_none_or(size), SIZE),
            ("l1", self.penalty.0, size(self.penalty.0), SIZE),
            ("l2", self.penalty.1, size(self.penalty.1), SIZE),
            ("accumulate", self.accumulate as f64, self.accumulate > 0, "at least 1 batch"),
        ];
        if let Some(&(setting, value, _, expected)) = settings.iter().find(|(.., is_allowed, _)| !is_allowed)
        {
            return Err(SettingError { optimizer: "the trainer", setting, value, expected }.into());
        }
        if self.schedule.is_some() && self.plateau.is_some() {
            return Err(TrainError::Conflict {
                what: "a schedule and `reduce_on_plateau`: both give the rate",
            });
        }
        self.divergence.check()?;
        let Some(stopping) = &self.early_stopping else { return Ok(()) };
        stopping.check()?;
        let metric = stopping.metric();
        let is_known =
            ["loss", "accuracy"].contains(&metric) || self.metrics.iter().any(|m| m.name() == metric);
        if is_known {
            return Ok(());
        }
        let known = self.metrics.iter().map(|m| m.name().to_string()).collect();
        Err(TrainError::UnknownMetric { name: metric.to_string(), known })
    }

    /// What only a validation set can tell.
    fn check_without_validation(&self) -> Result<(), TrainError> {
        let what = match (&self.early_stopping, self.metrics.is_empty()) {
            (Some(_), _) => "early stopping without a validation set",
            (None, false) => "a metric without a validation set",
            (None, true) => return Ok(()),
        };
        Err(TrainError::Conflict { what })
    }

    /// The learning rate of an update; `plateau` is that of a reduction on plateaus.
    pub(super) fn rate_at(
        &self,
        rule: &dyn Optimizer<T>,
        update: u64,
        plateau: Option<f64>,
    ) -> Result<f64, TrainError> {
        let scheduled = || self.schedule.as_ref().map_or(rule.rate(), |schedule| schedule.rate(update));
        let rate = plateau.unwrap_or_else(scheduled);
        if rate >= 0.0 && rate.is_finite() { Ok(rate) } else { Err(TrainError::Rate { step: update, rate }) }
    }
}
