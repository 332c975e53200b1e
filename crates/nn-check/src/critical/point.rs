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
    /// No saddle was seen, but an end of the spectrum has not [settled](CriticalPoint::is_settled): a curvature of the other sign may be hidden
    /// there. More [steps](crate::CriticalTest::steps) tell.
    Unresolved,
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
            PointKind::Unresolved => "unresolved",
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
    pub(crate) settled: [bool; 2],
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
    /// An eigenvalue within [`noise`](CriticalPoint::noise) of 0 is neither positive nor negative. A negative value proves a negative
    /// curvature, and a positive one a positive, so that a saddle is one whatever else there is; every other name says that there is no
    /// curvature of some sign, and is given only where that end of the spectrum has [settled](CriticalPoint::is_settled).
    pub fn curvature(&self) -> PointKind {
        let (low, high) = (&self.smallest, &self.largest);
        let [low_settled, high_settled] = self.settled;
        match (low.value < -self.noise, high.value > self.noise) {
            (true, true) => PointKind::Saddle,
            (false, _) if !low_settled => PointKind::Unresolved,
            (_, false) if !high_settled => PointKind::Unresolved,
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
    /// Lanczos approaches it from above. A negative value is a proof of negative curvature. That there is none below rests on
    /// the random start vector, and on [`steps`](crate::CriticalTest::steps) being enough: see [`is_settled`](CriticalPoint::is_settled) and
    /// [`unseen`](CriticalPoint::unseen).
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

    /// Whether both ends of the spectrum have settled: all of it was found; or the residual ‖Hy - λy‖ is at most a hundredth of |λ|, so
    /// that the sign is known (or no more than ten times the [`noise`](CriticalPoint::noise), where λ cannot be told from 0), and
    /// the last eight steps moved λ by no more than that.
    ///
    /// ```
    /// use nn_check::{CriticalTest, PointKind};
    /// // 4,000 curvatures from -1e-7 to 1, evenly: ten steps see none that is negative.
    /// let curvature = |i: usize| -1e-7 + i as f64 / 3999.0;
    /// let gradient = |t: &[f64]| t.iter().enumerate().map(|(i, t)| curvature(i) * t).collect();
    /// let point = CriticalTest::new().steps(10).gradient(gradient, &vec![0.0; 4000])?;
    /// assert!(!point.is_settled() && point.smallest().value() > 0.0);
    /// assert_eq!(point.kind(), PointKind::Unresolved);
    /// # Ok::<(), nn_check::CheckError>(())
    /// ```
    pub fn is_settled(&self) -> bool {
        self.settled == [true; 2]
    }

    /// How far the smallest eigenvalue may lie below the one that was found, and the largest above, but for this `chance` over the start
    /// vector; 0 where the whole spectrum was found, infinite where the steps are too few to say.
    ///
    /// It holds for every spectrum, and so it is much more than what remains for most: after k steps in n dimensions the error is above
    /// ε (λmax - λmin) with a chance of at most 1.648 √n exp(-√ε (2k - 1)) (Kuczyński and Woźniakowski, "Estimating the largest
    /// eigenvalue by the power and Lanczos algorithms with a random start", 1992, theorem 4.2).
    pub fn unseen(&self, chance: f64) -> f64 {
        if self.is_whole {
            return 0.0;
        }
        // Half of the chance for each end.
        let exponent = (2.0 * 1.648 * (self.gradient.len() as f64).sqrt() / chance).ln();
        let share = (exponent / (2.0 * self.steps as f64 - 1.0)).powi(2);
        let found = self.largest.value - self.smallest.value;
        if share < 0.5 { share * found / (1.0 - 2.0 * share) } else { f64::INFINITY }
    }

    /// How many directions, orthogonal to one another, surely go down: Ritz values below 0. There may be more, unless the
    /// [whole spectrum](CriticalPoint::is_whole) was found.
    pub fn downward(&self) -> usize {
        self.downward
    }

    /// How many Lanczos steps were taken: Hessian-vector products.
    pub fn steps(&self) -> usize {
        self.steps
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
            PointKind::Slope if self.curvature() == PointKind::Unresolved => {
                writeln!(f, " in a step of 1/‖H‖; curvature unresolved")?;
            }
            PointKind::Slope => writeln!(f, " in a step of 1/‖H‖; curved as a {}", self.curvature())?,
            _ => writeln!(f, " in a step of 1/‖H‖")?,
        }
        for (name, pair) in [("smallest", &self.smallest), ("largest", &self.largest)] {
            let sign = match pair.value {
                value if value < -self.noise => "negative",
                value if value > self.noise => "positive",
                _ => "zero within noise",
            };
            let end = usize::from(name == "largest");
            let doubt = if self.settled[end] { "" } else { ", not settled: more steps" };
            writeln!(f, "{name:>8} eigenvalue {:>14.6e} ± {:.1e}  {sign}{doubt}", pair.value, pair.bound)?;
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
