//! The ladder of steps. Where the step is too long the error of a central difference falls as h², where it is too short
//! round-off grows as 1/h: the error draws a V, and the best step lies at its bottom. Where the gradient is wrong its distance
//! from the differences does not fall at all: a plateau. Where the function has a kink the one-sided slopes never meet.

use super::look::{NEAR, stretch};
use super::{Line, Outcome, Rung, SIGMAS, STEP};

/// The ratio of two neighbouring steps. Neither it nor its first powers are near a whole number: a wave of f in time with one step is
/// not with the next.
pub(super) const RATIO: f64 = 4.41;

/// Rungs below and above the step of the first look, at most: down to 4e-17 and up to some 1e8 of the scale.
const DOWN: usize = 20;
const UP: usize = 20;

/// The standard deviation of the slope from three rungs, of one of round-off over the shortest step.
pub(super) const THREE_RUNGS: f64 = 0.8;

/// Rungs of the second look: from a quarter of the scale down to 1e-12 of it.
const SECOND: i32 = 20;

impl Line<'_> {
    /// As [`ladder_with`](Line::ladder_with), with steps that are a function of the point.
    pub(crate) fn ladder(&mut self, analytic: f64, weight: f64) -> Outcome {
        self.ladder_with(analytic, weight, self.x.to_bits())
    }

    /// The derivative from the step at which truncation and round-off are least; `key` stretches the steps.
    pub(crate) fn ladder_with(&mut self, analytic: f64, weight: f64, key: u64) -> Outcome {
        let (found, step) = self.best_rungs(analytic, weight, stretch(key, 8));
        match found {
            Outcome::Smooth { slope, noise }
                if (analytic - slope).abs() > noise + 1e-7 * (analytic.abs() + slope.abs()) =>
            {
                self.second_look(analytic, (slope, noise, step), stretch(key, 9))
            }
            Outcome::Smooth { slope, noise } if step > NEAR * self.scale() => {
                self.look_near(slope, noise, weight, stretch(key, 10)).unwrap_or(found)
            }
            _ => found,
        }
    }

    /// A look at short steps, before an element is said to be right: long ones may have passed over a bump of f in which x lies. `None`
    /// where nothing contradicts `slope`.
    fn look_near(&mut self, slope: f64, noise: f64, weight: f64, stretch: f64) -> Option<Outcome> {
        let start = NEAR * self.scale() * stretch;
        let rungs = [-1, 0, 1, 2].map(|k| self.rung(start * RATIO.powi(-k)));
        // Points on one stair of a function that is made of them say nothing.
        if rungs.iter().all(|rung| rung.slope == 0.0 && rung.jump == 0.0) {
            return None;
        }
        let contradicts = |near: f64, error: f64| {
            (near - slope).abs() > 2.0 * (error + noise) + 1e-7 * (near.abs() + slope.abs())
        };
        match best(&rungs) {
            Some(near) if contradicts(near.slope, near.error()) => {
                let noise = near.error().max(self.noise_over(rungs[near.first + 2].h, near.slope));
                contradicts(near.slope, noise).then_some(Outcome::Smooth { slope: near.slope, noise })
            }
            Some(_) => None,
            None => match self.climb(start, 1e-8 * slope.abs().max(weight)).0 {
                bend @ Outcome::Bend { .. } => Some(bend),
                _ => None,
            },
        }
    }

    /// A second look, over the whole range of steps, before an element is called wrong. The steps may have been in time with a wave of f
    /// (`sin(θ·1e6)`), or have crossed a small jump, as a solver that stops early has them: then shorter steps speak for `analytic`, and are
    /// believed, unless still shorter ones speak for the slope that was `found`, with its noise and its step.
    fn second_look(&mut self, analytic: f64, found: (f64, f64, f64), stretch: f64) -> Outcome {
        let (slope, noise, step) = found;
        let longest = 0.25 * self.scale() * stretch;
        let shortest = 64.0 * f64::EPSILON * self.x.abs();
        let steps = (0..SECOND).map(|k| longest * RATIO.powi(-k)).filter(|&h| h > shortest);
        let mut rungs: Vec<Rung> = Vec::new();
        for h in steps {
            rungs.push(self.rung(h));
        }
        let differs = (analytic - slope).abs();
        // The estimate that is nearest to certain among those that speak for a value and can tell it from the other.
        let speaks_for = |value: f64| {
            let estimates = (0..rungs.len().saturating_sub(2)).filter_map(|first| estimate(&rungs, first));
            let near = estimates.filter(|e| (e.slope - value).abs() <= e.error() + 0.1 * differs);
            near.filter(|e| e.error() <= 0.1 * differs).min_by(|a, b| a.error().total_cmp(&b.error()))
        };
        if let Some(witness) = speaks_for(analytic)
            && speaks_for(slope).is_none_or(|against| against.first <= witness.first)
        {
            return Outcome::Smooth { slope: witness.slope, noise: witness.error() };
        }
        // Close points may show less round-off than there is: a sum one term of which has lost its digits is made of stairs, and
        // they lie on one. So it is measured once more where the steps lie.
        Outcome::Smooth { slope, noise: noise.max(self.noise_over(step, slope)) }
    }

    /// The estimate with the least error that a few steps around the usual one find, with its shortest step.
    fn best_rungs(&mut self, analytic: f64, weight: f64, stretch: f64) -> (Outcome, f64) {
        if !self.here.is_finite() {
            return (Outcome::Undefined, 0.0);
        }
        let enough = 1e-8 * analytic.abs().max(weight);
        let near_one = self.climb(STEP * self.scale() * stretch, enough);
        // Numbers that are all tiny may be so by their nature: weights in other units.
        if let Outcome::Smooth { slope, noise } = near_one.0
            && noise <= 1e-5 * slope.abs()
        {
            return near_one;
        }
        let tiny = self.x.abs().max(self.typical);
        if tiny == 0.0 || tiny > 1e-3 {
            return near_one;
        }
        match (near_one, self.climb(100.0 * STEP * tiny * stretch, enough)) {
            ((Outcome::Smooth { noise: a, .. }, _), far @ (Outcome::Smooth { noise: b, .. }, _)) if b < a => {
                far
            }
            ((Outcome::Smooth { .. }, _), _) => near_one,
            (_, far) => far,
        }
    }

    fn climb(&mut self, start: f64, enough: f64) -> (Outcome, f64) {
        // Longest step first.
        let mut rungs: Vec<Rung> = (-1..3).map(|k| self.rung(start * RATIO.powi(-k))).collect();
        let (mut above, mut below) = (1, 2);
        let longest = self.x.abs().max(self.typical).max(1.0);
        let shortest = 64.0 * f64::EPSILON * self.x.abs();
        loop {
            let best = best(&rungs);
            let last = rungs[rungs.len() - 1];
            // A shorter step pays as long as its round-off is below the error so far; one more shows whether round-off is as measured.
            let next = SIGMAS * RATIO * last.noise / last.h;
            let (up, down) = match &best {
                Some(b) => {
                    let error = b.truncation + b.noise;
                    let is_enough = error <= enough;
                    // A longer step takes round-off down.
                    let up = !is_enough && b.first == 0 && b.noise > b.truncation;
                    (up, b.first + 3 >= rungs.len() || !is_enough && next < error)
                }
                None => (false, !is_bend(&rungs)),
            };
            // Beside a kink both may be 0 where the gradient is said to be something: on the flat side of a ReLU, say.
            let drowned = last.noise / last.h > last.slope.abs().max(last.jump.abs()).max(enough);
            if down && below < DOWN && last.h / RATIO > shortest && (best.is_some() || !drowned) {
                below += 1;
                rungs.push(self.rung(last.h / RATIO));
            } else if up && above < UP && rungs[0].h * RATIO <= longest {
                above += 1;
                let h = rungs[0].h * RATIO;
                rungs.insert(0, self.rung(h));
            } else {
                let step = best.as_ref().map_or(last.h, |best| rungs[best.first + 2].h);
                let outcome = match best {
                    Some(best) => {
                        let noise = best.truncation + best.noise.max(best.seen_below(&rungs));
                        Outcome::Smooth { slope: best.slope, noise }
                    }
                    None if is_bend(&rungs) => bend(&rungs),
                    None if is_singular(&rungs) => Outcome::Kink,
                    None if rungs.iter().all(|rung| !rung.slope.is_finite()) => Outcome::Undefined,
                    None => Outcome::Inconclusive,
                };
                return (outcome, step);
            }
        }
    }
}

/// An estimate from three rungs that follow each other.
struct Estimate {
    /// The first of the three.
    first: usize,
    slope: f64,
    /// How much a further extrapolation changes it.
    truncation: f64,
    noise: f64,
}

impl Estimate {
    fn error(&self) -> f64 {
        self.truncation + self.noise
    }

    /// Round-off as the shorter steps show it: it grows as 1/h, so what a shorter step is off says how much this one may be.
    fn seen_below(&self, rungs: &[Rung]) -> f64 {
        let h = rungs[self.first + 2].h;
        let off = |pair: &[Rung]| (slope(pair) - self.slope).abs() * pair[1].h / h;
        rungs[self.first + 2..].windows(2).map(off).filter(|off| off.is_finite()).fold(0.0, f64::max)
    }
}

/// Two rungs extrapolated to step 0: the slope's error is h²·f‴/6.
fn slope(pair: &[Rung]) -> f64 {
    let square = RATIO * RATIO;
    (square * pair[1].slope - pair[0].slope) / (square - 1.0)
}

/// The jump between the one-sided slopes at step 0: what is left when h·f'' is extrapolated away.
fn jump(pair: &[Rung]) -> f64 {
    (RATIO * pair[1].jump - pair[0].jump) / (RATIO - 1.0)
}

/// Round-off of [`jump`]: √6/h for the shorter step, times 4/3.
fn jump_noise(pair: &[Rung]) -> f64 {
    SIGMAS * 6f64.sqrt() * RATIO / (RATIO - 1.0) * pair[1].noise / pair[1].h
}

/// The three rungs with the least error among those that no kink disturbs.
fn best(rungs: &[Rung]) -> Option<Estimate> {
    let mut best: Option<Estimate> = None;
    for estimate in (0..rungs.len() - 2).filter_map(|first| estimate(rungs, first)) {
        if best.as_ref().is_none_or(|b| estimate.error() < b.error()) {
            best = Some(estimate);
        }
    }
    best
}

/// What the three rungs from `first` on say, unless a kink disturbs them.
fn estimate(rungs: &[Rung], first: usize) -> Option<Estimate> {
    let three = &rungs[first..first + 3];
    let (coarse, fine) = (slope(&three[..2]), slope(&three[1..]));
    let (kink_before, kink) = (jump(&three[..2]), jump(&three[1..]));
    // Where f is smooth what is left of the jump falls as h³, by 1/64 from pair to pair.
    let harmless = jump_noise(&three[1..]).max(kink_before.abs() / 8.0).max(1e-9 * fine.abs());
    let noise = SIGMAS * THREE_RUNGS * three[2].noise / three[2].h;
    let truncation = (fine - coarse).abs();
    let is_usable = kink.abs() <= harmless && (truncation + noise).is_finite();
    is_usable.then_some(Estimate { first, slope: fine, truncation, noise })
}

/// The last three jumps that can be told from round-off.
fn jumps(rungs: &[Rung]) -> Option<[f64; 3]> {
    let clear: Vec<f64> =
        rungs.windows(2).filter(|pair| jump(pair).abs() > jump_noise(pair)).map(jump).collect();
    clear.last_chunk::<3>().copied()
}

/// Whether the one-sided slopes stay apart by the same number. A kink at a distance d of x moves the jump by d/h.
fn is_bend(rungs: &[Rung]) -> bool {
    jumps(rungs).is_some_and(|[a, b, c]| (b / a - 1.0).abs() <= 1e-3 && (c / b - 1.0).abs() <= 1e-3)
}

/// The slopes to both sides of a bend, from the last pair of steps whose jump can be told from round-off.
fn bend(rungs: &[Rung]) -> Outcome {
    let clear = rungs.windows(2).rfind(|pair| jump(pair).abs() > jump_noise(pair));
    let Some(pair) = clear else { return Outcome::Kink };
    let (middle, half) = (slope(pair), 0.5 * jump(pair));
    // A kink beside x lies in the steps, and takes the middle from between the two: the interval has its share of the jump.
    let noise = 2.0 * jump_noise(pair) + 1e-2 * half.abs();
    if !(middle + half).is_finite() {
        return Outcome::Kink;
    }
    Outcome::Bend { left: middle - half, right: middle + half, noise }
}

/// Whether the one-sided slopes part as the step shrinks, by the same factor from rung to rung: as at a step of f or a root. Noise has
/// no such pattern, and a smooth function none at its own scale, so this is to be asked at the shortest steps alone.
fn is_singular(rungs: &[Rung]) -> bool {
    jumps(rungs).is_some_and(|[a, b, c]| {
        (1.2..=1.1 * RATIO).contains(&(b / a)) && (c * a / (b * b) - 1.0).abs() <= 0.1
    })
}

#[cfg(test)]
mod tests {
    use crate::{Verdict, check_gradient};

    /// 25 is close to 8π: steps of 1e-4·4ᵏ are in time with this wave, and their slopes agree with each other.
    #[test]
    fn a_wave_in_time_with_the_steps_is_told_from_a_slope() {
        for k in 0..50 {
            let x = -1.0 + 0.041 * f64::from(k);
            let right = 1e6 * (1e6 * x).cos();
            let verdict = |gradient: f64| check_gradient(|t| (1e6 * t[0]).sin(), &[x], &[gradient]).verdict();
            assert_eq!((verdict(right), verdict(2.0 * right)), (Verdict::Correct, Verdict::Wrong), "{x}");
        }
    }
}
