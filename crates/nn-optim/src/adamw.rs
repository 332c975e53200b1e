//! AdamW: Adam with decoupled weight decay.

use tensor_ops::Real;

use crate::adam::Adam;
use crate::optimizer::{At, Memory, Optimizer};
use crate::setting::SettingError;

/// AdamW (Loshchilov and Hutter, "Decoupled weight decay regularization", 2019, algorithm 2): θ ← θ (1 - α λ), then the step of
/// [`Adam`] without decay.
///
/// Defaults: λ = 0.01, PyTorch's, and those of Adam. The state is that of Adam.
///
/// ```
/// use nn_optim::{AdamW, Optimizer};
/// let adamw = AdamW::new(0.1).weight_decay(0.5);
/// let (mut theta, mut state) = ([1.0f64], [0.0; 2]);
/// adamw.update(0, 0.1, &mut state, &mut theta, &[0.0]);
/// assert_eq!(theta, [0.95], "decays also where the gradient is 0");
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdamW(Adam);

impl Default for AdamW {
    fn default() -> AdamW {
        AdamW(Adam::default().decoupled_weight_decay(0.01))
    }
}

impl AdamW {
    /// AdamW with learning rate α.
    pub fn new(rate: f64) -> AdamW {
        AdamW(Adam::new(rate)).weight_decay(0.01)
    }

    /// Sets β₁ and β₂.
    #[must_use]
    pub fn betas(self, beta1: f64, beta2: f64) -> AdamW {
        AdamW(self.0.betas(beta1, beta2))
    }

    /// Sets ε.
    #[must_use]
    pub fn eps(self, eps: f64) -> AdamW {
        AdamW(self.0.eps(eps))
    }

    /// As [`Adam::eps_hat`].
    #[must_use]
    pub fn eps_hat(self) -> AdamW {
        AdamW(self.0.eps_hat())
    }

    /// As [`Adam::amsgrad`].
    #[must_use]
    pub fn amsgrad(self) -> AdamW {
        AdamW(self.0.amsgrad())
    }

    /// Sets λ.
    #[must_use]
    pub fn weight_decay(self, weight_decay: f64) -> AdamW {
        AdamW(self.0.decoupled_weight_decay(weight_decay))
    }
}

impl<T: Real> Optimizer<T> for AdamW {
    fn memory(&self) -> usize {
        Optimizer::<T>::memory(&self.0)
    }

    fn rate(&self) -> f64 {
        Optimizer::<T>::rate(&self.0)
    }

    fn check(&self) -> Result<(), SettingError> {
        self.0.check_as("AdamW")
    }

    fn update_part(&self, at: At, memory: Memory<'_, T>, theta: &mut [T], gradient: &[T]) {
        self.0.update_part(at, memory, theta, gradient);
    }
}
