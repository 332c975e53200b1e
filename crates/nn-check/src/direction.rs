//! Slopes along random directions: one number tells of all elements of a tensor at once. Where it is wrong the tensor is
//! halved, down to the elements that make it so.

use std::ops::Range;

use tensor_ops::random::Stream;

use crate::Check;
use crate::function::Function;
use crate::halving::halve;
use crate::hessian::norm;
use crate::numeric::{Line, Outcome};
use crate::run::{Origin, Task};

/// What the directions showed of a tensor.
pub(crate) struct Seen {
    /// Its number.
    pub(crate) tensor: usize,
    /// For each direction that gave a slope: from what on it is wrong, relative to the norm of the gradient.
    pub(crate) blur: Vec<f64>,
    /// Positions in the point that are to be looked at.
    pub(crate) found: Vec<usize>,
    /// The slope that was wrong by more than the tolerance of the whole tensor, where one was.
    pub(crate) wrong: Option<WrongSlope>,
}

/// A slope along a random direction: both numbers, and what round-off may have done to the second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct WrongSlope {
    pub(crate) analytic: f64,
    pub(crate) numeric: f64,
    pub(crate) noise: f64,
}

/// A direction in a range of a tensor.
struct Beam {
    tensor: usize,
    number: usize,
    range: Range<usize>,
}

/// Its slopes.
#[derive(Debug, Clone, Copy)]
struct Slopes {
    analytic: f64,
    /// |analytic - numeric|; `None` where there is no slope.
    difference: Option<f64>,
    numeric: f64,
    /// What it may be, by round-off.
    allowed: f64,
    /// The norm of the analytic gradient.
    norm: f64,
}

impl Slopes {
    fn is_beyond(&self, limit: f64) -> bool {
        self.difference.is_some_and(|difference| difference.is_nan() || difference > limit)
    }

    /// By how many times the difference is more than round-off explains.
    fn excess(&self) -> f64 {
        self.difference.map_or(0.0, |difference| {
            if difference.is_nan() { f64::INFINITY } else { difference / self.allowed }
        })
    }

    fn wrong(&self) -> WrongSlope {
        WrongSlope { analytic: self.analytic, numeric: self.numeric, noise: self.allowed }
    }

    fn is_off(&self) -> bool {
        self.is_beyond(self.allowed)
    }
}

impl Check {
    /// Looks along `k` directions in each of these tensors.
    pub(crate) fn look_along(
        &self,
        task: &Task<'_>,
        function: &mut Function<'_>,
        origin: &Origin,
        tensors: &[usize],
        k: usize,
    ) -> Vec<Seen> {
        let whole = |tensor: usize| task.parts[tensor].range.clone();
        let beams: Vec<Beam> = tensors
            .iter()
            .flat_map(|&tensor| (0..k).map(move |number| Beam { tensor, number, range: whole(tensor) }))
            .collect();
        let slopes = self.slopes(task, function, origin, &beams);
        let mut all = Vec::new();
        for (at, &tensor) in tensors.iter().enumerate() {
            let (beams, slopes) = (&beams[at * k..][..k], &slopes[at * k..][..k]);
            let with_slope = slopes.iter().filter(|s| s.difference.is_some());
            // The difference has the standard deviation ‖a - n‖, and tolerance·(‖a‖ + ‖n‖) may be granted to that.
            let limit = |s: &Slopes| s.allowed + 12.0 * self.tolerance * s.norm;
            let blur = with_slope.map(|s| limit(s) / s.norm.max(f64::MIN_POSITIVE)).collect();
            let wrong = slopes.iter().find(|s| s.is_beyond(limit(s))).map(Slopes::wrong);
            let off = beams.iter().zip(slopes).find(|(_, slopes)| slopes.is_off());
            let found = match off {
                Some((beam, _)) => self.halve(task, function, origin, beam),
                None => Vec::new(),
            };
            all.push(Seen { tensor, blur, found, wrong });
        }
        all
    }

    /// The elements that make the slope along a direction wrong, some of them where they are many.
    fn halve(
        &self,
        task: &Task<'_>,
        function: &mut Function<'_>,
        origin: &Origin,
        beam: &Beam,
    ) -> Vec<usize> {
        let Beam { tensor, number, .. } = *beam;
        halve(beam.range.clone(), |ranges| {
            let beams: Vec<Beam> =
                ranges.iter().map(|range| Beam { tensor, number, range: range.clone() }).collect();
            self.slopes(task, function, origin, &beams).iter().map(Slopes::excess).collect()
        })
    }

    fn slopes(
        &self,
        task: &Task<'_>,
        function: &mut Function<'_>,
        origin: &Origin,
        beams: &[Beam],
    ) -> Vec<Slopes> {
        function.map(task.point, None, beams, |f, point, beam| {
            let part = &task.parts[beam.tensor];
            let mut v = vec![0.0f64; beam.range.len()];
            let stream = Stream::new(self.seed, Stream::key(&part.name), 1 + beam.number as u64);
            stream.normal((beam.range.start - part.range.start) as u64, 0.0, 1.0, &mut v);
            let (x, a) = (&task.point[beam.range.clone()], &task.analytic[beam.range.clone()]);
            let analytic: f64 = v.iter().zip(a).map(|(v, a)| v * a).sum();
            let rounding: f64 = v.iter().zip(a).map(|(v, a)| (v * a).abs()).sum::<f64>() * f64::EPSILON;
            let norm = norm(a);
            let mut along = |t: f64| {
                let moved = point[beam.range.clone()].iter_mut().zip(x).zip(&v);
                moved.for_each(|((point, x), v)| *point = x + t * v);
                f(point)
            };
            let mut line =
                Line { f: &mut along, x: 0.0, here: origin.here, noise: origin.noise, typical: 0.0 };
            let outcome = line.ladder_with(analytic, norm, self.key(beam.range.start) ^ beam.number as u64);
            point[beam.range.clone()].copy_from_slice(x);
            match outcome {
                Outcome::Smooth { slope, noise } => Slopes {
                    analytic,
                    numeric: slope,
                    difference: Some((analytic - slope).abs()),
                    allowed: noise + 4.0 * rounding + 1e-9 * (analytic.abs() + slope.abs()),
                    norm,
                },
                Outcome::Bend { .. } | Outcome::Kink | Outcome::Inconclusive | Outcome::Undefined => {
                    Slopes { analytic, numeric: f64::NAN, difference: None, allowed: 0.0, norm }
                }
            }
        })
    }
}
