//! The curvature as the last steps saw it, in a flat slice.

use tensor_ops::Real;
use tensor_ops::reduce::dot;

use super::{add_scaled, step};

/// The last steps s and changes of the gradient y, as a view of plain numbers: the slot that is written next, how many slots are
/// filled, ρ = 1/(s·y) of each slot, then s and y of each slot. There is a slot more than steps are remembered: a step is written
/// there before it is known whether it will do.
pub(super) struct Curvature<'a, T> {
    head: &'a mut [T],
    rho: &'a mut [T],
    pairs: &'a mut [T],
    n: usize,
    next: usize,
    filled: usize,
}

const HEAD: usize = 2;

pub(super) fn len(history: usize, n: usize) -> usize {
    HEAD + (history + 1) * (1 + 2 * n)
}

impl<'a, T: Real> Curvature<'a, T> {
    /// `None` where these are no numbers that an equal minimiser has left.
    pub(super) fn new(state: &'a mut [T], history: usize, n: usize) -> Option<Curvature<'a, T>> {
        if state.len() != len(history, n) {
            return None;
        }
        let (head, rest) = state.split_at_mut(HEAD);
        let (rho, pairs) = rest.split_at_mut(history + 1);
        let whole = |x: T| (0..=history).find(|&count| T::from_usize(count) == x);
        let (next, filled) = (whole(head[0])?, whole(head[1])?);
        let fits = filled == history || filled == next;
        fits.then_some(Curvature { head, rho, pairs, n, next, filled })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.filled == 0
    }

    pub(super) fn clear(&mut self) {
        self.mark(0, 0);
    }

    fn mark(&mut self, next: usize, filled: usize) {
        (self.next, self.filled) = (next, filled);
        self.head.copy_from_slice(&[next, filled].map(T::from_usize));
    }

    /// The slots, the newest step first.
    fn newest_first(&self) -> impl DoubleEndedIterator<Item = usize> + use<'a, T> {
        let (next, slots) = (self.next, self.rho.len());
        (1..=self.filled).map(move |back| (next + slots - back) % slots)
    }

    /// (s, y) of a slot.
    fn pair(&self, slot: usize) -> (&[T], &[T]) {
        self.pairs[2 * slot * self.n..][..2 * self.n].split_at(self.n)
    }

    /// Takes up a step; the oldest is forgotten where there are too many.
    pub(super) fn observe(&mut self, from: &[T], to: &[T], from_gradient: &[T], to_gradient: &[T]) {
        let (slot, slots, n) = (self.next, self.rho.len(), self.n);
        let (s, y) = self.pairs[2 * slot * n..][..2 * n].split_at_mut(n);
        step(to, from, -T::ONE, s);
        step(to_gradient, from_gradient, -T::ONE, y);
        let product = dot(s, y);
        // Where the curvature is not positive, which the Wolfe conditions exclude but for rounding, H would not be either.
        if product > T::EPSILON * dot(y, y) * T::EPSILON {
            self.rho[slot] = T::ONE / product;
            self.mark((slot + 1) % slots, (self.filled + 1).min(slots - 1));
        }
    }

    /// -H g, by the two loops of algorithm 7.4.
    pub(super) fn direction(&self, gradient: &[T]) -> Vec<T> {
        let mut d: Vec<T> = gradient.iter().map(|&g| -g).collect();
        let mut alphas = Vec::with_capacity(self.filled);
        for slot in self.newest_first() {
            let (s, y) = self.pair(slot);
            let alpha = self.rho[slot] * dot(s, &d);
            add_scaled(&mut d, -alpha, y);
            alphas.push(alpha);
        }
        if let Some(newest) = self.newest_first().next() {
            // (7.20): s·y / y·y
            let (_, y) = self.pair(newest);
            let scale = T::ONE / (self.rho[newest] * dot(y, y));
            crate::clip::scale(&mut d, scale);
        }
        for (slot, alpha) in self.newest_first().rev().zip(alphas.into_iter().rev()) {
            let (s, y) = self.pair(slot);
            let beta = self.rho[slot] * dot(y, &d);
            add_scaled(&mut d, alpha - beta, s);
        }
        d
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// H y = s for the last pair, the equation that H is made to satisfy; and for all of them where the function is a
    /// parabola and the steps are conjugate.
    #[test]
    fn the_curvature_is_that_of_the_steps() {
        let mut state = vec![0.0; len(3, 4)];
        let mut curvature = Curvature::new(&mut state, 3, 4).unwrap();
        let scales = [1.0, 5.0, 0.2, 3.0];
        let scaled = |x: &[f64]| -> Vec<f64> { x.iter().zip(scales).map(|(x, s)| x * s).collect() };
        for axis in 0..4 {
            let (from, mut to) = (vec![0.5; 4], vec![0.5; 4]);
            to[axis] += 2.0;
            curvature.observe(&from, &to, &scaled(&from), &scaled(&to));
        }
        // The first one is forgotten: along axis 0 the curvature is that of the last pair.
        let want = [-1.0 / 3.0, -1.0 / 5.0, -1.0 / 0.2, -1.0 / 3.0];
        for (got, want) in curvature.direction(&[1.0; 4]).iter().zip(want) {
            assert!((got - want).abs() < 1e-14, "{got} {want}");
        }
        assert_eq!(state[..2], [0.0, 3.0]);
    }

    #[test]
    fn numbers_of_somebody_else_are_refused() {
        for head in [[4.0, 3.0], [1.0, 2.0], [0.5, 0.0], [f64::NAN, 0.0], [-1.0, 0.0], [0.0, 4.0]] {
            let mut state = vec![0.0; len(3, 4)];
            state[..2].copy_from_slice(&head);
            assert!(Curvature::new(&mut state, 3, 4).is_none(), "{head:?}");
        }
        assert!(Curvature::new(&mut [0.0f32; 5], 3, 4).is_none());
    }
}
