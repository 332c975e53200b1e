//! Rates that fall by a simple formula.

use super::{Schedule, share};
use crate::SettingError;
use crate::setting::{SIZE, check_all, is_size};

/// The same rate at every step.
///
/// ```
/// use nn_optim::{Constant, Schedule};
/// assert_eq!(Constant(0.1).rate(1000), 0.1);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Constant(pub f64);

impl Schedule for Constant {
    fn rate(&self, _: u64) -> f64 {
        self.0
    }
}

/// α₀ / (1 + decay·t), the course's learning rate decay, with t the step, or with [`every`](InverseTimeDecay::every) the
/// number of periods gone by.
///
/// ```
/// use nn_optim::{InverseTimeDecay, Schedule};
/// let by_epoch = InverseTimeDecay::new(0.2, 1.0)?.every(100, true)?; // epochs of 100 steps
/// assert_eq!([0, 99, 100, 200].map(|step| by_epoch.rate(step)), [0.2, 0.2, 0.1, 0.2 / 3.0]);
/// # Ok::<(), nn_optim::SettingError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InverseTimeDecay {
    start: f64,
    decay: f64,
    period: u64,
    staircase: bool,
}

impl InverseTimeDecay {
    /// Falls from α₀ = `start`.
    ///
    /// # Errors
    /// [`SettingError`] where a setting is negative or not finite.
    pub fn new(start: f64, decay: f64) -> Result<InverseTimeDecay, SettingError> {
        let settings = [("start", start, is_size(start), SIZE), ("decay", decay, is_size(decay), SIZE)];
        check_all("InverseTimeDecay", &settings)?;
        Ok(InverseTimeDecay { start, decay, period: 1, staircase: false })
    }

    /// Counts t in periods of so many steps: whole ones if it is a staircase, else also parts.
    ///
    /// # Errors
    /// [`SettingError`] for a period of 0.
    pub fn every(self, period: u64, staircase: bool) -> Result<InverseTimeDecay, SettingError> {
        check_all("InverseTimeDecay", &[at_least_one("period", period)])?;
        Ok(InverseTimeDecay { period, staircase, ..self })
    }
}

impl Schedule for InverseTimeDecay {
    fn rate(&self, step: u64) -> f64 {
        let t = match self.staircase {
            true => (step / self.period) as f64,
            false => step as f64 / self.period as f64,
        };
        self.start / (1.0 + self.decay * t)
    }
}

/// α₀·γᵗ.
///
/// ```
/// use nn_optim::{ExponentialDecay, Schedule};
/// assert_eq!(ExponentialDecay::new(0.5, 0.5)?.rate(2), 0.125);
/// # Ok::<(), nn_optim::SettingError>(())
/// ```
#[doc(alias = "ExponentialLR")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExponentialDecay {
    start: f64,
    gamma: f64,
}

impl ExponentialDecay {
    /// Multiplies the rate by `gamma` after each step.
    ///
    /// # Errors
    /// [`SettingError`] where a setting is negative or not finite.
    pub fn new(start: f64, gamma: f64) -> Result<ExponentialDecay, SettingError> {
        let settings = [("start", start, is_size(start), SIZE), ("gamma", gamma, is_size(gamma), SIZE)];
        check_all("ExponentialDecay", &settings)?;
        Ok(ExponentialDecay { start, gamma })
    }
}

impl Schedule for ExponentialDecay {
    fn rate(&self, step: u64) -> f64 {
        self.start * self.gamma.powf(step as f64)
    }
}

/// α₀·γ^⌊t/period⌋.
///
/// ```
/// use nn_optim::{Schedule, StepDecay};
/// let schedule = StepDecay::new(0.5, 10, 0.5)?;
/// assert_eq!([9, 10, 20].map(|step| schedule.rate(step)), [0.5, 0.25, 0.125]);
/// # Ok::<(), nn_optim::SettingError>(())
/// ```
#[doc(alias = "StepLR")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepDecay {
    start: f64,
    period: u64,
    gamma: f64,
}

impl StepDecay {
    /// Multiplies the rate by `gamma` every `period` steps.
    ///
    /// # Errors
    /// [`SettingError`] where a setting is negative or not finite, or the period is 0.
    pub fn new(start: f64, period: u64, gamma: f64) -> Result<StepDecay, SettingError> {
        let settings = [
            ("start", start, is_size(start), SIZE),
            at_least_one("period", period),
            ("gamma", gamma, is_size(gamma), SIZE),
        ];
        check_all("StepDecay", &settings)?;
        Ok(StepDecay { start, period, gamma })
    }
}

impl Schedule for StepDecay {
    fn rate(&self, step: u64) -> f64 {
        self.start * self.gamma.powf((step / self.period) as f64)
    }
}

/// α₀·γ^k, with k the number of milestones that have been reached.
///
/// ```
/// use nn_optim::{MultiStepDecay, Schedule};
/// let schedule = MultiStepDecay::new(0.5, &[3, 5], 0.5)?;
/// assert_eq!([2, 3, 4, 5].map(|step| schedule.rate(step)), [0.5, 0.25, 0.25, 0.125]);
/// # Ok::<(), nn_optim::SettingError>(())
/// ```
#[doc(alias = "MultiStepLR")]
#[doc(alias = "PiecewiseConstantDecay")]
#[derive(Debug, Clone, PartialEq)]
pub struct MultiStepDecay {
    start: f64,
    milestones: Vec<u64>,
    gamma: f64,
}

impl MultiStepDecay {
    /// Multiplies the rate by `gamma` at each of these steps, which may come in any order, and more than once.
    ///
    /// # Errors
    /// [`SettingError`] where a setting is negative or not finite.
    pub fn new(start: f64, milestones: &[u64], gamma: f64) -> Result<MultiStepDecay, SettingError> {
        let settings = [("start", start, is_size(start), SIZE), ("gamma", gamma, is_size(gamma), SIZE)];
        check_all("MultiStepDecay", &settings)?;
        Ok(MultiStepDecay { start, milestones: milestones.to_vec(), gamma })
    }
}

impl Schedule for MultiStepDecay {
    fn rate(&self, step: u64) -> f64 {
        let reached = self.milestones.iter().filter(|&&milestone| milestone <= step).count();
        self.start * self.gamma.powf(reached as f64)
    }
}

/// (start - end)·(1 - t/steps)^power + end, then `end`.
///
/// ```
/// use nn_optim::{PolynomialDecay, Schedule};
/// let schedule = PolynomialDecay::new(1.0, 0.0, 10, 2.0)?;
/// assert_eq!([0, 5, 10, 11].map(|step| schedule.rate(step)), [1.0, 0.25, 0.0, 0.0]);
/// # Ok::<(), nn_optim::SettingError>(())
/// ```
#[doc(alias = "PolynomialLR")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PolynomialDecay {
    start: f64,
    end: f64,
    steps: u64,
    power: f64,
}

impl PolynomialDecay {
    /// Falls from `start` to `end` in `steps` steps.
    ///
    /// # Errors
    /// [`SettingError`] where a setting is negative or not finite.
    pub fn new(start: f64, end: f64, steps: u64, power: f64) -> Result<PolynomialDecay, SettingError> {
        let settings = [
            ("start", start, is_size(start), SIZE),
            ("end", end, is_size(end), SIZE),
            ("power", power, is_size(power), SIZE),
        ];
        check_all("PolynomialDecay", &settings)?;
        Ok(PolynomialDecay { start, end, steps, power })
    }
}

impl Schedule for PolynomialDecay {
    fn rate(&self, step: u64) -> f64 {
        if step >= self.steps {
            return self.end;
        }
        self.end + (self.start - self.end) * (1.0 - share(step, self.steps)).powf(self.power)
    }
}

/// A straight line from `start` to `end` over `steps` steps, then `end`: down, or up.
///
/// ```
/// use nn_optim::{LinearDecay, Schedule};
/// let schedule = LinearDecay::new(1.0, 0.5, 4)?;
/// assert_eq!([0, 2, 4, 9].map(|step| schedule.rate(step)), [1.0, 0.75, 0.5, 0.5]);
/// # Ok::<(), nn_optim::SettingError>(())
/// ```
#[doc(alias = "LinearLR")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinearDecay {
    start: f64,
    end: f64,
    steps: u64,
}

impl LinearDecay {
    /// Goes from `start` to `end` in `steps` steps.
    ///
    /// # Errors
    /// [`SettingError`] where a setting is negative or not finite.
    pub fn new(start: f64, end: f64, steps: u64) -> Result<LinearDecay, SettingError> {
        let settings = [("start", start, is_size(start), SIZE), ("end", end, is_size(end), SIZE)];
        check_all("LinearDecay", &settings)?;
        Ok(LinearDecay { start, end, steps })
    }
}

impl Schedule for LinearDecay {
    fn rate(&self, step: u64) -> f64 {
        self.start + (self.end - self.start) * share(step, self.steps)
    }
}

/// A check that a number of steps is not 0.
pub(super) fn at_least_one(setting: &'static str, steps: u64) -> (&'static str, f64, bool, &'static str) {
    (setting, steps as f64, steps > 0, "at least 1 step")
}
