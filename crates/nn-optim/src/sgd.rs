//! Gradient descent.

use tensor_ops::{Real, simd};

use crate::decay::{Decay, decay_settings};
use crate::optimizer::{At, Memory, Optimizer, assert_part};
use crate::setting::{SettingError, check_all, size};

/// θ ← θ - α g: gradient descent.
///
/// Whether it is batch, mini-batch or stochastic descent is a matter of the batches. The two forms of weight decay are one
/// here, but for rounding.
///
/// ```
/// use nn_optim::{Optimizer, Sgd};
/// let mut theta = [1.0f64];
/// Sgd::new(0.1).update(0, 0.1, &mut [], &mut theta, &[2.0]);
/// assert_eq!(theta, [0.8]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sgd {
    rate: f64,
    decay: Decay,
}

impl Sgd {
    /// Gradient descent with learning rate α.
    pub fn new(rate: f64) -> Sgd {
        Sgd { rate, decay: Decay::default() }
    }

    decay_settings!();
}

impl<T: Real> Optimizer<T> for Sgd {
    fn memory(&self) -> usize {
        0
    }

    fn rate(&self) -> f64 {
        self.rate
    }

    fn check(&self) -> Result<(), SettingError> {
        check_all("Sgd", &self.decay.settings())?;
        check_all("Sgd", &[size("rate", self.rate)])
    }

    fn update_part(&self, at: At, memory: Memory<'_, T>, theta: &mut [T], gradient: &[T]) {
        assert_part(theta, gradient, &memory, 0);
        let (rate, decay) = (T::from_f64(at.rate), self.decay.rule::<T>(at.rate));
        simd::dispatch(
            #[inline(always)]
            || {
                for (theta, g) in theta.iter_mut().zip(gradient) {
                    *theta = decay.theta(*theta) - rate * decay.gradient(*g, *theta);
                }
            },
        );
    }
}
