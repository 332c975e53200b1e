//! The optimizer of a training, borrowed, and averaged where that is asked for.

use nn_core::Scalar;
use nn_optim::{At, Averaged, Memory, Optimizer, SettingError};

/// An optimizer that somebody else owns.
#[derive(Debug)]
pub(super) struct Borrowed<'o, O>(pub(super) &'o O);

impl<T: Scalar, O: Optimizer<T>> Optimizer<T> for Borrowed<'_, O> {
    fn memory(&self) -> usize {
        self.0.memory()
    }
    fn state_len(&self, n: usize) -> usize {
        self.0.state_len(n)
    }
    fn init(&self, n: usize) -> Vec<T> {
        self.0.init(n)
    }
    fn rate(&self) -> f64 {
        self.0.rate()
    }
    fn check(&self) -> Result<(), SettingError> {
        self.0.check()
    }
    fn bounds(&self) -> Option<&[usize]> {
        self.0.bounds()
    }
    fn by_part(&self) -> bool {
        self.0.by_part()
    }
    fn theta_len(&self) -> Option<usize> {
        self.0.theta_len()
    }
    #[inline]
    fn update_part(&self, at: At, memory: Memory<'_, T>, theta: &mut [T], gradient: &[T]) {
        self.0.update_part(at, memory, theta, gradient);
    }
}

/// The rule of a training's updates.
#[derive(Debug)]
pub(super) enum Rule<'o, O> {
    Plain(Borrowed<'o, O>),
    Averaged(Averaged<Borrowed<'o, O>>),
}

impl<'o, O> Rule<'o, O> {
    pub(super) fn new(optimizer: &'o O, average: Option<f64>) -> Rule<'o, O> {
        let borrowed = Borrowed(optimizer);
        match average {
            None => Rule::Plain(borrowed),
            Some(beta) => Rule::Averaged(Averaged::exponential(borrowed, beta)),
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
