//! Real values to be predicted.

use std::f64::consts::PI;

use tensor_ops::Real;

use super::{at_least, check, normal, of_values, uniform};
use crate::{DataError, Dataset};

/// y = sin x + noise, x uniform on [-π, π).
///
/// # Errors
/// [`DataError::Empty`] for n = 0, [`DataError::Setting`] for noise that is negative or not finite.
///
/// ```
/// use nn_data::{Targets, synthetic};
/// let set = synthetic::sine::<f64>(50, 0.0, 0)?;
/// let Targets::Values(y) = set.targets() else { unreachable!() };
/// assert!(set.inputs().as_slice().iter().zip(y.as_slice()).all(|(x, y)| (x.sin() - y).abs() < 1e-15));
/// # Ok::<(), nn_data::DataError>(())
/// ```
pub fn sine<T: Real>(n: usize, noise: f64, seed: u64) -> Result<Dataset<T>, DataError> {
    check(n, noise)?;
    let x: Vec<f64> = uniform(seed, "sine", n).into_iter().map(|u| (2.0 * u - 1.0) * PI).collect();
    let shift = normal(seed, "sine", n);
    let y = x.iter().zip(shift).map(|(x, shift)| Real::sin(*x) + noise * shift).collect();
    of_values(x, 1, y)
}

/// y = w·x + b + noise, with normal features and the weights of [`linear_weights`].
///
/// # Errors
/// [`DataError::Empty`] for n = 0, [`DataError::Setting`] for no features, or noise that is negative or not finite.
///
/// ```
/// use nn_data::{Targets, synthetic};
/// let (set, w) = (synthetic::linear::<f64>(9, 2, 0.0, 5)?, synthetic::linear_weights(2, 5));
/// let (x, Targets::Values(y)) = (set.inputs().as_slice(), set.targets()) else { unreachable!() };
/// assert!((w[0] * x[0] + w[1] * x[1] + w[2] - y.as_slice()[0]).abs() < 1e-12);
/// # Ok::<(), nn_data::DataError>(())
/// ```
pub fn linear<T: Real>(n: usize, features: usize, noise: f64, seed: u64) -> Result<Dataset<T>, DataError> {
    check(n, noise)?;
    at_least("the number of features", 1, features, "at least 1")?;
    let (x, w) = (normal(seed, "linear", n * features), linear_weights(features, seed));
    let shift = normal(seed, "linear noise", n);
    let value = |(row, shift): (&[f64], f64)| {
        let product: f64 = row.iter().zip(&w).map(|(x, w)| x * w).sum();
        product + w[features] + noise * shift
    };
    let y = x.chunks_exact(features).zip(shift).map(value).collect();
    of_values(x, features, y)
}

/// The weights of [`linear`] under this seed, uniform on [-10, 10), and behind them the bias.
pub fn linear_weights(features: usize, seed: u64) -> Vec<f64> {
    uniform(seed, "linear weights", features + 1).into_iter().map(|u| 20.0 * u - 10.0).collect()
}

/// y = 10·sin(π·x₁·x₂) + 20·(x₃ - ½)² + 10·x₄ + 5·x₅ + noise, features uniform on [0, 1); those beyond the fifth say nothing.
/// J. Friedman, "Multivariate adaptive regression splines", 1991, eq. 61.
///
/// # Errors
/// [`DataError::Empty`] for n = 0, [`DataError::Setting`] for fewer than 5 features, or noise that is negative or not finite.
///
/// ```
/// assert_eq!(nn_data::synthetic::friedman::<f32>(200, 10, 1.0, 0)?.inputs().shape().as_slice(), [200, 10]);
/// # Ok::<(), nn_data::DataError>(())
/// ```
pub fn friedman<T: Real>(n: usize, features: usize, noise: f64, seed: u64) -> Result<Dataset<T>, DataError> {
    check(n, noise)?;
    at_least("the number of features", 5, features, "at least 5")?;
    let (x, shift) = (uniform(seed, "friedman", n * features), normal(seed, "friedman", n));
    let value = |(x, shift): (&[f64], f64)| {
        let bend = x[2] - 0.5;
        10.0 * Real::sin(PI * x[0] * x[1]) + 20.0 * bend * bend + 10.0 * x[3] + 5.0 * x[4] + noise * shift
    };
    let y = x.chunks_exact(features).zip(shift).map(value).collect();
    of_values(x, features, y)
}
