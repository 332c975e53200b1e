//! Nothing near 0, and the identity beyond.

use nn_core::BindErrorKind;
use tensor_ops::Real;

/// y = x where |x| > λ, and 0 elsewhere, element by element, any shape.
///
/// Backward: dx = dy where |x| > λ, and 0 elsewhere. NaN passes through. (Donoho and Johnstone, "Ideal spatial adaptation by
/// wavelet shrinkage", 1994: hard thresholding.)
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::HardShrink;
/// let model: Model<f64> = HardShrink::default().init([3], 0)?;
/// assert_eq!(model.predict(&[[-1.0, 0.5, 0.75]].into())?, [[-1.0, 0.0, 0.75]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "Hardshrink")]
#[derive(Debug, Clone, Copy)]
pub struct HardShrink {
    lambda: f64,
}

impl Default for HardShrink {
    /// With λ = ½.
    fn default() -> HardShrink {
        HardShrink::new(0.5)
    }
}

impl HardShrink {
    /// With λ, from 0 on.
    pub fn new(lambda: f64) -> HardShrink {
        HardShrink { lambda }
    }

    fn check(&self) -> Result<(), BindErrorKind> {
        super::insist(self.lambda >= 0.0, || format!("lambda {} is not at least 0", self.lambda))
    }

    #[inline(always)]
    fn value<T: Real>(&self, x: T) -> T {
        if x.abs() <= T::from_f64(self.lambda) { T::ZERO } else { x }
    }

    /// y is 0 where x is small, and nowhere else.
    #[inline(always)]
    fn pull<T: Real>(&self, dy: T, _: T, y: T) -> T {
        if y == T::ZERO { T::ZERO } else { dy }
    }
}

super::elementwise!(HardShrink, "HardShrink", of each, checks check, in place if |_| true);

#[cfg(test)]
nn_check::suite!(HardShrink::new(0.3), input: [2, 5], batch: 4);
