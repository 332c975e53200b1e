//! How far real predictions are from their targets. Sums are in f64.

use tensor_ops::{Real, Tensor};

use super::MetricError;

/// The mean of (y - ŷ)² over all elements.
///
/// # Errors
/// [`MetricError`] for different shapes or no elements; so for the other functions here.
///
/// ```
/// use nn_train::metrics::{mean_squared_error, root_mean_squared_error};
/// let (predicted, targets) = ([1.0, 2.0, 6.0].into(), [1.0, 2.0, 3.0].into());
/// assert_eq!(mean_squared_error(&predicted, &targets)?, 3.0);
/// assert_eq!(root_mean_squared_error(&predicted, &targets)?, 3f64.sqrt());
/// # Ok::<(), nn_train::metrics::MetricError>(())
/// ```
pub fn mean_squared_error<T: Real>(predicted: &Tensor<T>, targets: &Tensor<T>) -> Result<f64, MetricError> {
    mean("mean_squared_error", predicted, targets, |d| d * d)
}

/// The root of [`mean_squared_error`], in the unit of the targets. Over all elements: of several outputs it is not the mean
/// of their roots.
///
/// # Errors
/// As [`mean_squared_error`].
pub fn root_mean_squared_error<T: Real>(
    predicted: &Tensor<T>,
    targets: &Tensor<T>,
) -> Result<f64, MetricError> {
    Ok(mean("root_mean_squared_error", predicted, targets, |d| d * d)?.sqrt())
}

/// The mean of |y - ŷ| over all elements.
///
/// # Errors
/// As [`mean_squared_error`].
///
/// ```
/// use nn_train::metrics::mean_absolute_error;
/// assert_eq!(mean_absolute_error(&[1.0, 5.0].into(), &[2.0, 3.0].into())?, 1.5);
/// # Ok::<(), nn_train::metrics::MetricError>(())
/// ```
pub fn mean_absolute_error<T: Real>(predicted: &Tensor<T>, targets: &Tensor<T>) -> Result<f64, MetricError> {
    mean("mean_absolute_error", predicted, targets, f64::abs)
}

/// The largest |y - ŷ|; NaN where one is.
///
/// # Errors
/// As [`mean_squared_error`].
///
/// ```
/// use nn_train::metrics::max_error;
/// assert_eq!(max_error(&[1.0, 5.0].into(), &[2.0, 3.0].into())?, 2.0);
/// # Ok::<(), nn_train::metrics::MetricError>(())
/// ```
pub fn max_error<T: Real>(predicted: &Tensor<T>, targets: &Tensor<T>) -> Result<f64, MetricError> {
    check("max_error", predicted, targets)?;
    let larger = |a: f64, b: f64| if b > a || b.is_nan() { b } else { a };
    Ok(differences(predicted, targets).map(f64::abs).fold(0.0, larger))
}

/// The coefficient of determination, R² = 1 - Σ(y - ŷ)² / Σ(y - ȳ)²: 1 is perfect, 0 is as good as the mean ȳ of the targets. Of
/// several outputs `(m, n)` it is the mean of theirs.
///
/// As in scikit-learn: of targets that are all equal R² is 1 where the prediction is perfect and 0 elsewhere; over a single
/// sample it is NaN.
///
/// # Errors
/// As [`mean_squared_error`].
///
/// ```
/// use nn_train::metrics::r2;
/// assert_eq!(r2(&[1.0, 2.0, 4.0].into(), &[1.0, 2.0, 3.0].into())?, 0.5);
/// assert_eq!(r2(&[5.0, 5.0].into(), &[4.0, 4.0].into())?, 0.0);
/// # Ok::<(), nn_train::metrics::MetricError>(())
/// ```
pub fn r2<T: Real>(predicted: &Tensor<T>, targets: &Tensor<T>) -> Result<f64, MetricError> {
    check("r2", predicted, targets)?;
    let m = targets.shape()[0];
    if m < 2 {
        return Ok(f64::NAN);
    }
    let outputs = targets.as_slice().len() / m;
    let column = |x: &Tensor<T>, j| -> Vec<f64> {
        x.as_slice().iter().skip(j).step_by(outputs).map(|x| x.to_f64()).collect()
    };
    let of = |j: usize| {
        let (p, t) = (column(predicted, j), column(targets, j));
        let mean = t.iter().sum::<f64>() / m as f64;
        let residual: f64 = p.iter().zip(&t).map(|(p, t)| (t - p).powi(2)).sum();
        // Equal targets have no spread, though their computed mean may be off by a rounding.
        let is_constant = t.iter().all(|x| *x == t[0]);
        let total: f64 = t.iter().map(|t| (t - mean).powi(2)).sum();
        match (is_constant, residual == 0.0) {
            (true, true) => 1.0,
            (true, false) => 0.0,
            (false, _) => 1.0 - residual / total,
        }
    };
    Ok((0..outputs).map(of).sum::<f64>() / outputs as f64)
}

fn mean<T: Real>(
    metric: &'static str,
    predicted: &Tensor<T>,
    targets: &Tensor<T>,
    f: impl Fn(f64) -> f64,
) -> Result<f64, MetricError> {
    check(metric, predicted, targets)?;
    Ok(differences(predicted, targets).map(f).sum::<f64>() / targets.as_slice().len() as f64)
}

fn differences<'a, T: Real>(
    predicted: &'a Tensor<T>,
    targets: &'a Tensor<T>,
) -> impl Iterator<Item = f64> + 'a {
    predicted.as_slice().iter().zip(targets.as_slice()).map(|(p, t)| p.to_f64() - t.to_f64())
}

fn check<T: Real>(
    metric: &'static str,
    predicted: &Tensor<T>,
    targets: &Tensor<T>,
) -> Result<(), MetricError> {
    let shapes = (*predicted.shape(), *targets.shape());
    match shapes {
        (predicted, targets) if predicted != targets || targets.rank() == 0 => {
            Err(MetricError::Shape { metric, predicted, targets })
        }
        (_, targets) if targets.size() == 0 => Err(MetricError::Empty { metric }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_outputs_are_averaged() {
        let targets = Tensor::from([[1.0, 0.0], [3.0, 2.0]]);
        let predicted = Tensor::from([[1.0, 1.0], [3.0, 1.0]]);
        assert_eq!(r2(&predicted, &targets).unwrap(), 0.5, "1 and 0");
        assert_eq!(r2(&targets, &targets).unwrap(), 1.0);
        assert!(r2(&Tensor::from([1.0]), &Tensor::from([1.0])).unwrap().is_nan());
        assert!(max_error(&Tensor::from([f64::NAN, 1.0]), &Tensor::from([1.0, 9.0])).unwrap().is_nan());
        // 0.1 three times has a computed mean that is not 0.1.
        assert_eq!(r2(&Tensor::from([0.1, 0.1, 0.2]), &Tensor::from([0.1; 3])).unwrap(), 0.0);
    }

    #[test]
    fn other_shapes_are_refused() {
        let error = r2(&Tensor::<f64>::zeros([2, 1]), &Tensor::zeros([2])).unwrap_err();
        assert_eq!(error.to_string(), "r2: predictions of shape [2, 1] for targets of shape [2]");
        assert!(mean_absolute_error(&Tensor::<f64>::zeros([0]), &Tensor::zeros([0])).is_err());
    }
}
