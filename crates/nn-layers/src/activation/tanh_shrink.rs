//! What the hyperbolic tangent leaves of x.

use tensor_ops::{Real, slices};

use super::sweep;

/// y = x - tanh x, element by element, any shape.
///
/// Backward: dx = dy·tanh²x. Near 0, where y is about x³/3, the difference has the absolute error of x.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::TanhShrink;
/// let model: Model<f64> = TanhShrink.init([3], 0)?;
/// assert_eq!(model.predict(&[[-1e4, 0.0, 1e4]].into())?, [[-9999.0, 0.0, 9999.0]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "Tanhshrink")]
#[derive(Debug, Clone, Copy, Default)]
pub struct TanhShrink;

impl TanhShrink {
    fn value<T: Real>(&self, x: &[T], y: &mut [T]) {
        slices::tanh(x, y);
        sweep::combine(
            x,
            y,
            #[inline(always)]
            move |x, tanh| x - tanh,
        );
    }

    fn pull<T: Real>(&self, x: &[T], _: &[T], dy: &[T], dx: &mut [T]) {
        slices::tanh(x, dx);
        sweep::combine(
            dy,
            dx,
            #[inline(always)]
            move |dy, tanh| dy * tanh * tanh,
        );
    }
}

super::elementwise!(TanhShrink, "TanhShrink", of slices);

#[cfg(test)]
nn_check::suite!(TanhShrink, input: [2, 5], batch: 4);
