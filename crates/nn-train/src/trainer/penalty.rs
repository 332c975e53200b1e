//! Penalties on large weights, by part of θ.

use std::ops::Range;

use nn_core::Layout;
use tensor_ops::{Real, simd};

/// λ₁ Σ |w| + λ₂ Σ w² over the tensors of rank 2 and more.
#[derive(Debug, Default)]
pub(super) struct Penalty {
    l1: f64,
    l2: f64,
    weights: Vec<Range<usize>>,
}

impl Penalty {
    pub(super) fn new((l1, l2): (f64, f64), layout: &Layout) -> Penalty {
        let weights = layout.entries().iter().filter(|entry| entry.shape.rank() > 1);
        let weights = if l1 == 0.0 && l2 == 0.0 { Vec::new() } else { weights.map(|e| e.range()).collect() };
        Penalty { l1, l2, weights }
    }

    /// Adds λ₁ sign(w) + 2 λ₂ w to the gradient of the part of θ that begins with number `first`.
    pub(super) fn add<T: Real>(&self, first: usize, theta: &[T], gradient: &mut [T]) {
        let (l1, l2) = (T::from_f64(self.l1), T::from_f64(2.0 * self.l2));
        for range in &self.weights {
            let from = range.start.clamp(first, first + theta.len()) - first;
            let to = range.end.clamp(first, first + theta.len()) - first;
            let (theta, gradient) = (&theta[from..to], &mut gradient[from..to]);
            simd::dispatch(
                #[inline(always)]
                || {
                    for i in 0..theta.len() {
                        let w = theta[i];
                        let sign = if w == T::ZERO { T::ZERO } else { T::ONE.copysign(w) };
                        gradient[i] += l1 * sign + l2 * w;
                    }
                },
            );
        }
    }
}
