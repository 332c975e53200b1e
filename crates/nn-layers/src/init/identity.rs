//! The identity.

use nn_core::{Fan, Initializer};
use rand::Rng;
use tensor_ops::Shape;

/// The layer starts by passing its input on: PyTorch's `eye_` and `dirac_`.
///
/// A weight `(out, in)` starts with ones on its diagonal; one of a convolution, `(out, in, places..)`, with a one in the middle of
/// the window where output and input channel are the same. With groups each group has its own diagonal.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::{Dense, init::Identity};
/// let model: Model<f64> = Dense::new(2).init_weight(Identity::new()).init([3], 0)?;
/// assert_eq!(model.predict(&[[5.0, 6.0, 7.0]].into())?, [[5.0, 6.0]].into());
/// assert!(Dense::new(3).init_weight(Identity::new().groups(2)).bind([3]).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Identity {
    groups: usize,
}

impl Default for Identity {
    fn default() -> Identity {
        Identity { groups: 1 }
    }
}

impl Identity {
    /// Of all channels together.
    pub fn new() -> Identity {
        Identity::default()
    }

    /// Sets the number of groups that the outputs are divided into.
    #[must_use]
    pub fn groups(self, groups: usize) -> Identity {
        Identity { groups }
    }
}

impl Initializer for Identity {
    fn fill(&self, shape: &Shape, _: Fan, _: &mut dyn Rng, out: &mut [f64]) {
        let (outputs, inputs) = (shape[0], shape[1]);
        let window = &shape.as_slice()[2..];
        let places: usize = window.iter().product();
        let middle = window.iter().fold(0, |at, length| at * length + length / 2);
        let of_group = outputs / self.groups;
        out.fill(0.0);
        for output in 0..outputs {
            let input = output % of_group;
            if input < inputs {
                out[(output * inputs + input) * places + middle] = 1.0;
            }
        }
    }

    fn check(&self, shape: &Shape) -> Result<(), String> {
        if shape.rank() < 2 {
            return Err(format!("an identity needs at least two axes, got shape {shape}"));
        }
        if self.groups == 0 || !shape[0].is_multiple_of(self.groups) {
            return Err(format!("{} outputs in {} groups", shape[0], self.groups));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Conv2d;
    use nn_core::{Layer, Model};
    use tensor_ops::Tensor;

    /// A convolution that starts as the identity is one, in every group.
    #[test]
    fn a_convolution_passes_its_input_on() {
        for groups in [1, 2] {
            let conv = Conv2d::new(4, [3, 3]).padding(crate::Padding::Same).groups(groups);
            let net = conv.init_weight(Identity::new().groups(groups));
            let model: Model<f64> = net.init([4, 5, 5], 0).unwrap();
            let x = Tensor::new([1, 4, 5, 5], (0..100).map(f64::from).collect()).unwrap();
            assert_eq!(model.predict(&x).unwrap(), x, "{groups} groups");
        }
    }
}
