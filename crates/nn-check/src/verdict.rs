//! What a check comes to.

use std::fmt;

/// What a check comes to: of an element, of a tensor, or of all.
///
/// ```
/// use nn_check::{Verdict, check_gradient};
/// let at = |f: fn(&[f64]) -> f64, x: f64, gradient: f64| check_gradient(f, &[x], &[gradient]).verdict();
/// assert_eq!(at(|t| t[0] * t[0], 3.0, 6.0), Verdict::Correct);
/// assert_eq!(at(|t| t[0] * t[0], 3.0, 3.0), Verdict::Wrong);
/// assert_eq!(at(|t| t[0].abs(), 0.0, 1.0), Verdict::Kink);
/// assert_eq!(at(|t| 1e12 + 1e-9 * t[0], 3.0, 1e-9), Verdict::Inconclusive);
/// assert_eq!(at(|_| 1.0, 3.0, 0.0), Verdict::Vacuous);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// The gradient is that of the function, as far as the numbers tell.
    Correct,
    /// It is not.
    Wrong,
    /// The function has a kink at the point, so that there is no derivative to compare with; of a tensor: at too many elements for the
    /// others to speak for it. Move θ or the samples a little.
    Kink,
    /// Round-off of the function hides the derivative.
    Inconclusive,
    /// There is nothing to compare: both gradients vanish, or the function does not depend on the tensor.
    Vacuous,
}

impl Verdict {
    /// One word for a table: `"correct"`.
    pub fn key(&self) -> &'static str {
        match self {
            Verdict::Correct => "correct",
            Verdict::Wrong => "wrong",
            Verdict::Kink => "kink",
            Verdict::Inconclusive => "inconclusive",
            Verdict::Vacuous => "vacuous",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.key())
    }
}

/// The bands of the course for the relative distance ‖a - n‖ / (‖a‖ + ‖n‖): about 1e-7 is fine, about 1e-5 asks for another
/// look, about 1e-3 is wrong.
///
/// | band | distance |
/// |---|---|
/// | `Fine` | at most 1e-7 |
/// | `Look` | between |
/// | `Wrong` | 1e-3 and more |
///
/// It is the distance alone; a [`Verdict`] knows of round-off, kinks and single elements, too.
///
/// ```
/// use nn_check::Band;
/// assert_eq!([1e-7, 1e-5, 1e-3].map(Band::of), [Band::Fine, Band::Look, Band::Wrong]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(clippy::exhaustive_enums)]
pub enum Band {
    /// At most 1e-7.
    Fine,
    /// Above that: look again, at single elements too. With kinks or in f32 no better can be had.
    Look,
    /// 1e-3 and more.
    Wrong,
}

impl Band {
    /// The band of a distance; NaN is wrong.
    pub fn of(distance: f64) -> Band {
        match distance {
            d if d <= 1e-7 => Band::Fine,
            d if d < 1e-3 => Band::Look,
            _ => Band::Wrong,
        }
    }

    /// One word for a table: `"fine"`.
    pub fn key(&self) -> &'static str {
        match self {
            Band::Fine => "fine",
            Band::Look => "look",
            Band::Wrong => "wrong",
        }
    }
}

impl fmt::Display for Band {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.key())
    }
}
