//! Gradient accumulation: an update from the mean of the gradients of several steps.

use std::mem;

use tensor_ops::{Real, simd};

use crate::clip::scale;
use crate::lookahead::{fits, with_vector};
use crate::optimizer::{At, Memory, Optimizer, assert_part};
use crate::setting::{SettingError, check_all, period};

/// Any optimizer, updating after every k steps with the mean of their k gradients: a batch k times as large as memory holds.
///
/// θ stays in between. The inner optimizer counts its own updates; the rate is that of the k-th step. The state is that of the
/// inner optimizer, then the sum of the gradients so far.
///
/// ```
/// use nn_optim::{Accumulated, Optimizer, Sgd};
/// let sgd = Accumulated::new(Sgd::new(0.5), 2);
/// let (mut theta, mut state) = ([1.0f64], sgd.init(1));
/// sgd.update(0, 0.5, &mut state, &mut theta, &[3.0]);
/// assert_eq!(theta, [1.0]);
/// sgd.update(1, 0.5, &mut state, &mut theta, &[1.0]);
/// assert_eq!(theta, [0.0], "0.5 times the mean of 3 and 1");
/// ```
#[doc(alias = "gradient accumulation")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Accumulated<O> {
    inner: O,
    period: u64,
}

impl<O> Accumulated<O> {
    /// One update for every k gradients.
    pub fn new(inner: O, k: u64) -> Accumulated<O> {
        Accumulated { inner, period: k }
    }
}

impl<T: Real, O: Optimizer<T>> Optimizer<T> for Accumulated<O> {
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
        check_all("Accumulated", &[period("k", self.period), fits(&self.inner)])
    }

    fn bounds(&self) -> Option<&[usize]> {
        self.inner.bounds()
    }

    fn theta_len(&self) -> Option<usize> {
        self.inner.theta_len()
    }

    fn update_part(&self, at: At, mut memory: Memory<'_, T>, theta: &mut [T], gradient: &[T]) {
        assert_part(theta, gradient, &memory, Optimizer::<T>::memory(self));
        let sum = mem::take(&mut memory[self.inner.memory()]);
        simd::dispatch(
            #[inline(always)]
            || {
                for (sum, g) in sum.iter_mut().zip(gradient) {
                    *sum += *g;
                }
            },
        );
        if (at.step + 1).is_multiple_of(self.period) {
            scale(sum, T::from_f64(1.0 / self.period as f64));
            self.inner.update_part(At { step: at.step / self.period, ..at }, memory, theta, sum);
            sum.fill(T::ZERO);
        }
    }
}
