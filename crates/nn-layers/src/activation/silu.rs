//! The sigmoid-weighted linear unit.

use tensor_ops::{Real, slices};

use super::sweep;

/// y = x·σ(x), element by element, any shape; -0 at -∞. Also known as [`Swish`](crate::Swish).
///
/// Backward: dx = dy · σ(x)(1 + x(1 - σ(x))). (Elfwing, Uchibe and Doya, "Sigmoid-weighted linear units", 2018;
/// Ramachandran, Zoph and Le, "Searching for activation functions", 2017.)
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::Silu;
/// let model: Model<f64> = Silu.init([3], 0)?;
/// assert_eq!(model.predict(&[[-1e4, 0.0, 1e4]].into())?, [[0.0, 0.0, 1e4]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "SiLU")]
#[derive(Debug, Clone, Copy, Default)]
pub struct Silu;

/// σ(-`FAR`) is 0 in f64 too. Beyond it x is held there: 0·∞ would be no number.
const FAR: f64 = 1000.0;

impl Silu {
    fn value<T: Real>(&self, x: &[T], y: &mut [T]) {
        let far = T::from_f64(-FAR);
        slices::sigmoid(x, y);
        sweep::combine(
            x,
            y,
            #[inline(always)]
            move |x, s| s * if x < far { far } else { x },
        );
    }

    fn pull<T: Real>(&self, x: &[T], y: &[T], dy: &[T], dx: &mut [T]) {
        let far = T::from_f64(FAR);
        slices::sigmoid(x, dx);
        sweep::combine_back(
            [dy, x, y],
            dx,
            #[inline(always)]
            move |dy, x, _, s| {
                let x = if x < -far { -far } else { x };
                let x = if x > far { far } else { x };
                dy * s * (T::ONE + x * (T::ONE - s))
            },
        );
    }
}

super::elementwise!(Silu, "Silu", of slices, gain |_| crate::init::Gain::Relu);

#[cfg(test)]
nn_check::suite!(Silu, input: [2, 5], batch: 4);
