//! The identity above a threshold.

use nn_core::BindErrorKind;
use tensor_ops::Real;

/// y = x where x > threshold, and `value` elsewhere, element by element, any shape.
///
/// Backward: dx = dy where x > threshold, and 0 elsewhere. NaN passes through. A value that is not above the threshold tells
/// y's two kinds apart, and the layer is computed in place beside a product.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::Threshold;
/// let model: Model<f64> = Threshold::new(0.5, -1.0).init([3], 0)?;
/// assert_eq!(model.predict(&[[0.0, 0.5, 2.0]].into())?, [[-1.0, -1.0, 2.0]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Threshold {
    threshold: f64,
    value: f64,
}

impl Threshold {
    /// With the threshold, and what stands for x up to it: numbers.
    pub fn new(threshold: f64, value: f64) -> Threshold {
        Threshold { threshold, value }
    }

    fn check(&self) -> Result<(), BindErrorKind> {
        let Threshold { threshold, value } = self;
        let good = !threshold.is_nan() && !value.is_nan();
        super::insist(good, || format!("threshold {threshold} or value {value} is no number"))
    }

    #[inline(always)]
    fn value<T: Real>(&self, x: T) -> T {
        if x <= T::from_f64(self.threshold) { T::from_f64(self.value) } else { x }
    }

    #[inline(always)]
    fn pull<T: Real>(&self, dy: T, x: T, _: T) -> T {
        if x <= T::from_f64(self.threshold) { T::ZERO } else { dy }
    }
}

super::elementwise!(Threshold, "Threshold", of each, checks check, in place if |f| f.value <= f.threshold);

#[cfg(test)]
nn_check::suite!(Threshold::new(0.1, -0.5), input: [2, 5], batch: 4);
#[cfg(test)]
nn_check::suite!(with_a_high_value: Threshold::new(0.1, 2.0), input: [5], batch: 4);
