//! Adam: momentum and element-wise scaling, with bias correction.

use tensor_ops::{Real, simd};

use crate::optimizer::{MAX_MEMORY, Optimizer, SIZE, SettingError, assert_part, check_all, is_size};

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
    fn memory(&self) -> usize {
        if self.amsgrad { 3 } else { 2 }
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

    fn update_part(
        &self,
        step: u64,
        rate: f64,
        memory: [&mut [T]; MAX_MEMORY],
        theta: &mut [T],
        gradient: &[T],
    ) {
        assert_part(theta, gradient, &memory, Optimizer::<T>::memory(self));
        let [m, s, largest, _] = memory;
        let rule = Rule::<T>::new(self, step as f64 + 1.0, rate);
        let n = theta.len();
        let (g, m, s) = (&gradient[..n], &mut m[..n], &mut s[..n]);
        // One loop without a branch: every number is read and written once.
        simd::dispatch(
            #[inline(always)]
            || {
                if self.amsgrad {
                    let largest = &mut largest[..n];
                    for i in 0..n {
                        rule.moments(theta[i], g[i], &mut m[i], &mut s[i]);
                        largest[i] = largest[i].maximum(s[i]);
                        theta[i] -= rule.step(m[i], largest[i]);
                    }
                } else {
                    for i in 0..n {
                        rule.moments(theta[i], g[i], &mut m[i], &mut s[i]);
                        theta[i] -= rule.step(m[i], s[i]);
                    }
                }
            },
        );
    }
}

/// The constants of a step. They are found in f64: 1 - β₂ᵗ would lose half its digits in f32.
struct Rule<T> {
    betas: [T; 2],
    rests: [T; 2],
    decay: T,
    /// α/(1-β₁ᵗ)
    rate: T,
    /// 1/√(1-β₂ᵗ)
    root: T,
    eps: T,
}

impl<T: Real> Rule<T> {
    fn new(adam: &Adam, t: f64, rate: f64) -> Rule<T> {
        let (beta1, beta2) = adam.betas;
        Rule {
            betas: [beta1, beta2].map(T::from_f64),
            rests: [1.0 - beta1, 1.0 - beta2].map(T::from_f64),
            decay: T::from_f64(adam.weight_decay),
            rate: T::from_f64(rate / (1.0 - beta1.powf(t))),
            root: T::from_f64(1.0 / (1.0 - beta2.powf(t)).sqrt()),
            eps: T::from_f64(adam.eps),
        }
    }

    /// m ← β₁ m + (1-β₁) g, s ← β₂ s + (1-β₂) g²
    #[inline(always)]
    fn moments(&self, theta: T, g: T, m: &mut T, s: &mut T) {
        let g = g + self.decay * theta;
        *m = self.betas[0] * *m + self.rests[0] * g;
        *s = self.betas[1] * *s + self.rests[1] * g * g;
    }

    /// What θ loses.
    #[inline(always)]
    fn step(&self, m: T, s: T) -> T {
        self.rate * m / (s.sqrt() * self.root + self.eps)
    }
}
