//! What an optimizer is: a rule that moves θ along its gradient, and the numbers it remembers.

use std::fmt::Debug;

use tensor_ops::{Real, pool};

/// A rule that updates a flat θ from its gradient. The optimizer itself holds settings only; what it remembers is a
/// flat slice of the caller's, so that it can be saved, moved and resumed like θ.
pub trait Optimizer<T: Real>: Debug + Send + Sync {
    /// How many numbers it remembers for each parameter, at most [`MAX_MEMORY`]; all of them start as 0.
    fn memory(&self) -> usize;

    /// How many numbers it remembers for n parameters: [`Optimizer::memory`] vectors of n, one behind the other.
    fn state_len(&self, n: usize) -> usize {
        n * self.memory()
    }

    /// What it remembers before the first update of n parameters.
    fn init(&self, n: usize) -> Vec<T> {
        vec![T::ZERO; self.state_len(n)]
    }

    /// The learning rate that it was made with, for use without a schedule.
    fn rate(&self) -> f64;

    /// Checks the settings.
    ///
    /// # Errors
    /// [`SettingError`] names the setting, its value and what is allowed.
    fn check(&self) -> Result<(), SettingError>;

    /// One update of θ with learning rate `rate`; `step` counts from 0.
    ///
    /// # Panics
    /// Where `gradient` is not as long as `theta`, or `state` not as long as [`Optimizer::state_len`] says.
    fn update(&self, step: u64, rate: f64, state: &mut [T], theta: &mut [T], gradient: &[T]) {
        let n = theta.len();
        assert_eq!(gradient.len(), n, "elements of the gradient");
        assert_eq!(state.len(), self.state_len(n), "elements of the optimizer's state");
        assert!(
            self.memory() <= MAX_MEMORY,
            "an optimizer remembers at most {MAX_MEMORY} numbers a parameter"
        );
        let mut vectors = state.chunks_exact_mut(n.max(1));
        let mut vector = || vectors.next().map_or((&mut [][..], 0), |vector| (vector, PIECE));
        let parts = [(theta, PIECE), vector(), vector(), vector(), vector()];
        pool::split(n.div_ceil(PIECE), parts, |i, [theta, memory @ ..]| {
            let gradient = &gradient[i * PIECE..][..theta.len()];
            self.update_part(step, rate, memory, theta, gradient);
        });
    }

    /// The same for a part of θ, on the calling thread, in one pass: with the same part of each vector that it remembers, and
    /// empty slices for what there is not. For whoever has parts of the gradient at hand while they are in the cache.
    ///
    /// # Panics
    /// Where `gradient`, or a vector that is remembered, is not as long as `theta`: [`Optimizer::init`] makes the vectors.
    fn update_part(
        &self,
        step: u64,
        rate: f64,
        memory: [&mut [T]; MAX_MEMORY],
        theta: &mut [T],
        gradient: &[T],
    );
}

/// What [`Optimizer::update_part`] promises to notice.
#[track_caller]
pub(crate) fn assert_part<T>(theta: &[T], gradient: &[T], memory: &[&mut [T]], vectors: usize) {
    let n = theta.len();
    assert_eq!(gradient.len(), n, "elements of the gradient");
    let lengths = || memory.iter().map(|vector| vector.len());
    assert!(
        lengths().take(vectors).all(|len| len == n),
        "the optimizer remembers {vectors} vectors of {n} here, got lengths {:?}: see `Optimizer::init`",
        lengths().collect::<Vec<_>>()
    );
}

/// The most numbers that an optimizer may remember for each parameter.
pub const MAX_MEMORY: usize = 4;

/// A setting outside its range.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{optimizer}: {setting} = {value}, expected {expected}")]
pub struct SettingError {
    /// The optimizer or schedule.
    pub optimizer: &'static str,
    /// The setting.
    pub setting: &'static str,
    /// Its value.
    pub value: f64,
    /// What is allowed, in words.
    pub expected: &'static str,
}

/// Checks (setting, value, is allowed, what is allowed) one after the other.
pub(crate) fn check_all(
    optimizer: &'static str,
    settings: &[(&'static str, f64, bool, &'static str)],
) -> Result<(), SettingError> {
    match settings.iter().find(|(_, _, is_allowed, _)| !is_allowed) {
        Some(&(setting, value, _, expected)) => Err(SettingError { optimizer, setting, value, expected }),
        None => Ok(()),
    }
}

/// Finite and at least 0.
pub(crate) fn is_size(x: f64) -> bool {
    x >= 0.0 && x.is_finite()
}

/// What [`is_size`] allows.
pub(crate) const SIZE: &str = "a finite number >= 0";

/// Elements of a piece of work: 64 KB of f32, some microseconds at memory speed.
const PIECE: usize = 1 << 14;
