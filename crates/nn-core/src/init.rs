//! How a parameter starts.

use std::fmt::Debug;

use rand::Rng;
use tensor_ops::Shape;

/// How many inputs feed an output, and how many outputs an input feeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs)]
pub struct Fan {
    /// Inputs per output (n in the course's Var(W) = 1/n).
    pub inputs: usize,
    /// Outputs per input.
    pub outputs: usize,
}

impl Fan {
    /// That of a weight `(out, in)` or `(out, in, places..)`, PyTorch's rule: a place of a convolution's window counts as an
    /// input of each output, and as an output of each input. A tensor of one axis or none counts as `(n, 1)`.
    ///
    /// ```
    /// use nn_core::Fan;
    /// assert_eq!(Fan::of_weight(&[8, 3, 5, 5].into()), Fan { inputs: 3 * 25, outputs: 8 * 25 });
    /// ```
    pub fn of_weight(shape: &Shape) -> Fan {
        let lengths = shape.as_slice();
        let at = |axis: usize| lengths.get(axis).copied().unwrap_or(1);
        let places: usize = lengths.iter().skip(2).product();
        Fan { inputs: at(1) * places, outputs: at(0) * places }
    }
}

/// A rule for the first values of a parameter. Values are drawn in f64 and then rounded, so that a model in f32 and
/// the same model in f64 start alike.
///
/// ```
/// use nn_core::{Fan, Initializer, Layer, Model};
/// use nn_layers::Dense;
/// use rand::Rng;
/// use tensor_ops::Shape;
/// /// 0, 1, 2, ..
/// #[derive(Debug)]
/// struct Counting;
/// impl Initializer for Counting {
///     fn fill(&self, _: &Shape, _: Fan, _: &mut dyn Rng, out: &mut [f64]) {
///         out.iter_mut().enumerate().for_each(|(i, out)| *out = i as f64);
///     }
/// }
/// let model: Model<f32> = Dense::new(2).init_weight(Counting).init([2], 0)?;
/// assert_eq!(model.theta(), [0.0, 1.0, 2.0, 3.0, 0.0, 0.0]);
/// # Ok::<(), nn_core::BindError>(())
/// ```
pub trait Initializer: Debug + Send + Sync {
    /// Writes the values of a tensor of this shape. `random` depends on the seed and the parameter's name only.
    fn fill(&self, shape: &Shape, fan: Fan, random: &mut dyn Rng, out: &mut [f64]);

    /// As [`fill`](Initializer::fill), for a layer whose output goes straight into one operation with this
    /// [gain](crate::Op::gain); 1 where nothing follows, or more than one. Only a rule that fits what follows listens.
    fn fill_before(&self, _gain: f64, shape: &Shape, fan: Fan, random: &mut dyn Rng, out: &mut [f64]) {
        self.fill(shape, fan, random, out);
    }

    /// Whether the settings are good, and fit a tensor of this shape: asked when a layer is bound.
    ///
    /// # Errors
    /// What is wrong, in words and with the numbers.
    fn check(&self, _shape: &Shape) -> Result<(), String> {
        Ok(())
    }
}
