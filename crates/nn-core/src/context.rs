//! What a computation depends on besides θ and the input.

/// Whether the network is being trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums)] // every layer must decide for every mode
pub enum Mode {
    /// Dropout drops, batch norm uses the batch's statistics.
    Training,
    /// Dropout passes everything, batch norm uses the running statistics.
    Inference,
}

/// Mode, seed and step: with θ, the observed state and the input, everything a result depends on.
///
/// Random numbers are a function of (seed, step, layer, element), never of the order of execution; so the same context
/// replays the same dropout mask.
///
/// ```
/// use nn_core::{Context, Mode};
/// let cx = Context::training(42, 7);
/// assert_eq!((cx.mode, cx.seed, cx.step), (Mode::Training, 42, 7));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs)]
pub struct Context {
    /// Training or inference.
    pub mode: Mode,
    /// The seed of the run.
    pub seed: u64,
    /// The number of the training step.
    pub step: u64,
}

impl Context {
    /// The context of a training step.
    pub fn training(seed: u64, step: u64) -> Context {
        Context { mode: Mode::Training, seed, step }
    }

    /// The context of inference, in which nothing is random.
    pub fn inference() -> Context {
        Context { mode: Mode::Inference, seed: 0, step: 0 }
    }
}
