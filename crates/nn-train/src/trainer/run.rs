//! The loop itself.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use nn_core::{Context, Loss, Model, Reduction, Scalar, Workspace};
use nn_data::{Batches, Targets};
use nn_optim::{Guard, Optimizer, gradient_norm};

use super::begin::Sets;
use super::penalty::Penalty;
use super::rule::Rule;
use super::{Divergence, Good, Settings, State};
use crate::batch::as_batch;
use crate::doctor::{self, Visits, first_place};
use crate::{End, Finding, Flow, History, Now, Observer, Retreat, Step, StepRecord, TrainError};

/// What is known when a training begins.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) penalty: Penalty,
    pub(super) identity: String,
    /// Batches of an epoch, of all, and the number of epochs.
    pub(super) per_epoch: u64,
    pub(super) total: u64,
    pub(super) epochs: u64,
}

type Observers<'r, 'a, T> = &'r mut [Box<dyn Observer<T> + 'a>];

/// A training that runs.
pub(super) struct Run<'r, 'a, 'd, O, L, T> {
    pub(super) set: &'r Settings<'a, L, T>,
    pub(super) rule: &'r Rule<'r, O>,
    pub(super) plan: Plan,
    pub(super) model: &'r mut Model<T>,
    pub(super) sets: Sets<'d, T>,
    batches: Batches<'d, T>,
    pub(super) ws: Workspace<T>,
    pub(super) state: State<T>,
    pub(super) guard: Option<Guard>,
    observers: Observers<'r, 'a, T>,
    /// Where to go back to.
    pub(super) good: Option<Good<T>>,
    begun: Instant,
    /// When a checkpoint was written, and after which step.
    pub(super) saved_at: Instant,
    pub(super) saved_step: Option<u64>,
    /// Whether the targets are classes, one for each output.
    pub(super) is_classes: bool,
    /// The doctor at work.
    pub(super) visits: Option<Visits<T>>,
    /// The last step, for observers.
    last: Option<Step>,
}

impl<'r, 'a, 'd, O: Optimizer<T>, L: Loss<T>, T: Scalar> Run<'r, 'a, 'd, O, L, T> {
    #[allow(clippy::too_many_arguments)] // one caller; the parts of a run
    pub(super) fn new(
        set: &'r Settings<'a, L, T>,
        rule: &'r Rule<'r, O>,
        plan: Plan,
        model: &'r mut Model<T>,
        sets: Sets<'d, T>,
        batches: Batches<'d, T>,
        ws: Workspace<T>,
        mut state: State<T>,
        observers: Observers<'r, 'a, T>,
    ) -> Self {
        let (guard, now) = (set.guard.clone(), Instant::now());
        let is_classes = match sets.train.targets() {
            Targets::Classes { labels, .. } => labels.len() == sets.train.len(),
            _ => false,
        };
        let good = state.good.take().map(|good| *good);
        let saved_step = (state.step > 0).then_some(state.step);
        Run {
            set,
            rule,
            plan,
            model,
            sets,
            batches,
            ws,
            state,
            guard,
            observers,
            good,
            begun: now,
            saved_at: now,
            saved_step,
            is_classes,
            visits: set.doctor.as_ref().map(|_| Visits::new(sets.train, sets.validation)),
            last: None,
        }
    }

    pub(super) fn go(mut self) -> Result<History, TrainError> {
        self.batches.enter(self.state.epoch, self.state.position as usize);
        self.state.history.end = End::Running;
        // A part of an epoch, at whose end steps ran out before: it comes again, as a whole.
        let epoch = self.state.epoch;
        self.state.history.epochs.retain(|done| done.number < epoch);
        self.tell_history(|observer, history| observer.begin(history))?;
        if let Some(visits) = self.visits.as_ref().filter(|_| self.state.step == 0) {
            visits.begin(self.model, self.sets.train, &mut self.state.history);
        }
        if self.good.is_none() {
            self.keep_good();
        }
        if self.state.step == self.plan.total && self.state.position > 0 {
            self.finish_epoch()?; // resumed where steps had run out in the middle of an epoch
        }
        let ended = loop {
            if let Some(end) = self.end() {
                break Ok(end);
            }
            match self.step() {
                Ok(Flow::Continue) => {}
                Ok(Flow::Stop) => break Ok(End::Observer),
                Err(error) => match self.go_back(error) {
                    Ok(()) => {}
                    Err(error) => break Err(error),
                },
            }
        };
        if let Ok(end) = &ended {
            self.state.history.end = *end;
        }
        // What broke off is kept too, with the model as the last good step has left it.
        let saved = match &ended {
            Err(TrainError::Checkpoint(_)) => Ok(()),
            _ => self.save_once(),
        };
        ended?;
        saved?;
        self.settle();
        // The training is complete, whatever an observer makes of its end.
        if let Err(error) = self.tell_history(|observer, history| observer.end(history)) {
            self.state.history.warnings.push(error.to_string());
        }
        Ok(self.state.history)
    }

    /// Whether it is over.
    fn end(&self) -> Option<End> {
        if self.state.step >= self.plan.total {
            return Some(End::Finished);
        }
        if self.is_out_of_patience() {
            return Some(End::EarlyStopping);
        }
        if self.set.stop_flag.as_ref().is_some_and(|flag| flag.is_raised()) {
            return Some(End::Interrupted);
        }
        let budget = self.set.time_budget?;
        (Duration::from_secs_f64(self.seconds()) >= budget).then_some(End::TimeBudget)
    }

    /// Seconds so far, with those before a checkpoint.
    pub(super) fn seconds(&self) -> f64 {
        self.state.spent + self.begun.elapsed().as_secs_f64()
    }

    /// One step, and what is due after it.
    fn step(&mut self) -> Result<Flow, TrainError> {
        let start = Instant::now();
        let (step, epoch) = (self.state.step, self.state.epoch);
        let update = step / self.set.accumulate;
        let plateau = self.state.plateau.map(|plateau| plateau.rate);
        let rule = self.rule.optimizer();
        let rate = self.state.factor * self.set.rate_at(rule, update, plateau)?;
        let selection = self.batches.next().expect("an epoch that is not over has a batch");
        let batch = as_batch(&selection, self.sets.train.sample_shape())
            .map_err(|source| TrainError::Batch { set: "training", source })?;
        let cx = Context::training(self.set.seed, step);
        if let Some(check) = &self.set.gradient_check {
            self.state.history.gradient_checks.extend(check.look(step, cx, self.model, &batch)?);
        }
        let is_visit = self.set.doctor.as_ref().is_some_and(|doctor| doctor.is_due(step));
        if let Some(visits) = self.visits.as_mut().filter(|_| is_visit) {
            visits.before(self.model);
        }
        let tools = super::step::Tools {
            rule,
            penalty: &self.plan.penalty,
            guard: self.guard.as_mut(),
            clip_norm: self.set.clip_norm,
            clip_value: self.set.clip_value,
            accumulate: self.set.accumulate,
        };
        let loss =
            tools.step(rate, &cx, self.model, &batch, &self.set.loss, &mut self.ws, &mut self.state)?;
        if !loss.is_finite() {
            let place = first_place(self.model, &batch, &self.set.loss, &cx, &mut self.ws);
            self.find_non_finite(step, &place);
            return Err(TrainError::Diverged { step, epoch, rate, loss, place });
        }
        if step == 0 {
            self.state.first_loss = loss;
        }
        let samples = selection.samples;
        self.state.running.loss += match self.set.loss.reduction() {
            Reduction::Sum => loss,
            _ => loss * samples as f64,
        };
        let predicted = self.visits.as_mut().map(|visits| &mut visits.predicted[..]).unwrap_or_default();
        self.state.running.hits += super::hits::hits(&self.ws, self.model, &batch, predicted);
        self.visit(step, loss, is_visit);
        self.state.running.samples += samples as u64;
        self.record(step, loss, rate);
        self.state.rate = rate;
        self.state.step += 1;
        self.state.position += 1;
        self.state.running.seconds += start.elapsed().as_secs_f64();

        let report = Step {
            number: step,
            total: self.plan.total,
            epoch,
            epochs: self.plan.epochs,
            loss,
            rate,
            samples,
            accuracy: self.running().accuracy,
        };
        self.last = Some(report);
        let mut flow = self.tell_now(|observer, now| observer.step(now))?;
        let is_last = self.state.step == self.plan.total;
        if is_last && self.state.position < self.plan.per_epoch {
            // Who resumes with more steps wants the state of the middle of the epoch, which knows of no end.
            self.save_once()?;
        }
        if is_last || self.state.position == self.plan.per_epoch {
            let after = self.finish_epoch()?;
            flow = if after == Flow::Stop { after } else { flow };
        }
        self.save_if_due()?;
        Ok(flow)
    }

    /// The doctor's look at a step.
    fn visit(&mut self, step: u64, loss: f64, is_visit: bool) {
        let Some(visits) = &mut self.visits else { return };
        let (history, first_loss) = (&mut self.state.history, self.state.first_loss);
        if step == 0 {
            visits.first(loss, &self.set.loss, history);
        }
        if is_visit {
            visits.after(step, self.model, &self.ws, first_loss, history);
        }
    }

    fn find_non_finite(&mut self, step: u64, place: &str) {
        if self.visits.is_some() {
            let what = place.to_string();
            let found = Finding { rule: crate::Rule::NonFinite, step, place: None, what };
            doctor::add(&mut self.state.history, vec![found]);
        }
    }

    fn record(&mut self, step: u64, loss: f64, rate: f64) {
        if self.set.record_every > 0 && step.is_multiple_of(self.set.record_every) {
            let gradient_norm = gradient_norm(self.ws.gradient()).to_f64();
            self.state.history.steps.push(StepRecord { step, loss, rate, gradient_norm });
        }
    }

    /// Goes to the next epoch.
    pub(super) fn enter_next_epoch(&mut self) {
        self.state.epoch += 1;
        self.state.position = 0;
        self.state.running = Default::default();
        self.batches.enter(self.state.epoch, 0);
        self.keep_good();
    }

    /// Whether the last epoch was about as good as the best: one that diverges has a finite loss for a while.
    fn is_good(&self) -> bool {
        let losses = || self.state.history.epochs.iter().map(|epoch| epoch.running.loss);
        let lowest = losses().fold(self.state.first_loss, f64::min);
        losses().next_back().is_none_or(|last| last <= 2.0 * lowest.max(0.0) || last <= lowest)
    }

    fn keep_good(&mut self) {
        if matches!(self.set.divergence, Divergence::GoBack { .. }) && self.is_good() {
            self.good = Some(Good::of(self.model, &self.state));
        }
    }

    /// Back to the last good state, where the policy says so and the error is one that a smaller rate may cure.
    fn go_back(&mut self, error: TrainError) -> Result<(), TrainError> {
        let step = match &error {
            TrainError::Diverged { step, .. } => *step,
            TrainError::NonFinite(found) => found.step,
            _ => return Err(error),
        };
        let (Divergence::GoBack { factor, most }, Some(good)) = (self.set.divergence, &self.good) else {
            return Err(error);
        };
        let mut retreats = std::mem::take(&mut self.state.history.retreats);
        if retreats.len() as u64 >= most {
            self.state.history.retreats = retreats;
            return Err(error);
        }
        self.model.theta_mut().copy_from_slice(&good.theta);
        self.model.state_mut().copy_from_slice(&good.observed);
        let (to, factor) = (good.state.step, self.state.factor * factor);
        retreats.push(Retreat { step, to, factor });
        let findings = std::mem::take(&mut self.state.history.findings);
        self.state = good.state.clone();
        self.state.factor = factor;
        self.state.history.retreats = retreats;
        self.state.history.findings = findings;
        self.batches.enter(self.state.epoch, self.state.position as usize);
        Ok(())
    }

    /// The training as it stands, told to all observers.
    pub(super) fn tell_now(
        &mut self,
        mut of: impl FnMut(&mut dyn Observer<T>, &Now<'_, T>) -> Flow,
    ) -> Result<Flow, TrainError> {
        let Some(step) = self.last else { return Ok(Flow::Continue) };
        let now = Now {
            step,
            model: self.model,
            workspace: &self.ws,
            memory: &self.state.memory,
            history: &self.state.history,
        };
        tell(self.observers, |observer| of(observer, &now)).map_err(|message| {
            let step = self.state.step;
            TrainError::Observer { step, message }
        })
    }

    /// The history as it stands, told to all observers.
    fn tell_history(&mut self, of: impl Fn(&mut dyn Observer<T>, &History)) -> Result<(), TrainError> {
        let history = &self.state.history;
        let told = tell(self.observers, |observer| {
            of(observer, history);
            Flow::Continue
        });
        told.map(|_| ()).map_err(|message| TrainError::Observer { step: self.state.step, message })
    }
}

/// Tells all observers; one that panics is an error with what it said, and those behind it are not told.
fn tell<T: Scalar>(
    observers: Observers<'_, '_, T>,
    mut of: impl FnMut(&mut dyn Observer<T>) -> Flow,
) -> Result<Flow, String> {
    let mut flow = Flow::Continue;
    for observer in observers {
        // Whoever panicked is not asked again, and could only read what is ours.
        match catch_unwind(AssertUnwindSafe(|| of(&mut **observer))) {
            Ok(Flow::Continue) => {}
            Ok(Flow::Stop) => flow = Flow::Stop,
            Err(panic) => return Err(message(&*panic)),
        }
    }
    Ok(flow)
}

/// What a panic said.
fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| text.to_string());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_string())
}
