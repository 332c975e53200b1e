//! Adam: momentum and element-wise scaling, with bias correction.

use tensor_ops::{Real, pool};

use crate::optimizer::{Optimizer, PIECE, SIZE, SettingError, assert_lengths, check_all, is_size};

/// Adam (Kingma and Ba, "Adam: a method for stochastic optimization", 2015, algorithm 1).
///
/// With t = step + 1 and g the gradient (plus λ θ where there is weight decay, PyTorch's L2 form):
///
/// - m ← β₁ m + (1-β₁) g
/// - s ← β₂ s + (1-β₂) g²
/// - θ ← θ - α/(1-β₁ᵗ) · m / (√s/√(1-β₂ᵗ) + ε)
///
/// Defaults: α = 0.001, β₁ = 0.9, β₂ = 0.999, ε = 1e-8. With AMSGrad (Reddi et al., "On the convergence of Adam and
/// beyond", 2018) the largest s so far takes its place in the last line.
///
/// The state is m, then s, then with AMSGrad the largest s: each as long as θ.
///
/// ```
/// use nn_optim::{Adam, Optimizer};
/// let adam = Adam::default();
/// let (mut theta, mut state) = ([1.0f64], [0.0; 2]);
/// adam.update(0, 0.001, &mut state, &mut theta, &[123.0]);
/// assert!((theta[0] - 0.999).abs() < 1e-9, "the first step is α whatever the gradient's scale");
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adam {
    rate: f64,
    betas: (f64, f64),
    eps: f64,
    weight_decay: f64,
    amsgrad: bool,
}

impl Default for Adam {
    fn default() -> Adam {
        Adam { rate: 1e-3, betas: (0.9, 0.999), eps: 1e-8, weight_decay: 0.0, amsgrad: false }
    }
}

impl Adam {
    /// Adam with learning rate α.
    pub fn new(rate: f64) -> Adam {
        Adam { rate, ..Adam::default() }
    }

    /// Sets β₁ and β₂.
    #[must_use]
    pub fn betas(self, beta1: f64, beta2: f64) -> Adam {
        Adam { betas: (beta1, beta2), ..self }
    }

    /// Sets ε.
    #[must_use]
    pub fn eps(self, eps: f64) -> Adam {
        Adam { eps, ..self }
    }

    /// Sets λ.
    #[must_use]
    pub fn weight_decay(self, weight_decay: f64) -> Adam {
        Adam { weight_decay, ..self }
    }

    /// Divides by the largest s so far.
    #[must_use]
    pub fn amsgrad(self) -> Adam {
        Adam { amsgrad: true, ..self }
    }
}

impl<T: Real> Optimizer<T> for Adam {
    fn state_len(&self, n: usize) -> usize {
        if self.amsgrad { 3 * n } else { 2 * n }
    }

    fn rate(&self) -> f64 {
        self.rate
    }

    fn check(&self) -> Result<(), SettingError> {
        let below_one = |x: f64| (0.0..1.0).contains(&x);
        check_all(
            "Adam",
            &[
                ("rate", self.rate, is_size(self.rate), SIZE),
                ("beta1", self.betas.0, below_one(self.betas.0), "a number in [0, 1)"),
                ("beta2", self.betas.1, below_one(self.betas.1), "a number in [0, 1)"),
                ("eps", self.eps, is_size(self.eps), SIZE),
                ("weight_decay", self.weight_decay, is_size(self.weight_decay), SIZE),
            ],
        )
    }

    fn update(&self, step: u64, rate: f64, state: &mut [T], theta: &mut [T], gradient: &[T]) {
        let n = theta.len();
        assert_lengths(theta, gradient, state, Optimizer::<T>::state_len(self, n));
        let t = step as f64 + 1.0;
        let (beta1, beta2) = self.betas;
        // The constants of the step are found in f64: 1 - β₂ᵗ would lose half its digits in f32.
        let rate = T::from_f64(rate / (1.0 - beta1.powf(t)));
        let root = T::from_f64(1.0 / (1.0 - beta2.powf(t)).sqrt());
        let (rest1, rest2) = (T::from_f64(1.0 - beta1), T::from_f64(1.0 - beta2));
        let (beta1, beta2) = (T::from_f64(beta1), T::from_f64(beta2));
        let (eps, decay) = (T::from_f64(self.eps), T::from_f64(self.weight_decay));

        let (m, rest) = state.split_at_mut(n);
        let (s, largest) = rest.split_at_mut(n);
        let parts = [(theta, PIECE), (m, PIECE), (s, PIECE), (largest, if self.amsgrad { PIECE } else { 0 })];
        pool::split(n.div_ceil(PIECE), parts, |piece, [theta, m, s, largest]| {
            // Loops without a branch, so that they are vectorised; a piece stays in the cache from one to the next.
            let gradient = &gradient[piece * PIECE..];
            for (((theta, m), s), g) in theta.iter().zip(&mut *m).zip(&mut *s).zip(gradient) {
                let g = *g + decay * *theta;
                *m = beta1 * *m + rest1 * g;
                *s = beta2 * *s + rest2 * g * g;
            }
            for (largest, s) in largest.iter_mut().zip(&*s) {
                *largest = largest.maximum(*s);
            }
            let scale = if self.amsgrad { largest } else { s };
            for ((theta, m), s) in theta.iter_mut().zip(m).zip(scale) {
                *theta -= rate * *m / (s.sqrt() * root + eps);
            }
        });
    }
}
