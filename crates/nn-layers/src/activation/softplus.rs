//! The smooth rectifier.

use nn_core::BindErrorKind;
use tensor_ops::{Real, slices};

use super::sweep;

/// y = ln(1 + e^(βx))/β, and x itself where βx > threshold, element by element, any shape; 0 and ∞ at ∓∞.
///
/// Backward: dx = dy·σ(βx), and dy where βx > threshold. β = 1 and threshold 20 unless set, as in PyTorch: where the
/// threshold is passed, y falls by ln(1 + e^-threshold)/β, which is 2·10⁻⁹. This library's ln(1 + eˣ) needs no threshold,
/// and an infinite one turns it off. (Dugas et al., "Incorporating second-order functional knowledge", 2001.)
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::Softplus;
/// let model: Model<f64> = Softplus::new().init([3], 0)?;
/// let ln_2 = std::f64::consts::LN_2;
/// assert_eq!(model.predict(&[[-1e4, 0.0, 1e4]].into())?, [[0.0, ln_2, 1e4]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Softplus {
    beta: f64,
    threshold: f64,
}

impl Default for Softplus {
    fn default() -> Softplus {
        Softplus { beta: 1.0, threshold: 20.0 }
    }
}

impl Softplus {
    /// With β = 1 and threshold 20.
    pub fn new() -> Softplus {
        Softplus::default()
    }

    /// Sets β, a finite number that is not 0.
    #[must_use]
    pub fn beta(self, beta: f64) -> Softplus {
        Softplus { beta, ..self }
    }

    /// Sets the βx beyond which y is x.
    #[must_use]
    pub fn threshold(self, threshold: f64) -> Softplus {
        Softplus { threshold, ..self }
    }

    fn check(&self) -> Result<(), BindErrorKind> {
        let Softplus { beta, threshold } = self;
        super::insist(*beta != 0.0 && beta.is_finite(), || format!("beta {beta} is 0 or not finite"))?;
        super::insist(!threshold.is_nan(), || format!("threshold {threshold} is no number"))
    }

    /// βx
    fn scaled<T: Real>(&self, x: &[T], out: &mut [T]) {
        let beta = T::from_f64(self.beta);
        sweep::map(
            x,
            out,
            #[inline(always)]
            move |x| beta * x,
        );
    }

    fn value<T: Real>(&self, x: &[T], y: &mut [T]) {
        let (beta, threshold) = (T::from_f64(self.beta), T::from_f64(self.threshold));
        self.scaled(x, y);
        slices::softplus_in_place(y);
        sweep::combine(
            x,
            y,
            #[inline(always)]
            move |x, y| if beta * x > threshold { x } else { y / beta },
        );
    }

    /// Of x and not of y: a y just above the threshold may come from both sides of it.
    fn pull<T: Real>(&self, x: &[T], y: &[T], dy: &[T], dx: &mut [T]) {
        let (beta, threshold) = (T::from_f64(self.beta), T::from_f64(self.threshold));
        self.scaled(x, dx);
        slices::sigmoid_in_place(dx);
        sweep::combine_back(
            [dy, x, y],
            dx,
            #[inline(always)]
            move |dy, x, _, s| if beta * x > threshold { dy } else { dy * s },
        );
    }
}

super::elementwise!(Softplus, "Softplus", of slices, checks check);

#[cfg(test)]
nn_check::suite!(Softplus::new().beta(2.0), input: [2, 5], batch: 4);
#[cfg(test)]
nn_check::suite!(with_a_low_threshold: Softplus::new().threshold(0.3), input: [5], batch: 4);
