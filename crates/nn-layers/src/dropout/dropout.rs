//! Dropout: features left out at random while training.

use nn_core::{BackPass, BindErrorKind, Kernel, Local, Mode, Op, Pass, Plan, RowsMut};
use tensor_ops::random::Stream;
use tensor_ops::{Real, Shape};

use super::{DropoutError, Probability};

/// In training each element is set to 0 with probability p, and the others are scaled by 1/(1-p), so that the
/// expectation stays; in inference nothing happens. Any shape.
///
/// Backward: the same mask and scale on dy. The mask is a function of (seed, step, layer, element): nothing is stored,
/// and the same context replays it. (Srivastava et al., "Dropout", 2014; the "inverted" form.)
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::Dropout;
/// let model: Model<f64> = Dropout::new(0.5)?.init([2], 0)?;
/// assert_eq!(model.predict(&[[1.0, 2.0]].into())?, [[1.0, 2.0]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "dropout")]
#[derive(Debug, Clone, Copy)]
pub struct Dropout {
    p: Probability,
}

impl Dropout {
    /// Drops each element with probability `p`.
    ///
    /// # Errors
    /// [`DropoutError::Probability`] where p is not in [0, 1].
    pub fn new(p: f64) -> Result<Dropout, DropoutError> {
        Ok(Dropout { p: Probability::new(p)? })
    }

    /// y = x · mask / (1 - p), for elements `first..` of the batch.
    fn apply<T: Real>(&self, random: Stream, first: usize, mode: Mode, x: &[T], y: &mut [T]) {
        if mode == Mode::Inference {
            return y.copy_from_slice(x);
        }
        let scale = T::from_f64(1.0 / (1.0 - self.p.0));
        self.p.apply(random, first, x, y, T::ZERO, [scale, T::ZERO]);
    }
}

impl Op for Dropout {
    fn name(&self) -> &'static str {
        "Dropout"
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        Ok(Plan::new(inputs[0]).flops(inputs[0].size().saturating_mul(4)))
    }
}

impl<T: Real> Kernel<T> for Dropout {
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, _: Local<'_, T>) {
        let first = pass.first * y.width();
        self.apply(pass.random, first, pass.cx.mode, pass.x[0].data(), y.data());
    }

    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], _: Local<'_, T>) {
        let first = pass.first * pass.dy.width();
        self.apply(pass.random, first, pass.cx.mode, pass.dy.data(), dx[0].data());
    }
}

#[cfg(test)]
nn_check::suite!(Dropout::new(0.4).unwrap(), input: [2, 5], batch: 4);

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::{Context, Layer, Rows, Workspace};

    fn mask(p: f64, cx: Context) -> Vec<f64> {
        let net = Dropout::new(p).unwrap().bind([100]).unwrap();
        let x = vec![1.0; 100 * 100];
        let mut ws = Workspace::inference(&net, 100).unwrap();
        net.forward(&[], &[], Rows::new(&x, [100]).unwrap(), &cx, &mut ws).data().to_vec()
    }

    #[test]
    fn elements_are_dropped_at_the_rate_and_scaled() {
        let y = mask(0.25, Context::training(1, 2));
        assert!(y.iter().all(|&y| y == 0.0 || y == 1.0 / 0.75));
        let dropped = y.iter().filter(|&&y| y == 0.0).count() as f64;
        // Five standard deviations of a binomial count of 10,000.
        assert!((dropped - 2500.0).abs() < 5.0 * (10_000.0f64 * 0.25 * 0.75).sqrt(), "{dropped}");
    }

    #[test]
    fn the_ends_of_the_range_are_exact() {
        assert!(mask(0.0, Context::training(1, 2)).iter().all(|&y| y == 1.0));
        assert!(mask(1.0, Context::training(1, 2)).iter().all(|&y| y == 0.0));
        assert_eq!(Dropout::new(1.5).unwrap_err(), DropoutError::Probability(1.5));
        assert!(Dropout::new(f64::NAN).is_err());
    }

    #[test]
    fn the_mask_is_a_function_of_seed_and_step() {
        assert_eq!(mask(0.5, Context::training(1, 2)), mask(0.5, Context::training(1, 2)));
        assert_ne!(mask(0.5, Context::training(1, 2)), mask(0.5, Context::training(1, 3)));
        assert_ne!(mask(0.5, Context::training(1, 2)), mask(0.5, Context::training(2, 2)));
    }
}
