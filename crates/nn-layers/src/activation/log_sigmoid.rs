//! The logarithm of the logistic function.

use tensor_ops::{Real, slices};

use super::sweep;

/// y = ln σ(x) = -ln(1 + e⁻ˣ), element by element, any shape; nearly x where σ(x) would underflow.
///
/// Backward: dx = dy·σ(-x) = dy·(1 - eʸ), which loses no digit of y.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::LogSigmoid;
/// let model: Model<f64> = LogSigmoid.init([3], 0)?;
/// let ln_2 = std::f64::consts::LN_2;
/// assert_eq!(model.predict(&[[-1e4, 0.0, 1e4]].into())?, [[-1e4, -ln_2, 0.0]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct LogSigmoid;

impl LogSigmoid {
    fn value<T: Real>(&self, x: &[T], y: &mut [T]) {
        sweep::map(
            x,
            y,
            #[inline(always)]
            move |x| -x,
        );
        slices::softplus_in_place(y);
        sweep::map_in_place(
            y,
            #[inline(always)]
            move |y| -y,
        );
    }

    fn pull<T: Real>(&self, _: &[T], y: &[T], dy: &[T], dx: &mut [T]) {
        slices::exp_m1(y, dx);
        sweep::combine(
            dy,
            dx,
            #[inline(always)]
            move |dy, power| -dy * power,
        );
    }
}

super::elementwise!(LogSigmoid, "LogSigmoid", of slices, in place if |_| true);

#[cfg(test)]
nn_check::suite!(LogSigmoid, input: [2, 5], batch: 4);
