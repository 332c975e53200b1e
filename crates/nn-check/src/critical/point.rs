//! What was found about a point, and its name.

use std::fmt;

use crate::hessian::norm;

/// What kind of point θ is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PointKind {
    /// The gradient is not small: no critical point.
    Slope,
    /// All curvatures are positive.
    Minimum,
    /// No curvature is negative, some are positive, and the smallest cannot be told from 0: a minimum as far as second
    /// derivatives see, with a flat floor. Networks with spare parameters end in one.
    Valley,
    /// Curved up in one direction and down in another: there is a way out, [`CriticalPoint::escape`].
    Saddle,
    /// No curvature can be told from 0.
    Plateau,
    /// A valley upside down.
    Ridge,
    /// All curvatures are negative.
    Maximum,
}

impl PointKind {
    fn name(self) -> &'static str {
        match self {
            PointKind::Slope => "slope",
            PointKind::Minimum => "minimum",
            PointKind::Valley => "valley",
            PointKind::Saddle => "saddle",
            PointKind::Plateau => "plateau",
            PointKind::Ridge => "ridge",
            PointKind::Maximum => "maximum",
        }
    }
}

/// In lower case: `saddle`.
impl fmt::Display for PointKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// An eigenvalue of the Hessian with its unit vector y.
#[derive(Debug, Clone, PartialEq)]
pub struct Eigenpair {
    pub(crate) value: f64,
    pub(crate) bound: f64,
    pub(crate) vector: Vec<f64>,
}

impl Eigenpair {
    /// λ = yᵀHy. The smallest eigenvalue of H is at most, the largest at least that, but for [`CriticalPoint::noise`].
    pub fn value(&self) -> f64 {
        self.value
    }

    /// ‖Hy - λy‖ with the error of the product: an eigenvalue of H lies within that of λ.
    pub fn bound(&self) -> f64 {
        self.bound
    }

    /// y, as long as θ.
    pub fn vector(&self) -> &[f64] {
        &self.vector
    }
}

/// The loss need not change by more than that share of itself, if θ moves by all of ‖θ‖, on a plateau.
const FLAT: f64 = 1e-6;

/// How many standard deviations of round-off a gradient of 0 is granted.
const SIGMAS: f64 = 6.0;

/// The findings about a point: [`critical_point`](crate::critical_point). `Display` is a short text.
///
/// ```
/// // f = x² + y³: flat along y, as far as second derivatives see.
/// let point = nn_check::critical_point_of(|t| vec![2.0 * t[0], 3.0 * t[1] * t[1]], &[0.0, 0.0])?;
/// assert_eq!(point.kind(), nn_check::PointKind::Valley);
/// assert!(point.to_string().starts_with("valley: "));
/// # Ok::<(), nn_check::CheckError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CriticalPoint {
    pub(crate) gradient: Vec<f64>,
    pub(crate) gradient_noise: f64,
    /// ‖θ‖, or what stands for it where that is next to nothing.
    pub(crate) scale: f64,
    pub(crate) stationary: f64,
    pub(crate) value: Option<f64>,
    pub(crate) noise: f64,
    pub(crate) downward: usize,
    pub(crate) is_whole: bool,
    pub(crate) steps: usize,
    pub(crate) gradients: usize,
    pub(crate) smallest: Eigenpair,
    pub(crate) largest: Eigenpair,
}

impl CriticalPoint {
    /// The name of the point.
    ///
    /// It is a plateau where gradient and curvature change a model's loss by less than a millionth for a move as long as
    /// θ; otherwise a [slope](PointKind::Slope) where [`relative_move`](CriticalPoint::relative_move) is above the setting
    /// of [`CriticalTest::stationary`](crate::CriticalTest::stationary), and the gradient is more than round-off; otherwise
    /// what its [curvature](CriticalPoint::curvature) says.
    pub fn kind(&self) -> PointKind {
        let (gradient, curvature) = (self.gradient_norm(), self.hessian_norm());
        let change = gradient.max(curvature * self.scale) * self.scale;
        if self.value.is_some_and(|value| value.is_finite() && change <= FLAT * value.abs()) {
            return PointKind::Plateau;
        }
        let is_noise = gradient <= SIGMAS * self.gradient_noise;
        match self.relative_move() <= self.stationary || is_noise {
            true => self.curvature(),
            false => PointKind::Slope,
        }
    }

    /// The name that the eigenvalues alone give, whatever the gradient: what kind of point a slope leads from or to.
    /// An eigenvalue within [`noise`](CriticalPoint::noise) of 0 is neither positive nor negative.
    pub fn curvature(&self) -> PointKind {
        let (low, high) = (&self.smallest, &self.largest);
        match (low.value < -self.noise, high.value > self.noise) {
            (true, true) => PointKind::Saddle,
            (false, true) if low.value > self.noise.max(low.bound) => PointKind::Minimum,
            (false, true) => PointKind::Valley,
            (true, false) if high.value < -self.noise.max(high.bound) => PointKind::Maximum,
            (true, false) => PointKind::Ridge,
            (false, false) => PointKind::Plateau,
        }
    }

    /// ‖∇f‖.
    pub fn gradient_norm(&self) -> f64 {
        norm(&self.gradient)
    }

    /// ‖∇f‖ / (‖H‖ ‖θ‖), with ‖θ‖ = 1 at the origin, and at least 1 for a model: how far one step of gradient descent at the
    /// rate 1/‖H‖ moves θ, relative to its length.
    pub fn relative_move(&self) -> f64 {
        let gradient = self.gradient_norm();
        if gradient == 0.0 { 0.0 } else { gradient / self.hessian_norm() / self.scale }
    }

    /// The smallest eigenvalue of the Hessian.
    ///
    /// Lanczos approaches it from above. A negative value is a proof of negative curvature; that there is none below rests on
    /// the random start vector, and on [`steps`](crate::CriticalTest::steps) being enough for the bound to be small.
    pub fn smallest(&self) -> &Eigenpair {
        &self.smallest
    }

    /// The largest eigenvalue of the Hessian, approached from below.
    pub fn largest(&self) -> &Eigenpair {
        &self.largest
    }

    /// How far from 0 an eigenvalue must be for its sign to be known: the largest error of a Hessian-vector product, and
    /// ε^(2/3) ‖H‖, about 4e-11 ‖H‖.
    pub fn noise(&self) -> f64 {
        self.noise
    }

    /// How many directions, orthogonal to one another, surely go down: Ritz values below 0. There may be more, unless the
    /// [whole spectrum](CriticalPoint::is_whole) was found.
    pub fn downward(&self) -> usize {
        self.downward
    }

    /// Whether all eigenvalues were found, which takes as many steps as there are parameters.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// A unit direction of escape: the eigenvector of the smallest eigenvalue where that is negative, with the sign that does
    /// not climb. f(θ + h d) is below f(θ) by ½ |λ| h² to second order, and by what a gradient adds.
    pub fn escape(&self) -> Option<Vec<f64>> {
        if self.smallest.value >= -self.noise {
            return None;
        }
        let vector = &self.smallest.vector;
        let climb: f64 = self.gradient.iter().zip(vector).map(|(g, v)| g * v).sum();
        let sign = if climb > 0.0 { -1.0 } else { 1.0 };
        Some(vector.iter().map(|v| sign * v).collect())
    }

    fn hessian_norm(&self) -> f64 {
        self.smallest.value.abs().max(self.largest.value.abs())
    }
}

impl fmt::Display for CriticalPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind();
        write!(
            f,
            "{kind}: ‖∇f‖ {:.2e} moves θ by {:.1e} of its length",
            self.gradient_norm(),
            self.relative_move()
        )?;
        match kind {
            PointKind::Slope => writeln!(f, " in a step of 1/‖H‖; curved as a {}", self.curvature())?,
            _ => writeln!(f, " in a step of 1/‖H‖")?,
        }
        for (name, pair) in [("smallest", &self.smallest), ("largest", &self.largest)] {
            let sign = match pair.value {
                value if value < -self.noise => "negative",
                value if value > self.noise => "positive",
                _ => "zero within noise",
            };
            writeln!(f, "{name:>8} eigenvalue {:>14.6e} ± {:.1e}  {sign}", pair.value, pair.bound)?;
        }
        let n = self.gradient.len();
        let least = if self.is_whole { "" } else { "at least " };
        write!(
            f,
            "{least}{} of {n} directions go down; noise of eigenvalues {:.1e}; {} Lanczos steps, {} gradients",
            self.downward, self.noise, self.steps, self.gradients
        )
    }
}
