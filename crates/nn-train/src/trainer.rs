//! The loop.

use std::fmt;
use std::time::Instant;

use nn_core::{Context, Loss, Mode, Model, Reduction, Rows, Scalar, ThetaPart};
use nn_data::{Batches, Dataset};
use nn_optim::{At, Optimizer, Schedule};

use crate::batch::as_batch;
use crate::evaluate::{check, evaluate};
use crate::{Epoch, GradientCheck, History, Observer, Step, TrainError};

/// Trains a model: optimizer, loss and settings, all checked when [`fit`](Trainer::fit) begins.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_data::{Standardizer, Transform, datasets};
/// use nn_layers::{Dense, SoftmaxCrossEntropy};
/// use nn_optim::Adam;
/// use nn_train::Trainer;
/// let (train, test) = datasets::digits().split(0.75, 0)?;
/// let scale = Standardizer::fit(&train)?;
/// let mut model: Model<f32> = Dense::new(10).init([64], 0)?;
/// let history = Trainer::new(Adam::new(0.01), SoftmaxCrossEntropy::new())
///     .batch_size(64)
///     .epochs(5)
///     .fit(&mut model, &scale.apply(train)?, &scale.apply(test)?)?;
/// assert!(history.last().unwrap().validation.accuracy.unwrap() > 0.9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Trainer<'a, O, L> {
    optimizer: O,
    loss: L,
    batch_size: usize,
    epochs: u64,
    seed: u64,
    schedule: Option<Box<dyn Schedule + 'a>>,
    /// With the loss in f64, in which gradients are checked.
    gradient_check: Option<(GradientCheck, fn(&L) -> &dyn Loss<f64>)>,
    observers: Vec<Box<dyn Observer + 'a>>,
}

impl<O: fmt::Debug, L: fmt::Debug> fmt::Debug for Trainer<'_, O, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trainer")
            .field("optimizer", &self.optimizer)
            .field("loss", &self.loss)
            .field("batch_size", &self.batch_size)
            .field("epochs", &self.epochs)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

impl<'a, O, L> Trainer<'a, O, L> {
    /// Batches of 64, 10 epochs, seed 0, the optimizer's own learning rate.
    pub fn new(optimizer: O, loss: L) -> Trainer<'a, O, L> {
        Trainer {
            optimizer,
            loss,
            batch_size: 64,
            epochs: 10,
            seed: 0,
            schedule: None,
            gradient_check: None,
            observers: Vec::new(),
        }
    }

    /// Sets the samples of a batch; the last batch of an epoch may have fewer.
    #[must_use]
    pub fn batch_size(self, batch_size: usize) -> Self {
        Trainer { batch_size, ..self }
    }

    /// Sets how often the training set is walked through.
    #[must_use]
    pub fn epochs(self, epochs: u64) -> Self {
        Trainer { epochs, ..self }
    }

    /// Sets the seed of the order of samples and of dropout. The model's first θ has a seed of its own.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Trainer { seed, ..self }
    }

    /// Sets the learning rate of each step.
    #[must_use]
    pub fn schedule(self, schedule: impl Schedule + 'a) -> Self {
        Trainer { schedule: Some(Box::new(schedule)), ..self }
    }

    /// Checks a few elements of the gradient every now and then, in f64; [`TrainError::Gradient`] where it is wrong.
    #[must_use]
    pub fn check_gradients(self, check: GradientCheck) -> Self
    where
        L: Loss<f64>,
    {
        Trainer { gradient_check: Some((check, |loss| loss)), ..self }
    }

    /// Adds somebody who looks on.
    #[must_use]
    pub fn observe(mut self, observer: impl Observer + 'a) -> Self {
        self.observers.push(Box::new(observer));
        self
    }

    /// Trains `model` on `train`, and evaluates both sets after each epoch.
    ///
    /// The result is a function of the data, the first θ, the settings and the seed: equal bits on any number of
    /// threads.
    ///
    /// # Errors
    /// [`TrainError`]: before the first step for settings and data that do not fit together; during the training for a
    /// loss that is NaN or infinite. Such a batch changes nothing: the model is as the step before has left it.
    pub fn fit<T: Scalar>(
        mut self,
        model: &mut Model<T>,
        train: &Dataset<T>,
        validation: &Dataset<T>,
    ) -> Result<History, TrainError>
    where
        O: Optimizer<T>,
        L: Loss<T>,
    {
        let mut batches = self.check(model, train, validation)?;
        let mut ws = model
            .workspace(self.batch_size.min(train.len()))
            .map_err(|source| TrainError::Batch { set: "training", source })?;
        let mut state = self.optimizer.init(model.theta().len());
        let mut history = History::default();
        let total = self.epochs.saturating_mul(batches.per_epoch() as u64);
        let mut step = 0;
        for epoch in 0..self.epochs {
            let start = Instant::now();
            let mut sum = 0.0;
            let mut rate = self.optimizer.rate();
            batches.enter(epoch, 0);
            while let Some(selection) = batches.next() {
                let batch = as_batch(&selection, train.sample_shape())
                    .map_err(|source| TrainError::Batch { set: "training", source })?;
                rate = self.rate_at::<T>(step)?;
                let cx = Context::training(self.seed, step);
                if let Some((check, in_f64)) = &self.gradient_check {
                    let loss = in_f64(&self.loss);
                    history.gradient_checks.extend(check.look(step, cx, model, loss, &batch)?);
                }
                let update = |part: ThetaPart<'_, T>| {
                    let at = At { step, rate, first: part.first };
                    self.optimizer.update_part(at, part.memory, part.theta, part.gradient);
                };
                let loss = if self.optimizer.by_part() {
                    model.step(&batch, &self.loss, &cx, &mut ws, &mut state, &update)
                } else {
                    // It looks at whole tensors, so all of the gradient comes first.
                    let loss = model.loss_and_gradient(&batch, &self.loss, &cx, &mut ws);
                    if loss.is_finite() {
                        self.optimizer.update(step, rate, &mut state, model.theta_mut(), ws.gradient());
                    }
                    loss
                };
                let loss = loss.to_f64();
                if !loss.is_finite() {
                    return Err(TrainError::Diverged { step, epoch, rate, loss });
                }
                sum += match self.loss.reduction() {
                    Reduction::Sum => loss,
                    _ => loss * selection.samples as f64,
                };
                let report = Step { number: step, total, loss };
                self.observers.iter_mut().for_each(|observer| observer.step(&report));
                step += 1;
            }
            let report = Epoch {
                number: epoch,
                running_loss: sum / train.len() as f64,
                seconds: start.elapsed().as_secs_f64(),
                train: evaluate(model, &self.loss, train)?,
                validation: evaluate(model, &self.loss, validation)?,
                rate,
            };
            for loss in [report.train.loss, report.validation.loss] {
                if !loss.is_finite() {
                    return Err(TrainError::Diverged { step, epoch, rate, loss });
                }
            }
            self.observers.iter_mut().for_each(|observer| observer.epoch(&report, self.epochs));
            history.epochs.push(report);
        }
        Ok(history)
    }

    /// Everything that can be known before the first step.
    fn check<'d, T: Scalar>(
        &self,
        model: &Model<T>,
        train: &'d Dataset<T>,
        validation: &Dataset<T>,
    ) -> Result<Batches<'d, T>, TrainError>
    where
        O: Optimizer<T>,
        L: Loss<T>,
    {
        const { assert!(nn_core::MAX_MEMORY == nn_optim::MAX_MEMORY) };
        self.optimizer.check()?;
        let (memory, most) = (self.optimizer.memory(), nn_optim::MAX_MEMORY);
        if memory > most || self.optimizer.state_len(1) != memory {
            let expected = "at most 4 numbers a parameter, as `state_len` says";
            let (optimizer, setting, value) = ("the optimizer", "memory", memory as f64);
            return Err(nn_optim::SettingError { optimizer, setting, value, expected }.into());
        }
        if let Some(n) = self.optimizer.theta_len().filter(|&n| n != model.theta().len()) {
            let expected = "as many as the model has";
            let (optimizer, setting, value) = ("the optimizer", "parameters", n as f64);
            return Err(nn_optim::SettingError { optimizer, setting, value, expected }.into());
        }
        self.rate_at::<T>(0)?;
        let all = check(model, &self.loss, train, "training")?;
        check(model, &self.loss, validation, "validation")?;
        let batches = Batches::mini(train, self.batch_size, self.seed)?;
        let samples = batches.last_size();
        let last: Rows<'_, T> = all.x.slice(0..samples);
        match model.network().accepts(&last, Mode::Training) {
            Ok(()) => Ok(batches),
            Err(source) => Err(TrainError::LastBatch { samples, size: self.batch_size, source }),
        }
    }

    fn rate_at<T: Scalar>(&self, step: u64) -> Result<f64, TrainError>
    where
        O: Optimizer<T>,
    {
        let rate = self.schedule.as_ref().map_or(self.optimizer.rate(), |schedule| schedule.rate(step));
        if rate >= 0.0 && rate.is_finite() { Ok(rate) } else { Err(TrainError::Rate { step, rate }) }
    }
}
