//! The logistic function as a broken line.

use nn_core::BindErrorKind;
use tensor_ops::Real;

/// y = min(max(slope·x + offset, 0), 1), element by element, any shape; slope 1/6 and offset ½ unless set, as in PyTorch.
/// ONNX and Theano have slope 0.2, Keras 1/6.
///
/// Backward: dx = slope·dy where 0 < y < 1, and 0 elsewhere, at both kinks too. NaN passes through.
/// (Courbariaux, Bengio and David, "BinaryConnect", 2015.)
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::HardSigmoid;
/// let model: Model<f64> = HardSigmoid::new().slope(0.25).init([3], 0)?;
/// assert_eq!(model.predict(&[[-3.0, 1.0, 3.0]].into())?, [[0.0, 0.75, 1.0]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "Hardsigmoid")]
#[derive(Debug, Clone, Copy)]
pub struct HardSigmoid {
    slope: f64,
    offset: f64,
}

impl Default for HardSigmoid {
    fn default() -> HardSigmoid {
        HardSigmoid { slope: 1.0 / 6.0, offset: 0.5 }
    }
}

impl HardSigmoid {
    /// With slope 1/6 and offset ½.
    pub fn new() -> HardSigmoid {
        HardSigmoid::default()
    }

    /// Sets the slope, a finite number.
    #[must_use]
    pub fn slope(self, slope: f64) -> HardSigmoid {
        HardSigmoid { slope, ..self }
    }

    /// Sets the value at 0, a finite number.
    #[must_use]
    pub fn offset(self, offset: f64) -> HardSigmoid {
        HardSigmoid { offset, ..self }
    }

    fn check(&self) -> Result<(), BindErrorKind> {
        let HardSigmoid { slope, offset } = self;
        let good = slope.is_finite() && offset.is_finite();
        super::insist(good, || format!("slope {slope} or offset {offset} is not finite"))
    }

    #[inline(always)]
    fn value<T: Real>(&self, x: T) -> T {
        let y = T::from_f64(self.slope) * x + T::from_f64(self.offset);
        let y = if y < T::ZERO { T::ZERO } else { y };
        if y > T::ONE { T::ONE } else { y }
    }

    #[inline(always)]
    fn pull<T: Real>(&self, dy: T, _: T, y: T) -> T {
        if y <= T::ZERO || y >= T::ONE { T::ZERO } else { T::from_f64(self.slope) * dy }
    }
}

super::elementwise!(HardSigmoid, "HardSigmoid", of each, checks check, in place if |_| true);

#[cfg(test)]
nn_check::suite!(HardSigmoid::new(), input: [2, 5], batch: 4);
#[cfg(test)]
nn_check::suite!(steep: HardSigmoid::new().slope(-1.5).offset(0.4), input: [5], batch: 4);
