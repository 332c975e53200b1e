//! Dropout that keeps mean and variance, for SELU networks.

use nn_core::{BackPass, BindErrorKind, Kernel, Local, Mode, Op, Pass, Plan, RowsMut};
use tensor_ops::{Real, Shape};

use super::{DropoutError, Probability};

/// In training each element is set to α' with probability p, and everything is then brought back to mean 0 and variance 1 where x
/// had these: y = a·x + b of what is kept, and a·α' + b of what is dropped; in inference nothing happens. Any shape.
///
/// α' = -λα, the lowest value of SELU, a = 1/√((1-p)(1 + p·α'²)) and b = -a·p·α'. Where p = 1 everything is 0, as in
/// PyTorch. Backward: dx = a·dy of what was kept, 0 of what was dropped. The mask is
/// a function of (seed, step, layer, element). (Klambauer et al., "Self-normalizing neural networks", 2017, section 3.)
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::AlphaDropout;
/// let model: Model<f64> = AlphaDropout::new(0.1)?.init([2], 0)?;
/// assert_eq!(model.predict(&[[1.0, 2.0]].into())?, [[1.0, 2.0]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct AlphaDropout {
    p: Probability,
}

/// -λα with the constants of Klambauer et al., appendix A1.
const LOWEST: f64 = -1.050_700_987_355_480_5 * 1.673_263_242_354_377_2;

impl AlphaDropout {
    /// Drops each element with probability `p`.
    ///
    /// # Errors
    /// [`DropoutError::Probability`] where p is not in [0, 1].
    pub fn new(p: f64) -> Result<AlphaDropout, DropoutError> {
        Ok(AlphaDropout { p: Probability::new(p)? })
    }

    /// a and b.
    fn affine(&self) -> (f64, f64) {
        let p = self.p.0;
        if p == 1.0 {
            return (0.0, 0.0);
        }
        let a = 1.0 / ((1.0 - p) * (1.0 + p * LOWEST * LOWEST)).sqrt();
        (a, -a * p * LOWEST)
    }
}

impl Op for AlphaDropout {
    fn name(&self) -> &'static str {
        "AlphaDropout"
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        Ok(Plan::new(inputs[0]).flops(inputs[0].size().saturating_mul(4)))
    }
}

impl<T: Real> Kernel<T> for AlphaDropout {
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, _: Local<'_, T>) {
        let first = pass.first * y.width();
        let (x, y, (a, b)) = (pass.x[0].data(), y.data(), self.affine());
        if pass.cx.mode == Mode::Inference {
            return y.copy_from_slice(x);
        }
        let dropped = T::from_f64(a * LOWEST + b);
        let (a, b) = (T::from_f64(a), T::from_f64(b));
        self.p.apply(pass.random, first, x, y, dropped, [a, b]);
    }

    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], _: Local<'_, T>) {
        let (dy, dx, a) = (pass.dy.data(), dx[0].data(), T::from_f64(self.affine().0));
        if pass.cx.mode == Mode::Inference {
            return dx.copy_from_slice(dy);
        }
        self.p.apply(pass.random, pass.first * pass.dy.width(), dy, dx, T::ZERO, [a, T::ZERO]);
    }
}

#[cfg(test)]
nn_check::suite!(AlphaDropout::new(0.4).unwrap(), input: [2, 5], batch: 4);

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::{Context, Layer, Rows, Workspace};
    use tensor_ops::random::Stream;

    fn trained(p: f64, x: &[f64]) -> Vec<f64> {
        let net = AlphaDropout::new(p).unwrap().bind([1]).unwrap();
        let mut ws = Workspace::inference(&net, x.len()).unwrap();
        net.forward(&[], &[], Rows::new(x, [1]).unwrap(), &Context::training(1, 2), &mut ws).data().to_vec()
    }

    #[test]
    fn mean_and_variance_stay() {
        let n = 100_000;
        let mut x = vec![0.0; n];
        Stream::new(3, 0, 0).normal(0, 0.0, 1.0, &mut x);
        for p in [0.05, 0.5, 0.9] {
            let y = trained(p, &x);
            let mean = y.iter().sum::<f64>() / n as f64;
            let var = y.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / n as f64;
            // Some standard errors of the mean, 0.003, and of the variance, at most 0.01 for these.
            assert!(mean.abs() < 0.015 && (var - 1.0).abs() < 0.04, "p = {p}: mean {mean}, variance {var}");
        }
        assert_eq!(trained(0.0, &x), x);
        assert!(trained(1.0, &x).iter().all(|&y| y == 0.0));
    }
}
