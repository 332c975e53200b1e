//! Adadelta: steps in the unit of θ, from the mean square of the steps before.

use tensor_ops::{Real, simd};

use crate::decay::{Decay, decay_settings};
use crate::optimizer::{At, Memory, Optimizer, assert_part};
use crate::setting::{SettingError, check_all, kept, size};

/// Adadelta (Zeiler, "Adadelta: an adaptive learning rate method", 2012, algorithm 1).
///
/// - s ← ρ s + (1-ρ) g²
/// - d = √(D + ε)/√(s + ε) · g
/// - D ← ρ D + (1-ρ) d²
/// - θ ← θ - α d
///
/// Defaults, PyTorch's: α = 1 (the paper has no α), ρ = 0.9, ε = 1e-6. Keras has α = 0.001, ρ = 0.95, ε = 1e-7. The state is s,
/// then D.
///
/// ```
/// use nn_optim::{Adadelta, Optimizer};
/// let (mut theta, mut state) = ([1.0f64], [0.0; 2]);
/// Adadelta::default().update(0, 1.0, &mut state, &mut theta, &[1.0]);
/// let d = (1e-6f64).sqrt() / (0.1f64 + 1e-6).sqrt();
/// assert!((theta[0] - (1.0 - d)).abs() < 1e-12);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adadelta {
    rate: f64,
    rho: f64,
    eps: f64,
    decay: Decay,
}

impl Default for Adadelta {
    fn default() -> Adadelta {
        Adadelta { rate: 1.0, rho: 0.9, eps: 1e-6, decay: Decay::default() }
    }
}

impl Adadelta {
    /// Adadelta with steps multiplied by α.
    pub fn new(rate: f64) -> Adadelta {
        Adadelta { rate, ..Adadelta::default() }
    }

    /// Sets ρ.
    #[must_use]
    pub fn rho(self, rho: f64) -> Adadelta {
        Adadelta { rho, ..self }
    }

    /// Sets ε.
    #[must_use]
    pub fn eps(self, eps: f64) -> Adadelta {
        Adadelta { eps, ..self }
    }

    decay_settings!();
}

impl<T: Real> Optimizer<T> for Adadelta {
    fn memory(&self) -> usize {
        2
    }

    fn rate(&self) -> f64 {
        self.rate
    }

    fn check(&self) -> Result<(), SettingError> {
        check_all("Adadelta", &self.decay.settings())?;
        check_all("Adadelta", &[size("rate", self.rate), kept("rho", self.rho), size("eps", self.eps)])
    }

    fn update_part(&self, at: At, memory: Memory<'_, T>, theta: &mut [T], gradient: &[T]) {
        assert_part(theta, gradient, &memory, 2);
        let [s, steps, ..] = memory;
        let decay = self.decay.rule::<T>(at.rate);
        let [rate, rho, rest, eps] = [at.rate, self.rho, 1.0 - self.rho, self.eps].map(T::from_f64);
        let n = theta.len();
        let (gradient, s, steps) = (&gradient[..n], &mut s[..n], &mut steps[..n]);
        simd::dispatch(
            #[inline(always)]
            || {
                for i in 0..n {
                    let g = decay.gradient(gradient[i], theta[i]);
                    s[i] = rho * s[i] + rest * g * g;
                    let d = (steps[i] + eps).sqrt() / (s[i] + eps).sqrt() * g;
                    steps[i] = rho * steps[i] + rest * d * d;
                    theta[i] = decay.theta(theta[i]) - rate * d;
                }
            },
        );
    }
}
