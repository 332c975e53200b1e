//! Targets that are shares of all classes, or become so by smoothing, with the classes one beside the other: a row at a
//! time, in vectors.
//!
//! With M the largest output, r = Σ exp(yₖ - M) over the others and aₖ the factor of -ln softmax(y)ₖ, the term is
//! Σ aₖ (M - yₖ) + (Σ aₖ) ln(1 + r), and its gradient (Σ aₖ) exp(yₖ - M)/(1 + r) - aₖ.

use tensor_ops::Real;

use super::rows::{LANES, Sums, halve};

/// The factors of a row: (keep·t + spread)·w.
#[derive(Clone, Copy)]
pub(super) struct Factors<'a, T> {
    pub(super) share: Share<'a, T>,
    pub(super) keep: T,
    pub(super) spread: T,
    pub(super) weights: Option<&'a [f64]>,
}

/// The target of a row.
#[derive(Clone, Copy)]
pub(super) enum Share<'a, T> {
    Class(usize),
    Soft(&'a [T]),
}

impl<T: Real> Factors<'_, T> {
    /// The factors of `len` classes from `first` on, and 0 behind them.
    #[inline(always)]
    fn vector(&self, first: usize, len: usize) -> [T; LANES] {
        let mut a = [self.spread; LANES];
        match self.share {
            Share::Soft(row) => {
                let row = &row[first..first + len];
                for l in 0..len {
                    a[l] += self.keep * row[l];
                }
            }
            Share::Class(class) => {
                for l in 0..LANES {
                    a[l] += if first + l == class { self.keep } else { T::ZERO };
                }
            }
        }
        if let Some(weights) = self.weights {
            let weights = &weights[first..first + len];
            for l in 0..len {
                a[l] *= T::from_f64(weights[l]);
            }
        }
        for l in 0..LANES {
            a[l] = if l < len { a[l] } else { T::ZERO };
        }
        a
    }
}

/// The term of a row, and where GRADIENT, dy. To be called inside `simd::dispatch`.
#[inline(always)]
pub(super) fn row<T: Real, const GRADIENT: bool>(
    y: &[T],
    factors: Factors<'_, T>,
    upstream: T,
    dy: &mut [T],
) -> T {
    let (whole, tail) = y.as_chunks::<LANES>();
    let tail_first = whole.len() * LANES;
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

    let mut row = Row { most, sums: Sums::new(), total: [T::ZERO; LANES], apart: [T::ZERO; LANES] };
    let (into, into_tail) = dy.as_chunks_mut::<LANES>();
    for (i, chunk) in whole.iter().enumerate() {
        let e = row.add(chunk, factors.vector(i * LANES, LANES));
        if GRADIENT {
            into[i] = e;
        }
    }
    let tail_factors = factors.vector(tail_first, tail.len());
    if !tail.is_empty() {
        let e = row.add(&last, tail_factors);
        if GRADIENT {
            into_tail.copy_from_slice(&e[..tail.len()]);
        }
    }
    let rest = if most.is_finite() { row.sums.rest() } else { T::from_f64(f64::NAN) };
    let total = halve(row.total);
    if GRADIENT {
        let scale = total / (T::ONE + rest);
        for (i, dy) in into.iter_mut().enumerate() {
            let a = factors.vector(i * LANES, LANES);
            for l in 0..LANES {
                dy[l] = upstream * (scale * dy[l] - a[l]);
            }
        }
        for l in 0..into_tail.len() {
            into_tail[l] = upstream * (scale * into_tail[l] - tail_factors[l]);
        }
    }
    halve(row.apart) + total * rest.ln_1p()
}

/// What is summed over the classes.
struct Row<T> {
    most: T,
    sums: Sums<T>,
    /// Σ aₖ.
    total: [T; LANES],
    /// Σ aₖ (M - yₖ).
    apart: [T; LANES],
}

impl<T: Real> Row<T> {
    /// Adds a vector of outputs with their factors, and returns the exponentials.
    #[inline(always)]
    fn add(&mut self, y: &[T; LANES], a: [T; LANES]) -> [T; LANES] {
        for l in 0..LANES {
            self.total[l] += a[l];
            // A class without a factor may have probability 0.
            let part = a[l] * (self.most - y[l]);
            self.apart[l] += if a[l] == T::ZERO { T::ZERO } else { part };
        }
        self.sums.add(y, self.most)
    }
}
