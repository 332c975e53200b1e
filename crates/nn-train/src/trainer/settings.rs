//! The settings of a trainer, each a method.

use std::time::Duration;

use nn_core::{Loss, Scalar};
use nn_optim::{Guard, ReduceOnPlateau, Schedule};

use super::{Divergence, Length, Settings, Trainer};
use crate::gradient_check::LossCheck;
use crate::{Checkpoints, Doctor, EarlyStopping, GradientCheck, Metric, Observer, StopFlag};

impl<'a, O, L, T> Trainer<'a, O, L, T> {
    /// Batches of 64, 10 epochs, seed 0, the optimizer's own learning rate, and nothing else.
    pub fn new(optimizer: O, loss: L) -> Self {
        let set = Settings {
            loss,
            batch_size: 64,
            length: Length::Epochs(10),
            seed: 0,
            schedule: None,
            plateau: None,
            clip_norm: None,
            clip_value: None,
            penalty: (0.0, 0.0),
            accumulate: 1,
            average: None,
            guard: None,
            divergence: Divergence::Stop,
            evaluates_train: false,
            metrics: Vec::new(),
            early_stopping: None,
            time_budget: None,
            stop_flag: None,
            checkpoints: None,
            record_every: 10,
            doctor: None,
            gradient_check: None,
        };
        Trainer { optimizer, set, observers: Vec::new() }
    }

    /// Sets the samples of a batch; the last batch of an epoch may have fewer.
    #[must_use]
    pub fn batch_size(mut self, batch_size: usize) -> Self {
        self.set.batch_size = batch_size;
        self
    }

    /// Sets how often the training set is walked through.
    #[must_use]
    pub fn epochs(mut self, epochs: u64) -> Self {
        self.set.length = Length::Epochs(epochs);
        self
    }

    /// Sets the number of batches, instead of epochs; the last epoch may be a part.
    #[must_use]
    pub fn steps(mut self, steps: u64) -> Self {
        self.set.length = Length::Steps(steps);
        self
    }

    /// Sets the seed of the order of samples, of dropout and of a [split](crate::Validation::Split). The model's first θ has a seed of
    /// its own.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.set.seed = seed;
        self
    }

    /// Sets the learning rate of each update.
    #[must_use]
    pub fn schedule(mut self, schedule: impl Schedule + 'a) -> Self {
        self.set.schedule = Some(Box::new(schedule));
        self
    }

    /// Lowers the rate when the validation loss (the running loss, where there is no validation set) gets no better. Its rate takes the
    /// place of the optimizer's, and it excludes a schedule.
    #[must_use]
    pub fn reduce_on_plateau(mut self, plateau: ReduceOnPlateau) -> Self {
        self.set.plateau = Some(plateau);
        self
    }

    /// Scales the gradient down to this Euclidean norm where it is longer.
    #[must_use]
    pub fn clip_norm(mut self, max_norm: f64) -> Self {
        self.set.clip_norm = Some(max_norm);
        self
    }

    /// Bounds every element of the gradient, to ±`max`.
    #[must_use]
    pub fn clip_value(mut self, max: f64) -> Self {
        self.set.clip_value = Some(max);
        self
    }

    /// Adds λ Σ |w| over all weights to what is minimised: over the tensors of rank 2 and more, so over no biases. The losses that are
    /// reported are without it. Other choices: `Penalty` of `nn-layers` in a loop of your own, the weight decay of an optimizer.
    #[must_use]
    pub fn l1(mut self, lambda: f64) -> Self {
        self.set.penalty = (lambda, self.set.penalty.1);
        self
    }

    /// Adds λ Σ w² over all weights to what is minimised; otherwise as [`l1`](Trainer::l1).
    #[must_use]
    pub fn l2(mut self, lambda: f64) -> Self {
        self.set.penalty = (self.set.penalty.0, lambda);
        self
    }

    /// Updates θ after every `batches` batches, with the mean of their gradients: a batch so many times as large. A schedule counts the
    /// updates. Batches that are left at the end of an epoch go with the first of the next.
    #[must_use]
    pub fn accumulate(mut self, batches: u64) -> Self {
        self.set.accumulate = batches;
        self
    }

    /// Keeps an exponentially weighted average of θ, over about 1/(1-β) updates: it is what is evaluated after each epoch, and what the
    /// model has in the end. The statistics of batch norm are not averaged.
    #[must_use]
    pub fn average_weights(mut self, beta: f64) -> Self {
        self.set.average = Some(beta);
        self
    }

    /// Looks at the gradient of every update first: [`TrainError::Gradient`](crate::TrainError::NonFinite), or a skipped update, where it
    /// has a NaN or an infinity.
    #[must_use]
    pub fn guard(mut self, guard: Guard) -> Self {
        self.set.guard = Some(guard);
        self
    }

    /// Sets what becomes of a training whose loss is NaN or infinite; unless it is set, it [stops](Divergence::Stop).
    #[must_use]
    pub fn on_divergence(mut self, divergence: Divergence) -> Self {
        self.set.divergence = divergence;
        self
    }

    /// Evaluates the training set too after each epoch, in inference mode: a third of the cost of an epoch. What the batches came to
    /// while θ was moving costs nothing: [`Epoch::running`](crate::Epoch::running).
    #[must_use]
    pub fn evaluate_train(mut self) -> Self {
        self.set.evaluates_train = true;
        self
    }

    /// Adds a metric of the validation set.
    #[must_use]
    pub fn metric(mut self, metric: Metric<T>) -> Self {
        self.set.metrics.push(metric);
        self
    }

    /// Ends the training when it gets no better.
    #[must_use]
    pub fn early_stopping(mut self, early_stopping: EarlyStopping) -> Self {
        self.set.early_stopping = Some(early_stopping);
        self
    }

    /// Ends the training after this time, at the end of a step. The time before a checkpoint counts.
    #[must_use]
    pub fn time_budget(mut self, time: Duration) -> Self {
        self.set.time_budget = Some(time);
        self
    }

    /// Ends the training when the flag is raised, at the end of a step.
    #[must_use]
    pub fn stop_flag(mut self, flag: &StopFlag) -> Self {
        self.set.stop_flag = Some(flag.clone());
        self
    }

    /// Writes checkpoints, from which [`resume`](Trainer::resume) goes on.
    #[must_use]
    pub fn checkpoints(mut self, checkpoints: Checkpoints) -> Self {
        self.set.checkpoints = Some(checkpoints);
        self
    }

    /// Sets how many steps lie between two that are written to [`History::steps`](crate::History::steps); 10 unless it is set, 0 for
    /// none.
    #[must_use]
    pub fn record_every(mut self, steps: u64) -> Self {
        self.set.record_every = steps;
        self
    }

    /// Has a doctor look on: [`History::findings`](crate::History::findings).
    #[must_use]
    pub fn doctor(mut self, doctor: Doctor) -> Self {
        self.set.doctor = Some(doctor);
        self
    }

    /// Checks a few elements of the gradient every now and then, in f64; [`TrainError::Gradient`](crate::TrainError::Gradient) where it is
    /// wrong.
    #[must_use]
    pub fn check_gradients(mut self, check: GradientCheck) -> Self
    where
        L: Loss<f64> + Clone + 'static,
    {
        let loss = Box::new(self.set.loss.clone());
        self.set.gradient_check = Some(LossCheck { settings: check, loss });
        self
    }

    /// Adds somebody who looks on.
    #[must_use]
    pub fn observe(mut self, observer: impl Observer<T> + 'a) -> Self
    where
        T: Scalar,
    {
        self.observers.push(Box::new(observer));
        self
    }
}
