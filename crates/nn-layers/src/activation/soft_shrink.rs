//! Everything a step nearer to 0.

use nn_core::BindErrorKind;
use tensor_ops::Real;

/// y = x - λ above λ, x + λ below -λ, and 0 between, element by element, any shape.
///
/// Backward: dx = dy where |x| > λ, and 0 elsewhere. NaN passes through. It is the step of a penalty λ·|x| (Donoho and Johnstone,
/// "Ideal spatial adaptation by wavelet shrinkage", 1994: soft thresholding).
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::SoftShrink;
/// let model: Model<f64> = SoftShrink::default().init([3], 0)?;
/// assert_eq!(model.predict(&[[-1.0, 0.5, 0.75]].into())?, [[-0.5, 0.0, 0.25]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "Softshrink")]
#[derive(Debug, Clone, Copy)]
pub struct SoftShrink {
    lambda: f64,
}

impl Default for SoftShrink {
    /// With λ = ½.
    fn default() -> SoftShrink {
        SoftShrink::new(0.5)
    }
}

impl SoftShrink {
    /// With λ, a finite number from 0 on.
    pub fn new(lambda: f64) -> SoftShrink {
        SoftShrink { lambda }
    }

    fn check(&self) -> Result<(), BindErrorKind> {
        let good = self.lambda >= 0.0 && self.lambda.is_finite();
        super::insist(good, || format!("lambda {} is not a finite number from 0 on", self.lambda))
    }

    #[inline(always)]
    fn value<T: Real>(&self, x: T) -> T {
        let lambda = T::from_f64(self.lambda);
        let y = x - lambda.copysign(x);
        if x.abs() <= lambda { T::ZERO } else { y }
    }

    /// y is 0 where x is small, and nowhere else: a difference of two numbers that differ is not 0.
    #[inline(always)]
    fn pull<T: Real>(&self, dy: T, _: T, y: T) -> T {
        if y == T::ZERO { T::ZERO } else { dy }
    }
}

super::elementwise!(SoftShrink, "SoftShrink", of each, checks check, in place if |_| true);

#[cfg(test)]
nn_check::suite!(SoftShrink::new(0.3), input: [2, 5], batch: 4);
