//! Gradient descent.

use tensor_ops::{Real, simd};

use crate::optimizer::{MAX_MEMORY, Optimizer, SIZE, SettingError, assert_part, check_all, is_size};

/// θ ← θ - α (g + λ θ): gradient descent, with weight decay λ as an L2 term in the gradient (PyTorch's convention).
///
/// Whether it is batch, mini-batch or stochastic descent is a matter of the batches.
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
    weight_decay: f64,
}

impl Sgd {
    /// Gradient descent with learning rate α.
    pub fn new(rate: f64) -> Sgd {
        Sgd { rate, weight_decay: 0.0 }
    }

    /// Sets λ.
    #[must_use]
    pub fn weight_decay(self, weight_decay: f64) -> Sgd {
        Sgd { weight_decay, ..self }
    }
}

impl<T: Real> Optimizer<T> for Sgd {
    fn memory(&self) -> usize {
        0
    }

    fn rate(&self) -> f64 {
        self.rate
    }

    fn check(&self) -> Result<(), SettingError> {
        check_all(
            "Sgd",
            &[
                ("rate", self.rate, is_size(self.rate), SIZE),
                ("weight_decay", self.weight_decay, is_size(self.weight_decay), SIZE),
            ],
        )
    }

    fn update_part(
        &self,
        _: u64,
        rate: f64,
        memory: [&mut [T]; MAX_MEMORY],
        theta: &mut [T],
        gradient: &[T],
    ) {
        assert_part(theta, gradient, &memory, 0);
        let (rate, decay) = (T::from_f64(rate), T::from_f64(self.weight_decay));
        simd::dispatch(
            #[inline(always)]
            || {
                for (theta, g) in theta.iter_mut().zip(gradient) {
                    *theta -= rate * (*g + decay * *theta);
                }
            },
        );
    }
}
