//! The rectified linear unit that lets some of the negative side through.

use nn_core::BindErrorKind;
use tensor_ops::Real;

/// y = x where x > 0, and slope·x elsewhere, element by element, any shape.
///
/// Backward: dx = dy where x > 0, and slope·dy elsewhere, at x = 0 too, as in PyTorch. The slope is any number; from 0 on
/// the sign of y is that of x, and the layer is computed in place beside a product; with 0 itself -∞ goes to 0·∞, which is
/// no number. (Maas, Hannun and Ng, "Rectifier
/// nonlinearities improve neural network acoustic models", 2013.)
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::LeakyRelu;
/// let model: Model<f64> = LeakyRelu::new(0.25).init([3], 0)?;
/// assert_eq!(model.predict(&[[-4.0, 0.0, 2.0]].into())?, [[-1.0, 0.0, 2.0]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "LeakyReLU")]
#[derive(Debug, Clone, Copy)]
pub struct LeakyRelu {
    slope: f64,
}

impl Default for LeakyRelu {
    /// With slope 0.01.
    fn default() -> LeakyRelu {
        LeakyRelu::new(0.01)
    }
}

impl LeakyRelu {
    /// With the slope of the negative side, a finite number.
    pub fn new(slope: f64) -> LeakyRelu {
        LeakyRelu { slope }
    }

    fn check(&self) -> Result<(), BindErrorKind> {
        super::insist(self.slope.is_finite(), || format!("slope {} is not finite", self.slope))
    }

    #[inline(always)]
    fn value<T: Real>(&self, x: T) -> T {
        if x > T::ZERO { x } else { T::from_f64(self.slope) * x }
    }

    #[inline(always)]
    fn pull<T: Real>(&self, dy: T, x: T, _: T) -> T {
        if x > T::ZERO { dy } else { T::from_f64(self.slope) * dy }
    }
}

super::elementwise!(
    LeakyRelu,
    "LeakyRelu",
    of each,
    checks check,
    in place if |f| f.slope >= 0.0,
    gain |f| crate::init::Gain::LeakyRelu(f.slope)
);

#[cfg(test)]
nn_check::suite!(LeakyRelu::new(0.2), input: [2, 5], batch: 4);
#[cfg(test)]
nn_check::suite!(with_a_falling_side: LeakyRelu::new(-0.5), input: [5], batch: 4);
