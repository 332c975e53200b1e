//! Normal noise.

use nn_core::{BackPass, BindErrorKind, Kernel, Local, Mode, Op, Pass, Plan, RowsMut};
use tensor_ops::{Real, Shape};

use super::DropoutError;

/// y = x + ε in training, ε normal with mean 0 and standard deviation σ, for each element anew; y = x in inference. Any
/// shape.
///
/// Backward: dx = dy. The noise is a function of (seed, step, layer, element). For small σ it acts like a penalty on the squared
/// derivatives of the network. (Bishop, "Training with noise is equivalent to Tikhonov regularization", 1995.)
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::GaussianNoise;
/// let model: Model<f64> = GaussianNoise::new(0.1)?.init([2], 0)?;
/// assert_eq!(model.predict(&[[1.0, 2.0]].into())?, [[1.0, 2.0]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct GaussianNoise {
    std: f64,
}

impl GaussianNoise {
    /// Noise with standard deviation `std`, in the units of x.
    ///
    /// # Errors
    /// [`DropoutError::Deviation`] where `std` is negative or not finite.
    pub fn new(std: f64) -> Result<GaussianNoise, DropoutError> {
        match std >= 0.0 && std.is_finite() {
            true => Ok(GaussianNoise { std }),
            false => Err(DropoutError::Deviation(std)),
        }
    }
}

impl Op for GaussianNoise {
    fn name(&self) -> &'static str {
        "GaussianNoise"
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        // The inverse of the normal distribution function costs some 40 operations.
        Ok(Plan::new(inputs[0]).flops(inputs[0].size().saturating_mul(40)))
    }
}

impl<T: Real> Kernel<T> for GaussianNoise {
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, _: Local<'_, T>) {
        let first = pass.first * y.width();
        let (x, y) = (pass.x[0].data(), y.data());
        if pass.cx.mode == Mode::Inference {
            return y.copy_from_slice(x);
        }
        pass.random.normal(first as u64, 0.0, self.std, y);
        for (y, x) in y.iter_mut().zip(x) {
            *y += *x;
        }
    }

    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], _: Local<'_, T>) {
        dx[0].data().copy_from_slice(pass.dy.data());
    }
}

#[cfg(test)]
nn_check::suite!(GaussianNoise::new(0.5).unwrap(), input: [2, 5], batch: 4);

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::{Context, Layer, Rows, Workspace};

    #[test]
    fn noise_has_its_deviation_and_follows_seed_and_step() {
        let noise = |std, cx| {
            let net = GaussianNoise::new(std).unwrap().bind([1]).unwrap();
            let x = vec![3.0; 10_000];
            let mut ws = Workspace::inference(&net, x.len()).unwrap();
            net.forward(&[], &[], Rows::new(&x, [1]).unwrap(), &cx, &mut ws).data().to_vec()
        };
        let y = noise(0.5, Context::training(1, 2));
        let mean = y.iter().sum::<f64>() / 1e4;
        let var = y.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / 1e4;
        // Five standard errors: σ/√n, and σ²·√(2/n).
        assert!((mean - 3.0).abs() < 0.025 && (var - 0.25).abs() < 0.018, "mean {mean}, variance {var}");
        assert_eq!(y, noise(0.5, Context::training(1, 2)));
        assert_ne!(y, noise(0.5, Context::training(1, 3)));
        assert!(noise(0.0, Context::training(1, 2)).iter().all(|&y| y == 3.0));
        assert_eq!(GaussianNoise::new(-1.0).unwrap_err(), DropoutError::Deviation(-1.0));
        assert!(GaussianNoise::new(f64::NAN).is_err());
    }
}
