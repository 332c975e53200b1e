//! Learning rates as functions of the step.

use std::f64::consts::PI;

/// The learning rate at each step. A closure is a schedule: `|step: u64| 0.1 / (1.0 + 0.01 * step as f64)`.
pub trait Schedule {
    /// The rate at `step`, counted from 0.
    fn rate(&self, step: u64) -> f64;
}

impl<F: Fn(u64) -> f64> Schedule for F {
    fn rate(&self, step: u64) -> f64 {
        self(step)
    }
}

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

/// Half a cosine from `start` down to `end` over `steps` steps, and up again after that:
/// end + (start - end) · (1 + cos(π·step/steps)) / 2. (Loshchilov and Hutter, "SGDR", 2017, eq. 5.)
///
/// ```
/// use nn_optim::{CosineAnnealing, Schedule};
/// let schedule = CosineAnnealing { start: 1.0, end: 0.0, steps: 100 };
/// assert!((schedule.rate(50) - 0.5).abs() < 1e-15);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CosineAnnealing {
    /// The rate at step 0.
    pub start: f64,
    /// The rate at step `steps`.
    pub end: f64,
    /// The length of the way down; 0 stays at `start`.
    pub steps: u64,
}

impl Schedule for CosineAnnealing {
    fn rate(&self, step: u64) -> f64 {
        if self.steps == 0 {
            return self.start;
        }
        let angle = PI * step as f64 / self.steps as f64;
        self.end + (self.start - self.end) * (1.0 + angle.cos()) / 2.0
    }
}
