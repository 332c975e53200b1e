//! Few weights that are not 0.

use nn_core::{Fan, Initializer};
use rand::Rng;
use rand_distr::{Distribution, Uniform};
use tensor_ops::Shape;

use super::draw;

/// Normal with mean 0, and in each column of a weight `(out, in)` a share of the rows, rounded up, is 0: each input feeds few
/// outputs. PyTorch's `sparse_`. (Martens, "Deep learning via Hessian-free optimization", 2010.)
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::{Dense, init::Sparse};
/// let net = Dense::new(10).without_bias().init_weight(Sparse::new(0.75, 0.01));
/// let model: Model<f64> = net.init([3], 0)?;
/// assert_eq!(model.theta().iter().filter(|w| **w == 0.0).count(), 3 * 8);
/// # Ok::<(), nn_core::BindError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sparse {
    zeros: f64,
    deviation: f64,
}

impl Sparse {
    /// The share of zeros, in [0, 1], and the standard deviation of the others.
    pub fn new(zeros: f64, deviation: f64) -> Sparse {
        Sparse { zeros, deviation }
    }
}

impl Initializer for Sparse {
    fn fill(&self, shape: &Shape, _: Fan, random: &mut dyn Rng, out: &mut [f64]) {
        draw::normal(0.0, self.deviation, random, out);
        let (rows, cols) = (shape[0], shape[1]);
        let zeros = (self.zeros * rows as f64).ceil() as usize;
        let mut order: Vec<usize> = (0..rows).collect();
        for column in 0..cols {
            for i in 0..zeros.min(rows) {
                // The first of a shuffled order: each row is as likely as any other.
                let j = Uniform::new(i, rows).expect("i < rows").sample(random);
                order.swap(i, j);
                out[order[i] * cols + column] = 0.0;
            }
        }
    }

    fn check(&self, shape: &Shape) -> Result<(), String> {
        if shape.rank() != 2 {
            return Err(format!("a sparse start needs a matrix, got shape {shape}"));
        }
        let good = (0.0..=1.0).contains(&self.zeros) && self.deviation >= 0.0 && self.deviation.is_finite();
        if good { Ok(()) } else { Err(format!("{self:?}: expected a share in [0, 1] and a deviation >= 0")) }
    }
}
