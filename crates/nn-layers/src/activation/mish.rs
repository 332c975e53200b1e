//! A smooth unit with a bend below 0.

use tensor_ops::{Real, slices};

use super::sweep;

/// y = x·tanh(ln(1 + eˣ)), element by element, any shape; -0 at -∞.
///
/// With e = eˣ and n = e(e + 2), tanh(ln(1 + e)) = ((1 + e)² - 1)/((1 + e)² + 1) = n/(n + 2): one exponential, and no digit
/// lost. Backward: dx = dy · (n/(n + 2) + x·4e(1 + e)/(n + 2)²). (Misra, "Mish", 2019.)
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::Mish;
/// let model: Model<f64> = Mish.init([3], 0)?;
/// assert_eq!(model.predict(&[[-1e4, 0.0, 1e4]].into())?, [[0.0, 0.0, 1e4]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Mish;

/// From here on n/(n + 2) is 1, rounded, and the other term of the derivative is lost beside it, in f64 too.
const HIGH: f64 = 22.0;
/// eˣ is 0 below, in f64 too. Beyond it x is held there: 0·∞ would be no number.
const LOW: f64 = -1000.0;

/// eˣ for x up to `HIGH`, beyond which its square would overflow.
fn power<T: Real>(x: &[T], out: &mut [T]) {
    let high = T::from_f64(HIGH);
    sweep::map(
        x,
        out,
        #[inline(always)]
        move |x| if x > high { high } else { x },
    );
    slices::exp_in_place(out);
}

impl Mish {
    fn value<T: Real>(&self, x: &[T], y: &mut [T]) {
        let (low, two) = (T::from_f64(LOW), T::from_f64(2.0));
        power(x, y);
        sweep::combine(
            x,
            y,
            #[inline(always)]
            move |x, e| {
                let n = e * (e + two);
                n / (n + two) * if x < low { low } else { x }
            },
        );
    }

    fn pull<T: Real>(&self, x: &[T], y: &[T], dy: &[T], dx: &mut [T]) {
        let (low, high) = (T::from_f64(LOW), T::from_f64(HIGH));
        let (two, four) = (T::from_f64(2.0), T::from_f64(4.0));
        power(x, dx);
        sweep::combine_back(
            [dy, x, y],
            dx,
            #[inline(always)]
            move |dy, x, _, e| {
                let x = if x < low { low } else { x };
                let x = if x > high { high } else { x };
                let n = e * (e + two);
                let reciprocal = T::ONE / (n + two);
                dy * reciprocal * (n + four * x * e * (T::ONE + e) * reciprocal)
            },
        );
    }
}

super::elementwise!(Mish, "Mish", of slices, gain |_| crate::init::Gain::Relu);

#[cfg(test)]
nn_check::suite!(Mish, input: [2, 5], batch: 4);
