//! The first look: the slope from three far points, and a near one that says whether it may be believed.
//!
//! Steps that are multiples of each other share their blind spots: a wave of f whose period divides them, and a bump between the
//! point and the shorter one, have the same values there as if they were not. So no two steps have a simple ratio, every element has
//! steps of its own, and one of them is a hundred times shorter than the others.

use super::{Line, Outcome, SIGMAS, STEP};

/// The far steps relative to [`STEP`], before they are stretched; with the other sign where the draw says so.
const FAR: [f64; 3] = [-0.7, 0.7, 1.4];

/// The near step, relative to max(|x|, 1). Round-off of f tells there to some 1e-9 of f whether the slope is the same as that of the far ones.
pub(super) const NEAR: f64 = 1e-6;

/// How far the slope over the near step may be from what the far ones say, relative to it, beyond round-off: half of what settles
/// an element.
const SAME: f64 = 1e-8;

/// A number in [0, 1) for draw `n` of an element: SplitMix64 (Steele, Lea and Flood, 2014).
pub(super) fn uniform(key: u64, n: u64) -> f64 {
    let mut z = key.wrapping_add((n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / 2f64.powi(53)
}

/// A factor between 0.85 and 1.15 for draw `n` of an element.
pub(super) fn stretch(key: u64, n: u64) -> f64 {
    0.85 + 0.3 * uniform(key, n)
}

impl Line<'_> {
    /// The slope from four values, with the steps that `key` draws. Never looks at the analytic gradient.
    ///
    /// (f(x+t) - f(x))/t is f' + f''·t/2 + f‴·t²/6 and more: its parabola through three points, at t = 0, has the slope without f'' and f‴. The
    /// fourth point lies so near that the parabola is off by as much there as at 0: what it is off by is the error of the slope.
    pub(crate) fn first_look_with(&mut self, key: u64) -> Outcome {
        let sign = |draw: u64| if uniform(key, draw) < 0.5 { -1.0 } else { 1.0 };
        let (h, side) = (STEP * self.scale(), sign(0));
        let mut largest = 0.0f64;
        // The step that is really taken, which rounding makes differ, and the slope over it.
        let mut over = |step: f64| {
            let t = (self.x + step) - self.x;
            let value = (self.f)(self.x + step);
            largest = largest.max(value.abs());
            (t, (value - self.here) / t)
        };
        let far: [(f64, f64); 3] =
            std::array::from_fn(|k| over(side * FAR[k] * h * stretch(key, 1 + k as u64)));
        let (near, over_near) = over(sign(4) * NEAR / STEP * h * stretch(key, 5));

        let at_zero = weights(&far, 0.0);
        let slope = dot(&at_zero, &far);
        let off = over_near - dot(&weights(&far, near), &far);
        let noise = self.noise_of(far[1].1 - far[0].1, h, largest);
        // Each weight is shared by a value and by f(x).
        let shares = [0, 1, 2].map(|k| at_zero[k] / far[k].0);
        let squares = shares.iter().map(|s| s * s).sum::<f64>() + shares.iter().sum::<f64>().powi(2);
        let explained = SIGMAS * 2f64.sqrt() * noise / near.abs();
        if off.abs() <= explained + SAME * slope.abs() {
            let rest = (off.abs() - explained).max(0.0);
            Outcome::Smooth { slope, noise: SIGMAS * squares.sqrt() * noise + rest }
        } else {
            Outcome::Inconclusive
        }
    }
}

/// The weights of the parabola through three points, at `t` (Lagrange).
fn weights(points: &[(f64, f64); 3], t: f64) -> [f64; 3] {
    [(0, 1, 2), (1, 2, 0), (2, 0, 1)].map(|(i, j, k)| {
        let [own, a, b] = [i, j, k].map(|i| points[i].0);
        (t - a) * (t - b) / ((own - a) * (own - b))
    })
}

fn dot(weights: &[f64; 3], points: &[(f64, f64); 3]) -> f64 {
    (0..3).map(|k| weights[k] * points[k].1).sum()
}
