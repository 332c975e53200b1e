//! The Gaussian error linear unit.

use tensor_ops::{Real, slices};

use super::sweep;

/// y = x·Φ(x), element by element, any shape, with the distribution function Φ of the normal distribution, by the error
/// function: Φ(x) = (1 + erf(x/√2))/2; -0 at -∞. The approximation by tanh is [`GeluTanh`](crate::GeluTanh).
///
/// Backward: dx = dy · (Φ(x) + x·φ(x)) with φ = Φ'. (Hendrycks and Gimpel, "Gaussian error linear units", 2016.)
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::Gelu;
/// let model: Model<f64> = Gelu.init([3], 0)?;
/// assert_eq!(model.predict(&[[-1e4, 0.0, 1e4]].into())?, [[0.0, 0.0, 1e4]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "GELU")]
#[derive(Debug, Clone, Copy, Default)]
pub struct Gelu;

impl Gelu {
    fn value<T: Real>(&self, x: &[T], y: &mut [T]) {
        slices::gelu(x, y);
    }

    fn pull<T: Real>(&self, x: &[T], _: &[T], dy: &[T], dx: &mut [T]) {
        slices::gelu_derivative(x, dx);
        sweep::combine(
            dy,
            dx,
            #[inline(always)]
            |dy, derivative| dy * derivative,
        );
    }
}

super::elementwise!(Gelu, "Gelu", of slices);

#[cfg(test)]
nn_check::suite!(Gelu, input: [2, 5], batch: 4);
