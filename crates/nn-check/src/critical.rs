//! Do we stop at a saddle? What kind of point θ is, from ‖∇f‖ and the extreme eigenvalues of the Hessian.
//!
//! Where ∇f = 0, f(θ + d) = f(θ) + ½ dᵀHd + ...: all eigenvalues of H above 0 make a minimum, all below a maximum, both kinds a
//! saddle. In high dimensions most critical points with a loss above the best are saddles (Dauphin et al., "Identifying and
//! attacking the saddle point problem in high-dimensional non-convex optimization", 2014).

mod point;

use nn_core::{Batch, Context, Loss, Model, Scalar};

pub use point::{CriticalPoint, Eigenpair, PointKind};

use crate::CheckError;
use crate::hessian::{Differences, Objective, PointError, norm};
use crate::lanczos::{self, Settings};

/// What kind of point a model's θ is: gradient and extreme curvatures of its loss on a batch.
///
/// It is the function that training descends: training mode, so batch norm uses the batch's statistics and dropout one
/// fixed mask; in f64. [`CriticalTest`] has settings.
///
/// # Errors
/// [`CheckError`] where the batch does not fit the model or the loss; [`PointError`] in [`CheckError::Point`] where θ or the
/// gradient has a NaN, or the gradient jumps at θ.
///
/// ```
/// use nn_check::{PointKind, critical_point};
/// use nn_core::{Batch, Layer, Model, Rows, Target};
/// use nn_layers::{Dense, MeanSquaredError, Sequential, Tanh};
/// let net = Sequential::new().push(Dense::new(2)).push(Tanh).push(Dense::new(1));
/// let mut model: Model<f64> = net.init([1], 0)?;
/// let (x, t) = ([-1.0, 1.0], [-0.5, 0.5]);
/// let batch = Batch::new(Rows::new(&x, [1])?, Target::Values(Rows::new(&t, [1])?))?;
///
/// // All weights 0: nothing pulls one hidden unit away from the other, and gradient descent never moves.
/// model.theta_mut().fill(0.0);
/// let point = critical_point(&model, &MeanSquaredError::new(), &batch)?;
/// assert_eq!(point.kind(), PointKind::Saddle);
/// println!("{point}");
///
/// // A small step along the direction of escape is enough.
/// let escape = point.escape().expect("a saddle has one");
/// model.theta_mut().iter_mut().zip(escape).for_each(|(theta, d)| *theta += 0.1 * d);
/// assert_eq!(critical_point(&model, &MeanSquaredError::new(), &batch)?.kind(), PointKind::Slope);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn critical_point<T: Scalar>(
    model: &Model<T>,
    loss: &dyn Loss<f64>,
    batch: &Batch<'_, T>,
) -> Result<CriticalPoint, CheckError> {
    CriticalTest::new().model(model, loss, batch)
}

/// What kind of point `theta` is for a function of which the gradient is given. Near the origin see [`CriticalTest::length`].
///
/// # Errors
/// [`PointError`] in [`CheckError::Point`]: an empty θ, a gradient of another length, NaN or infinity in them, a gradient that
/// jumps at θ or is not that of a function.
///
/// ```
/// use nn_check::{PointKind, critical_point_of};
/// // f = x² - y².
/// let point = critical_point_of(|t| vec![2.0 * t[0], -2.0 * t[1]], &[0.0, 0.0])?;
/// assert_eq!(point.kind(), PointKind::Saddle);
/// assert!((point.smallest().value() + 2.0).abs() <= point.smallest().bound());
/// assert!(point.escape().unwrap()[1].abs() > 0.999);
/// # Ok::<(), nn_check::CheckError>(())
/// ```
pub fn critical_point_of(
    gradient: impl FnMut(&[f64]) -> Vec<f64>,
    theta: &[f64],
) -> Result<CriticalPoint, CheckError> {
    CriticalTest::new().gradient(gradient, theta)
}

/// The test of a point, with settings.
///
/// ```
/// use nn_check::{CriticalTest, PointKind};
/// let test = CriticalTest::new().steps(30).seed(7).stationary(1e-3);
/// // f = x² + y² + z², almost at its minimum.
/// let point = test.gradient(|t| t.iter().map(|x| 2.0 * (x - 1.0)).collect(), &[1.0, 1.0, 1.0001])?;
/// assert_eq!(point.kind(), PointKind::Minimum);
/// # Ok::<(), nn_check::CheckError>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct CriticalTest {
    lanczos: Settings,
    stationary: f64,
    length: Option<f64>,
    cx: Context,
}

/// Products that Lanczos may take. The ends of a network's spectrum stand apart from its bulk and settle within some tens.
const STEPS: usize = 100;

/// The relative move of one step of gradient descent below which the point counts as critical. Training in f32 stops making
/// progress at 1e-7 and somewhat above.
const STATIONARY: f64 = 1e-5;

impl Default for CriticalTest {
    fn default() -> CriticalTest {
        CriticalTest::new()
    }
}

impl CriticalTest {
    /// At most 100 Lanczos steps, a critical point up to a relative move of 1e-5, training mode.
    pub fn new() -> CriticalTest {
        CriticalTest {
            lanczos: Settings { steps: STEPS, seed: 0, floor: 10.0 * ZERO },
            stationary: STATIONARY,
            length: None,
            cx: Context::training(0, 0),
        }
    }

    /// The most Lanczos steps: six gradients and a vector as long as θ each. Up to as many parameters the whole spectrum is found. Fewer are
    /// taken where both ends of it have settled ([`CriticalPoint::is_settled`]); where they have not, more of them tell.
    pub fn steps(mut self, steps: usize) -> CriticalTest {
        self.lanczos.steps = steps.max(1);
        self
    }

    /// The seed of the start vector.
    pub fn seed(mut self, seed: u64) -> CriticalTest {
        self.lanczos.seed = seed;
        self
    }

    /// How far one step of gradient descent at the rate 1/‖H‖ may move θ, relative to ‖θ‖, at a critical point:
    /// ‖∇f‖ / (‖H‖ ‖θ‖), where ‖θ‖ counts as at least [`length`](CriticalTest::length). It does not depend on the unit of f. The
    /// default is 1e-5.
    pub fn stationary(mut self, move_of_theta: f64) -> CriticalTest {
        self.stationary = move_of_theta;
        self
    }

    /// The least ‖θ‖ that counts as a length, in the unit of θ. A model has 1. A function has none unless it is set here, so that no unit
    /// matters; but then the neighbourhood of the origin is looked at as closely as θ is small, and a minimum that is missed by a little is
    /// a slope. Set it where your origin lies anywhere.
    ///
    /// ```
    /// use nn_check::{CriticalTest, PointKind};
    /// // x² + y² near its minimum, by a micrometre for lengths of metres, and for lengths of micrometres.
    /// let kind = |test: CriticalTest| test.gradient(|t| vec![2.0 * t[0], 2.0 * t[1]], &[1e-6, 0.0]).unwrap().kind();
    /// assert_eq!(kind(CriticalTest::new().length(1.0)), PointKind::Minimum);
    /// assert_eq!(kind(CriticalTest::new()), PointKind::Slope);
    /// ```
    pub fn length(mut self, least: f64) -> CriticalTest {
        self.length = Some(least);
        self
    }

    /// The context in which a model is run: its mode, and the dropout mask.
    pub fn context(mut self, cx: Context) -> CriticalTest {
        self.cx = cx;
        self
    }

    /// As [`critical_point`].
    ///
    /// # Errors
    /// As [`critical_point`].
    pub fn model<T: Scalar>(
        &self,
        model: &Model<T>,
        loss: &dyn Loss<f64>,
        batch: &Batch<'_, T>,
    ) -> Result<CriticalPoint, CheckError> {
        let mut objective = Objective::new(model, loss, batch, self.cx)?;
        let theta = objective.theta().to_vec();
        let value = objective.value();
        Ok(self.run(&mut |theta| objective.gradient(theta), &theta, Some(value))?)
    }

    /// As [`critical_point_of`].
    ///
    /// # Errors
    /// As [`critical_point_of`].
    pub fn gradient(
        &self,
        mut gradient: impl FnMut(&[f64]) -> Vec<f64>,
        theta: &[f64],
    ) -> Result<CriticalPoint, CheckError> {
        Ok(self.run(&mut gradient, theta, None)?)
    }

    fn run(
        &self,
        gradient: &mut dyn FnMut(&[f64]) -> Vec<f64>,
        theta: &[f64],
        value: Option<f64>,
    ) -> Result<CriticalPoint, PointError> {
        let least = self.length.unwrap_or(if value.is_some() { Objective::LEAST_LENGTH } else { 0.0 });
        let mut differences = Differences::new(gradient, theta, least)?;
        let (mut steps, mut error) = (0, 0.0f64);
        let spectrum = lanczos::spectrum(theta.len(), self.lanczos, |v| {
            if steps == 0 {
                differences.calibrate(v)?;
            }
            steps += 1;
            let hv = differences.product(v)?;
            if !hv.is_smooth() {
                return Err(PointError::Kink);
            }
            error = error.max(hv.error());
            Ok(hv.product)
        })?;
        if spectrum.asymmetry > (ASYMMETRIC * spectrum.norm).max(10.0 * error) {
            return Err(PointError::Asymmetric { share: spectrum.asymmetry / spectrum.norm });
        }
        let smallest = eigenpair(&mut differences, spectrum.lowest.clone())?;
        let largest = eigenpair(&mut differences, spectrum.highest.clone())?;
        let norm = smallest.value.abs().max(largest.value.abs());
        let noise = ZERO * norm + error;
        // Ritz values that cannot be told from 0 need not be told apart from each other.
        let settled = spectrum.settled(10.0 * noise / norm.max(f64::MIN_POSITIVE));
        Ok(CriticalPoint {
            gradient: differences.at().to_vec(),
            gradient_noise: differences.noise(),
            scale: differences.length(),
            stationary: self.stationary,
            value,
            noise,
            downward: spectrum.values.iter().filter(|value| **value < -(noise + spectrum.asymmetry)).count(),
            is_whole: spectrum.is_whole,
            settled,
            steps,
            gradients: differences.gradients(),
            smallest,
            largest,
        })
    }
}

/// |uᵀHv - vᵀHu| relative to ‖H‖ beyond which H is no Hessian.
const ASYMMETRIC: f64 = 1e-4;

/// ε^(2/3): what a central difference with its best step cannot tell from 0, relative to ‖H‖.
const ZERO: f64 = 3.7e-11;

/// The Rayleigh quotient of a unit vector, from a product of its own: the bound holds whatever Lanczos did.
fn eigenpair(differences: &mut Differences<'_>, vector: Vec<f64>) -> Result<Eigenpair, PointError> {
    let hv = differences.product(&vector)?;
    if !hv.is_smooth() {
        return Err(PointError::Kink);
    }
    let value: f64 = hv.product().iter().zip(&vector).map(|(hv, v)| hv * v).sum();
    let residual: Vec<f64> = hv.product().iter().zip(&vector).map(|(hv, v)| hv - value * v).collect();
    Ok(Eigenpair { value, bound: norm(&residual) + hv.error(), vector })
}
