//! The rectified linear unit with a ceiling.

use tensor_ops::Real;

/// y = min(max(x, 0), 6), element by element, any shape.
///
/// Backward: dx = dy where 0 < y < 6, and 0 elsewhere, at both kinks too, as in PyTorch. NaN passes through.
/// (Krizhevsky, "Convolutional deep belief networks on CIFAR-10", 2010.)
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::Relu6;
/// let model: Model<f64> = Relu6.init([3], 0)?;
/// assert_eq!(model.predict(&[[-1.0, 2.0, 7.0]].into())?, [[0.0, 2.0, 6.0]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "ReLU6")]
#[derive(Debug, Clone, Copy, Default)]
pub struct Relu6;

impl Relu6 {
    #[inline(always)]
    fn value<T: Real>(&self, x: T) -> T {
        let six = T::from_f64(6.0);
        let y = if x < T::ZERO { T::ZERO } else { x };
        if y > six { six } else { y }
    }

    #[inline(always)]
    fn pull<T: Real>(&self, dy: T, _: T, y: T) -> T {
        if y <= T::ZERO || y >= T::from_f64(6.0) { T::ZERO } else { dy }
    }
}

super::elementwise!(Relu6, "Relu6", of each, in place if |_| true, gain |_| crate::init::Gain::Relu);

#[cfg(test)]
nn_check::suite!(Relu6, input: [2, 5], batch: 4);
