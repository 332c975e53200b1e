//! The columns of a Jacobian: one walk along an axis, or along a direction, serves all outputs.

use std::collections::HashMap;
use std::ops::Range;

use tensor_ops::random::Stream;

use crate::Check;
use crate::function::{Eval, Function};
use crate::halving::halve;
use crate::numeric::{Line, Outcome, root_mean_square, round_off};

/// A wrong Jacobian of at most so many elements is looked at as a whole, for the sake of the hints.
const MOST_CLOSER: usize = 4096;

/// A Jacobian while it is looked at.
pub(crate) struct Columns<'a, 'f> {
    check: &'a Check,
    x: &'a [f64],
    pub(crate) outputs: usize,
    pub(crate) analytic: &'a [f64],
    function: Function<'f, Vec<f64>>,
    /// The outputs at x, and the standard deviation of their round-off.
    here: Vec<f64>,
    noise: Vec<f64>,
    /// The root mean square of each row.
    weights: Vec<f64>,
    /// What the differences say of the columns that were looked at.
    pub(crate) found: HashMap<usize, Vec<Outcome>>,
}

/// A direction in a range of x.
struct Ray {
    number: usize,
    range: Range<usize>,
}

/// A slope of one output along a ray.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slope {
    pub(crate) analytic: f64,
    /// NaN where there is none.
    pub(crate) numeric: f64,
    /// How far round-off may have moved it.
    pub(crate) allowed: f64,
    /// The norm of the row's part.
    pub(crate) norm: f64,
}

impl Slope {
    /// By how many times the difference is more than round-off explains: more than 1 where it is off.
    fn excess(&self) -> f64 {
        match (self.analytic.is_finite(), self.numeric.is_nan()) {
            (_, true) => 0.0,
            (false, _) => f64::INFINITY,
            _ => (self.analytic - self.numeric).abs() / self.allowed,
        }
    }
}

impl<'a, 'f> Columns<'a, 'f> {
    pub(crate) fn new(
        check: &'a Check,
        x: &'a [f64],
        outputs: usize,
        analytic: &'a [f64],
        mut function: Function<'f, Vec<f64>>,
    ) -> Columns<'a, 'f> {
        let (here, noise) = function.once(x, None, |f, point| {
            let mut known = HashMap::new();
            let mut value = |x: &[f64], i: usize| -> f64 {
                let bits: Vec<u64> = x.iter().map(|x| x.to_bits()).collect();
                known.entry(bits).or_insert_with(|| values(f, x, outputs))[i]
            };
            let here: Vec<f64> = (0..outputs).map(|i| value(point, i)).collect();
            let noise =
                |i: usize| round_off(&mut |x| value(x, i), point).max(0.5 * f64::EPSILON * here[i].abs());
            let noise: Vec<f64> = (0..outputs).map(noise).collect();
            (here, noise)
        });
        let weight = |row: &[f64]| {
            let finite: Vec<f64> = row.iter().copied().filter(|a| a.is_finite()).collect();
            root_mean_square(&finite)
        };
        let weights = analytic.chunks(x.len().max(1)).map(weight).collect();
        Columns { check, x, outputs, analytic, function, here, noise, weights, found: HashMap::new() }
    }

    /// Looks at these columns, unless that was done.
    pub(crate) fn look_at(&mut self, columns: Vec<usize>) {
        let new: Vec<usize> = columns.into_iter().filter(|j| !self.found.contains_key(j)).collect();
        let Columns { x, outputs, analytic, here, noise, weights, .. } = self;
        let (x, outputs, analytic) = (*x, *outputs, *analytic);
        let typical = root_mean_square(x);
        let outcomes = self.function.map(x, None, &new, |f, point, &j| {
            // All outputs are read from the same values.
            let mut known = HashMap::new();
            let column = (0..outputs).map(|i| {
                let mut along = |at: f64| {
                    let all = known.entry(at.to_bits()).or_insert_with(|| {
                        point[j] = at;
                        values(f, point, outputs)
                    });
                    all[i]
                };
                let mut line = Line { f: &mut along, x: x[j], here: here[i], noise: noise[i], typical };
                let (a, first) = (analytic[i * x.len() + j], line.first_look());
                if first.settles(a, weights[i]) { first } else { line.ladder(a, weights[i]) }
            });
            let column: Vec<Outcome> = column.collect();
            point[j] = x[j];
            column
        });
        self.found.extend(new.into_iter().zip(outcomes));
    }

    /// The columns in which something is no number.
    pub(crate) fn strange(&self) -> Vec<usize> {
        let is_strange =
            |j: &usize| (0..self.outputs).any(|i| !self.analytic[i * self.x.len() + j].is_finite());
        (0..self.x.len()).filter(is_strange).take(MOST_CLOSER).collect()
    }

    /// Whether all of them can be looked at for the sake of a hint.
    pub(crate) fn are_few(&self) -> bool {
        self.analytic.len() <= MOST_CLOSER
    }

    /// The slopes of every output along `k` random directions. Where one is off x is halved, down to the columns that make it so, which are
    /// looked at.
    pub(crate) fn look_along(&mut self, k: usize) -> Vec<Vec<Slope>> {
        let rays: Vec<Ray> = (0..k).map(|number| Ray { number, range: 0..self.x.len() }).collect();
        let seen = self.slopes(&rays);
        for (ray, slopes) in rays.iter().zip(&seen) {
            let (worst, excess) = (0..self.outputs)
                .map(|i| (i, slopes[i].excess()))
                .fold((0, 0.0), |worst, next| if next.1 > worst.1 { next } else { worst });
            if excess > 1.0 {
                let columns = self.halve(ray, worst);
                self.look_at(columns);
            }
        }
        seen
    }

    fn halve(&mut self, ray: &Ray, row: usize) -> Vec<usize> {
        halve(ray.range.clone(), |ranges| {
            let rays: Vec<Ray> =
                ranges.iter().map(|range| Ray { number: ray.number, range: range.clone() }).collect();
            self.slopes(&rays).iter().map(|slopes| slopes[row].excess()).collect()
        })
    }

    fn slopes(&mut self, rays: &[Ray]) -> Vec<Vec<Slope>> {
        let Columns { check, x, outputs, analytic, here, noise, .. } = self;
        let (x, outputs, analytic, seed) = (*x, *outputs, *analytic, check.seed);
        self.function.map(x, None, rays, |f, point, ray| {
            let mut v = vec![0.0f64; ray.range.len()];
            let stream = Stream::new(seed, Stream::key("jacobian"), 1 + ray.number as u64);
            stream.normal(ray.range.start as u64, 0.0, 1.0, &mut v);
            let mut known = HashMap::new();
            let slopes = (0..outputs).map(|i| {
                let a = &analytic[i * x.len()..][ray.range.clone()];
                let slope: f64 = v.iter().zip(a).map(|(v, a)| v * a).sum();
                let rounding = v.iter().zip(a).map(|(v, a)| (v * a).abs()).sum::<f64>() * f64::EPSILON;
                let norm = a.iter().map(|a| a * a).sum::<f64>().sqrt();
                let mut along = |t: f64| {
                    let all = known.entry(t.to_bits()).or_insert_with(|| {
                        let moved = point[ray.range.clone()].iter_mut().zip(&x[ray.range.clone()]).zip(&v);
                        moved.for_each(|((point, x), v)| *point = x + t * v);
                        values(f, point, outputs)
                    });
                    all[i]
                };
                let mut line = Line { f: &mut along, x: 0.0, here: here[i], noise: noise[i], typical: 0.0 };
                let (numeric, noise) = match line.ladder(slope, norm) {
                    Outcome::Smooth { slope, noise } => (slope, noise),
                    _ => (f64::NAN, 0.0),
                };
                let size = slope.abs() + numeric.abs();
                Slope { analytic: slope, numeric, allowed: noise + 4.0 * rounding + 1e-9 * size, norm }
            });
            let slopes: Vec<Slope> = slopes.collect();
            point[ray.range.clone()].copy_from_slice(&x[ray.range.clone()]);
            slopes
        })
    }
}

fn values(f: &mut Eval<'_, Vec<f64>>, x: &[f64], outputs: usize) -> Vec<f64> {
    let values = f(x);
    assert_eq!(values.len(), outputs, "outputs of the function, which had others before");
    values
}
