//! The usual case in vectors: one class number a sample, classes one beside the other, no smoothing.
//!
//! With M the largest output of a row and r = Σ exp(yₖ - M) over the others, -ln softmax(y)ₜ = (M - yₜ) + ln(1 + r) and
//! softmax(y)ₖ = exp(yₖ - M)/(1 + r): one exponential an output. A row has the same bits wherever it stands.

use tensor_ops::Real;

/// Rows side by side, one a lane, where a row is too short to fill a vector; and lanes of the sum of a longer one.
const LANES: usize = 16;

/// What the terms and gradients of a row are multiplied by; 0 twice for a row that is ignored.
#[derive(Clone, Copy)]
pub(super) struct Scale<T> {
    pub(super) term: T,
    pub(super) gradient: T,
}

/// Terms, and where GRADIENT, dy: for outputs `(m, classes)` and the class numbers and scales of each row.
#[inline(always)]
pub(super) fn rows<T: Real, const GRADIENT: bool>(
    y: &[T],
    classes: usize,
    targets: &[usize],
    scale: impl Fn(usize) -> Scale<T>,
    terms: &mut [T],
    dy: &mut [T],
) {
    if classes > LANES {
        for (i, term) in terms.iter_mut().enumerate() {
            let at = i * classes..(i + 1) * classes;
            let dy = if GRADIENT { &mut dy[at.clone()] } else { &mut [][..] };
            *term = long_row::<T, GRADIENT>(&y[at], targets[i], scale(i), dy);
        }
        return;
    }
    let mut first = 0;
    while first < terms.len() {
        let count = LANES.min(terms.len() - first);
        let at = first * classes..(first + count) * classes;
        let dy = if GRADIENT { &mut dy[at.clone()] } else { &mut [][..] };
        let (targets, terms) = (&targets[first..first + count], &mut terms[first..first + count]);
        let mut scales = [Scale { term: T::ZERO, gradient: T::ZERO }; LANES];
        for l in 0..count {
            scales[l] = scale(first + l);
        }
        short_rows::<T, GRADIENT>(&y[at], classes, targets, &scales, terms, dy);
        first += count;
    }
}

/// Up to LANES rows of up to LANES classes, turned so that a vector holds one class of all rows.
#[inline(always)]
fn short_rows<T: Real, const GRADIENT: bool>(
    y: &[T],
    classes: usize,
    targets: &[usize],
    scales: &[Scale<T>; LANES],
    terms: &mut [T],
    dy: &mut [T],
) {
    let count = terms.len();
    let mut e = [[T::ZERO; LANES]; LANES];
    for l in 0..count {
        for c in 0..classes {
            e[c][l] = y[l * classes + c];
        }
    }
    // The first of the largest, by comparisons that NaN fails; then it is in the sum.
    let (mut max, mut best) = (e[0], [0u32; LANES]);
    for c in 1..classes {
        for l in 0..LANES {
            let larger = e[c][l] > max[l];
            max[l] = if larger { e[c][l] } else { max[l] };
            best[l] = if larger { c as u32 } else { best[l] };
        }
    }
    let mut rest = [T::ZERO; LANES];
    for c in 0..classes {
        for l in 0..LANES {
            e[c][l] = (e[c][l] - max[l]).exp();
            rest[l] += if best[l] == c as u32 { T::ZERO } else { e[c][l] };
        }
    }
    let mut logs = [T::ZERO; LANES];
    for l in 0..LANES {
        logs[l] = rest[l].ln_1p();
    }
    for l in 0..count {
        terms[l] = term(scales[l], (max[l] - y[l * classes + targets_of(targets, l, classes)]) + logs[l]);
    }
    if !GRADIENT {
        return;
    }
    for c in 0..classes {
        for l in 0..LANES {
            e[c][l] = scales[l].gradient * (e[c][l] / (T::ONE + rest[l]));
        }
    }
    for l in 0..count {
        for c in 0..classes {
            dy[l * classes + c] = e[c][l];
        }
        finish(scales[l], targets_of(targets, l, classes), &mut dy[l * classes..(l + 1) * classes]);
    }
}

/// One row, LANES classes a vector.
#[inline(always)]
fn long_row<T: Real, const GRADIENT: bool>(y: &[T], target: usize, scale: Scale<T>, dy: &mut [T]) -> T {
    let (whole, tail) = y.as_chunks::<LANES>();
    // What is missing in the last vector adds nothing.
    let mut last = [-T::INFINITY; LANES];
    last[..tail.len()].copy_from_slice(tail);

    let mut max = last;
    for chunk in whole {
        for l in 0..LANES {
            max[l] = if chunk[l] > max[l] { chunk[l] } else { max[l] };
        }
    }
    let mut most = y[0]; // a NaN here stays, and is in the sum anywhere else
    for l in 0..LANES {
        most = if max[l] > most { max[l] } else { most };
    }

    let mut sums = Sums { rest: [T::ZERO; LANES], ones: [T::ZERO; LANES] };
    let (into, into_tail) = dy.as_chunks_mut::<LANES>();
    for (i, chunk) in whole.iter().enumerate() {
        let e = sums.add(chunk, most);
        if GRADIENT {
            into[i] = e;
        }
    }
    if !tail.is_empty() {
        let e = sums.add(&last, most);
        if GRADIENT {
            into_tail.copy_from_slice(&e[..tail.len()]);
        }
    }
    let rest = sums.rest();
    let target = target.min(y.len() - 1);
    if GRADIENT {
        let factor = scale.gradient / (T::ONE + rest);
        for dy in dy.iter_mut() {
            *dy *= factor;
        }
        finish(scale, target, dy);
    }
    term(scale, (most - y[target]) + rest.ln_1p())
}

/// Σ exp(yₖ - M) in lanes: what equals M is counted, for all but one of it belong to the sum.
struct Sums<T> {
    rest: [T; LANES],
    ones: [T; LANES],
}

impl<T: Real> Sums<T> {
    /// Adds a vector, and returns its exponentials.
    #[inline(always)]
    fn add(&mut self, y: &[T; LANES], most: T) -> [T; LANES] {
        let mut e = [T::ZERO; LANES];
        for l in 0..LANES {
            e[l] = (y[l] - most).exp();
            let is_most = y[l] == most;
            self.rest[l] += if is_most { T::ZERO } else { e[l] };
            self.ones[l] += if is_most { T::ONE } else { T::ZERO };
        }
        e
    }

    /// The sum over all but one of the largest; NaN where there is none, for then the largest is NaN.
    #[inline(always)]
    fn rest(mut self) -> T {
        let mut half = LANES / 2;
        while half > 0 {
            for l in 0..half {
                self.rest[l] += self.rest[l + half];
                self.ones[l] += self.ones[l + half];
            }
            half /= 2;
        }
        if self.ones[0] > T::ZERO { (self.ones[0] - T::ONE) + self.rest[0] } else { self.rest[0] }
    }
}

/// The class of a row; any, where the row is ignored, whose number may lie outside the range.
#[inline(always)]
fn targets_of(targets: &[usize], row: usize, classes: usize) -> usize {
    targets[row].min(classes - 1)
}

/// A row that is ignored has no term, whatever its outputs.
#[inline(always)]
fn term<T: Real>(scale: Scale<T>, x: T) -> T {
    if scale.term == T::ZERO { T::ZERO } else { scale.term * x }
}

/// softmax(y) becomes softmax(y) - onehot(t), and a row that is ignored has no gradient, whatever its outputs.
#[inline(always)]
fn finish<T: Real>(scale: Scale<T>, target: usize, dy: &mut [T]) {
    if scale.gradient == T::ZERO {
        dy.fill(T::ZERO);
    } else {
        dy[target] -= scale.gradient;
    }
}
