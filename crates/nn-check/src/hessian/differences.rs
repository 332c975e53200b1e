//! The step of a difference of gradients, and what it is off by.

use tensor_ops::random::Stream;

use super::HessianVector;
use super::error::{PointError, finite, length};

/// The first step relative to ‖θ‖/‖v‖. After two extrapolations the truncation is of order h⁶, about 1e-18 for a function that
/// changes its nature over ‖θ‖, and round-off about 1e-16/h.
const FIRST_STEP: f64 = 1e-3;

/// The smallest step: round-off leaves some five digits. Training brings units of ReLU close to their kinks: with 128 of them and
/// 512 samples, steps of 1e-8 still crossed one.
const LAST_STEP: f64 = 1e-11;

/// An error relative to ‖H‖ that need not be smaller: a step is kept.
const GOOD: f64 = 1e-10;

/// An error relative to ‖H‖ up to which a product is taken without a look at smaller steps.
const ACCEPTED: f64 = 1e-9;

/// An error relative to ‖H‖ beyond which the gradient is taken to jump, if round-off does not explain it.
pub(super) const JUMP: f64 = 1e-2;

/// How many standard deviations round-off is granted.
const SIGMAS: f64 = 6.0;

/// The error of a step over which the gradient is not finite, or does not move.
const UNDEFINED: f64 = f64::MAX;
const BLIND: f64 = f64::INFINITY;

/// Differences of a gradient around one point.
pub(crate) struct Differences<'a> {
    gradient: &'a mut dyn FnMut(&[f64]) -> Vec<f64>,
    theta: &'a [f64],
    /// ∇f(θ).
    at: Vec<f64>,
    /// The standard deviation of round-off in the gradient, in the Euclidean norm.
    noise: f64,
    /// ‖θ‖ or the least length given, the unit of steps; 1 at the origin.
    scale: f64,
    /// What steps and the spacing of close points are relative to: ‖θ‖, unless longer steps turned out to be needed.
    reach: f64,
    step: f64,
    /// The largest ‖Hv‖/‖v‖ so far: ‖H‖ from below.
    largest: f64,
    gradients: usize,
}

impl<'a> Differences<'a> {
    /// `least` is a length below which ‖θ‖ is no unit of steps.
    pub(crate) fn new(
        gradient: &'a mut dyn FnMut(&[f64]) -> Vec<f64>,
        theta: &'a [f64],
        least: f64,
    ) -> Result<Differences<'a>, PointError> {
        if theta.is_empty() {
            return Err(PointError::Empty);
        }
        finite("θ", theta)?;
        let at = gradient(theta);
        length("the gradient", theta.len(), at.len())?;
        finite("the gradient", &at)?;
        let size = norm(theta).max(least);
        let scale = if size > f64::MIN_POSITIVE / f64::EPSILON { size } else { 1.0 };
        let step = FIRST_STEP * scale;
        let mut differences = Differences {
            gradient,
            theta,
            at,
            noise: 0.0,
            scale,
            reach: scale,
            step,
            largest: 0.0,
            gradients: 1,
        };
        differences.noise = differences.round_off()?;
        Ok(differences)
    }

    /// ∇f(θ).
    pub(crate) fn at(&self) -> &[f64] {
        &self.at
    }

    /// The standard deviation of round-off in ∇f(θ).
    pub(crate) fn noise(&self) -> f64 {
        self.noise.max(f64::EPSILON * norm(&self.at))
    }

    /// The length over which θ changes: ‖θ‖, or 1 at the origin, or what it takes to move the gradient.
    pub(crate) fn length(&self) -> f64 {
        self.reach
    }

    /// How many gradients were computed.
    pub(crate) fn gradients(&self) -> usize {
        self.gradients
    }

    /// Finds the step that fits products along `v`: shorter ones while that makes the error smaller, or else longer ones while
    /// round-off spoils the digits. A θ much smaller than what it is added to needs those.
    pub(crate) fn calibrate(&mut self, v: &[f64]) -> Result<(), PointError> {
        let Some(unit) = self.unit(v)? else { return Ok(()) };
        let first = self.step;
        let (longest, shortest) = (self.scale.max(1.0), LAST_STEP * self.scale);
        let mut least = self.error_at(&unit, first)?;
        let is_lost = least >= JUMP;
        for by in [0.1, 10.0] {
            let (mut step, mut misses) = (first * by, 0);
            // Where the gradient did not move at all shorter steps cannot help.
            let is_blind = by < 1.0 && least == BLIND;
            // Up and down of the error is noise; while there is no digit, anything may be ahead.
            while !is_blind
                && least > GOOD
                && (misses < 2 || least >= JUMP)
                && (shortest..=longest).contains(&step)
            {
                let error = self.error_at(&unit, step)?;
                misses = if error < 0.5 * least { 0 } else { misses + 1 };
                if error < least {
                    (self.step, least) = (step, error);
                }
                step *= by;
            }
        }
        if self.step != first {
            if is_lost {
                self.reach = self.reach.max((self.step / FIRST_STEP).min(longest));
            }
            self.noise = self.round_off()?;
        }
        Ok(())
    }

    /// Hv. Where the calibrated step does not do, at a kink nearby or along a direction of faster change, shorter ones
    /// are tried.
    pub(crate) fn product(&mut self, v: &[f64]) -> Result<HessianVector, PointError> {
        let Some(unit) = self.unit(v)? else {
            let zeros = vec![0.0; v.len()];
            return Ok(HessianVector {
                product: zeros.clone(),
                truncation: zeros,
                noise: 0.0,
                is_smooth: true,
            });
        };
        let mut best: Option<HessianVector> = None;
        let mut step = self.step;
        while step >= LAST_STEP * self.reach {
            if let Some(next) = self.extrapolated(&unit, step)? {
                let is_better = best.as_ref().is_none_or(|best| next.error() < best.error());
                best = if is_better { Some(next) } else { best };
                if best.as_ref().is_some_and(|best| self.is_within(best, ACCEPTED)) {
                    // The next product begins one step above: a neighbour in difficulty, as a rule.
                    self.step = self.step.min(10.0 * step);
                    break;
                }
            }
            step *= 0.1;
        }
        let mut best = best.ok_or(PointError::Edge)?;
        best.is_smooth = self.is_within(&best, JUMP);
        if best.is_smooth {
            self.largest = self.largest.max(norm(&best.product));
        }
        let size = norm(v);
        best.product.iter_mut().chain(&mut best.truncation).for_each(|x| *x *= size);
        best.noise *= size;
        Ok(best)
    }

    fn is_within(&self, hv: &HessianVector, share: f64) -> bool {
        let largest = self.largest.max(norm(&hv.product));
        norm(&hv.truncation) <= (share * largest).max(SIGMAS * hv.noise)
    }

    /// The error relative to ‖Hv‖, or one of the two numbers for what is worse.
    fn error_at(&mut self, unit: &[f64], step: f64) -> Result<f64, PointError> {
        let hv = self.extrapolated(unit, step)?;
        Ok(hv.map_or(UNDEFINED, |hv| match norm(&hv.product) {
            0.0 => BLIND,
            size => hv.error() / size,
        }))
    }

    /// ∇f at another point, as long as at θ.
    fn gradient_at(&mut self, point: &[f64]) -> Result<Vec<f64>, PointError> {
        self.gradients += 1;
        let gradient = (self.gradient)(point);
        length("the gradient", self.theta.len(), gradient.len())?;
        Ok(gradient)
    }

    /// v/‖v‖; `None` for v = 0.
    fn unit(&self, v: &[f64]) -> Result<Option<Vec<f64>>, PointError> {
        length("v", self.theta.len(), v.len())?;
        finite("v", v)?;
        let size = norm(v);
        Ok((size > 0.0).then(|| scaled(v, 1.0 / size)))
    }

    /// Central differences a, b, c over h, h/2, h/4. (4b - a)/3 and (4c - b)/3 are free of h², and (64c - 20b + a)/45 of h⁴ too;
    /// the last two differ by the error of the former. `None` where a gradient is not finite.
    fn extrapolated(&mut self, unit: &[f64], h: f64) -> Result<Option<HessianVector>, PointError> {
        let a = self.central(unit, h)?;
        let (b, c) = (self.central(unit, h / 2.0)?, self.central(unit, h / 4.0)?);
        let (Some(a), Some(b), Some(c)) = (a, b, c) else { return Ok(None) };
        let n = unit.len();
        let (mut product, mut truncation) = (vec![0.0; n], vec![0.0; n]);
        for i in 0..n {
            let once = (4.0 * c.slope[i] - b.slope[i]) / 3.0;
            product[i] = (64.0 * c.slope[i] - 20.0 * b.slope[i] + a.slope[i]) / 45.0;
            truncation[i] = (product[i] - once).abs();
        }
        // With σ the round-off of a gradient, that of a is σ/(√2 h), of b twice and of c four times as much: in all
        // √(256² + 40² + 1)/45/√2 = 4.1 σ/h. Where θ itself is rounded the gradient moves by ε/2·‖Hθ‖ and less.
        let round_off = self.noise.max(f64::EPSILON * a.size.max(c.size))
            + 0.5 * f64::EPSILON * self.scale * norm(&product);
        Ok(product.iter().all(|x| x.is_finite()).then_some(HessianVector {
            noise: 4.1 * round_off / h,
            product,
            truncation,
            is_smooth: true,
        }))
    }

    fn central(&mut self, unit: &[f64], h: f64) -> Result<Option<Central>, PointError> {
        let moved = |by: f64| -> Vec<f64> { self.theta.iter().zip(unit).map(|(x, v)| x + by * v).collect() };
        let (ahead, behind) = (moved(h), moved(-h));
        let (ahead, behind) = (self.gradient_at(&ahead)?, self.gradient_at(&behind)?);
        let size = norm(&ahead).max(norm(&behind));
        let slope = ahead.iter().zip(&behind).map(|(a, b)| (a - b) / (2.0 * h)).collect();
        Ok(size.is_finite().then_some(Central { slope, size }))
    }

    /// As for a function (`numeric.rs`): fourth differences of close points on a line show round-off alone, with the variance 70
    /// of one gradient's. The median over the windows leaves out one in which a kink lies.
    fn round_off(&mut self) -> Result<f64, PointError> {
        const POINTS: usize = 10;
        /// Relative to ‖θ‖. Closer points are often rounded alike.
        const SPACING: f64 = 1e-7;
        let mut direction = vec![0.0; self.theta.len()];
        Stream::new(0, Stream::key("round-off"), 0).normal(0, 0.0, 1.0, &mut direction);
        let by = SPACING * self.reach / norm(&direction).max(f64::MIN_POSITIVE);
        let mut points: Vec<Vec<f64>> = Vec::with_capacity(POINTS);
        for k in 0..POINTS {
            let by = by * k as f64;
            let point: Vec<f64> = self.theta.iter().zip(&direction).map(|(x, d)| x + by * d).collect();
            points.push(self.gradient_at(&point)?);
        }
        let mut squares: Vec<f64> = points
            .windows(5)
            .map(|w| {
                let fourth = |i: usize| w[0][i] - 4.0 * w[1][i] + 6.0 * w[2][i] - 4.0 * w[3][i] + w[4][i];
                (0..self.theta.len()).map(|i| fourth(i).powi(2)).sum::<f64>() / 70.0
            })
            .filter(|square| square.is_finite())
            .collect();
        squares.sort_by(f64::total_cmp);
        Ok(squares.get(squares.len() / 2).map_or(0.0, |square| square.sqrt()))
    }
}

struct Central {
    slope: Vec<f64>,
    /// The norm of the larger gradient.
    size: f64,
}

/// The Euclidean norm, safe from overflow.
pub(crate) fn norm(x: &[f64]) -> f64 {
    if x.iter().any(|x| x.is_nan()) {
        return f64::NAN;
    }
    let largest = x.iter().fold(0.0f64, |largest, x| largest.max(x.abs()));
    if largest == 0.0 || largest.is_infinite() {
        return largest;
    }
    largest * x.iter().map(|x| (x / largest).powi(2)).sum::<f64>().sqrt()
}

/// The multiple of a vector.
pub(crate) fn scaled(x: &[f64], by: f64) -> Vec<f64> {
    x.iter().map(|x| x * by).collect()
}
