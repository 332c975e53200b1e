//! The Gaussian error linear unit.

use tensor_ops::{Real, slices};

use super::sweep;

/// y = x·Φ(x), element by element, any shape, with the distribution function Φ of the normal distribution, by the error
/// function: Φ(x) = (1 + erf(x/√2))/2; -0 at -∞. The approximation by tanh is [`GeluTanh`](crate::GeluTanh).
///
/// Backward: dx = dy · (Φ(x) + x·φ(x)) with φ = Φ'. (Hendrycks and Gimpel, "Gaussian error linear units", 2016.)
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::Gelu;
/// let model: Model<f64> = Gelu.init([3], 0)?;
/// assert_eq!(model.predict(&[[-1e4, 0.0, 1e4]].into())?, [[0.0, 0.0, 1e4]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "GELU")]
#[derive(Debug, Clone, Copy, Default)]
pub struct Gelu;

/// 1/√(2π).
const FRAC_1_SQRT_2PI: f64 = 0.398_942_280_401_432_7;
/// Beyond it Φ is 0 or 1, and φ is 0, in f64 too.
const FAR: f64 = 40.0;
/// Up to it Φ is ½, rounded.
const NEAR: f64 = 1e-30;

impl Gelu {
    fn value<T: Real>(&self, x: &[T], y: &mut [T]) {
        slices::gelu(x, y);
    }

    /// y = x·Φ(x) is at hand: Φ(x) = y/x, but for an x so small that y may have lost digits, or infinite.
    fn pull<T: Real>(&self, x: &[T], y: &[T], dy: &[T], dx: &mut [T]) {
        let (far, near, half) = (T::from_f64(FAR), T::from_f64(NEAR), T::from_f64(0.5));
        let root = T::from_f64(FRAC_1_SQRT_2PI);
        sweep::map(
            x,
            dx,
            #[inline(always)]
            move |x| {
                let a = x.abs();
                let a = if a > far { far } else { a };
                -half * a * a
            },
        );
        slices::exp_in_place(dx);
        sweep::combine_back(
            [dy, x, y],
            dx,
            #[inline(always)]
            move |dy, x, y, power| {
                let ratio = y / x;
                let cdf = if x.abs() < near { half } else { ratio };
                let cdf = if x > far { T::ONE } else { cdf };
                dy * (cdf + root * power * if x.abs() > far { T::ZERO } else { x })
            },
        );
    }
}

super::elementwise!(Gelu, "Gelu", of slices, gain |_| crate::init::Gain::Relu);

#[cfg(test)]
nn_check::suite!(Gelu, input: [2, 5], batch: 4);
