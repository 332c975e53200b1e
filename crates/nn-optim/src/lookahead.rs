//! Lookahead: slow weights that follow the fast ones of another optimizer.

use std::mem;

use tensor_ops::{Real, simd};

use crate::optimizer::{At, Memory, Optimizer, assert_part};
use crate::setting::{SettingError, check_all, period, share};

/// Lookahead around any optimizer (Zhang et al., "Lookahead optimizer: k steps forward, 1 step back", 2019, algorithm 1).
///
/// After every k steps of the inner optimizer: φ ← φ + γ (θ - φ), θ ← φ. φ begins as θ.
///
/// Defaults: k = 5, γ = 0.5. The state is that of the inner optimizer, then φ.
///
/// ```
/// use nn_optim::{Lookahead, Optimizer, Sgd};
/// let ahead = Lookahead::new(Sgd::new(1.0), 2, 0.5);
/// let (mut theta, mut state) = ([0.0f64], ahead.init(1));
/// for step in 0..2 {
///     ahead.update(step, 1.0, &mut state, &mut theta, &[-1.0]);
/// }
/// assert_eq!(theta, [1.0], "half the way of two steps");
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lookahead<O> {
    inner: O,
    period: u64,
    share: f64,
}

impl<O> Lookahead<O> {
    /// k steps forward, and back to the share γ of the way.
    pub fn new(inner: O, k: u64, share: f64) -> Lookahead<O> {
        Lookahead { inner, period: k, share }
    }
}

impl<T: Real, O: Optimizer<T>> Optimizer<T> for Lookahead<O> {
    fn memory(&self) -> usize {
        self.inner.memory() + 1
    }

    fn init(&self, n: usize) -> Vec<T> {
        with_vector(self.inner.init(n), n)
    }

    fn rate(&self) -> f64 {
        self.inner.rate()
    }

    fn check(&self) -> Result<(), SettingError> {
        self.inner.check()?;
        check_all("Lookahead", &[period("k", self.period), share("share", self.share), fits(&self.inner)])
    }

    fn bounds(&self) -> Option<&[usize]> {
        self.inner.bounds()
    }

    fn theta_len(&self) -> Option<usize> {
        self.inner.theta_len()
    }

    fn update_part(&self, at: At, mut memory: Memory<'_, T>, theta: &mut [T], gradient: &[T]) {
        assert_part(theta, gradient, &memory, Optimizer::<T>::memory(self));
        let slow = mem::take(&mut memory[self.inner.memory()]);
        if at.step == 0 {
            slow.copy_from_slice(theta);
        }
        self.inner.update_part(at, memory, theta, gradient);
        if (at.step + 1).is_multiple_of(self.period) {
            let (share, n) = (T::from_f64(self.share), theta.len());
            let slow = &mut slow[..n];
            simd::dispatch(
                #[inline(always)]
                || {
                    for i in 0..n {
                        let phi = slow[i] + share * (theta[i] - slow[i]);
                        (slow[i], theta[i]) = (phi, phi);
                    }
                },
            );
        }
    }
}

/// The state of an inner optimizer, and a vector of zeros behind it.
pub(crate) fn with_vector<T: Real>(mut state: Vec<T>, n: usize) -> Vec<T> {
    state.resize(state.len() + n, T::ZERO);
    state
}

/// Whether there is room for one more vector.
pub(crate) fn fits<T: Real>(inner: &impl Optimizer<T>) -> crate::setting::Setting {
    let memory = inner.memory();
    ("memory of the inner optimizer", memory as f64, memory < crate::MAX_MEMORY, "at most 3 vectors")
}
