//! The end of an epoch: evaluation, early stopping, and which θ the model has in the end.

use nn_core::{Loss, Scalar};
use nn_optim::Optimizer;

use super::Best;
use super::run::Run;
use crate::evaluate::evaluate_with;
use crate::{Epoch, Evaluation, Flow, TrainError, evaluate};

impl<O: Optimizer<T>, L: Loss<T>, T: Scalar> Run<'_, '_, '_, O, L, T> {
    /// What the batches of the epoch came to so far.
    pub(super) fn running(&self) -> Evaluation {
        let running = &self.state.running;
        let samples = running.samples.max(1) as f64;
        let is_classes = self.is_classes;
        Evaluation {
            loss: running.loss / samples,
            accuracy: is_classes.then(|| running.hits as f64 / samples),
        }
    }

    /// Evaluates, remembers what is best, tells everybody, and goes to the next epoch.
    pub(super) fn finish_epoch(&mut self) -> Result<Flow, TrainError> {
        // The average of θ is what is judged, while the raw θ goes on.
        let raw = self.swap_in_average();
        let evaluated = self.evaluate();
        let epoch = match evaluated {
            Ok(epoch) => epoch,
            Err(error) => {
                self.swap_back(raw);
                return Err(error);
            }
        };
        self.judge(&epoch);
        self.swap_back(raw);
        if let (Some(plateau), Some(state)) = (self.set.plateau, self.state.plateau) {
            let mut plateau = plateau.resume(state);
            plateau.observe(epoch.validation.map_or(epoch.running.loss, |v| v.loss));
            self.state.plateau = Some(plateau.state());
        }
        let flow = self.tell_now(|observer, now| observer.epoch(&epoch, now));
        self.state.history.epochs.push(epoch);
        if let (Some(doctor), Some(visits)) = (&self.set.doctor, &mut self.visits) {
            let state = &mut self.state;
            visits.epoch(
                doctor,
                state.step,
                self.model,
                self.sets.train,
                state.first_loss,
                &mut state.history,
            );
        }
        // Otherwise the steps end in the middle of it, and whoever resumes with more steps goes on there.
        if self.state.position == self.plan.per_epoch {
            self.enter_next_epoch();
        }
        flow
    }

    fn evaluate(&self) -> Result<Epoch, TrainError> {
        let (model, loss) = (&*self.model, &self.set.loss);
        let train = match self.set.evaluates_train {
            true => Some(evaluate(model, loss, self.sets.train)?),
            false => None,
        };
        let (validation, metrics) = match self.sets.validation {
            Some(set) => {
                let (evaluation, metrics) = evaluate_with(model, loss, set, &self.set.metrics)?;
                (Some(evaluation), metrics)
            }
            None => (None, Vec::new()),
        };
        let (step, epoch, rate) = (self.state.step, self.state.epoch, self.state.rate);
        for loss in [train, validation].into_iter().flatten().map(|evaluation| evaluation.loss) {
            if !loss.is_finite() {
                let place = "found in the evaluation after the epoch".to_string();
                return Err(TrainError::Diverged { step, epoch, rate, loss, place });
            }
        }
        let running = &self.state.running;
        Ok(Epoch {
            number: epoch,
            steps: step,
            samples: running.samples,
            running: self.running(),
            train,
            validation,
            metrics,
            rate,
            seconds: running.seconds,
        })
    }

    /// Early stopping's view of an epoch.
    fn judge(&mut self, epoch: &Epoch) {
        let Some(stopping) = &self.set.early_stopping else { return };
        let value = epoch.metric(stopping.metric()).unwrap_or(f64::NAN);
        if !stopping.is_better(value, self.state.best.as_ref().map(|best| best.value)) {
            self.state.bad += 1;
            return;
        }
        self.state.bad = 0;
        let keeps = |numbers: &[T]| if stopping.restores() { numbers.to_vec() } else { Vec::new() };
        let (theta, state) = (keeps(self.model.theta()), keeps(self.model.state()));
        self.state.best = Some(Best { value, epoch: epoch.number, theta, state });
    }

    pub(super) fn is_out_of_patience(&self) -> bool {
        self.set.early_stopping.as_ref().is_some_and(|stopping| stopping.is_over(self.state.bad))
    }

    /// Gives the model the θ that it is to have in the end: the best, the average, or the last.
    pub(super) fn settle(&mut self) {
        let restores = self.set.early_stopping.as_ref().is_some_and(|stopping| stopping.restores());
        match self.state.best.take().filter(|_| restores) {
            Some(best) => {
                self.model.theta_mut().copy_from_slice(&best.theta);
                self.model.state_mut().copy_from_slice(&best.state);
                self.state.history.best_epoch = Some(best.epoch);
            }
            None => drop(self.swap_in_average()),
        }
    }

    /// Gives the model the averaged θ, and returns the raw one; `None` where no average is kept.
    fn swap_in_average(&mut self) -> Option<Vec<T>> {
        let average = self.rule.average(self.state.updates, &self.state.memory, self.model.theta())?;
        let raw = self.model.theta().to_vec();
        self.model.theta_mut().copy_from_slice(&average);
        Some(raw)
    }

    fn swap_back(&mut self, raw: Option<Vec<T>>) {
        if let Some(raw) = raw {
            self.model.theta_mut().copy_from_slice(&raw);
        }
    }
}
