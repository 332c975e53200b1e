//! The usual case in vectors: one class number a sample, classes one beside the other, no smoothing.
//!
//! With M the largest output of a row and r = Σ exp(yₖ - M) over the others, -ln softmax(y)ₜ = (M - yₜ) + ln(1 + r) and
//! softmax(y)ₖ = exp(yₖ - M)/(1 + r): one exponential an output. A row has the same bits wherever it stands.

use tensor_ops::{Real, simd, slices};

/// Rows up to this length are taken together, so that their exponentials fill vectors; and lanes of the sum of a longer
/// one.
pub(super) const LANES: usize = 16;
/// Short rows taken together.
const TOGETHER: usize = 64;

/// What the terms and gradients of a row are multiplied by; 0 twice for a row that is ignored.
#[derive(Clone, Copy)]
pub(super) struct Scale<T> {
    pub(super) term: T,
    pub(super) gradient: T,
}

/// Terms, and where there is room for it dy: for outputs `(m, classes)`, and the class number and scale of each row.
pub(super) fn rows<T: Real>(
    y: &[T],
    classes: usize,
    targets: &[usize],
    scale: impl Fn(usize) -> Scale<T>,
    terms: &mut [T],
    mut dy: Option<&mut [T]>,
) {
    let step = if classes > LANES { 1 } else { TOGETHER };
    for first in (0..terms.len()).step_by(step) {
        let rows = first..(first + step).min(terms.len());
        let at = rows.start * classes..rows.end * classes;
        let (y, targets, terms) = (&y[at.clone()], &targets[rows.clone()], &mut terms[rows]);
        let scale = |row: usize| scale(first + row);
        match &mut dy {
            Some(dy) if classes > LANES => {
                terms[0] = long_row::<T, true>(y, targets[0], scale(0), &mut dy[at])
            }
            None if classes > LANES => terms[0] = long_row::<T, false>(y, targets[0], scale(0), &mut []),
            Some(dy) => short_rows::<T, true>(y, classes, targets, scale, terms, &mut dy[at]),
            None => {
                let exponentials = &mut [T::ZERO; LANES * TOGETHER][..y.len()];
                short_rows::<T, false>(y, classes, targets, scale, terms, exponentials);
            }
        }
    }
}

/// Up to TOGETHER rows of up to LANES classes. `dy` holds the exponentials, and where GRADIENT, in the end the gradient.
fn short_rows<T: Real, const GRADIENT: bool>(
    y: &[T],
    classes: usize,
    targets: &[usize],
    scale: impl Fn(usize) -> Scale<T>,
    terms: &mut [T],
    dy: &mut [T],
) {
    let mut best = [0; TOGETHER];
    let rows = y.chunks_exact(classes).zip(dy.chunks_exact_mut(classes));
    for (((y, e), best), (term, target)) in rows.zip(&mut best).zip(terms.iter_mut().zip(targets)) {
        // The first of the largest, by comparisons that NaN fails; then it is in the sum.
        let (mut max, mut at) = (y[0], 0);
        for (c, &x) in y.iter().enumerate() {
            let is_larger = x > max;
            max = if is_larger { x } else { max };
            at = if is_larger { c } else { at };
        }
        *best = at;
        for (e, &x) in e.iter_mut().zip(y) {
            *e = x - max;
        }
        // Not in the sum; but an infinite largest has no softmax.
        e[at] = if max.is_finite() { -T::INFINITY } else { T::from_f64(f64::NAN) };
        *term = max - y[(*target).min(classes - 1)];
    }
    slices::exp_in_place(dy);
    let mut rest = [T::ZERO; TOGETHER];
    for (rest, e) in rest.iter_mut().zip(dy.chunks_exact(classes)) {
        for e in e {
            *rest += *e;
        }
    }
    let mut logarithms = rest;
    slices::ln_1p_in_place(&mut logarithms[..terms.len()]);
    let rows = dy.chunks_exact_mut(classes).zip(best.iter().zip(&rest).zip(&logarithms));
    for (i, ((dy, ((best, rest), log)), (value, target))) in
        rows.zip(terms.iter_mut().zip(targets)).enumerate()
    {
        let scale = scale(i);
        *value = term(scale, *value + *log);
        if GRADIENT {
            let factor = scale.gradient / (T::ONE + *rest);
            for dy in &mut *dy {
                *dy *= factor;
            }
            dy[*best] = factor;
            finish(scale, (*target).min(classes - 1), dy);
        }
    }
}

/// One row, LANES classes a vector. The class of a row that is ignored may lie outside the range.
fn long_row<T: Real, const GRADIENT: bool>(y: &[T], target: usize, scale: Scale<T>, dy: &mut [T]) -> T {
    simd::dispatch(
        #[inline(always)]
        || vectors::<T, GRADIENT>(y, target, scale, dy),
    )
}

#[inline(always)]
fn vectors<T: Real, const GRADIENT: bool>(y: &[T], target: usize, scale: Scale<T>, dy: &mut [T]) -> T {
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

    let mut sums = Sums::new();
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
    let rest = if most.is_finite() { sums.rest() } else { T::from_f64(f64::NAN) };
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
pub(super) struct Sums<T> {
    rest: [T; LANES],
    ones: [T; LANES],
}

/// Σ of the lanes, in halves.
#[inline(always)]
pub(super) fn halve<T: Real>(mut lanes: [T; LANES]) -> T {
    let mut half = LANES / 2;
    while half > 0 {
        for l in 0..half {
            lanes[l] += lanes[l + half];
        }
        half /= 2;
    }
    lanes[0]
}

impl<T: Real> Sums<T> {
    #[inline(always)]
    pub(super) fn new() -> Sums<T> {
        Sums { rest: [T::ZERO; LANES], ones: [T::ZERO; LANES] }
    }

    /// Adds a vector, and returns its exponentials.
    #[inline(always)]
    pub(super) fn add(&mut self, y: &[T; LANES], most: T) -> [T; LANES] {
        let mut e = [T::ZERO; LANES];
        for l in 0..LANES {
            e[l] = (y[l] - most).exp();
            let is_most = y[l] == most;
            self.rest[l] += if is_most { T::ZERO } else { e[l] };
            self.ones[l] += if is_most { T::ONE } else { T::ZERO };
        }
        e
    }

    /// The sum over all but one of the largest, of which there is at least one.
    #[inline(always)]
    pub(super) fn rest(self) -> T {
        (halve(self.ones) - T::ONE) + halve(self.rest)
    }
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
