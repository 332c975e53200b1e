//! One element of a numerical gradient: the slope of a function along a line, and how far it may be off.
//!
//! Most elements are done with the four values of a first [`look`]. Where they do not agree, where round-off is too large to tell,
//! or where the analytic gradient says something else, the [`ladder`] of steps decides.

mod ladder;
mod look;
mod noise;
mod stairs;

pub(crate) use noise::{root_mean_square, round_off};

/// How many standard deviations round-off is granted: a model has many elements, each of which has its chance to be far off.
const SIGMAS: f64 = 6.0;

/// The step of the first look, relative to max(|x|, 1). The slope from its points has an error of order h³, which is less
/// than round-off, about 1e-16/h.
const STEP: f64 = 1e-4;

/// What the differences say of an element.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Outcome {
    /// A derivative.
    Smooth {
        slope: f64,
        /// How far round-off and the step may have moved the slope.
        noise: f64,
    },
    /// The slopes to both sides are numbers, and differ however small the step.
    Bend {
        left: f64,
        right: f64,
        /// How far round-off and the step may have moved either.
        noise: f64,
    },
    /// The slopes to both sides part, and have no limit: a step of f, or a root.
    Kink,
    /// No step gives a number to rely on.
    Inconclusive,
    /// The function is not finite at the point, or to one side of it.
    Undefined,
}

impl Outcome {
    /// Whether a first look is enough: it agrees with `analytic`, and round-off is small beside that or beside `weight`, the
    /// usual size of an element of this gradient.
    pub(crate) fn settles(&self, analytic: f64, weight: f64) -> bool {
        let Outcome::Smooth { slope, noise } = *self else { return false };
        let size = analytic.abs() + slope.abs();
        (analytic - slope).abs() <= 2e-8 * size + noise && self.is_sharp(analytic, weight)
    }

    /// Whether round-off is small beside `analytic` or `weight`.
    pub(crate) fn is_sharp(&self, analytic: f64, weight: f64) -> bool {
        matches!(self, Outcome::Smooth { noise, .. } if *noise <= 1e-6 * analytic.abs().max(weight))
    }
}

/// A function along a line, at a point of it.
pub(crate) struct Line<'a> {
    pub(crate) f: &'a mut dyn FnMut(f64) -> f64,
    /// The point.
    pub(crate) x: f64,
    /// f(x).
    pub(crate) here: f64,
    /// The standard deviation of round-off in f.
    pub(crate) noise: f64,
    /// How large such points are: the root mean square of the tensor that x is of.
    pub(crate) typical: f64,
}

/// A central difference over one step.
#[derive(Debug, Clone, Copy)]
struct Rung {
    h: f64,
    /// (f(x+h) - f(x-h)) / 2h
    slope: f64,
    /// The slope to the right minus the slope to the left.
    jump: f64,
    /// The standard deviation of round-off in a value of f.
    noise: f64,
}

impl Line<'_> {
    /// The step that |x| suggests.
    fn scale(&self) -> f64 {
        self.x.abs().max(1.0)
    }

    fn rung(&mut self, h: f64) -> Rung {
        let x = self.x;
        // The steps that are really taken, which rounding makes differ from h.
        let (right, left) = ((x + h) - x, x - (x - h));
        let (ahead, behind) = ((self.f)(x + h), (self.f)(x - h));
        let jump = (ahead - self.here) / right - (self.here - behind) / left;
        let noise = self.noise_of(jump, h, ahead.abs().max(behind.abs()));
        Rung { h: 0.5 * (right + left), slope: (ahead - behind) / (right + left), jump, noise }
    }

    /// The standard deviation of round-off in values of f at a distance of `h`, up to `largest` in size; `jump` is how much the slope changes.
    fn noise_of(&self, jump: f64, h: f64, largest: f64) -> f64 {
        // Noise grows with the values, but not without bound where terms cancel at x.
        let growth = (largest / self.here.abs()).clamp(1.0, 16.0);
        let growth = if growth.is_finite() { growth } else { 1.0 };
        // Near a minimum x's own rounding shows: it moves f by ε·|x|·f'·h and more, where f' = 0 is f''·h.
        let own = f64::EPSILON * (jump.abs() * self.x.abs().max(h)).max(0.5 * largest);
        (self.noise * growth).max(own)
    }

    /// A first look with steps that are a function of the point.
    pub(crate) fn first_look(&mut self) -> Outcome {
        self.first_look_with(self.x.to_bits())
    }
}
