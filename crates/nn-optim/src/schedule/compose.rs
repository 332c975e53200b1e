//! Schedules made of schedules.

use std::fmt;

use super::Schedule;
use crate::SettingError;
use crate::setting::check_all;

/// A start in small steps, then another schedule, which counts from its own step 0.
///
/// In the first `steps` steps the rate is the other's first one times (step+1)/steps; with [`from`](Warmup::from) a
/// straight line from that share of it.
///
/// ```
/// use nn_optim::{Constant, Schedule, Warmup};
/// let schedule = Warmup::new(4, Constant(1.0));
/// assert_eq!([0, 1, 3, 4].map(|step| schedule.rate(step)), [0.25, 0.5, 1.0, 1.0]);
/// let schedule = Warmup::new(4, Constant(1.0)).from(0.0)?;
/// assert_eq!([0, 1, 3, 4].map(|step| schedule.rate(step)), [0.0, 0.25, 0.75, 1.0]);
/// # Ok::<(), nn_optim::SettingError>(())
/// ```
#[doc(alias = "LinearWarmup")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Warmup<S> {
    steps: u64,
    from: Option<f64>,
    then: S,
}

impl<S: Schedule> Warmup<S> {
    /// `steps` steps up to the first rate of `then`.
    pub fn new(steps: u64, then: S) -> Warmup<S> {
        Warmup { steps, from: None, then }
    }

    /// Begins with this share of the first rate.
    ///
    /// # Errors
    /// [`SettingError`] where it is not in [0, 1].
    pub fn from(self, share: f64) -> Result<Warmup<S>, SettingError> {
        check_all("Warmup", &[("from", share, (0.0..=1.0).contains(&share), "a number in [0, 1]")])?;
        Ok(Warmup { from: Some(share), ..self })
    }
}

impl<S: Schedule> Schedule for Warmup<S> {
    fn rate(&self, step: u64) -> f64 {
        if step >= self.steps {
            return self.then.rate(step - self.steps);
        }
        let share = match self.from {
            None => (step as f64 + 1.0) / self.steps as f64,
            Some(from) => from + (1.0 - from) * step as f64 / self.steps as f64,
        };
        self.then.rate(0) * share
    }
}

/// One schedule after the other; each counts from its own step 0, and the last one goes on.
///
/// ```
/// use nn_optim::{Constant, LinearDecay, Schedule, Sequence};
/// let schedule = Sequence::new(Constant(1.0)).then(3, LinearDecay::new(1.0, 0.0, 2)?);
/// assert_eq!([0, 2, 3, 4, 5, 9].map(|step| schedule.rate(step)), [1.0, 1.0, 1.0, 0.5, 0.0, 0.0]);
/// # Ok::<(), nn_optim::SettingError>(())
/// ```
#[doc(alias = "SequentialLR")]
pub struct Sequence {
    /// Each with the step it begins at, in order.
    parts: Vec<(u64, Box<dyn Schedule + Send + Sync>)>,
}

impl Sequence {
    /// Begins with this schedule.
    pub fn new(first: impl Schedule + Send + Sync + 'static) -> Sequence {
        Sequence { parts: vec![(0, Box::new(first))] }
    }

    /// Goes on with another one from step `from` on; one that begins no later than the one before takes its place.
    #[must_use]
    pub fn then(mut self, from: u64, next: impl Schedule + Send + Sync + 'static) -> Sequence {
        self.parts.retain(|(start, _)| *start < from);
        self.parts.push((if self.parts.is_empty() { 0 } else { from }, Box::new(next)));
        self
    }
}

impl Schedule for Sequence {
    fn rate(&self, step: u64) -> f64 {
        let begun = self.parts.iter().rev().find(|(start, _)| *start <= step);
        let (start, schedule) = begun.unwrap_or(&self.parts[0]);
        schedule.rate(step - start)
    }
}

impl fmt::Debug for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let starts: Vec<u64> = self.parts.iter().map(|(start, _)| *start).collect();
        f.debug_struct("Sequence").field("starts", &starts).finish_non_exhaustive()
    }
}
