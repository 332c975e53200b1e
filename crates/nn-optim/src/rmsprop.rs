//! RMSprop: steps divided by the root of the mean square of the gradients.

use tensor_ops::{Real, simd};

use crate::decay::{Decay, decay_settings};
use crate::optimizer::{At, Memory, Optimizer, assert_part};
use crate::setting::{SettingError, check_all, kept, size};

/// RMSprop (Tieleman and Hinton, "Lecture 6.5: rmsprop", 2012).
///
/// - s ← ρ s + (1-ρ) g²
/// - d = √s, [centred](RmsProp::centered): m ← ρ m + (1-ρ) g and d = √(s - m²)
/// - u = g/(d + ε), [ε inside](RmsProp::eps_inside): u = g/√(d² + ε)
/// - θ ← θ - α u, with [momentum](RmsProp::momentum): b ← μ b + u and θ ← θ - α b
///
/// Defaults, PyTorch's: α = 0.01, ρ = 0.99, ε = 1e-8. Keras has ρ = 0.9, ε = 1e-7 inside the root, and
/// [α inside b](RmsProp::rate_in_momentum). Where rounding makes s - m² negative it counts as 0.
///
/// The state is s, then b where there is momentum, then m where it is centred.
///
/// ```
/// use nn_optim::{Optimizer, RmsProp};
/// let (mut theta, mut state) = ([1.0f64], [0.0]);
/// RmsProp::new(0.01).update(0, 0.01, &mut state, &mut theta, &[5.0]);
/// assert!((theta[0] - (1.0 - 0.1)).abs() < 1e-8, "the first step is α/√(1-ρ)");
/// ```
#[doc(alias = "RMSprop")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RmsProp {
    rate: f64,
    rho: f64,
    eps: f64,
    eps_inside: bool,
    momentum: f64,
    rate_in_momentum: bool,
    centered: bool,
    decay: Decay,
}

impl Default for RmsProp {
    fn default() -> RmsProp {
        RmsProp {
            rate: 0.01,
            rho: 0.99,
            eps: 1e-8,
            eps_inside: false,
            momentum: 0.0,
            rate_in_momentum: false,
            centered: false,
            decay: Decay::default(),
        }
    }
}

impl RmsProp {
    /// RMSprop with learning rate α.
    pub fn new(rate: f64) -> RmsProp {
        RmsProp { rate, ..RmsProp::default() }
    }

    /// Sets ρ.
    #[must_use]
    pub fn rho(self, rho: f64) -> RmsProp {
        RmsProp { rho, ..self }
    }

    /// Sets ε.
    #[must_use]
    pub fn eps(self, eps: f64) -> RmsProp {
        RmsProp { eps, ..self }
    }

    /// Adds ε to s, inside the root.
    #[must_use]
    pub fn eps_inside(self) -> RmsProp {
        RmsProp { eps_inside: true, ..self }
    }

    /// Sets μ.
    #[must_use]
    pub fn momentum(self, momentum: f64) -> RmsProp {
        RmsProp { momentum, ..self }
    }

    /// Multiplies with α before the momentum, b ← μ b + α u and θ ← θ - b: another way once α changes.
    #[must_use]
    pub fn rate_in_momentum(self) -> RmsProp {
        RmsProp { rate_in_momentum: true, ..self }
    }

    /// Divides by an estimate of the deviation instead of the mean square (Graves, "Generating sequences with recurrent
    /// neural networks", 2013).
    #[must_use]
    pub fn centered(self) -> RmsProp {
        RmsProp { centered: true, ..self }
    }

    decay_settings!();
}

impl<T: Real> Optimizer<T> for RmsProp {
    fn memory(&self) -> usize {
        1 + usize::from(self.momentum > 0.0) + usize::from(self.centered)
    }

    fn rate(&self) -> f64 {
        self.rate
    }

    fn check(&self) -> Result<(), SettingError> {
        check_all("RmsProp", &self.decay.settings())?;
        check_all(
            "RmsProp",
            &[
                size("rate", self.rate),
                kept("rho", self.rho),
                size("eps", self.eps),
                kept("momentum", self.momentum),
            ],
        )
    }

    fn update_part(&self, at: At, memory: Memory<'_, T>, theta: &mut [T], gradient: &[T]) {
        assert_part(theta, gradient, &memory, Optimizer::<T>::memory(self));
        let rule = Rule::<T>::new(self, at.rate);
        let n = theta.len();
        let gradient = &gradient[..n];
        let [s, second, third, _] = memory;
        let (b, m) = if self.momentum > 0.0 { (second, third) } else { (third, second) };
        let s = &mut s[..n];
        // Four loops of one text: what is not remembered is neither read nor written.
        simd::dispatch(
            #[inline(always)]
            || match (self.momentum > 0.0, self.centered) {
                (false, false) => {
                    for i in 0..n {
                        theta[i] = rule.step(theta[i], gradient[i], &mut s[i], None, None);
                    }
                }
                (true, false) => {
                    let b = &mut b[..n];
                    for i in 0..n {
                        theta[i] = rule.step(theta[i], gradient[i], &mut s[i], Some(&mut b[i]), None);
                    }
                }
                (false, true) => {
                    let m = &mut m[..n];
                    for i in 0..n {
                        theta[i] = rule.step(theta[i], gradient[i], &mut s[i], None, Some(&mut m[i]));
                    }
                }
                (true, true) => {
                    let (b, m) = (&mut b[..n], &mut m[..n]);
                    for i in 0..n {
                        let (b, m) = (Some(&mut b[i]), Some(&mut m[i]));
                        theta[i] = rule.step(theta[i], gradient[i], &mut s[i], b, m);
                    }
                }
            },
        );
    }
}

/// The constants of a step.
struct Rule<T> {
    rho: T,
    rest: T,
    /// ε inside the root, and outside: one of them is 0.
    eps: [T; 2],
    momentum: T,
    /// α before the momentum, and after it: one of them is 1.
    rates: [T; 2],
    decay: crate::decay::Shrink<T>,
}

impl<T: Real> Rule<T> {
    fn new(settings: &RmsProp, rate: f64) -> Rule<T> {
        let RmsProp { rho, eps, eps_inside, momentum, rate_in_momentum, decay, .. } = *settings;
        Rule {
            rho: T::from_f64(rho),
            rest: T::from_f64(1.0 - rho),
            eps: (if eps_inside { [eps, 0.0] } else { [0.0, eps] }).map(T::from_f64),
            momentum: T::from_f64(momentum),
            rates: (if rate_in_momentum { [rate, 1.0] } else { [1.0, rate] }).map(T::from_f64),
            decay: decay.rule(rate),
        }
    }

    /// The new θ.
    #[inline(always)]
    fn step(&self, theta: T, g: T, s: &mut T, b: Option<&mut T>, m: Option<&mut T>) -> T {
        let g = self.decay.gradient(g, theta);
        *s = self.rho * *s + self.rest * g * g;
        let mut square = *s;
        if let Some(m) = m {
            *m = self.rho * *m + self.rest * g;
            square = (square - *m * *m).maximum(T::ZERO);
        }
        let mut u = self.rates[0] * g / ((square + self.eps[0]).sqrt() + self.eps[1]);
        if let Some(b) = b {
            *b = self.momentum * *b + u;
            u = *b;
        }
        self.decay.theta(theta) - self.rates[1] * u
    }
}
