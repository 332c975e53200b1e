//! Rates that go up and down in triangles.

use super::Schedule;
use super::decay::at_least_one;
use crate::SettingError;
use crate::setting::{SIZE, check_all, is_size};

/// What becomes of the triangles in time.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum CyclicMode {
    /// All alike.
    Triangular,
    /// Each is half as high as the one before.
    Triangular2,
    /// The height is multiplied by γ after each step.
    ExpRange(f64),
}

/// Up from `low` to `high` in a straight line, and down again, over and over.
/// (Smith, "Cyclical learning rates for training neural networks", 2017.)
///
/// ```
/// use nn_optim::{CyclicMode, CyclicRate, Schedule};
/// let schedule = CyclicRate::new(0.25, 1.25, 4, 4, CyclicMode::Triangular2)?;
/// assert_eq!([0, 2, 4, 8, 12].map(|step| schedule.rate(step)), [0.25, 0.75, 1.25, 0.25, 0.75]);
/// # Ok::<(), nn_optim::SettingError>(())
/// ```
#[doc(alias = "CyclicLR")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CyclicRate {
    low: f64,
    high: f64,
    up: u64,
    down: u64,
    mode: CyclicMode,
}

impl CyclicRate {
    /// `up` steps up and `down` steps down.
    ///
    /// # Errors
    /// [`SettingError`] where a rate or γ is negative or not finite, or a number of steps is 0.
    pub fn new(
        low: f64,
        high: f64,
        up: u64,
        down: u64,
        mode: CyclicMode,
    ) -> Result<CyclicRate, SettingError> {
        let gamma = match mode {
            CyclicMode::ExpRange(gamma) => gamma,
            _ => 1.0,
        };
        let settings = [
            ("low", low, is_size(low), SIZE),
            ("high", high, is_size(high), SIZE),
            at_least_one("up", up),
            at_least_one("down", down),
            ("gamma", gamma, is_size(gamma), SIZE),
        ];
        check_all("CyclicRate", &settings)?;
        Ok(CyclicRate { low, high, up, down, mode })
    }
}

impl Schedule for CyclicRate {
    fn rate(&self, step: u64) -> f64 {
        let period = self.up.saturating_add(self.down);
        let (cycle, at) = (step / period, step % period);
        let share = match at.checked_sub(self.up) {
            None => at as f64 / self.up as f64,
            Some(beyond) => 1.0 - beyond as f64 / self.down as f64,
        };
        let height = match self.mode {
            CyclicMode::Triangular => 1.0,
            CyclicMode::Triangular2 => 0.5f64.powf(cycle as f64),
            CyclicMode::ExpRange(gamma) => gamma.powf(step as f64),
        };
        self.low + (self.high - self.low) * share * height
    }
}
