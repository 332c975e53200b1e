//! One cycle for the whole training.

use super::Schedule;
use super::cosine::half_wave;
use crate::SettingError;
use crate::setting::{SIZE, check_all, is_size};

/// The line from one rate to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Anneal {
    /// Half a cosine.
    Cosine,
    /// A straight line.
    Linear,
}

/// Up from max/25 to the largest rate in the first 30% of the steps, then down to a 10,000th of where it began, with the momentum going
/// the other way. (Smith and Topin, "Super-convergence", 2018; with PyTorch's defaults and its choice of where phases end.)
///
/// ```
/// use nn_optim::{OneCycle, Schedule};
/// let schedule = OneCycle::new(0.5, 101)?.up(0.2)?;
/// assert!((schedule.rate(0) - 0.02).abs() < 1e-15 && schedule.rate(100) < 1e-5);
/// assert_eq!(schedule.momentum(0), 0.95);
/// # Ok::<(), nn_optim::SettingError>(())
/// ```
#[doc(alias = "OneCycleLR")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OneCycle {
    max: f64,
    steps: u64,
    up: f64,
    start_div: f64,
    end_div: f64,
    anneal: Anneal,
    three_phases: bool,
    momentum: (f64, f64),
}

const NAME: &str = "OneCycle";

impl OneCycle {
    /// One cycle of so many steps, up to the rate `max`.
    ///
    /// # Errors
    /// [`SettingError`] where the rate is negative or not finite, or there are fewer than 2 steps.
    pub fn new(max: f64, steps: u64) -> Result<OneCycle, SettingError> {
        let settings =
            [("max", max, is_size(max), SIZE), ("steps", steps as f64, steps > 1, "at least 2 steps")];
        check_all(NAME, &settings)?;
        Ok(OneCycle {
            max,
            steps,
            up: 0.3,
            start_div: 25.0,
            end_div: 1e4,
            anneal: Anneal::Cosine,
            three_phases: false,
            momentum: (0.85, 0.95),
        })
    }

    /// Sets the share of the steps that go up.
    ///
    /// # Errors
    /// [`SettingError`] where it is not in [0, 1].
    pub fn up(self, up: f64) -> Result<OneCycle, SettingError> {
        check_all(NAME, &[("up", up, (0.0..=1.0).contains(&up), "a number in [0, 1]")])?;
        Ok(OneCycle { up, ..self })
    }

    /// Starts at max/`start`, and ends at that over `end`.
    ///
    /// # Errors
    /// [`SettingError`] where one is not a finite number > 0.
    pub fn divisors(self, start: f64, end: f64) -> Result<OneCycle, SettingError> {
        let is_positive = |x: f64| x > 0.0 && x.is_finite();
        let expected = "a finite number > 0";
        check_all(
            NAME,
            &[("start", start, is_positive(start), expected), ("end", end, is_positive(end), expected)],
        )?;
        Ok(OneCycle { start_div: start, end_div: end, ..self })
    }

    /// Sets the line between the rates.
    #[must_use]
    pub fn anneal(self, anneal: Anneal) -> OneCycle {
        OneCycle { anneal, ..self }
    }

    /// Goes down to the first rate in as many steps as up, and then on to the last one.
    #[must_use]
    pub fn three_phases(self) -> OneCycle {
        OneCycle { three_phases: true, ..self }
    }

    /// Sets the momentum at the largest rate, and at the smallest.
    ///
    /// # Errors
    /// [`SettingError`] where one is not in [0, 1).
    pub fn momenta(self, at_max: f64, at_min: f64) -> Result<OneCycle, SettingError> {
        let below_one = |x: f64| (0.0..1.0).contains(&x);
        let expected = "a number in [0, 1)";
        check_all(
            NAME,
            &[
                ("at_max", at_max, below_one(at_max), expected),
                ("at_min", at_min, below_one(at_min), expected),
            ],
        )?;
        Ok(OneCycle { momentum: (at_max, at_min), ..self })
    }

    /// The momentum at `step`, for whoever wants it to go along.
    pub fn momentum(&self, step: u64) -> f64 {
        let (at_max, at_min) = self.momentum;
        self.along(step, [at_min, at_max, at_min, at_min])
    }

    /// The value at `step` of what is `[0]` at first, `[1]` at the top, `[2]` after three phases' second and `[3]` at last.
    fn along(&self, step: u64, values: [f64; 4]) -> f64 {
        let last = self.steps as f64 - 1.0;
        let top = self.up * self.steps as f64 - 1.0;
        let ways: &[(f64, usize, usize)] = match self.three_phases {
            true => &[(top, 0, 1), (2.0 * top, 1, 2), (last, 2, 3)],
            false => &[(top, 0, 1), (last, 1, 3)],
        };
        let (step, mut start) = ((step as f64).min(last), 0.0);
        for (i, &(end, from, to)) in ways.iter().enumerate() {
            if step <= end || i + 1 == ways.len() {
                // A phase without length is at its end.
                let share = if end > start { (step - start) / (end - start) } else { 1.0 };
                return match self.anneal {
                    Anneal::Cosine => half_wave(values[from], values[to], share),
                    Anneal::Linear => values[from] + (values[to] - values[from]) * share,
                };
            }
            start = end;
        }
        values[3]
    }
}

impl Schedule for OneCycle {
    fn rate(&self, step: u64) -> f64 {
        let first = self.max / self.start_div;
        self.along(step, [first, self.max, first, first / self.end_div])
    }
}
