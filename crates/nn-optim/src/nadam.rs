//! NAdam: Adam that looks ahead as Nesterov's momentum does.

use tensor_ops::{Real, simd};

use crate::decay::{Decay, decay_settings};
use crate::moments::Moments;
use crate::optimizer::{At, Memory, Optimizer, assert_part};
use crate::setting::{SettingError, check_all, kept, size};

/// NAdam (Dozat, "Incorporating Nesterov momentum into Adam", 2016).
///
/// With t = step + 1, μₜ = β₁ (1 - ½·0.96^(ψ t)) and Pₜ = μ₁ μ₂ ⋯ μₜ:
///
/// - m ← β₁ m + (1-β₁) g
/// - s ← β₂ s + (1-β₂) g²
/// - θ ← θ - α (μₜ₊₁/(1-Pₜ₊₁) · m + (1-μₜ)/(1-Pₜ) · g) / (√s/√(1-β₂ᵗ) + ε)
///
/// Defaults, PyTorch's: α = 0.002, β₁ = 0.9, β₂ = 0.999, ε = 1e-8, ψ = 0.004. Keras has ψ = 1 (the paper's), α = 0.001 and
/// ε = 1e-7. The state is m, then s.
///
/// ```
/// use nn_optim::{NAdam, Optimizer};
/// let (mut theta, mut state) = ([1.0f64], [0.0; 2]);
/// NAdam::default().update(0, 0.002, &mut state, &mut theta, &[5.0]);
/// assert!(theta[0] < 1.0 - 0.002, "the first step is longer than Adam's");
/// ```
#[doc(alias = "Nadam")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NAdam {
    rate: f64,
    betas: (f64, f64),
    eps: f64,
    momentum_decay: f64,
    decay: Decay,
}

impl Default for NAdam {
    fn default() -> NAdam {
        let (betas, decay) = ((0.9, 0.999), Decay::default());
        NAdam { rate: 2e-3, betas, eps: 1e-8, momentum_decay: 0.004, decay }
    }
}

impl NAdam {
    /// NAdam with learning rate α.
    pub fn new(rate: f64) -> NAdam {
        NAdam { rate, ..NAdam::default() }
    }

    /// Sets β₁ and β₂.
    #[must_use]
    pub fn betas(self, beta1: f64, beta2: f64) -> NAdam {
        NAdam { betas: (beta1, beta2), ..self }
    }

    /// Sets ε.
    #[must_use]
    pub fn eps(self, eps: f64) -> NAdam {
        NAdam { eps, ..self }
    }

    /// Sets ψ.
    #[must_use]
    pub fn momentum_decay(self, momentum_decay: f64) -> NAdam {
        NAdam { momentum_decay, ..self }
    }

    decay_settings!();

    /// The factors of m and of g at step t, counted from 1.
    fn factors(&self, t: f64) -> [f64; 2] {
        let (beta, q) = (self.betas.0, 0.96f64.powf(self.momentum_decay));
        let [mu, next] = [t, t + 1.0].map(|t| beta * (1.0 - 0.5 * q.powf(t)));
        let ln = t * beta.ln() + ln_product(q, t);
        [next / -(ln + next.ln()).exp_m1(), (1.0 - mu) / -ln.exp_m1()]
    }
}

/// ln Π (1 - ½ qⁱ), i = 1..t. From ln(1-x) = -Σₖ xᵏ/k and a geometric sum over i, which needs no state:
/// -Σₖ 2⁻ᵏ/k · qᵏ (1-qᵏᵗ)/(1-qᵏ). A term has at most 2⁻ᵏ/k of t, so 60 of them are all that f64 holds.
fn ln_product(q: f64, t: f64) -> f64 {
    // qᵏ - 1 and qᵏᵗ - 1, each from the one before without a difference of near numbers.
    let first = [q.ln().exp_m1(), (t * q.ln()).exp_m1()];
    let ([mut one, mut all], mut sum, mut half) = (first, 0.0, 1.0);
    for k in (1..=60).map(f64::from) {
        half *= 0.5;
        let geometric = if q == 1.0 { t } else { (1.0 + one) * all / one };
        sum += half / k * geometric;
        one += first[0] * (1.0 + one);
        all += first[1] * (1.0 + all);
    }
    -sum
}

impl<T: Real> Optimizer<T> for NAdam {
    fn memory(&self) -> usize {
        2
    }

    fn rate(&self) -> f64 {
        self.rate
    }

    fn check(&self) -> Result<(), SettingError> {
        check_all("NAdam", &self.decay.settings())?;
        check_all(
            "NAdam",
            &[
                size("rate", self.rate),
                kept("beta1", self.betas.0),
                kept("beta2", self.betas.1),
                size("eps", self.eps),
                size("momentum_decay", self.momentum_decay),
            ],
        )
    }

    fn update_part(&self, at: At, memory: Memory<'_, T>, theta: &mut [T], gradient: &[T]) {
        assert_part(theta, gradient, &memory, 2);
        let [m, s, ..] = memory;
        let (decay, t) = (self.decay.rule::<T>(at.rate), at.step as f64 + 1.0);
        let [of_m, of_g] = self.factors(t).map(|factor| T::from_f64(at.rate * factor));
        let [root, eps] = [1.0 / (1.0 - self.betas.1.powf(t)).sqrt(), self.eps].map(T::from_f64);
        let moments = Moments::<T>::new(self.betas);
        let n = theta.len();
        let (gradient, m, s) = (&gradient[..n], &mut m[..n], &mut s[..n]);
        simd::dispatch(
            #[inline(always)]
            || {
                for i in 0..n {
                    let g = decay.gradient(gradient[i], theta[i]);
                    moments.observe(g, &mut m[i], &mut s[i]);
                    let ahead = of_m * m[i] + of_g * g;
                    theta[i] = decay.theta(theta[i]) - ahead / (s[i].sqrt() * root + eps);
                }
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_product_is_that_of_the_factors() {
        for psi in [0.0, 0.004, 1.0, 30.0] {
            let (q, mut product) = (0.96f64.powf(psi), 0.0);
            for t in 1..2000 {
                product += (-0.5 * q.powi(t)).ln_1p();
                let closed = ln_product(q, f64::from(t));
                assert!((closed - product).abs() < 1e-12 * product.abs(), "{psi} {t}: {closed} {product}");
            }
        }
    }
}
