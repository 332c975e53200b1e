//! The exponential linear unit without a kink.

use nn_core::BindErrorKind;
use tensor_ops::{Real, slices};

use super::elu::Tail;
use super::sweep;

/// y = x where x > 0, and α(e^(x/α) - 1) elsewhere, element by element, any shape.
///
/// Backward: dx = dy where x > 0, and dy·e^(x/α) = dy·(y + α)/α elsewhere. α is any number but 0.
/// (Barron, "Continuously differentiable exponential linear units", 2017.)
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::Celu;
/// let model: Model<f64> = Celu::new(2.0).init([3], 0)?;
/// assert_eq!(model.predict(&[[-1e5, 0.0, 3.0]].into())?, [[-2.0, 0.0, 3.0]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "CELU")]
#[derive(Debug, Clone, Copy)]
pub struct Celu {
    alpha: f64,
}

impl Default for Celu {
    /// With α = 1.
    fn default() -> Celu {
        Celu::new(1.0)
    }
}

impl Celu {
    /// With α, a finite number that is not 0.
    pub fn new(alpha: f64) -> Celu {
        Celu { alpha }
    }

    fn check(&self) -> Result<(), BindErrorKind> {
        let good = self.alpha != 0.0 && self.alpha.is_finite();
        super::insist(good, || format!("alpha {} is 0 or not finite", self.alpha))
    }

    fn tail(&self) -> Tail {
        Tail { above: 1.0, below: self.alpha, rate: 1.0 / self.alpha }
    }

    fn value<T: Real>(&self, x: &[T], y: &mut [T]) {
        let rate = T::from_f64(1.0 / self.alpha);
        sweep::map(
            x,
            y,
            #[inline(always)]
            move |x| rate * x,
        );
        slices::exp_m1_in_place(y);
        self.tail().value(x, y);
    }

    fn pull<T: Real>(&self, x: &[T], y: &[T], dy: &[T], dx: &mut [T]) {
        self.tail().pull(x, y, dy, dx);
    }
}

super::elementwise!(Celu, "Celu", of slices, checks check, in place if |_| true, gain |_| crate::init::Gain::Relu);

#[cfg(test)]
nn_check::suite!(Celu::new(0.5), input: [2, 5], batch: 4);
