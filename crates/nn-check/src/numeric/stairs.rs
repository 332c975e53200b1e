//! Round-off where the steps lie, and stairs of f.

use super::ladder::{RATIO, THREE_RUNGS};
use super::noise::round_off_along;
use super::{Line, SIGMAS};

/// Points to a step where round-off is measured around x: not a whole number, so that no point is one of the steps'.
const SPACINGS: f64 = 7.3;

/// How far a stair is looked for, in steps, and how narrow the place of one is made.
const REACH: f64 = 1e4;
const NARROW: f64 = 1e-3;

impl Line<'_> {
    /// How far round-off may have moved `slope`, that of three rungs the shortest of which has the step `h`.
    ///
    /// Close points may show less of it than there is: a sum one term of which has lost its digits (ln(1 - y) where y is all but 1) is made of
    /// stairs, and such points lie on one of them, where f has the slope of the other terms. So it is measured where the shortest and where the
    /// longest rung lies, and a stair nearby counts with its height.
    pub(super) fn noise_over(&mut self, h: f64, slope: f64) -> f64 {
        let there = [h, h * RATIO * RATIO].map(|h| round_off_along(self.f, self.x, h / SPACINGS));
        let stair = [1.0, -1.0].map(|side| self.stair(side * h, slope)).into_iter().fold(0.0, f64::max);
        (SIGMAS * THREE_RUNGS * there[0].max(there[1]) / h).max(2.0 * stair / h)
    }

    /// The height of a stair of f on the side to which `h` points; 0 where none is found. Of two halves of an interval the one is kept
    /// over which f differs more from a line: what a smooth function differs by falls with the length, a stair stays.
    fn stair(&mut self, h: f64, slope: f64) -> f64 {
        let reach = (REACH * h.abs()).min(0.1 * self.scale()).max(4.0 * h.abs());
        let value = |line: &mut Line<'_>, at: f64| (at, (line.f)(at));
        let off = |a: (f64, f64), b: (f64, f64)| (b.1 - a.1 - slope * (b.0 - a.0)).abs();
        let (mut a, mut b) = ((self.x, self.here), value(self, self.x + reach.copysign(h)));
        let mut sizes = Vec::new();
        while (b.0 - a.0).abs() > NARROW * h.abs() {
            let middle = value(self, 0.5 * (a.0 + b.0));
            if middle.0 == a.0 || middle.0 == b.0 {
                break;
            }
            if off(a, middle) > off(middle, b) {
                b = middle;
            } else {
                a = middle;
            }
            sizes.push(off(a, b));
        }
        // Six halvings.
        match sizes[..] {
            [.., before, _, _, _, _, _, last] if last >= 0.5 * before && last.is_finite() => last,
            _ => 0.0,
        }
    }
}
