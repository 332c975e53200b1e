//! Lion: steps of one length, in the direction of a sign.

use tensor_ops::{Real, simd};

use crate::decay::{Decay, decay_settings};
use crate::optimizer::{At, Memory, Optimizer, assert_part};
use crate::setting::{SettingError, check_all, kept, size};

/// Lion (Chen et al., "Symbolic discovery of optimization algorithms", 2023, algorithm 2).
///
/// - θ ← θ - α sign(β₁ m + (1-β₁) g)
/// - m ← β₂ m + (1-β₂) g
///
/// Defaults: α = 1e-4, β₁ = 0.9, β₂ = 0.99. Every step is ±α, or 0 where the sum is: α wants to be 3 to 10 times smaller than
/// Adam's, and decoupled weight decay as much larger (the paper's section 5). The state is m.
///
/// ```
/// use nn_optim::{Lion, Optimizer};
/// let (mut theta, mut state) = ([1.0f64, 1.0, 1.0], [0.0; 3]);
/// Lion::new(0.5).update(0, 0.5, &mut state, &mut theta, &[1e-9, -1e9, 0.0]);
/// assert_eq!(theta, [0.5, 1.5, 1.0]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lion {
    rate: f64,
    betas: (f64, f64),
    decay: Decay,
}

impl Default for Lion {
    fn default() -> Lion {
        Lion { rate: 1e-4, betas: (0.9, 0.99), decay: Decay::default() }
    }
}

impl Lion {
    /// Lion with learning rate α.
    pub fn new(rate: f64) -> Lion {
        Lion { rate, ..Lion::default() }
    }

    /// Sets β₁ and β₂.
    #[must_use]
    pub fn betas(self, beta1: f64, beta2: f64) -> Lion {
        Lion { betas: (beta1, beta2), ..self }
    }

    decay_settings!();
}

impl<T: Real> Optimizer<T> for Lion {
    fn memory(&self) -> usize {
        1
    }

    fn rate(&self) -> f64 {
        self.rate
    }

    fn check(&self) -> Result<(), SettingError> {
        check_all("Lion", &self.decay.settings())?;
        let (beta1, beta2) = self.betas;
        check_all("Lion", &[size("rate", self.rate), kept("beta1", beta1), kept("beta2", beta2)])
    }

    fn update_part(&self, at: At, memory: Memory<'_, T>, theta: &mut [T], gradient: &[T]) {
        assert_part(theta, gradient, &memory, 1);
        let [m, ..] = memory;
        let ((beta1, beta2), decay) = (self.betas, self.decay.rule::<T>(at.rate));
        let [rate, b1, b2, r1, r2] = [at.rate, beta1, beta2, 1.0 - beta1, 1.0 - beta2].map(T::from_f64);
        let n = theta.len();
        let (gradient, m) = (&gradient[..n], &mut m[..n]);
        simd::dispatch(
            #[inline(always)]
            || {
                for i in 0..n {
                    let g = decay.gradient(gradient[i], theta[i]);
                    let direction = sign(b1 * m[i] + r1 * g);
                    m[i] = b2 * m[i] + r2 * g;
                    theta[i] = decay.theta(theta[i]) - rate * direction;
                }
            },
        );
    }
}

/// -1, 0 or 1; NaN of NaN.
#[inline(always)]
pub(crate) fn sign<T: Real>(x: T) -> T {
    let side = T::ONE.copysign(x);
    if x.abs() > T::ZERO { side } else { x }
}
