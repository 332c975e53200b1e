//! Adagrad: steps divided by the root of the sum of all squared gradients.

use tensor_ops::{Real, simd};

use crate::decay::{Decay, decay_settings};
use crate::optimizer::{At, Memory, Optimizer, assert_part};
use crate::setting::{SettingError, check_all, size};

/// Adagrad (Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and stochastic optimization", 2011).
///
/// - s ← s + g², from s = s₀ on
/// - θ ← θ - α/(1 + η t) · g/(√s + ε), with t counted from 0; [ε inside](Adagrad::eps_inside): g/√(s + ε)
///
/// Defaults, PyTorch's: α = 0.01, s₀ = 0, η = 0, ε = 1e-10. Keras has s₀ = 0.1 and ε = 1e-7 inside the root; ONNX
/// has ε outside. The state is s.
///
/// ```
/// use nn_optim::{Adagrad, Optimizer};
/// let adagrad = Adagrad::new(0.1).initial_accumulator(9.0);
/// let (mut theta, mut state) = ([1.0f64], adagrad.init(1));
/// adagrad.update(0, 0.1, &mut state, &mut theta, &[4.0]);
/// assert_eq!(state, [25.0]);
/// assert!((theta[0] - (1.0 - 0.1 * 4.0 / 5.0)).abs() < 1e-9);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adagrad {
    rate: f64,
    initial: f64,
    rate_decay: f64,
    eps: f64,
    eps_inside: bool,
    decay: Decay,
}

impl Default for Adagrad {
    fn default() -> Adagrad {
        Adagrad {
            rate: 0.01,
            initial: 0.0,
            rate_decay: 0.0,
            eps: 1e-10,
            eps_inside: false,
            decay: Decay::default(),
        }
    }
}

impl Adagrad {
    /// Adagrad with learning rate α.
    pub fn new(rate: f64) -> Adagrad {
        Adagrad { rate, ..Adagrad::default() }
    }

    /// Sets s₀, which [`Optimizer::init`] puts into the state.
    #[must_use]
    pub fn initial_accumulator(self, initial: f64) -> Adagrad {
        Adagrad { initial, ..self }
    }

    /// Sets η.
    #[must_use]
    pub fn rate_decay(self, rate_decay: f64) -> Adagrad {
        Adagrad { rate_decay, ..self }
    }

    /// Sets ε.
    #[must_use]
    pub fn eps(self, eps: f64) -> Adagrad {
        Adagrad { eps, ..self }
    }

    /// Adds ε to s, inside the root.
    #[must_use]
    pub fn eps_inside(self) -> Adagrad {
        Adagrad { eps_inside: true, ..self }
    }

    decay_settings!();
}

impl<T: Real> Optimizer<T> for Adagrad {
    fn memory(&self) -> usize {
        1
    }

    fn init(&self, n: usize) -> Vec<T> {
        vec![T::from_f64(self.initial); n]
    }

    fn rate(&self) -> f64 {
        self.rate
    }

    fn check(&self) -> Result<(), SettingError> {
        check_all("Adagrad", &self.decay.settings())?;
        check_all(
            "Adagrad",
            &[
                size("rate", self.rate),
                size("initial_accumulator", self.initial),
                size("rate_decay", self.rate_decay),
                size("eps", self.eps),
            ],
        )
    }

    fn update_part(&self, at: At, memory: Memory<'_, T>, theta: &mut [T], gradient: &[T]) {
        assert_part(theta, gradient, &memory, 1);
        let [s, ..] = memory;
        let decay = self.decay.rule::<T>(at.rate);
        let rate = T::from_f64(at.rate / (1.0 + at.step as f64 * self.rate_decay));
        let eps = if self.eps_inside { [self.eps, 0.0] } else { [0.0, self.eps] };
        let [inside, outside] = eps.map(T::from_f64);
        let n = theta.len();
        let (gradient, s) = (&gradient[..n], &mut s[..n]);
        simd::dispatch(
            #[inline(always)]
            || {
                for i in 0..n {
                    let g = decay.gradient(gradient[i], theta[i]);
                    s[i] += g * g;
                    theta[i] = decay.theta(theta[i]) - rate * g / ((s[i] + inside).sqrt() + outside);
                }
            },
        );
    }
}
