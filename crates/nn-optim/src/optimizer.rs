//! What an optimizer is: a rule that moves θ along its gradient, and the numbers it remembers.

use std::fmt::Debug;

use tensor_ops::{Real, pool};

use crate::clip::{norm_and_factor, scale};

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
        assert_eq!(gradient.len(), theta.len(), "elements of the gradient");
        in_pieces(self, state, (theta, &mut []), |i, theta, _, memory| {
            let gradient = &gradient[i * PIECE..][..theta.len()];
            self.update_part(step, rate, memory, theta, gradient);
        });
    }

    /// As [`Optimizer::update`], with the gradient scaled down to the Euclidean norm `max_norm` where it is longer: what
    /// [`clip_norm`](crate::clip_norm) and `update` do one after the other, with the bits of these. Each part is scaled
    /// just before its update, while it is in the cache. Returns the norm that the gradient had.
    ///
    /// # Panics
    /// As [`Optimizer::update`], and where `max_norm` is no number >= 0.
    ///
    /// ```
    /// use nn_optim::{Optimizer, Sgd};
    /// let (mut theta, mut gradient) = ([1.0f64, 1.0], [3.0, 4.0]);
    /// let norm = Sgd::new(0.1).update_clipped(0, 0.1, &mut [], &mut theta, &mut gradient, 1.0);
    /// assert_eq!(norm, 5.0);
    /// assert!((theta[0] - (1.0 - 0.1 * 0.6)).abs() < 1e-6);
    /// ```
    fn update_clipped(
        &self,
        step: u64,
        rate: f64,
        state: &mut [T],
        theta: &mut [T],
        gradient: &mut [T],
        max_norm: f64,
    ) -> T {
        assert_eq!(gradient.len(), theta.len(), "elements of the gradient");
        let (norm, factor) = norm_and_factor(gradient, max_norm);
        in_pieces(self, state, (theta, gradient), |_, theta, gradient, memory| {
            if let Some(factor) = factor {
                scale(gradient, factor);
            }
            self.update_part(step, rate, memory, theta, gradient);
        });
        norm
    }

    /// [`Optimizer::update`] for a part of θ, on the calling thread, in one pass: with the same part of each vector that it remembers, and
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

/// Calls `update` for every piece of θ, with the same piece of the gradient (empty where that is) and of what is remembered.
fn in_pieces<T: Real, O: Optimizer<T> + ?Sized>(
    optimizer: &O,
    state: &mut [T],
    (theta, gradient): (&mut [T], &mut [T]),
    update: impl Fn(usize, &mut [T], &mut [T], [&mut [T]; MAX_MEMORY]) + Sync,
) {
    let n = theta.len();
    assert_eq!(
        state.len(),
        optimizer.state_len(n),
        "elements of the optimizer's state: `Optimizer::init` makes it"
    );
    let most = MAX_MEMORY;
    assert!(optimizer.memory() <= most, "an optimizer remembers at most {most} numbers a parameter");
    let mut vectors = state.chunks_exact_mut(n.max(1));
    let mut vector = || vectors.next().map_or((&mut [][..], 0), |vector| (vector, PIECE));
    let size = if gradient.is_empty() { 0 } else { PIECE };
    let parts = [(theta, PIECE), (gradient, size), vector(), vector(), vector(), vector()];
    pool::split(n.div_ceil(PIECE), parts, |i, [theta, gradient, memory @ ..]| {
        update(i, theta, gradient, memory);
    });
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
pub(crate) const PIECE: usize = 1 << 14;
