//! Orthonormal rows or columns.

use nn_core::{Fan, Initializer};
use rand::Rng;
use tensor_ops::{Shape, Tensor};

use super::draw;

/// W = gain·Q, where Q is drawn evenly from all matrices with orthonormal rows, or columns where there are more rows: WWᵀ = gain²·I,
/// or WᵀW = gain²·I. A weight `(out, in, places..)` counts as a matrix `(out, in·places)`.
///
/// Q is that of the QR decomposition of a matrix of normal numbers whose R has a positive diagonal. (Saxe, McClelland and Ganguli,
/// "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks", 2014; Mezzadri, "How to generate random
/// matrices from the classical compact groups", 2007.)
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::{Dense, init::{Gain, Orthogonal}};
/// let net = Dense::new(2).without_bias().init_weight(Orthogonal::new().gain(Gain::Relu));
/// let model: Model<f64> = net.init([3], 0)?;
/// let (a, b) = model.theta().split_at(3);
/// let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
/// assert!((dot(a, a) - 2.0).abs() < 1e-12 && dot(a, b).abs() < 1e-12);
/// # Ok::<(), nn_core::BindError>(())
/// ```
#[doc(alias = "orthogonal_")]
#[derive(Debug, Clone, Copy)]
pub struct Orthogonal {
    gain: f64,
}

impl Default for Orthogonal {
    fn default() -> Orthogonal {
        Orthogonal { gain: 1.0 }
    }
}

impl Orthogonal {
    /// With gain 1.
    pub fn new() -> Orthogonal {
        Orthogonal::default()
    }

    /// Sets what Q is multiplied by.
    #[must_use]
    pub fn gain(self, gain: impl Into<f64>) -> Orthogonal {
        Orthogonal { gain: gain.into() }
    }
}

impl Initializer for Orthogonal {
    fn fill(&self, shape: &Shape, _: Fan, random: &mut dyn Rng, out: &mut [f64]) {
        if out.is_empty() {
            return;
        }
        let (rows, cols) = (shape[0], out.len() / shape[0]);
        let (long, short) = (rows.max(cols), rows.min(cols));
        let mut drawn = vec![0.0; long * short];
        draw::normal(0.0, 1.0, random, &mut drawn);
        let drawn = Tensor::new([long, short], drawn).expect("as many numbers as the shape has");
        let (q, r) = drawn.to_dmatrix().expect("a matrix").qr().unpack(); // (long, short), (short, short)
        for i in 0..rows {
            for j in 0..cols {
                let (at, column) = if rows >= cols { ((i, j), j) } else { ((j, i), i) };
                out[i * cols + j] = self.gain * q[at] * 1f64.copysign(r[(column, column)]);
            }
        }
    }

    fn check(&self, shape: &Shape) -> Result<(), String> {
        if shape.rank() < 2 {
            return Err(format!("an orthogonal matrix needs at least two axes, got shape {shape}"));
        }
        if !self.gain.is_finite() {
            return Err(format!("gain {} is not finite", self.gain));
        }
        Ok(())
    }
}
