//! RAdam: Adam that waits with its scaling until the scale is known.

use tensor_ops::{Real, simd};

use crate::decay::{Decay, decay_settings};
use crate::moments::Moments;
use crate::optimizer::{At, Memory, Optimizer, assert_part};
use crate::setting::{SettingError, check_all, kept, size};

/// RAdam (Liu et al., "On the variance of the adaptive learning rate and beyond", 2020, algorithm 2).
///
/// With t = step + 1, ρ∞ = 2/(1-β₂) - 1 and ρₜ = ρ∞ - 2t β₂ᵗ/(1-β₂ᵗ):
///
/// - m ← β₁ m + (1-β₁) g
/// - s ← β₂ s + (1-β₂) g²
/// - while ρₜ <= 5: θ ← θ - α/(1-β₁ᵗ) · m
/// - then: θ ← θ - α/(1-β₁ᵗ) · rₜ √(1-β₂ᵗ) · m/(√s + ε), with
///   rₜ² = (ρₜ-4)(ρₜ-2) ρ∞ / ((ρ∞-4)(ρ∞-2) ρₜ)
///
/// The bound of 5 is that of PyTorch and of the authors' code; the paper has 4. Defaults: α = 0.001, β₁ = 0.9, β₂ = 0.999,
/// ε = 1e-8. The state is m, then s.
///
/// ```
/// use nn_optim::{Optimizer, RAdam};
/// let (mut theta, mut state) = ([1.0f64], [0.0; 2]);
/// RAdam::default().update(0, 0.001, &mut state, &mut theta, &[5.0]);
/// assert!((theta[0] - 0.995).abs() < 1e-12, "the first steps are those of momentum");
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RAdam {
    rate: f64,
    betas: (f64, f64),
    eps: f64,
    decay: Decay,
}

impl Default for RAdam {
    fn default() -> RAdam {
        RAdam { rate: 1e-3, betas: (0.9, 0.999), eps: 1e-8, decay: Decay::default() }
    }
}

impl RAdam {
    /// RAdam with learning rate α.
    pub fn new(rate: f64) -> RAdam {
        RAdam { rate, ..RAdam::default() }
    }

    /// Sets β₁ and β₂.
    #[must_use]
    pub fn betas(self, beta1: f64, beta2: f64) -> RAdam {
        RAdam { betas: (beta1, beta2), ..self }
    }

    /// Sets ε.
    #[must_use]
    pub fn eps(self, eps: f64) -> RAdam {
        RAdam { eps, ..self }
    }

    decay_settings!();

    /// rₜ √(1-β₂ᵗ), where s is known well enough.
    fn rectification(&self, t: f64) -> Option<f64> {
        let beta2 = self.betas.1;
        let (last, power) = (2.0 / (1.0 - beta2) - 1.0, beta2.powf(t));
        let rho = last - 2.0 * t * power / (1.0 - power);
        let square = (rho - 4.0) * (rho - 2.0) * last / ((last - 4.0) * (last - 2.0) * rho);
        (rho > 5.0).then(|| square.sqrt() * (1.0 - power).sqrt())
    }
}

impl<T: Real> Optimizer<T> for RAdam {
    fn memory(&self) -> usize {
        2
    }

    fn rate(&self) -> f64 {
        self.rate
    }

    fn check(&self) -> Result<(), SettingError> {
        check_all("RAdam", &self.decay.settings())?;
        let (beta1, beta2) = self.betas;
        let [rate, eps] = [size("rate", self.rate), size("eps", self.eps)];
        check_all("RAdam", &[rate, kept("beta1", beta1), kept("beta2", beta2), eps])
    }

    fn update_part(&self, at: At, memory: Memory<'_, T>, theta: &mut [T], gradient: &[T]) {
        assert_part(theta, gradient, &memory, 2);
        let [m, s, ..] = memory;
        let (decay, t) = (self.decay.rule::<T>(at.rate), at.step as f64 + 1.0);
        let moments = Moments::<T>::new(self.betas);
        let (rate, factor) = (at.rate / (1.0 - self.betas.0.powf(t)), self.rectification(t));
        let (scaled, rate) = (T::from_f64(rate * factor.unwrap_or(0.0)), T::from_f64(rate));
        let eps = T::from_f64(self.eps);
        let n = theta.len();
        let (gradient, m, s) = (&gradient[..n], &mut m[..n], &mut s[..n]);
        simd::dispatch(
            #[inline(always)]
            || {
                if factor.is_some() {
                    for i in 0..n {
                        moments.observe(decay.gradient(gradient[i], theta[i]), &mut m[i], &mut s[i]);
                        theta[i] = decay.theta(theta[i]) - scaled * m[i] / (s[i].sqrt() + eps);
                    }
                } else {
                    for i in 0..n {
                        moments.observe(decay.gradient(gradient[i], theta[i]), &mut m[i], &mut s[i]);
                        theta[i] = decay.theta(theta[i]) - rate * m[i];
                    }
                }
            },
        );
    }
}
