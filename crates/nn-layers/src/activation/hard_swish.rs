//! The swish function as a broken parabola.

use tensor_ops::Real;

/// y = x · min(max(x/6 + ½, 0), 1): 0 up to -3, x from 3 on, element by element, any shape.
///
/// Backward: dx = dy · (x/3 + ½) where -3 < x < 3, 0 below, dy above; at the kinks -3 and 3 that is the derivative from
/// outside, as in PyTorch. (Howard et al., "Searching for MobileNetV3", 2019.)
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::HardSwish;
/// let model: Model<f64> = HardSwish.init([3], 0)?;
/// assert_eq!(model.predict(&[[-4.0, 0.0, 4.0]].into())?, [[0.0, 0.0, 4.0]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "Hardswish")]
#[derive(Debug, Clone, Copy, Default)]
pub struct HardSwish;

impl HardSwish {
    #[inline(always)]
    fn value<T: Real>(&self, x: T) -> T {
        let (three, sixth, half) = (T::from_f64(3.0), T::from_f64(1.0 / 6.0), T::from_f64(0.5));
        let y = if x >= three { x } else { x * (x * sixth + half) };
        if x <= -three { -T::ZERO } else { y }
    }

    #[inline(always)]
    fn pull<T: Real>(&self, dy: T, x: T, _: T) -> T {
        let (three, third, half) = (T::from_f64(3.0), T::from_f64(1.0 / 3.0), T::from_f64(0.5));
        let dx = if x >= three { dy } else { dy * (x * third + half) };
        if x <= -three { T::ZERO } else { dx }
    }
}

super::elementwise!(HardSwish, "HardSwish", of each, gain |_| crate::init::Gain::Relu);

#[cfg(test)]
nn_check::suite!(HardSwish, input: [2, 5], batch: 4);
