//! The Gaussian error linear unit, approximated.

use tensor_ops::{Real, slices};

use super::sweep;

/// y = x/2 · (1 + tanh u) with u = √(2/π)·(x + 0.044715x³), element by element, any shape; -0 at -∞. GPT-2 and BERT were
/// trained with it; the function it approximates is [`Gelu`](crate::Gelu), to 5·10⁻⁴.
///
/// Computed as y = x·σ(2u), the same number with all digits below 0 too. Backward: dx = dy · (σ + x·σ(1 - σ)·2u') with
/// u' = √(2/π)·(1 + 0.134145x²). (Hendrycks and Gimpel, "Gaussian error linear units", 2016.)
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::GeluTanh;
/// let model: Model<f64> = GeluTanh.init([3], 0)?;
/// assert_eq!(model.predict(&[[-1e4, 0.0, 1e4]].into())?, [[0.0, 0.0, 1e4]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct GeluTanh;

/// 2√(2/π): u is doubled for σ.
const SCALE: f64 = 1.595_769_121_605_730_8;
/// The paper's coefficient.
const CUBIC: f64 = 0.044_715;
/// σ(2u) is 0 at -`FAR` and 1 at `FAR` in f64 too. Beyond it x is held there: 0·∞ would be no number.
const FAR: f64 = 30.0;

/// σ(2u)
fn weights<T: Real>(x: &[T], out: &mut [T]) {
    let (scale, cubic) = (T::from_f64(SCALE), T::from_f64(SCALE * CUBIC));
    sweep::map(
        x,
        out,
        #[inline(always)]
        move |x| x * (scale + cubic * x * x),
    );
    slices::sigmoid_in_place(out);
}

impl GeluTanh {
    fn value<T: Real>(&self, x: &[T], y: &mut [T]) {
        let far = T::from_f64(-FAR);
        weights(x, y);
        sweep::combine(
            x,
            y,
            #[inline(always)]
            move |x, s| s * if x < far { far } else { x },
        );
    }

    fn pull<T: Real>(&self, x: &[T], y: &[T], dy: &[T], dx: &mut [T]) {
        let (scale, cubic) = (T::from_f64(SCALE), T::from_f64(3.0 * SCALE * CUBIC));
        let far = T::from_f64(FAR);
        weights(x, dx);
        sweep::combine_back(
            [dy, x, y],
            dx,
            #[inline(always)]
            move |dy, x, _, s| {
                let x = if x < -far { -far } else { x };
                let x = if x > far { far } else { x };
                dy * s * (T::ONE + x * (T::ONE - s) * (scale + cubic * x * x))
            },
        );
    }
}

super::elementwise!(GeluTanh, "GeluTanh", of slices, gain |_| crate::init::Gain::Relu);

#[cfg(test)]
nn_check::suite!(GeluTanh, input: [2, 5], batch: 4);
