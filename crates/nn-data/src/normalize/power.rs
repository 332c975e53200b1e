//! Features that look normal.

use tensor_ops::{Real, Tensor};

use super::affine::Affine;
use super::{Moments, Summary};
use crate::transform::{check_features, column, finite_dimensions};
use crate::{DataError, Samples, Train, Transform};

/// The power transform of Yeo and Johnson ("A new family of power transformations to improve normality or symmetry", 2000),
/// for each feature, with the exponent λ of largest likelihood on the set that it was fitted on; then standardised.
///
/// ψ(x) = ((x + 1)^λ - 1)/λ for x >= 0, or ln(x + 1) where λ = 0; ψ(x) = -((1 - x)^(2-λ) - 1)/(2 - λ) for x < 0, or -ln(1 - x)
/// where λ = 2. A constant feature keeps λ = 1, which changes nothing.
///
/// ```
/// use nn_data::{Power, Train, Transform};
/// use tensor_ops::Tensor;
/// let train = Train(Tensor::<f64>::from([[0.1], [0.2], [0.5], [1.0], [3.0], [20.0]]));
/// let power = Power::fit(&train)?;
/// assert!(power.lambdas()[0] < 0.0, "a long tail is pulled in");
/// let back = power.invert_tensor(power.apply_tensor(train.0.clone())?)?;
/// assert!(back.as_slice().iter().zip(train.as_slice()).all(|(a, b)| (a - b).abs() < 1e-9));
/// # Ok::<(), nn_data::DataError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Power {
    pub(super) lambdas: Vec<f64>,
    pub(super) affine: Affine,
}

/// Where λ is looked for. At either end the transform of two numbers 1 apart already differs by orders of magnitude.
const RANGE: [f64; 2] = [-16.0, 16.0];
/// Steps of the search: 32·0.618^90 is below the resolution of λ, which is about √ε since the likelihood is flat there.
const STEPS: usize = 60;

impl Power {
    /// Fits λ, then mean and deviation of the transformed feature.
    ///
    /// # Errors
    /// [`DataError::NotFinite`] for NaN or infinity, or where powers overflow; [`DataError::Empty`] for no samples.
    pub fn fit<T: Real>(train: &Train<impl Samples<T>>) -> Result<Power, DataError> {
        let x = train.samples();
        let (m, width) = finite_dimensions(x)?;
        let lambdas: Vec<f64> = (0..width).map(|j| best(&column(x, width, j))).collect();
        let values = x.as_slice().iter().enumerate().map(|(i, x)| forward(x.to_f64(), lambdas[i % width]));
        let summary = Moments::of(&Tensor::new([m, width], values.collect())?)?;
        let mut deviation: Vec<f64> = summary.variance(0).into_iter().map(f64::sqrt).collect();
        summary.constant().into_iter().for_each(|j| deviation[j] = 1.0);
        let Summary { mean, .. } = summary;
        Ok(Power { lambdas, affine: Affine::new(mean, deviation, 0.0) })
    }

    /// The same without standardising.
    #[must_use]
    pub fn unscaled(mut self) -> Power {
        self.affine.center.fill(0.0);
        self.affine.scale.fill(1.0);
        self
    }

    /// The exponent of each feature.
    pub fn lambdas(&self) -> &[f64] {
        &self.lambdas
    }

    fn each<T: Real>(&self, mut x: Tensor<T>, f: impl Fn(f64, usize) -> f64) -> Result<Tensor<T>, DataError> {
        let width = self.lambdas.len();
        check_features(&x, width)?;
        for row in x.as_mut_slice().chunks_exact_mut(width) {
            for (j, x) in row.iter_mut().enumerate() {
                *x = T::from_f64(f(x.to_f64(), j));
            }
        }
        Ok(x)
    }
}

impl<T: Real> Transform<T> for Power {
    fn apply_tensor(&self, inputs: Tensor<T>) -> Result<Tensor<T>, DataError> {
        let Affine { center, scale, .. } = &self.affine;
        self.each(inputs, |x, j| (forward(x, self.lambdas[j]) - center[j]) / scale[j])
    }

    fn invert_tensor(&self, inputs: Tensor<T>) -> Result<Tensor<T>, DataError> {
        let Affine { center, scale, .. } = &self.affine;
        self.each(inputs, |y, j| backward(y * scale[j] + center[j], self.lambdas[j]))
    }
}

/// (e^(λl) - 1)/λ, its limit l for λ = 0: without the cancellation of a power less 1.
fn bend(l: f64, lambda: f64) -> f64 {
    if lambda == 0.0 { l } else { Real::exp_m1(lambda * l) / lambda }
}

fn unbend(y: f64, lambda: f64) -> f64 {
    if lambda == 0.0 { y } else { Real::ln_1p(lambda * y) / lambda }
}

fn forward(x: f64, lambda: f64) -> f64 {
    let l = Real::ln_1p(x.abs());
    if x < 0.0 { -bend(l, 2.0 - lambda) } else { bend(l, lambda) }
}

fn backward(y: f64, lambda: f64) -> f64 {
    match y < 0.0 {
        true => -Real::exp_m1(unbend(-y, 2.0 - lambda)),
        false => Real::exp_m1(unbend(y, lambda)),
    }
}

/// The λ of largest likelihood, -m/2·ln var ψ(x) + (λ - 1)·Σ sign(x)·ln(|x| + 1) (eq. 3.1), by golden section: the
/// likelihood has one top.
fn best(x: &[f64]) -> f64 {
    if x.iter().all(|v| *v == x[0]) {
        return 1.0;
    }
    let m = x.len() as f64;
    let logs: f64 = x.iter().map(|x| Real::ln_1p(x.abs()).copysign(*x)).sum();
    let loss = |lambda: f64| {
        let (mut mean, mut m2) = (0.0, 0.0);
        for (i, x) in x.iter().enumerate() {
            let y = forward(*x, lambda);
            let delta = y - mean;
            mean += delta / (i + 1) as f64;
            m2 += delta * (y - mean);
        }
        let loss = m / 2.0 * Real::ln(m2 / m) - (lambda - 1.0) * logs;
        // An overflow, or a variance that rounds to 0, is no top.
        if loss.is_finite() { loss } else { f64::INFINITY }
    };
    let ratio = (5f64.sqrt() - 1.0) / 2.0;
    let [mut a, mut b] = RANGE;
    let (mut c, mut d) = (b - ratio * (b - a), a + ratio * (b - a));
    let (mut at_c, mut at_d) = (loss(c), loss(d));
    for _ in 0..STEPS {
        // Where both overflow, the top is nearer to λ = 1, which never does.
        let is_left = if at_c == at_d { (c - 1.0).abs() < (d - 1.0).abs() } else { at_c < at_d };
        if is_left {
            (b, d, at_d) = (d, c, at_c);
            c = b - ratio * (b - a);
            at_c = loss(c);
        } else {
            (a, c, at_c) = (c, d, at_d);
            d = a + ratio * (b - a);
            at_d = loss(d);
        }
    }
    (a + b) / 2.0
}
