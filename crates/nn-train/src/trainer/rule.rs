//! The optimizer of a training, borrowed, and averaged where that is asked for.

use nn_core::Scalar;
use nn_optim::{Averaged, Optimizer};

/// The rule of a training's updates.
#[derive(Debug)]
pub(super) enum Rule<'o, O> {
    Plain(&'o O),
    Averaged(Averaged<&'o O>),
}

impl<'o, O> Rule<'o, O> {
    pub(super) fn new(optimizer: &'o O, average: Option<f64>) -> Rule<'o, O> {
        match average {
            None => Rule::Plain(optimizer),
            Some(beta) => Rule::Averaged(Averaged::exponential(optimizer, beta)),
        }
    }

    pub(super) fn optimizer<T: Scalar>(&self) -> &dyn Optimizer<T>
    where
        O: Optimizer<T>,
    {
        match self {
            Rule::Plain(optimizer) => optimizer,
            Rule::Averaged(optimizer) => optimizer,
        }
    }

    /// The average of θ after so many updates; `None` where none is kept.
    pub(super) fn average<T: Scalar>(&self, updates: u64, memory: &[T], theta: &[T]) -> Option<Vec<T>>
    where
        O: Optimizer<T>,
    {
        match self {
            Rule::Plain(_) => None,
            Rule::Averaged(optimizer) => Some(optimizer.average(updates, memory, theta)),
        }
    }
}
