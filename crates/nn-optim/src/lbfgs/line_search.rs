//! A step that satisfies the strong Wolfe conditions.

/// A point on the line: the step, f and d·g there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    pub(super) a: f64,
    pub(super) value: f64,
    pub(super) slope: f64,
}

/// f falls by at least this share of what the slope at the start promises (equation 3.7a).
const DECREASE: f64 = 1e-4;
/// The slope becomes this much flatter (equation 3.7b), the book's value for Newton's steps.
const FLATTER: f64 = 0.9;
/// Evaluations, as in PyTorch.
const EVALUATIONS: u64 = 25;

pub(super) struct LineSearch {
    start: Point,
    left: u64,
}

impl LineSearch {
    pub(super) fn new(start: Point) -> LineSearch {
        LineSearch { start, left: EVALUATIONS }
    }

    fn falls(&self, p: Point) -> bool {
        p.value <= self.start.value + DECREASE * p.a * self.start.slope
            && p.value.is_finite()
            && p.slope.is_finite()
    }

    fn is_flat(&self, p: Point) -> bool {
        p.slope.abs() <= -FLATTER * self.start.slope
    }

    /// Algorithm 3.5, from the step `first` on. The point that is returned was evaluated last. Without one that satisfies both
    /// conditions it is the best that satisfies the first.
    pub(super) fn run(mut self, first: f64, evaluate: &mut dyn FnMut(f64) -> Point) -> Option<Point> {
        let (mut before, mut a) = (self.start, first);
        while self.left > 0 {
            self.left -= 1;
            let now = evaluate(a);
            if !self.falls(now) || (before.a > 0.0 && now.value >= before.value) {
                return self.zoom(before, now, evaluate);
            }
            if self.is_flat(now) {
                return Some(now);
            }
            if now.slope >= 0.0 {
                return self.zoom(now, before, evaluate);
            }
            // Further out, as far as the cubic through both points says.
            let next = minimum_of_cubic(before, now).unwrap_or(f64::INFINITY);
            (before, a) = (now, next.clamp(1.1 * now.a, 10.0 * now.a));
        }
        self.settle(before, before.a, evaluate)
    }

    /// Algorithm 3.6: `low` is the best point so far that falls, and a step lies between it and `high`.
    fn zoom(
        mut self,
        mut low: Point,
        mut high: Point,
        evaluate: &mut dyn FnMut(f64) -> Point,
    ) -> Option<Point> {
        let mut last = high.a;
        while self.left > 0 {
            let (from, to) = (low.a.min(high.a), low.a.max(high.a));
            let (width, middle) = (to - from, 0.5 * (from + to));
            if width <= f64::EPSILON * to {
                break;
            }
            // Not too near to an end, where it would hardly move.
            let a = minimum_of_cubic(low, high).unwrap_or(middle).clamp(from + 0.1 * width, to - 0.1 * width);
            self.left -= 1;
            let now = evaluate(a);
            last = a;
            if !self.falls(now) || now.value >= low.value {
                high = now;
                continue;
            }
            if self.is_flat(now) {
                return Some(now);
            }
            if now.slope * (high.a - low.a) >= 0.0 {
                high = low;
            }
            low = now;
        }
        self.settle(low, last, evaluate)
    }

    /// The best point, evaluated last.
    fn settle(&self, best: Point, last: f64, evaluate: &mut dyn FnMut(f64) -> Point) -> Option<Point> {
        match best.a > 0.0 && best.value < self.start.value {
            true if best.a == last => Some(best),
            true => Some(evaluate(best.a)),
            false => None,
        }
    }
}

/// Where the cubic with the values and slopes of two points has its minimum (equation 3.59).
fn minimum_of_cubic(p: Point, q: Point) -> Option<f64> {
    let d1 = p.slope + q.slope - 3.0 * (p.value - q.value) / (p.a - q.a);
    let square = d1 * d1 - p.slope * q.slope;
    let d2 = square.sqrt().copysign(q.a - p.a);
    let a = q.a - (q.a - p.a) * (q.slope + d2 - d1) / (q.slope - p.slope + 2.0 * d2);
    a.is_finite().then_some(a)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cubic_has_its_minimum_where_it_is() {
        // (a - 2)² (a + 1): minimum at 2.
        let at = |a: f64| Point { a, value: (a - 2.0).powi(2) * (a + 1.0), slope: 3.0 * a * (a - 2.0) };
        for (p, q) in [(0.5, 3.0), (3.0, 0.5), (0.25, 1.0), (2.5, 4.0)] {
            assert!((minimum_of_cubic(at(p), at(q)).unwrap() - 2.0).abs() < 1e-12);
        }
    }

    #[test]
    fn both_conditions_hold_on_lines_of_all_kinds() {
        type Line = fn(f64) -> (f64, f64);
        let lines: [Line; 4] = [
            |a| ((a - 3.0).powi(2), 2.0 * (a - 3.0)),
            |a| (-a / (a * a + 2.0), (a * a - 2.0) / (a * a + 2.0).powi(2)),
            |a| ((1.5 + a).cos(), -(1.5 + a).sin()),
            // No number beyond 1: the step is too long.
            |a| (-(a + 0.01).ln() - (1.0 - a).ln(), -1.0 / (a + 0.01) + 1.0 / (1.0 - a)),
        ];
        for (i, line) in lines.into_iter().enumerate() {
            for first in [1e-3, 0.3, 1.0, 40.0] {
                let start = Point { a: 0.0, value: line(0.0).0, slope: line(0.0).1 };
                let mut last = 0.0;
                let mut evaluate = |a| {
                    last = a;
                    let (value, slope) = line(a);
                    Point { a, value, slope }
                };
                let search = LineSearch::new(start);
                let found = LineSearch::new(start).run(first, &mut evaluate).unwrap();
                assert_eq!(found.a, last, "line {i} from {first}");
                assert!(search.falls(found) && search.is_flat(found), "line {i} from {first}: {found:?}");
            }
        }
    }
}
