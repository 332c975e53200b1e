//! Mean and principal axes of samples, and the linear maps made of them.

use nalgebra::{DMatrix, SymmetricEigen};
use tensor_ops::matmul::{Matrix, Update, gemm};
use tensor_ops::{Real, Tensor};

use crate::DataError;
use crate::transform::{check_features, finite_dimensions};

/// Samples of a chunk: the product is large enough to be fast, and the copy in f64 small.
const CHUNK: usize = 512;

/// Means, and the axes of the covariance (divided by m - 1) in the order of falling variance.
pub(super) struct Axes {
    pub(super) mean: Vec<f64>,
    pub(super) variances: Vec<f64>,
    /// Row i is axis i: `(n, n)`. The largest of its elements is positive, so that the sign is a convention.
    pub(super) rows: Vec<f64>,
}

impl Axes {
    /// One pass: chunks of samples are centred by themselves and joined as in [`Moments`](crate::Moments), with the
    /// product δᵀδ in the place of δ².
    pub(super) fn of<T: Real>(x: &Tensor<T>) -> Result<Axes, DataError> {
        let (m, n) = finite_dimensions(x)?;
        if m < 2 {
            let expected = "at least 2";
            return Err(DataError::Setting {
                what: "the number of samples of a covariance",
                value: 1.0,
                expected,
            });
        }
        let (mut mean, mut scatter) = (vec![0.0; n], vec![0.0; n * n]);
        let mut count = 0;
        for rows in x.as_slice().chunks(CHUNK.max(n) * n) {
            let mut chunk: Vec<f64> = rows.iter().map(|x| x.to_f64()).collect();
            let b = chunk.len() / n;
            let mut delta = vec![0.0; n];
            chunk.chunks_exact(n).for_each(|row| delta.iter_mut().zip(row).for_each(|(sum, x)| *sum += x));
            for (delta, mean) in delta.iter_mut().zip(&mean) {
                *delta = *delta / b as f64 - mean;
            }
            for row in chunk.chunks_exact_mut(n) {
                for j in 0..n {
                    row[j] -= mean[j] + delta[j];
                }
            }
            let centred = Matrix::new(&chunk, b, n);
            gemm(centred.t(), centred, Update::Accumulate, &mut scatter);
            let weight = count as f64 * b as f64 / (count + b) as f64;
            for i in 0..n {
                for j in 0..n {
                    scatter[i * n + j] += delta[i] * delta[j] * weight;
                }
            }
            count += b;
            for (mean, delta) in mean.iter_mut().zip(&delta) {
                *mean += delta * b as f64 / count as f64;
            }
        }
        scatter.iter_mut().for_each(|s| *s /= (m - 1) as f64);
        if let Some(at) = scatter.iter().position(|s| !s.is_finite()) {
            let value = scatter[at];
            return Err(DataError::NotFinite { what: "covariance", sample: 0, feature: at / n, value });
        }
        let (variances, rows) = eigen(n, &scatter);
        Ok(Axes { mean, variances, rows })
    }
}

/// Eigenvalues of a symmetric matrix, falling, and its eigenvectors as rows.
fn eigen(n: usize, matrix: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let SymmetricEigen { eigenvalues, eigenvectors } =
        DMatrix::from_row_slice(n, n, matrix).symmetric_eigen();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| eigenvalues[b].total_cmp(&eigenvalues[a]));
    let mut rows = Vec::with_capacity(n * n);
    for &axis in &order {
        let column = eigenvectors.column(axis);
        let largest = column.iter().fold(0.0, |best: f64, x| if x.abs() > best.abs() { *x } else { best });
        rows.extend(column.iter().map(|x| x * largest.signum()));
    }
    // A variance is not negative; a computed one may be by rounding.
    (order.iter().map(|&axis| eigenvalues[axis].max(0.0)).collect(), rows)
}

/// y = A·(x - mean) for each sample, and back: x = B·y + mean.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Linear {
    pub(super) mean: Vec<f64>,
    pub(super) outputs: usize,
    /// A, `(outputs, n)`.
    pub(super) forward: Vec<f64>,
    /// B, `(n, outputs)`.
    pub(super) backward: Vec<f64>,
}

impl Linear {
    pub(super) fn apply<T: Real>(&self, inputs: &Tensor<T>) -> Result<Tensor<T>, DataError> {
        let n = self.mean.len();
        check_features(inputs, n)?;
        let mut x: Vec<f64> = inputs.as_slice().iter().map(|x| x.to_f64()).collect();
        x.chunks_exact_mut(n).for_each(|row| row.iter_mut().zip(&self.mean).for_each(|(x, mean)| *x -= mean));
        let m = inputs.shape()[0];
        let mut y = vec![0.0; m * self.outputs];
        gemm(Matrix::new(&x, m, n), Matrix::new(&self.forward, self.outputs, n).t(), Update::Assign, &mut y);
        Ok(Tensor::new([m, self.outputs], y.into_iter().map(T::from_f64).collect())?)
    }

    pub(super) fn invert<T: Real>(&self, outputs: &Tensor<T>) -> Result<Tensor<T>, DataError> {
        check_features(outputs, self.outputs)?;
        let (m, n) = (outputs.shape()[0], self.mean.len());
        let y: Vec<f64> = outputs.as_slice().iter().map(|y| y.to_f64()).collect();
        let mut x = vec![0.0; m * n];
        let backward = Matrix::new(&self.backward, n, self.outputs);
        gemm(Matrix::new(&y, m, self.outputs), backward.t(), Update::Assign, &mut x);
        x.chunks_exact_mut(n).for_each(|row| row.iter_mut().zip(&self.mean).for_each(|(x, mean)| *x += mean));
        Ok(Tensor::new([m, n], x.into_iter().map(T::from_f64).collect())?)
    }
}
