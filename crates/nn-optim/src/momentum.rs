//! Momentum: descent along an average of the gradients.

use tensor_ops::{Real, simd};

use crate::decay::{Decay, decay_settings};
use crate::optimizer::{At, Memory, Optimizer, assert_part};
use crate::setting::{SettingError, check_all, kept, share, size};

/// Descent along an average v of the gradients, in the three forms that are in use. They differ in the scale of v, and so
/// in what a learning rate means, and in what happens to v when the rate changes.
///
/// | form | velocity | step | with Nesterov |
/// |---|---|---|---|
/// | [`averaged`](Momentum::averaged), the course's | v ← β v + (1-β) g | θ ← θ - α v | θ ← θ - α (β v + (1-β) g) |
/// | [`summed`](Momentum::summed), PyTorch's and ONNX's | v ← β v + g | θ ← θ - α v | θ ← θ - α (β v + g) |
/// | [`rate_in_velocity`](Momentum::rate_in_velocity), Keras' | v ← β v + α g | θ ← θ - v | θ ← θ - (β v + α g) |
///
/// (Polyak, "Some methods of speeding up the convergence of iteration methods", 1964; Sutskever et al., "On the importance of
/// initialization and momentum in deep learning", 2013.) The state is v.
///
/// ```
/// use nn_optim::{Momentum, Optimizer};
/// let momentum = Momentum::summed(0.1, 0.5);
/// let (mut theta, mut v) = ([1.0f64], [0.0]);
/// momentum.update(0, 0.1, &mut v, &mut theta, &[1.0]);
/// momentum.update(1, 0.1, &mut v, &mut theta, &[1.0]);
/// assert_eq!(v, [1.5]);
/// assert!((theta[0] - (1.0 - 0.1 - 0.15)).abs() < 1e-15);
/// ```
#[doc(alias = "Nesterov")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Momentum {
    rate: f64,
    beta: f64,
    form: Form,
    nesterov: bool,
    decay: Decay,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Form {
    Averaged { corrects_bias: bool },
    Summed { dampening: f64 },
    RateInVelocity,
}

impl Momentum {
    fn new(rate: f64, beta: f64, form: Form) -> Momentum {
        Momentum { rate, beta, form, nesterov: false, decay: Decay::default() }
    }

    /// v is the exponentially weighted average of the gradients, over about 1/(1-β) steps: α means what it means without
    /// momentum. Starts at 0, and so slowly; see [`Momentum::bias_correction`].
    pub fn averaged(rate: f64, beta: f64) -> Momentum {
        Momentum::new(rate, beta, Form::Averaged { corrects_bias: false })
    }

    /// v is the sum of the gradients, each weaker by β with every step: 1/(1-β) times as long as the average.
    pub fn summed(rate: f64, beta: f64) -> Momentum {
        Momentum::new(rate, beta, Form::Summed { dampening: 0.0 })
    }

    /// v is a sum of steps that were already multiplied with the rate of their time. The same as
    /// [`Momentum::summed`] as long as the rate stays.
    pub fn rate_in_velocity(rate: f64, beta: f64) -> Momentum {
        Momentum::new(rate, beta, Form::RateInVelocity)
    }

    /// Divides v by 1-βᵗ, t counted from 1, where v is an average: the first steps are as long as the later ones.
    /// Of the other forms it changes nothing.
    #[must_use]
    pub fn bias_correction(self) -> Momentum {
        match self.form {
            Form::Averaged { .. } => Momentum { form: Form::Averaged { corrects_bias: true }, ..self },
            _ => self,
        }
    }

    /// Sets τ of v ← β v + (1-τ) g, where v is a sum. The first step is not dampened, PyTorch's rule: so τ = β
    /// does not give the average. Of the other forms it changes nothing.
    #[must_use]
    pub fn dampening(self, dampening: f64) -> Momentum {
        match self.form {
            Form::Summed { .. } => Momentum { form: Form::Summed { dampening }, ..self },
            _ => self,
        }
    }

    /// Looks ahead: takes the step that the next velocity would give if the gradient stayed.
    /// (Nesterov 1983, in the form of Sutskever et al. that needs the gradient at θ only.)
    #[must_use]
    pub fn nesterov(self) -> Momentum {
        Momentum { nesterov: true, ..self }
    }

    decay_settings!();

    /// (c, a, b) of a step: v ← β v + c g, θ ← θ - (a v + b g).
    fn factors(&self, at: At) -> [f64; 3] {
        let (rate, beta) = (at.rate, self.beta);
        // What a velocity of `steps` gradients is multiplied with.
        let scale = |steps: f64| match self.form {
            Form::Averaged { corrects_bias: true } => rate / (1.0 - beta.powf(steps)),
            Form::RateInVelocity => 1.0,
            _ => rate,
        };
        let gain = match self.form {
            Form::Averaged { .. } => 1.0 - beta,
            Form::Summed { dampening } if at.step > 0 => 1.0 - dampening,
            Form::Summed { .. } => 1.0,
            Form::RateInVelocity => rate,
        };
        let t = at.step as f64 + 1.0;
        match (self.nesterov, self.form) {
            (false, _) => [gain, scale(t), 0.0],
            (true, Form::Summed { .. }) => [gain, beta * rate, rate],
            (true, _) => [gain, beta * scale(t + 1.0), gain * scale(t)],
        }
    }
}

impl<T: Real> Optimizer<T> for Momentum {
    fn memory(&self) -> usize {
        1
    }

    fn rate(&self) -> f64 {
        self.rate
    }

    fn check(&self) -> Result<(), SettingError> {
        check_all("Momentum", &self.decay.settings())?;
        check_all("Momentum", &[size("rate", self.rate), kept("beta", self.beta)])?;
        match self.form {
            Form::Summed { dampening } => check_all("Momentum", &[share("dampening", dampening)]),
            _ => Ok(()),
        }
    }

    fn update_part(&self, at: At, memory: Memory<'_, T>, theta: &mut [T], gradient: &[T]) {
        assert_part(theta, gradient, &memory, 1);
        let [v, ..] = memory;
        let decay = self.decay.rule::<T>(at.rate);
        let (beta, [c, a, b]) = (T::from_f64(self.beta), self.factors(at).map(T::from_f64));
        let n = theta.len();
        let (gradient, v) = (&gradient[..n], &mut v[..n]);
        simd::dispatch(
            #[inline(always)]
            || {
                for i in 0..n {
                    let g = decay.gradient(gradient[i], theta[i]);
                    v[i] = beta * v[i] + c * g;
                    theta[i] = decay.theta(theta[i]) - (a * v[i] + b * g);
                }
            },
        );
    }
}
