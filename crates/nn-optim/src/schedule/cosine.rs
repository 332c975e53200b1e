//! Rates along a cosine.

use std::f64::consts::PI;

use super::Schedule;
use super::decay::at_least_one;
use crate::SettingError;
use crate::setting::{SIZE, check_all, is_size};

/// `start` at share 0 of the way, `end` at share 1.
pub(super) fn half_wave(start: f64, end: f64, share: f64) -> f64 {
    end + (start - end) * (1.0 + (PI * share).cos()) / 2.0
}

/// Half a cosine from `start` down to `end` over `steps` steps, **and up again after that**, as PyTorch's `CosineAnnealingLR`: train
/// for `steps` steps. One that stays at `end`, as Keras's `CosineDecay`, is a [`Sequence`](super::Sequence) of this and a
/// [`Constant`](super::Constant).
///
/// end + (start - end) · (1 + cos(π·step/steps)) / 2. (Loshchilov and Hutter, "SGDR", 2017, eq. 5.)
///
/// ```
/// use nn_optim::{Constant, CosineAnnealing, Schedule, Sequence};
/// let schedule = CosineAnnealing::new(1.0, 0.0, 100)?;
/// assert!((schedule.rate(50) - 0.5).abs() < 1e-15 && schedule.rate(150) > 0.4);
/// let staying = Sequence::new(schedule).then(100, Constant(0.0));
/// assert_eq!(staying.rate(150), 0.0);
/// # Ok::<(), nn_optim::SettingError>(())
/// ```
#[doc(alias = "CosineAnnealingLR")]
#[doc(alias = "CosineDecay")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CosineAnnealing {
    start: f64,
    end: f64,
    steps: u64,
}

impl CosineAnnealing {
    /// From `start` to `end` in `steps` steps.
    ///
    /// # Errors
    /// [`SettingError`] where a rate is negative or not finite, or there are no steps.
    pub fn new(start: f64, end: f64, steps: u64) -> Result<CosineAnnealing, SettingError> {
        let settings = [
            ("start", start, is_size(start), SIZE),
            ("end", end, is_size(end), SIZE),
            at_least_one("steps", steps),
        ];
        check_all("CosineAnnealing", &settings)?;
        Ok(CosineAnnealing { start, end, steps })
    }
}

impl Schedule for CosineAnnealing {
    fn rate(&self, step: u64) -> f64 {
        half_wave(self.start, self.end, step as f64 / self.steps as f64)
    }
}

/// Half a cosine from `start` down to `end`, then all over again, each time `growth` times as long.
/// (Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017, eq. 5.)
///
/// ```
/// use nn_optim::{CosineRestarts, Schedule};
/// let schedule = CosineRestarts::new(1.0, 0.0, 10, 2)?; // restarts at steps 10, 30, 70, ...
/// assert!(schedule.rate(9) < 0.03 && schedule.rate(10) == 1.0 && schedule.rate(30) == 1.0);
/// # Ok::<(), nn_optim::SettingError>(())
/// ```
#[doc(alias = "CosineAnnealingWarmRestarts")]
#[doc(alias = "CosineDecayRestarts")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CosineRestarts {
    start: f64,
    end: f64,
    first: u64,
    growth: u64,
}

impl CosineRestarts {
    /// The first way down takes `first` steps.
    ///
    /// # Errors
    /// [`SettingError`] where a rate is negative or not finite, or `first` or `growth` is 0.
    pub fn new(start: f64, end: f64, first: u64, growth: u64) -> Result<CosineRestarts, SettingError> {
        let settings = [
            ("start", start, is_size(start), SIZE),
            ("end", end, is_size(end), SIZE),
            at_least_one("first", first),
            ("growth", growth as f64, growth > 0, "at least 1"),
        ];
        check_all("CosineRestarts", &settings)?;
        Ok(CosineRestarts { start, end, first, growth })
    }
}

impl Schedule for CosineRestarts {
    fn rate(&self, step: u64) -> f64 {
        let (mut at, mut length) = (step, self.first);
        if self.growth == 1 {
            at %= length;
        }
        // Ways that grow are few.
        while at >= length {
            at -= length;
            length = length.saturating_mul(self.growth);
        }
        half_wave(self.start, self.end, at as f64 / length as f64)
    }
}
