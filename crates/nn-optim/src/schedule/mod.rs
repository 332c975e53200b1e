//! Learning rates as functions of the step. All count steps from 0, and hold for every step, also beyond the last one planned.

mod compose;
mod cosine;
mod cyclic;
mod decay;
mod noam;
mod one_cycle;
mod plateau;

pub use compose::{Sequence, Warmup};
pub use cosine::{CosineAnnealing, CosineRestarts};
pub use cyclic::{CyclicMode, CyclicRate};
pub use decay::{
    Constant, ExponentialDecay, InverseTimeDecay, LinearDecay, MultiStepDecay, PolynomialDecay, StepDecay,
};
pub use noam::Noam;
pub use one_cycle::{Anneal, OneCycle};
pub use plateau::{PlateauState, ReduceOnPlateau};

/// The learning rate at each step. A closure is a schedule: `|step: u64| 0.1 / (1.0 + 0.01 * step as f64)`.
pub trait Schedule {
    /// The rate at `step`, counted from 0.
    fn rate(&self, step: u64) -> f64;

    /// The points (step, rate) of a picture, for the first `steps` steps.
    ///
    /// ```
    /// use nn_optim::{InverseTimeDecay, Schedule};
    /// assert_eq!(InverseTimeDecay::new(1.0, 1.0)?.plot(3), [(0.0, 1.0), (1.0, 0.5), (2.0, 1.0 / 3.0)]);
    /// # Ok::<(), nn_optim::SettingError>(())
    /// ```
    fn plot(&self, steps: u64) -> Vec<(f64, f64)> {
        (0..steps).map(|step| (step as f64, self.rate(step))).collect()
    }
}

impl<F: Fn(u64) -> f64> Schedule for F {
    fn rate(&self, step: u64) -> f64 {
        self(step)
    }
}

impl Schedule for Box<dyn Schedule + Send + Sync> {
    fn rate(&self, step: u64) -> f64 {
        (**self).rate(step)
    }
}

/// How far along `steps` a step is: 1 where there are none.
fn share(step: u64, steps: u64) -> f64 {
    if step >= steps { 1.0 } else { step as f64 / steps as f64 }
}
