//! The exponential linear unit, and the pieces that its two relatives share with it.

use nn_core::BindErrorKind;
use tensor_ops::{Real, slices};

use super::sweep;

/// y = x where x > 0, and α(eˣ - 1) elsewhere, element by element, any shape.
///
/// Backward: dx = dy where x > 0, and dy·αeˣ = dy·(y + α) elsewhere, at x = 0 too, as in PyTorch. α is any number; from 0
/// on the sign of y is that of x, and the layer is computed in place beside a product.
/// (Clevert, Unterthiner and Hochreiter, "Fast and accurate deep network learning by exponential linear units", 2016.)
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::Elu;
/// let model: Model<f64> = Elu::new(2.0).init([3], 0)?;
/// assert_eq!(model.predict(&[[-1e4, 0.0, 3.0]].into())?, [[-2.0, 0.0, 3.0]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "ELU")]
#[derive(Debug, Clone, Copy)]
pub struct Elu {
    alpha: f64,
}

impl Default for Elu {
    /// With α = 1, where there is no kink.
    fn default() -> Elu {
        Elu::new(1.0)
    }
}

impl Elu {
    /// With α, a finite number.
    pub fn new(alpha: f64) -> Elu {
        Elu { alpha }
    }

    fn check(&self) -> Result<(), BindErrorKind> {
        super::insist(self.alpha.is_finite(), || format!("alpha {} is not finite", self.alpha))
    }

    fn value<T: Real>(&self, x: &[T], y: &mut [T]) {
        slices::exp_m1(x, y);
        Tail { above: 1.0, below: self.alpha, rate: 1.0 }.value(x, y);
    }

    fn pull<T: Real>(&self, x: &[T], y: &[T], dy: &[T], dx: &mut [T]) {
        Tail { above: 1.0, below: self.alpha, rate: 1.0 }.pull(x, y, dy, dx);
    }
}

super::elementwise!(Elu, "Elu", of slices, checks check, in place if |f| f.alpha >= 0.0, gain |_| crate::init::Gain::Relu);

/// y = `above`·x where x > 0, and `below`·(e^(`rate`·x) - 1) elsewhere.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tail {
    pub(super) above: f64,
    pub(super) below: f64,
    pub(super) rate: f64,
}

impl Tail {
    /// From e^(`rate`·x) - 1 in y to the value.
    pub(super) fn value<T: Real>(self, x: &[T], y: &mut [T]) {
        let (above, below) = (T::from_f64(self.above), T::from_f64(self.below));
        sweep::combine(
            x,
            y,
            #[inline(always)]
            move |x, power| {
                let (line, tail) = (above * x, below * power);
                if x > T::ZERO { line } else { tail }
            },
        );
    }

    /// Below 0 the derivative is `rate`·`below`·e^(`rate`·x) = `rate`·(y + `below`).
    pub(super) fn pull<T: Real>(self, x: &[T], y: &[T], dy: &[T], dx: &mut [T]) {
        let (above, below) = (T::from_f64(self.above), T::from_f64(self.below));
        let rate = T::from_f64(self.rate);
        sweep::pull(
            [dy, x, y],
            dx,
            #[inline(always)]
            move |dy, x, y| {
                let tail = rate * (y + below);
                dy * if x > T::ZERO { above } else { tail }
            },
        );
    }
}

#[cfg(test)]
nn_check::suite!(Elu::new(1.7), input: [2, 5], batch: 4);
#[cfg(test)]
nn_check::suite!(with_a_hill: Elu::new(-0.5), input: [5], batch: 4);
