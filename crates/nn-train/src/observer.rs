//! Looking on while a model trains.

use crate::Epoch;

/// One step of a training.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Step {
    /// Its number since the beginning, from 0.
    pub number: u64,
    /// How many steps there will be.
    pub total: u64,
    /// The loss of its batch.
    pub loss: f64,
}

/// Is told what happens, and changes nothing. A closure over [`Epoch`] is an observer.
pub trait Observer {
    /// After a step.
    fn step(&mut self, _step: &Step) {}

    /// After an epoch; `total` is how many there will be.
    fn epoch(&mut self, epoch: &Epoch, total: u64);
}

impl<F: FnMut(&Epoch)> Observer for F {
    fn epoch(&mut self, epoch: &Epoch, _: u64) {
        self(epoch)
    }
}
