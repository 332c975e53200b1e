//! The sigmoid that saturates slowly.

use tensor_ops::Real;

/// y = x / (1 + |x|), element by element, any shape; ±1 at ±∞.
///
/// Backward: dx = dy / (1 + |x|)². (Bergstra et al., "Quadratic polynomials learn better image features", 2009.)
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::Softsign;
/// let model: Model<f64> = Softsign.init([3], 0)?;
/// assert_eq!(model.predict(&[[-1.0, 0.0, 3.0]].into())?, [[-0.5, 0.0, 0.75]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Softsign;

impl Softsign {
    #[inline(always)]
    fn value<T: Real>(&self, x: T) -> T {
        let y = x / (T::ONE + x.abs());
        if x.abs() == T::INFINITY { T::ONE.copysign(x) } else { y }
    }

    /// Of x and not of y: where y is nearly 1, 1 - |y| has few digits.
    #[inline(always)]
    fn pull<T: Real>(&self, dy: T, x: T, _: T) -> T {
        let reciprocal = T::ONE / (T::ONE + x.abs());
        dy * reciprocal * reciprocal
    }
}

super::elementwise!(Softsign, "Softsign", of each);

#[cfg(test)]
nn_check::suite!(Softsign, input: [2, 5], batch: 4);
