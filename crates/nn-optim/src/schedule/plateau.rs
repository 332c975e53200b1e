//! A rate that falls when nothing gets better.

use crate::SettingError;
use crate::setting::{SIZE, check_all, is_size};

/// Multiplies the rate by a factor when a metric has not improved for some time. It follows what is observed, so it is no
/// function of the step: it has a state, which is plain data to be saved and restored.
///
/// PyTorch's rule and defaults: an improvement is a metric below best·(1 - 1e-4); after more than 10 observations
/// without one the rate is multiplied by 0.1. A NaN is no improvement.
///
/// ```
/// use nn_optim::ReduceOnPlateau;
/// let mut plateau = ReduceOnPlateau::new(1.0)?.patience(1).factor(0.5)?;
/// let rates = [3.0, 2.0, 2.0, 2.0, 1.0].map(|loss| plateau.observe(loss));
/// assert_eq!(rates, [1.0, 1.0, 1.0, 0.5, 0.5]);
/// # Ok::<(), nn_optim::SettingError>(())
/// ```
#[doc(alias = "ReduceLROnPlateau")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReduceOnPlateau {
    factor: f64,
    patience: u64,
    threshold: f64,
    is_absolute: bool,
    is_maximum: bool,
    cooldown: u64,
    min_rate: f64,
    /// A smaller change is none.
    eps: f64,
    state: PlateauState,
}

/// What a [`ReduceOnPlateau`] remembers.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct PlateauState {
    /// The rate now.
    pub rate: f64,
    /// The best metric so far; infinite before the first.
    pub best: f64,
    /// Observations since the last improvement.
    pub bad: u64,
    /// Observations that are still waited for after a reduction.
    pub cooling: u64,
}

const NAME: &str = "ReduceOnPlateau";

impl ReduceOnPlateau {
    /// Starts with this rate.
    ///
    /// # Errors
    /// [`SettingError`] where it is negative or not finite.
    pub fn new(rate: f64) -> Result<ReduceOnPlateau, SettingError> {
        check_all(NAME, &[("rate", rate, is_size(rate), SIZE)])?;
        Ok(ReduceOnPlateau {
            factor: 0.1,
            patience: 10,
            threshold: 1e-4,
            is_absolute: false,
            is_maximum: false,
            cooldown: 0,
            min_rate: 0.0,
            eps: 1e-8,
            state: PlateauState { rate, best: f64::INFINITY, bad: 0, cooling: 0 },
        })
    }

    /// Sets what the rate is multiplied by.
    ///
    /// # Errors
    /// [`SettingError`] where it is not in [0, 1).
    pub fn factor(self, factor: f64) -> Result<Self, SettingError> {
        check_all(NAME, &[("factor", factor, (0.0..1.0).contains(&factor), "a number in [0, 1)")])?;
        Ok(ReduceOnPlateau { factor, ..self })
    }

    /// Sets how many observations without an improvement are borne.
    #[must_use]
    pub fn patience(self, patience: u64) -> Self {
        ReduceOnPlateau { patience, ..self }
    }

    /// Sets by what share of the best an improvement must be better.
    ///
    /// # Errors
    /// [`SettingError`] where it is negative or not finite.
    pub fn threshold(self, threshold: f64) -> Result<Self, SettingError> {
        check_all(NAME, &[("threshold", threshold, is_size(threshold), SIZE)])?;
        Ok(ReduceOnPlateau { threshold, is_absolute: false, ..self })
    }

    /// Sets by how much an improvement must be better.
    ///
    /// # Errors
    /// [`SettingError`] where it is negative or not finite.
    pub fn absolute_threshold(self, threshold: f64) -> Result<Self, SettingError> {
        check_all(NAME, &[("threshold", threshold, is_size(threshold), SIZE)])?;
        Ok(ReduceOnPlateau { threshold, is_absolute: true, ..self })
    }

    /// Takes a larger metric for a better one. To be set before the first observation.
    #[must_use]
    pub fn maximize(mut self) -> Self {
        if self.state.best == f64::INFINITY {
            self.state.best = f64::NEG_INFINITY;
        }
        ReduceOnPlateau { is_maximum: true, ..self }
    }

    /// Sets how many observations after a reduction count for nothing.
    #[must_use]
    pub fn cooldown(self, cooldown: u64) -> Self {
        ReduceOnPlateau { cooldown, ..self }
    }

    /// Sets the least rate.
    ///
    /// # Errors
    /// [`SettingError`] where it is negative or not finite.
    pub fn min_rate(self, min_rate: f64) -> Result<Self, SettingError> {
        check_all(NAME, &[("min_rate", min_rate, is_size(min_rate), SIZE)])?;
        Ok(ReduceOnPlateau { min_rate, ..self })
    }

    /// The rate now.
    pub fn rate(&self) -> f64 {
        self.state.rate
    }

    /// What is remembered.
    pub fn state(&self) -> PlateauState {
        self.state
    }

    /// Goes on from a state that was saved.
    #[must_use]
    pub fn resume(self, state: PlateauState) -> Self {
        ReduceOnPlateau { state, ..self }
    }

    /// Takes note of a metric, and returns the rate from now on.
    pub fn observe(&mut self, metric: f64) -> f64 {
        if self.is_better(metric) {
            (self.state.best, self.state.bad) = (metric, 0);
        } else {
            self.state.bad += 1;
        }
        if self.state.cooling > 0 {
            (self.state.cooling, self.state.bad) = (self.state.cooling - 1, 0);
        }
        if self.state.bad > self.patience {
            let rate = (self.state.rate * self.factor).max(self.min_rate);
            if self.state.rate - rate > self.eps {
                self.state.rate = rate;
            }
            (self.state.cooling, self.state.bad) = (self.cooldown, 0);
        }
        self.state.rate
    }

    fn is_better(&self, metric: f64) -> bool {
        let best = self.state.best;
        match (self.is_maximum, self.is_absolute) {
            (false, false) => metric < best * (1.0 - self.threshold),
            (false, true) => metric < best - self.threshold,
            (true, false) => metric > best * (1.0 + self.threshold),
            (true, true) => metric > best + self.threshold,
        }
    }
}
