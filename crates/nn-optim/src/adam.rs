//! Adam: momentum and element-wise scaling, with bias correction.

use tensor_ops::{Real, simd};

use crate::decay::{Decay, Shrink, decay_settings};
use crate::moments::Moments;
use crate::optimizer::{At, Memory, Optimizer, assert_part};
use crate::setting::{SettingError, check_all, kept, size};

/// Adam (Kingma and Ba, "Adam: a method for stochastic optimization", 2015, algorithm 1).
///
/// With t = step + 1:
///
/// - m ← β₁ m + (1-β₁) g
/// - s ← β₂ s + (1-β₂) g²
/// - θ ← θ - α/(1-β₁ᵗ) · m / (√s/√(1-β₂ᵗ) + ε)
///
/// Defaults: α = 0.001, β₁ = 0.9, β₂ = 0.999, ε = 1e-8. With [AMSGrad](Adam::amsgrad) (Reddi et al., "On the convergence of
/// Adam and beyond", 2018) the largest s so far takes its place in the last line. Keras and ONNX have [another
/// ε](Adam::eps_hat). For decoupled weight decay see [`AdamW`](crate::AdamW).
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
    eps_hat: bool,
    corrects_bias: bool,
    amsgrad: bool,
    decay: Decay,
}

impl Default for Adam {
    fn default() -> Adam {
        Adam {
            rate: 1e-3,
            betas: (0.9, 0.999),
            eps: 1e-8,
            eps_hat: false,
            corrects_bias: true,
            amsgrad: false,
            decay: Decay::default(),
        }
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

    /// Adds ε before the correction of s: θ ← θ - α √(1-β₂ᵗ)/(1-β₁ᵗ) · m/(√s + ε). The paper's ε̂, at the end of its section 2,
    /// in Keras (where ε = 1e-7) and ONNX.
    #[must_use]
    pub fn eps_hat(self) -> Adam {
        Adam { eps_hat: true, ..self }
    }

    /// Leaves out the bias correction: θ ← θ - α m/(√s + ε), whose first steps are α (1-β₁)/√(1-β₂), 3 times too long
    /// with the defaults.
    #[must_use]
    pub fn without_bias_correction(self) -> Adam {
        Adam { corrects_bias: false, ..self }
    }

    /// Divides by the largest s so far.
    #[must_use]
    pub fn amsgrad(self) -> Adam {
        Adam { amsgrad: true, ..self }
    }

    decay_settings!();

    /// What [`Optimizer::check`] says, under another name.
    pub(crate) fn check_as(&self, name: &'static str) -> Result<(), SettingError> {
        check_all(name, &self.decay.settings())?;
        check_all(
            name,
            &[
                size("rate", self.rate),
                kept("beta1", self.betas.0),
                kept("beta2", self.betas.1),
                size("eps", self.eps),
            ],
        )
    }
}

impl<T: Real> Optimizer<T> for Adam {
    fn memory(&self) -> usize {
        if self.amsgrad { 3 } else { 2 }
    }

    fn rate(&self) -> f64 {
        self.rate
    }

    fn check(&self) -> Result<(), SettingError> {
        self.check_as("Adam")
    }

    fn update_part(&self, at: At, memory: Memory<'_, T>, theta: &mut [T], gradient: &[T]) {
        assert_part(theta, gradient, &memory, Optimizer::<T>::memory(self));
        let [m, s, largest, _] = memory;
        let rule = Rule::<T>::new(self, at);
        let n = theta.len();
        let (g, m, s) = (&gradient[..n], &mut m[..n], &mut s[..n]);
        // One loop without a branch: every number is read and written once.
        simd::dispatch(
            #[inline(always)]
            || {
                if self.amsgrad {
                    let largest = &mut largest[..n];
                    for i in 0..n {
                        rule.moments.observe(rule.decay.gradient(g[i], theta[i]), &mut m[i], &mut s[i]);
                        largest[i] = largest[i].maximum(s[i]);
                        theta[i] = rule.step(theta[i], m[i], largest[i]);
                    }
                } else {
                    for i in 0..n {
                        rule.moments.observe(rule.decay.gradient(g[i], theta[i]), &mut m[i], &mut s[i]);
                        theta[i] = rule.step(theta[i], m[i], s[i]);
                    }
                }
            },
        );
    }
}

/// The constants of a step. They are found in f64: 1 - β₂ᵗ would lose half its digits in f32.
struct Rule<T> {
    moments: Moments<T>,
    decay: Shrink<T>,
    /// α/(1-β₁ᵗ)
    rate: T,
    /// 1/√(1-β₂ᵗ)
    root: T,
    eps: T,
}

impl<T: Real> Rule<T> {
    fn new(adam: &Adam, at: At) -> Rule<T> {
        let ((beta1, beta2), t) = (adam.betas, at.step as f64 + 1.0);
        let root = if adam.corrects_bias { 1.0 / (1.0 - beta2.powf(t)).sqrt() } else { 1.0 };
        Rule {
            moments: Moments::new(adam.betas),
            decay: adam.decay.rule(at.rate),
            rate: T::from_f64(if adam.corrects_bias { at.rate / (1.0 - beta1.powf(t)) } else { at.rate }),
            root: T::from_f64(root),
            // √s + ε̂ is √s/√(1-β₂ᵗ) + ε̂/√(1-β₂ᵗ), but for a factor that the rate has.
            eps: T::from_f64(if adam.eps_hat { adam.eps * root } else { adam.eps }),
        }
    }

    /// The new θ.
    #[inline(always)]
    fn step(&self, theta: T, m: T, s: T) -> T {
        self.decay.theta(theta) - self.rate * m / (s.sqrt() * self.root + self.eps)
    }
}
