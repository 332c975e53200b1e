//! The exponential linear unit that keeps mean 0 and variance 1.

use tensor_ops::{Real, slices};

use super::elu::Tail;

/// y = λx where x > 0, and λα(eˣ - 1) elsewhere, element by element, any shape, with α = 1.67326.. and λ = 1.05070..: the pair
/// for which sums of many such units with mean 0 and variance 1 have mean 0 and variance 1 again.
///
/// Backward: dx = λdy where x > 0, and dy·(y + λα) elsewhere, at x = 0 too, as in PyTorch. Weights should start with variance 1/n
/// ([`LeCunNormal`](crate::init::LeCunNormal)). (Klambauer et al., "Self-normalizing neural networks", 2017, equation 14.)
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::Selu;
/// let model: Model<f64> = Selu.init([2], 0)?;
/// let y = model.predict(&[[-1e4, 1.0]].into())?;
/// assert!((y.as_slice()[0] + 1.758099).abs() < 1e-6 && (y.as_slice()[1] - 1.050701).abs() < 1e-6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "SELU")]
#[derive(Debug, Clone, Copy, Default)]
pub struct Selu;

/// The solution of the fixed-point equations in 16 digits.
const ALPHA: f64 = 1.673_263_242_354_377_2;
const LAMBDA: f64 = 1.050_700_987_355_480_5;
const TAIL: Tail = Tail { above: LAMBDA, below: LAMBDA * ALPHA, rate: 1.0 };

impl Selu {
    fn value<T: Real>(&self, x: &[T], y: &mut [T]) {
        slices::exp_m1(x, y);
        TAIL.value(x, y);
    }

    fn pull<T: Real>(&self, x: &[T], y: &[T], dy: &[T], dx: &mut [T]) {
        TAIL.pull(x, y, dy, dx);
    }
}

super::elementwise!(Selu, "Selu", of slices, in place if |_| true);

#[cfg(test)]
nn_check::suite!(Selu, input: [2, 5], batch: 4);
