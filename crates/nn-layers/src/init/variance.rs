//! Rules that are told apart by the variance they give the weights, by their names.

use nn_core::{Fan, Initializer};
use rand::Rng;
use tensor_ops::Shape;

use super::{Gain, Scaled};

/// One rule: a name for a [`Scaled`].
macro_rules! variance_rule {
    ($($(#[$doc:meta])* $name:ident = $scaled:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default)]
        pub struct $name;

        impl Initializer for $name {
            fn fill(&self, shape: &Shape, fan: Fan, random: &mut dyn Rng, out: &mut [f64]) {
                $scaled.fill(shape, fan, random, out);
            }
        }
    )*};
}

variance_rule! {
    /// Normal with Var(W) = 1/n, n inputs: the course's rule. (LeCun et al., "Efficient backprop", 1998.)
    LeCunNormal = Scaled::new();
    /// Uniform with Var(W) = 1/n: on ±√(3/n).
    LeCunUniform = Scaled::new().uniform();
    /// Normal with Var(W) = 2/n, for ReLU. (He et al., "Delving deep into rectifiers", 2015, eq. 10.)
    HeNormal = Scaled::new().gain(Gain::Relu);
    /// Uniform with Var(W) = 2/n: on ±√(6/n).
    HeUniform = Scaled::new().gain(Gain::Relu).uniform();
    /// Normal with Var(W) = 2/(n_in + n_out), for tanh and sigmoid. (Glorot and Bengio, "Understanding the difficulty
    /// of training deep feedforward neural networks", 2010, eq. 12.)
    GlorotNormal = Scaled::new().fan_mean();
    /// Uniform with Var(W) = 2/(n_in + n_out): on ±√(6/(n_in + n_out)).
    GlorotUniform = Scaled::new().fan_mean().uniform();
}

#[cfg(test)]
mod tests {
    use super::*;
    use tensor_ops::random::Stream;

    /// Mean 0 and the promised variance, within five standard errors; uniform ones inside their bound.
    #[test]
    fn moments() {
        let (inputs, outputs) = (200, 100);
        let n = inputs * outputs;
        let cases: [(&dyn Initializer, f64, bool); 6] = [
            (&LeCunNormal, 1.0 / 200.0, false),
            (&LeCunUniform, 1.0 / 200.0, true),
            (&HeNormal, 2.0 / 200.0, false),
            (&HeUniform, 2.0 / 200.0, true),
            (&GlorotNormal, 2.0 / 300.0, false),
            (&GlorotUniform, 2.0 / 300.0, true),
        ];
        for (init, variance, is_uniform) in cases {
            let mut w = vec![0.0; n];
            let mut random = Stream::new(5, 0, 0).rng(0);
            init.fill(&[outputs, inputs].into(), Fan { inputs, outputs }, &mut random, &mut w);
            let mean = w.iter().sum::<f64>() / n as f64;
            let var = w.iter().map(|w| (w - mean).powi(2)).sum::<f64>() / n as f64;
            // The fourth moment is 3σ⁴ (normal) or 9/5 σ⁴ (uniform), from which the error of the variance.
            let kurtosis: f64 = if is_uniform { 1.8 } else { 3.0 };
            assert!(mean.abs() < 5.0 * (variance / n as f64).sqrt(), "{init:?}: mean {mean}");
            let error = variance * ((kurtosis - 1.0) / n as f64).sqrt();
            assert!((var - variance).abs() < 5.0 * error, "{init:?}: variance {var}, expected {variance}");
            if is_uniform {
                assert!(w.iter().all(|w| w.abs() <= (3.0 * variance).sqrt()));
            }
        }
    }
}
