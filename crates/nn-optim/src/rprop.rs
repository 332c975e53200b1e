//! Rprop: a step of its own for each parameter, which grows while the sign of the gradient stays.

use tensor_ops::{Real, simd};

use crate::decay::{Decay, decay_settings};
use crate::lion::sign;
use crate::optimizer::{At, Memory, Optimizer, assert_part};
use crate::setting::{Setting, SettingError, check_all, size};

/// Rprop (Riedmiller and Braun, "A direct adaptive method for faster backpropagation learning: the RPROP algorithm", 1993), for
/// full batches: the signs of noisy gradients say nothing.
///
/// With g' the gradient of the step before, and Δ from Δ₀ = α on:
///
/// - where g g' > 0: Δ ← min(η₊ Δ, Δmax)
/// - where g g' < 0: Δ ← max(η₋ Δ, Δmin), and g ← 0
/// - θ ← θ - sign(g) Δ; g' ← g
///
/// Defaults, PyTorch's: α = 0.01, η₋ = 0.5, η₊ = 1.2, Δmin = 1e-6, Δmax = 50. The state is g', then Δ. A rate other than α,
/// of a schedule, multiplies the steps by rate/α and leaves Δ.
///
/// ```
/// use nn_optim::{Optimizer, Rprop};
/// let rprop = Rprop::new(0.1);
/// let (mut theta, mut state) = ([1.0f64], rprop.init(1));
/// rprop.update(0, 0.1, &mut state, &mut theta, &[7.0]);
/// rprop.update(1, 0.1, &mut state, &mut theta, &[5.0]);
/// assert!((theta[0] - (1.0 - 0.1 - 0.12)).abs() < 1e-15);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rprop {
    rate: f64,
    factors: (f64, f64),
    steps: (f64, f64),
    decay: Decay,
}

impl Default for Rprop {
    fn default() -> Rprop {
        Rprop { rate: 0.01, factors: (0.5, 1.2), steps: (1e-6, 50.0), decay: Decay::default() }
    }
}

impl Rprop {
    /// Rprop with first steps of α.
    pub fn new(rate: f64) -> Rprop {
        Rprop { rate, ..Rprop::default() }
    }

    /// Sets η₋ and η₊.
    #[must_use]
    pub fn factors(self, down: f64, up: f64) -> Rprop {
        Rprop { factors: (down, up), ..self }
    }

    /// Sets Δmin and Δmax.
    #[must_use]
    pub fn step_bounds(self, min: f64, max: f64) -> Rprop {
        Rprop { steps: (min, max), ..self }
    }

    decay_settings!();
}

impl<T: Real> Optimizer<T> for Rprop {
    fn memory(&self) -> usize {
        2
    }

    fn init(&self, n: usize) -> Vec<T> {
        let mut state = vec![T::ZERO; 2 * n];
        state[n..].fill(T::from_f64(self.rate));
        state
    }

    fn rate(&self) -> f64 {
        self.rate
    }

    fn check(&self) -> Result<(), SettingError> {
        check_all("Rprop", &self.decay.settings())?;
        let (down, up) = self.factors;
        let (min, max) = self.steps;
        let rate: Setting =
            ("rate", self.rate, self.rate > 0.0 && self.rate.is_finite(), "a finite number > 0");
        let down: Setting = ("factor down", down, down > 0.0 && down < 1.0, "a number between 0 and 1");
        let up: Setting = ("factor up", up, up > 1.0 && up.is_finite(), "a finite number > 1");
        let most: Setting =
            ("largest step", max, max >= min && max.is_finite(), "at least the smallest step");
        check_all("Rprop", &[rate, down, up, size("smallest step", min), most])
    }

    fn update_part(&self, at: At, memory: Memory<'_, T>, theta: &mut [T], gradient: &[T]) {
        assert_part(theta, gradient, &memory, 2);
        let [before, steps, ..] = memory;
        let decay = self.decay.rule::<T>(at.rate);
        let scale = if at.rate == self.rate { T::ONE } else { T::from_f64(at.rate / self.rate) };
        let [down, up] = [self.factors.0, self.factors.1].map(T::from_f64);
        let [min, max] = [self.steps.0, self.steps.1].map(T::from_f64);
        let n = theta.len();
        let (gradient, before, steps) = (&gradient[..n], &mut before[..n], &mut steps[..n]);
        simd::dispatch(
            #[inline(always)]
            || {
                // Copies: read through the closure, where a select wants one of them, they would be gathered lane by lane.
                let (down, up, min, max, scale, decay) = (down, up, min, max, scale, decay);
                for i in 0..n {
                    let g = decay.gradient(gradient[i], theta[i]);
                    // With a sign as one factor: a product of small gradients would vanish.
                    let side = sign(g);
                    let turn = side * before[i];
                    let factor = if turn > T::ZERO { up } else { T::ONE };
                    let factor = if turn < T::ZERO { down } else { factor };
                    let step = (steps[i] * factor).maximum(min).minimum(max);
                    let (kept, side) = if turn < T::ZERO { (T::ZERO, T::ZERO) } else { (g, side) };
                    (steps[i], before[i]) = (step, kept);
                    theta[i] = decay.theta(theta[i]) - scale * side * step;
                }
            },
        );
    }
}
