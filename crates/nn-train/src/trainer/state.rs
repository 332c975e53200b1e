//! Everything that a training is between two steps, besides the model.

use nn_optim::PlateauState;

use super::Good;
use crate::History;

/// Between two steps. With θ and the observed state of the model it is all that the rest of the training depends on.
#[derive(Debug, Clone)]
pub(crate) struct State<T> {
    /// Batches so far.
    pub(crate) step: u64,
    /// The epoch, and how many of its batches are done.
    pub(crate) epoch: u64,
    pub(crate) position: u64,
    /// Updates of θ so far: a batch that a guard has skipped makes none.
    pub(crate) updates: u64,
    /// What the optimizer remembers.
    pub(crate) memory: Vec<T>,
    /// The sum of the gradients since the last update; empty where nothing is accumulated.
    pub(crate) sum: Vec<T>,
    /// How many gradients are in it.
    pub(crate) summed: u64,
    pub(crate) running: Running,
    /// The loss of the first batch.
    pub(crate) first_loss: f64,
    /// The learning rate of the last step.
    pub(crate) rate: f64,
    pub(crate) plateau: Option<PlateauState>,
    /// Epochs since the best one.
    pub(crate) bad: u64,
    pub(crate) best: Option<Best<T>>,
    /// What every rate is multiplied by, after so many retreats.
    pub(crate) factor: f64,
    pub(crate) history: History,
    /// Seconds of the training before it was resumed.
    pub(crate) spent: f64,
    /// Read from a checkpoint: where to go back to.
    pub(crate) good: Option<Box<Good<T>>>,
}

/// The batches of the epoch so far.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Running {
    pub(crate) loss: f64,
    pub(crate) hits: u64,
    pub(crate) samples: u64,
    pub(crate) seconds: f64,
}

/// The model of the best epoch so far.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Best<T> {
    pub(crate) value: f64,
    pub(crate) epoch: u64,
    pub(crate) theta: Vec<T>,
    pub(crate) state: Vec<T>,
}

impl<T> State<T> {
    pub(crate) fn new(memory: Vec<T>, sum: Vec<T>, plateau: Option<PlateauState>) -> State<T> {
        State {
            step: 0,
            epoch: 0,
            position: 0,
            updates: 0,
            memory,
            sum,
            summed: 0,
            running: Running::default(),
            first_loss: f64::NAN,
            rate: 0.0,
            plateau,
            bad: 0,
            best: None,
            factor: 1.0,
            history: History::default(),
            spent: 0.0,
            good: None,
        }
    }
}
