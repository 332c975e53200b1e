//! The transformer's schedule.

use super::Schedule;
use super::decay::at_least_one;
use crate::SettingError;
use crate::setting::{SIZE, check_all, is_size};

/// factor · d^-½ · min(t^-½, t·warmup^-1.5) with t = step + 1: up in a straight line, then down with the root of the
/// step. (Vaswani et al., "Attention is all you need", 2017, eq. 3.)
///
/// ```
/// use nn_optim::{Noam, Schedule};
/// let schedule = Noam::new(1.0, 64, 100)?;
/// assert!((schedule.rate(99) - 0.0125).abs() < 1e-15); // the top: 64^-½ · 100^-½
/// # Ok::<(), nn_optim::SettingError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Noam {
    factor: f64,
    width: usize,
    warmup: u64,
}

impl Noam {
    /// For a model of width d = `width`, with so many steps up.
    ///
    /// # Errors
    /// [`SettingError`] where the factor is negative or not finite, or the width or the number of steps is 0.
    pub fn new(factor: f64, width: usize, warmup: u64) -> Result<Noam, SettingError> {
        let settings = [
            ("factor", factor, is_size(factor), SIZE),
            ("width", width as f64, width > 0, "at least 1"),
            at_least_one("warmup", warmup),
        ];
        check_all("Noam", &settings)?;
        Ok(Noam { factor, width, warmup })
    }
}

impl Schedule for Noam {
    fn rate(&self, step: u64) -> f64 {
        let t = step as f64 + 1.0;
        self.factor * (self.width as f64).powf(-0.5) * t.powf(-0.5).min(t * (self.warmup as f64).powf(-1.5))
    }
}
