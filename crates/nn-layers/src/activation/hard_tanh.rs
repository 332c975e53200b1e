//! The identity between two bounds.

use nn_core::BindErrorKind;
use tensor_ops::Real;

/// y = min(max(x, `min`), `max`), element by element, any shape.
///
/// Backward: dx = dy where `min` < y < `max`, and 0 elsewhere, at both kinks too, as in PyTorch. NaN passes through.
/// (Collobert, "Large scale machine learning", 2004.)
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::HardTanh;
/// let model: Model<f64> = HardTanh::new(-2.0, 0.5).init([3], 0)?;
/// assert_eq!(model.predict(&[[-3.0, 0.0, 1.0]].into())?, [[-2.0, 0.0, 0.5]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "Hardtanh")]
#[derive(Debug, Clone, Copy)]
pub struct HardTanh {
    min: f64,
    max: f64,
}

impl Default for HardTanh {
    /// Between -1 and 1.
    fn default() -> HardTanh {
        HardTanh::new(-1.0, 1.0)
    }
}

impl HardTanh {
    /// Between `min` and `max`, which is not below `min`.
    pub fn new(min: f64, max: f64) -> HardTanh {
        HardTanh { min, max }
    }

    fn check(&self) -> Result<(), BindErrorKind> {
        let HardTanh { min, max } = self;
        super::insist(min <= max, || format!("min {min} is not at most max {max}"))
    }

    #[inline(always)]
    fn value<T: Real>(&self, x: T) -> T {
        let (min, max) = (T::from_f64(self.min), T::from_f64(self.max));
        let y = if x < min { min } else { x };
        if y > max { max } else { y }
    }

    #[inline(always)]
    fn pull<T: Real>(&self, dy: T, _: T, y: T) -> T {
        if y <= T::from_f64(self.min) || y >= T::from_f64(self.max) { T::ZERO } else { dy }
    }
}

super::elementwise!(HardTanh, "HardTanh", of each, checks check, in place if |_| true);

#[cfg(test)]
nn_check::suite!(HardTanh::new(-0.5, 0.3), input: [2, 5], batch: 4);
