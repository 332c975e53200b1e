//! Averages of θ over the steps, which are often better than the last θ.

use std::mem;

use tensor_ops::{Real, simd};

use crate::lookahead::{fits, with_vector};
use crate::optimizer::{At, Memory, Optimizer, assert_part};
use crate::setting::{SettingError, check_all, kept, period};

/// Any optimizer, with an average of θ beside it. θ itself moves as if there were no average.
///
/// | average | after each step (or each `period` steps) |
/// |---|---|
/// | [`exponential`](Averaged::exponential), EMA | a ← β a + (1-β) θ; the average is a/(1-βᵏ) after k of them |
/// | [`equal`](Averaged::equal), SWA | a ← a + (θ - a)/k, the mean of k of them |
///
/// (Polyak and Juditsky, "Acceleration of stochastic approximation by averaging", 1992; Izmailov et al., "Averaging weights leads to
/// wider optima and better generalization", 2018.) The state is that of the inner optimizer, then a. A network with batch norm wants
/// its statistics observed anew for the averaged θ.
///
/// ```
/// use nn_optim::{Averaged, Optimizer, Sgd};
/// let sgd = Averaged::equal(Sgd::new(1.0), 0, 1);
/// let (mut theta, mut state) = ([0.0f64], sgd.init(1));
/// for step in 0..3 {
///     sgd.update(step, 1.0, &mut state, &mut theta, &[-1.0]);
/// }
/// assert_eq!(theta, [3.0]);
/// assert_eq!(sgd.average(3, &state, &theta), [2.0], "the mean of 1, 2 and 3");
/// ```
#[doc(alias = "SWA")]
#[doc(alias = "EMA")]
#[doc(alias = "ExponentialMovingAverage")]
#[doc(alias = "AveragedModel")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Averaged<O> {
    inner: O,
    /// β; where there is none, all have one weight.
    beta: Option<f64>,
    start: u64,
    period: u64,
}

impl<O> Averaged<O> {
    /// The exponentially weighted average with bias correction, over about 1/(1-β) steps.
    pub fn exponential(inner: O, beta: f64) -> Averaged<O> {
        Averaged { inner, beta: Some(beta), start: 0, period: 1 }
    }

    /// The mean of θ after every `period` steps from step `start` on.
    pub fn equal(inner: O, start: u64, period: u64) -> Averaged<O> {
        Averaged { inner, beta: None, start, period }
    }

    /// How many θ are in the average after so many steps.
    fn count(&self, steps: u64) -> u64 {
        steps.saturating_sub(self.start) / self.period.max(1)
    }

    /// The average after `steps` steps, from the state; θ itself where there is none yet.
    ///
    /// # Panics
    /// Where `state` is not as long as [`Optimizer::state_len`] says.
    pub fn average<T: Real>(&self, steps: u64, state: &[T], theta: &[T]) -> Vec<T>
    where
        O: Optimizer<T>,
    {
        let n = theta.len();
        assert_eq!(state.len(), Optimizer::<T>::state_len(self, n), "elements of the optimizer's state");
        let count = self.count(steps);
        if count == 0 {
            return theta.to_vec();
        }
        let divisor = self.beta.map_or(1.0, |beta| 1.0 - beta.powf(count as f64));
        let divisor = T::from_f64(divisor);
        state[state.len() - n..].iter().map(|&a| a / divisor).collect()
    }
}

impl<T: Real, O: Optimizer<T>> Optimizer<T> for Averaged<O> {
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
        let beta = kept("beta", self.beta.unwrap_or(0.0));
        check_all("Averaged", &[beta, period("period", self.period), fits(&self.inner)])
    }

    fn bounds(&self) -> Option<&[usize]> {
        self.inner.bounds()
    }

    fn theta_len(&self) -> Option<usize> {
        self.inner.theta_len()
    }

    fn update_part(&self, at: At, mut memory: Memory<'_, T>, theta: &mut [T], gradient: &[T]) {
        assert_part(theta, gradient, &memory, Optimizer::<T>::memory(self));
        let average = mem::take(&mut memory[self.inner.memory()]);
        self.inner.update_part(at, memory, theta, gradient);
        let count = self.count(at.step + 1);
        if count == self.count(at.step) {
            return;
        }
        // Both are a ← a + w (θ - a).
        let weight = T::from_f64(self.beta.map_or(1.0 / count as f64, |beta| 1.0 - beta));
        let n = theta.len();
        let average = &mut average[..n];
        simd::dispatch(
            #[inline(always)]
            || {
                for i in 0..n {
                    average[i] += weight * (theta[i] - average[i]);
                }
            },
        );
    }
}
