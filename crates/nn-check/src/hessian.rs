//! Hessian-vector products by differences of gradients.
//!
//! Hv = d/dr ∇f(θ + r v) at r = 0, so that a product costs some gradients and the n × n matrix H is never formed (Pearlmutter,
//! "Fast exact multiplication by the Hessian", 1994, whose R-operator is this limit; here it is taken by differences).

mod differences;
mod error;
mod objective;

use std::fmt;

use nn_core::{Batch, Context, Loss, Model, Scalar};
use tensor_ops::Shape;

use crate::explain::hints_of_one;
use crate::numeric::{Outcome, root_mean_square};
use crate::{Check, CheckError, Report, Tensor};

pub(crate) use differences::{Differences, norm, scaled};
pub use error::PointError;
pub(crate) use objective::Objective;

/// Hv with its error: what [`hessian_vector`] returns.
///
/// ```
/// // f = x² y.
/// let gradient = |t: &[f64]| vec![2.0 * t[0] * t[1], t[0] * t[0]];
/// let hv = nn_check::hessian_vector(gradient, &[3.0, -2.0], &[1.0, 0.0])?;
/// assert!((hv.product()[0] + 4.0).abs() <= hv.error() && hv.error() < 1e-9);
/// # Ok::<(), nn_check::CheckError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct HessianVector {
    pub(crate) product: Vec<f64>,
    /// The difference that the last extrapolation made, element by element.
    pub(crate) truncation: Vec<f64>,
    /// The standard deviation of round-off, in the Euclidean norm.
    pub(crate) noise: f64,
    pub(crate) is_smooth: bool,
}

impl HessianVector {
    /// Hv.
    pub fn product(&self) -> &[f64] {
        &self.product
    }

    /// How far, in the Euclidean norm, Hv may be from the truth: what is left of the truncation, and four standard deviations of
    /// round-off, which ten gradients tell to a factor of two where θ is short. An estimate, no proof.
    pub fn error(&self) -> f64 {
        norm(&self.truncation) + 4.0 * 2.0 * self.noise
    }

    /// Whether the gradient has a slope along v. Where it jumps, on a kink of f, no step gives the same Hv as half of it.
    pub fn is_smooth(&self) -> bool {
        self.is_smooth
    }
}

impl fmt::Display for HessianVector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "‖Hv‖ {:.6e} ± {:.1e}", norm(&self.product), self.error())?;
        if self.is_smooth { Ok(()) } else { write!(f, ", on a kink") }
    }
}

/// Hv of a function from its gradient: the central difference (∇f(θ + h v) - ∇f(θ - h v)) / 2h for h, h/2 and h/4, extrapolated to
/// h = 0 (Richardson). The step begins at a thousandth of ‖θ‖/‖v‖ and moves to where truncation and round-off, which is
/// measured, are together small.
///
/// # Errors
/// [`PointError`] in [`CheckError::Point`]: an empty θ, a `v` or gradient of another length, NaN or infinity in them.
///
/// ```
/// // f = sin(x) y, H = [-sin(x) y, cos x; cos x, 0].
/// let gradient = |t: &[f64]| vec![t[0].cos() * t[1], t[0].sin()];
/// let hv = nn_check::hessian_vector(gradient, &[0.5, 2.0], &[0.0, 1.0])?;
/// assert!((hv.product()[0] - 0.5f64.cos()).abs() < 1e-10);
/// # Ok::<(), nn_check::CheckError>(())
/// ```
pub fn hessian_vector(
    mut gradient: impl FnMut(&[f64]) -> Vec<f64>,
    theta: &[f64],
    v: &[f64],
) -> Result<HessianVector, CheckError> {
    Ok(product(&mut gradient, theta, v, 0.0)?)
}

/// Hv of a model's loss on a batch, in f64, in training mode; dropout keeps its mask. `v` is as long as θ.
///
/// # Errors
/// [`CheckError`] where the batch does not fit the model or the loss, and as [`hessian_vector`].
///
/// ```
/// use nn_core::{Batch, Layer, Model, Rows, Target};
/// use nn_layers::{Dense, MeanSquaredError};
/// let model: Model<f32> = Dense::new(1).init([1], 0)?;
/// let (x, t) = ([1.0, 3.0], [0.0, 1.0]);
/// let batch = Batch::new(Rows::new(&x, [1])?, Target::Values(Rows::new(&t, [1])?))?;
/// // J = ½ Σ (w x + b - t)²: its H in (w, b) is [Σ x², Σ x; Σ x, 2].
/// let hv = nn_check::model_hessian_vector(&model, &MeanSquaredError::new(), &batch, &[1.0, 0.0])?;
/// assert!((hv.product()[0] - 10.0).abs() < 1e-8 && (hv.product()[1] - 4.0).abs() < 1e-8);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn model_hessian_vector<T: Scalar>(
    model: &Model<T>,
    loss: &dyn Loss<f64>,
    batch: &Batch<'_, T>,
    v: &[f64],
) -> Result<HessianVector, CheckError> {
    let mut objective = Objective::new(model, loss, batch, Context::training(0, 0))?;
    let theta = objective.theta().to_vec();
    Ok(product(&mut |theta| objective.gradient(theta), &theta, v, Objective::LEAST_LENGTH)?)
}

/// Compares `analytic`, a Hessian-vector product that was derived by hand, with that of [`hessian_vector`]. The gradient is taken
/// for granted: check it first.
///
/// Where the gradient jumps there is nothing to compare with: such elements are left out, and counted in the report. One that
/// cannot be computed at `theta` is NaN in the report, which does not pass.
///
/// ```
/// let theta: [f64; 2] = [0.5, 2.0];
/// let v = [1.0, -1.0];
/// let gradient = |t: &[f64]| vec![t[0].cos() * t[1], t[0].sin()];
/// let (sin, cos) = theta[0].sin_cos();
/// let analytic = [-sin * theta[1] * v[0] + cos * v[1], cos * v[0]];
/// nn_check::check_hessian_vector(gradient, &theta, &v, &analytic).assert();
/// ```
///
/// # Panics
/// Where `theta`, `v` and `analytic` differ in length, or `gradient` gives another.
#[track_caller]
pub fn check_hessian_vector(
    gradient: impl FnMut(&[f64]) -> Vec<f64>,
    theta: &[f64],
    v: &[f64],
    analytic: &[f64],
) -> Report {
    Check::new().hessian_vector(gradient, theta, v, analytic)
}

impl Check {
    /// As [`check_hessian_vector`].
    ///
    /// # Panics
    /// As [`check_hessian_vector`].
    #[track_caller]
    pub fn hessian_vector(
        &self,
        mut gradient: impl FnMut(&[f64]) -> Vec<f64>,
        theta: &[f64],
        v: &[f64],
        analytic: &[f64],
    ) -> Report {
        assert_eq!(theta.len(), v.len(), "elements of θ and of v");
        assert_eq!(theta.len(), analytic.len(), "elements of θ and of Hv");
        let hv = match product(&mut gradient, theta, v, 0.0) {
            Ok(hv) => hv,
            Err(error @ PointError::Length { .. }) => panic!("{error}"),
            Err(_) => {
                let nothing = analytic.iter().map(|_| (Some(f64::NAN), 0.0));
                return report(Kind::HessianVector, analytic, nothing, self.tolerance);
            }
        };
        let largest = hv.product.iter().fold(0.0f64, |m, x| m.max(x.abs()));
        let each = 4.0 * hv.noise / (theta.len() as f64).sqrt();
        let elements = hv.product.iter().zip(&hv.truncation).map(|(&product, &truncation)| {
            let jumps = !hv.is_smooth && truncation > differences::JUMP * largest;
            ((!jumps).then_some(product), truncation.hypot(each))
        });
        report(Kind::HessianVector, analytic, elements, self.tolerance)
    }
}

fn product(
    gradient: &mut dyn FnMut(&[f64]) -> Vec<f64>,
    theta: &[f64],
    v: &[f64],
    least: f64,
) -> Result<HessianVector, PointError> {
    let mut differences = Differences::new(gradient, theta, least)?;
    differences.calibrate(v)?;
    differences.product(v)
}

/// What the one tensor of a report is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind<'a> {
    /// A gradient at this θ.
    Gradient(&'a [f64]),
    HessianVector,
}

/// A report on one tensor, from its numerical elements (`None` for those on kinks) with their noise. A NaN is nothing to compare
/// with.
pub(crate) fn report(
    kind: Kind<'_>,
    analytic: &[f64],
    numeric: impl Iterator<Item = (Option<f64>, f64)>,
    tolerance: f64,
) -> Report {
    let outcome = |(slope, noise): (Option<f64>, f64)| match slope {
        None => Outcome::Kink,
        Some(slope) if slope.is_nan() => Outcome::Undefined,
        Some(slope) => Outcome::Smooth { slope, noise },
    };
    let outcomes: Vec<(usize, Outcome)> = numeric.map(outcome).enumerate().collect();
    let largest = root_mean_square(analytic);
    let shape = Shape::from(analytic.len());
    let (name, theta) = match kind {
        Kind::Gradient(theta) => ("theta", Some(theta)),
        Kind::HessianVector => ("Hv", None),
    };
    let (mut tensor, elements) = Tensor::judge(name, shape, analytic, &outcomes, tolerance, largest);
    tensor.hints = hints_of_one(&tensor, &elements, theta);
    Report { tensors: vec![tensor] }
}
