//! One element of a gradient: both values, how far the numerical one may be off, and what that comes to.

use crate::Verdict;
use crate::numeric::Outcome;

/// How much worse a single element may be than the tolerance of a tensor.
const ELEMENT: f64 = 10.0;

/// The round-off of an element, relative to its size and that of its tensor's elements, from which on nothing is compared.
const BLURRED: f64 = 1e-3;

/// One element of a gradient.
///
/// ```
/// let report = nn_check::check_gradient(|t| t[0] * t[1], &[2.0, 3.0], &[3.0, 2.5]);
/// let worst = report.worst(1)[0].1;
/// assert_eq!((worst.index, worst.analytic), (1, 2.5));
/// assert!((worst.numeric - 2.0).abs() < worst.noise);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Element {
    /// Its position in the tensor, row-major.
    pub index: usize,
    /// What the backward pass says.
    pub analytic: f64,
    /// What the differences say; NaN where they say nothing.
    pub numeric: f64,
    /// How far round-off and the step may have moved `numeric`.
    pub noise: f64,
    /// What that comes to.
    pub verdict: Verdict,
}

/// What an element is judged by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    /// The relative distance that passes for a tensor.
    pub(crate) tolerance: f64,
    /// The root mean square of the tensor's analytic gradient.
    pub(crate) typical: f64,
    /// The largest element of it: the backward pass rounds too, at this scale.
    pub(crate) largest: f64,
}

impl Element {
    pub(crate) fn judge(index: usize, analytic: f64, outcome: Outcome, scale: &Scale) -> Element {
        let (numeric, noise) = match outcome {
            Outcome::Smooth { slope, noise } => (slope, noise),
            // No slope between those to the two sides is wrong; beyond them the nearer one is what a should be.
            Outcome::Bend { left, right, noise } => {
                let (low, high) = (left.min(right), left.max(right));
                let nearest = analytic.clamp(low, high);
                let beyond = (analytic - nearest).abs() > ELEMENT * scale.tolerance * nearest.abs() + noise;
                if beyond { (nearest, noise) } else { (f64::NAN, f64::NAN) }
            }
            Outcome::Kink | Outcome::Inconclusive | Outcome::Undefined => (f64::NAN, f64::NAN),
        };
        let size = analytic.abs() + numeric.abs();
        let allowed = ELEMENT * scale.tolerance * size + noise;
        // What the backward pass may have lost where terms of the largest element's size cancel: nothing to pass by.
        let rounded = 16.0 * f64::EPSILON * scale.largest;
        let verdict = match outcome {
            // A function that is smooth here has a derivative that is a number.
            Outcome::Smooth { .. } if !analytic.is_finite() => Verdict::Wrong,
            Outcome::Smooth { .. } if (analytic - numeric).abs() > allowed + rounded => Verdict::Wrong,
            Outcome::Smooth { .. } if scale.typical == 0.0 => Verdict::Vacuous,
            Outcome::Smooth { .. } if noise > BLURRED * analytic.abs().max(scale.typical) => {
                Verdict::Inconclusive
            }
            Outcome::Smooth { .. } if (analytic - numeric).abs() > allowed => Verdict::Inconclusive,
            Outcome::Smooth { .. } if analytic == 0.0 => Verdict::Vacuous,
            Outcome::Smooth { .. } => Verdict::Correct,
            // The slopes to both sides are numbers.
            Outcome::Bend { .. } | Outcome::Kink if !analytic.is_finite() => Verdict::Wrong,
            Outcome::Bend { .. } if !numeric.is_nan() => Verdict::Wrong,
            Outcome::Bend { .. } | Outcome::Kink => Verdict::Kink,
            Outcome::Inconclusive | Outcome::Undefined => Verdict::Inconclusive,
        };
        Element { index, analytic, numeric, noise, verdict }
    }

    /// |a - n|: infinite where a is no number, 0 where n is none.
    pub fn difference(&self) -> f64 {
        match (self.analytic.is_finite(), self.numeric.is_nan()) {
            (false, _) => f64::INFINITY,
            (_, true) => 0.0,
            _ => (self.analytic - self.numeric).abs(),
        }
    }

    /// By how many times the difference is beyond what round-off explains: what elements are ranked by.
    pub(crate) fn badness(&self) -> f64 {
        let relative = self.difference() / (self.analytic.abs() + self.numeric.abs()).max(f64::MIN_POSITIVE);
        match self.verdict {
            Verdict::Wrong => self.difference(),
            // Before all others, and behind those that are wrong.
            _ => -1.0 / (1.0 + if relative.is_nan() { 0.0 } else { relative }),
        }
    }

    /// Whether there was a number to compare with.
    pub fn is_compared(&self) -> bool {
        !self.numeric.is_nan()
    }
}
