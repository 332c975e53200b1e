//! Adamax: Adam with the largest gradient in place of the mean square.

use tensor_ops::{Real, simd};

use crate::decay::{Decay, decay_settings};
use crate::optimizer::{At, Memory, Optimizer, assert_part};
use crate::setting::{SettingError, check_all, kept, size};

/// Adamax (Kingma and Ba, 2015, algorithm 2).
///
/// With t = step + 1:
///
/// - m ← β₁ m + (1-β₁) g
/// - u ← max(β₂ u, |g| + ε); [ε outside](Adamax::eps_outside): u ← max(β₂ u, |g|)
/// - θ ← θ - α/(1-β₁ᵗ) · m/u; ε outside: m/(u + ε)
///
/// Defaults, PyTorch's: α = 0.002, β₁ = 0.9, β₂ = 0.999, ε = 1e-8. Keras has α = 0.001 and ε = 1e-7 outside. The state is m, then u.
///
/// ```
/// use nn_optim::{Adamax, Optimizer};
/// let (mut theta, mut state) = ([1.0f64], [0.0; 2]);
/// Adamax::default().update(0, 0.002, &mut state, &mut theta, &[-7.0]);
/// assert!((theta[0] - 1.002).abs() < 1e-9, "the first step is α");
/// ```
#[doc(alias = "AdaMax")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adamax {
    rate: f64,
    betas: (f64, f64),
    eps: f64,
    eps_outside: bool,
    decay: Decay,
}

impl Default for Adamax {
    fn default() -> Adamax {
        Adamax { rate: 2e-3, betas: (0.9, 0.999), eps: 1e-8, eps_outside: false, decay: Decay::default() }
    }
}

impl Adamax {
    /// Adamax with learning rate α.
    pub fn new(rate: f64) -> Adamax {
        Adamax { rate, ..Adamax::default() }
    }

    /// Sets β₁ and β₂.
    #[must_use]
    pub fn betas(self, beta1: f64, beta2: f64) -> Adamax {
        Adamax { betas: (beta1, beta2), ..self }
    }

    /// Sets ε.
    #[must_use]
    pub fn eps(self, eps: f64) -> Adamax {
        Adamax { eps, ..self }
    }

    /// Adds ε after the maximum.
    #[must_use]
    pub fn eps_outside(self) -> Adamax {
        Adamax { eps_outside: true, ..self }
    }

    decay_settings!();
}

impl<T: Real> Optimizer<T> for Adamax {
    fn memory(&self) -> usize {
        2
    }

    fn rate(&self) -> f64 {
        self.rate
    }

    fn check(&self) -> Result<(), SettingError> {
        check_all("Adamax", &self.decay.settings())?;
        let (beta1, beta2) = self.betas;
        let [rate, eps] = [size("rate", self.rate), size("eps", self.eps)];
        check_all("Adamax", &[rate, kept("beta1", beta1), kept("beta2", beta2), eps])
    }

    fn update_part(&self, at: At, memory: Memory<'_, T>, theta: &mut [T], gradient: &[T]) {
        assert_part(theta, gradient, &memory, 2);
        let [m, u, ..] = memory;
        let ((beta1, beta2), decay) = (self.betas, self.decay.rule::<T>(at.rate));
        let rate = T::from_f64(at.rate / (1.0 - beta1.powf(at.step as f64 + 1.0)));
        let [beta1, rest, beta2] = [beta1, 1.0 - beta1, beta2].map(T::from_f64);
        let eps = if self.eps_outside { [0.0, self.eps] } else { [self.eps, 0.0] };
        let [inside, outside] = eps.map(T::from_f64);
        let n = theta.len();
        let (gradient, m, u) = (&gradient[..n], &mut m[..n], &mut u[..n]);
        simd::dispatch(
            #[inline(always)]
            || {
                for i in 0..n {
                    let g = decay.gradient(gradient[i], theta[i]);
                    m[i] = beta1 * m[i] + rest * g;
                    u[i] = (beta2 * u[i]).maximum(g.abs() + inside);
                    theta[i] = decay.theta(theta[i]) - rate * m[i] / (u[i] + outside);
                }
            },
        );
    }
}
