//! Bounds on a gradient, so that one bad batch does not throw θ far away.

use tensor_ops::reduce::{pairwise_sum, sum_of_squares};
use tensor_ops::{Real, pool, simd};

use crate::optimizer::PIECE;

/// Scales the gradient down to the Euclidean norm `max_norm` where it is longer, and returns the norm it had.
///
/// The norm is that of the whole vector, so the direction stays. The factor is max_norm / (norm + 1e-6), PyTorch's.
/// (Pascanu et al., "On the difficulty of training recurrent neural networks", 2013, algorithm 1.) Where an update follows,
/// [`Optimizer::update_clipped`](crate::Optimizer::update_clipped) spares a pass over the gradient. Not for the parts that `Model::step` of `nn-core`
/// hands out, which would each be clipped by its own norm.
///
/// ```
/// let mut g = [3.0f64, 4.0];
/// assert_eq!(nn_optim::clip_norm(&mut g, 1.0), 5.0);
/// assert!((g[0] - 0.6).abs() < 1e-6 && (g[1] - 0.8).abs() < 1e-6);
/// ```
///
/// # Panics
/// Where `max_norm` is no number >= 0.
pub fn clip_norm<T: Real>(gradient: &mut [T], max_norm: f64) -> T {
    let (norm, factor) = norm_and_factor(gradient, max_norm);
    if let Some(factor) = factor {
        let pieces = gradient.len().div_ceil(PIECE);
        pool::split(pieces, [(gradient, PIECE)], |_, [part]| scale(part, factor));
    }
    norm
}

/// The norm of the gradient, and what it is to be multiplied by if it is too long.
pub(crate) fn norm_and_factor<T: Real>(gradient: &[T], max_norm: f64) -> (T, Option<T>) {
    assert!(max_norm >= 0.0, "max_norm = {max_norm}, expected a number >= 0");
    let norm = gradient_norm(gradient);
    let factor = T::from_f64(max_norm) / (norm + T::from_f64(1e-6));
    (norm, (factor < T::ONE).then_some(factor))
}

pub(crate) fn scale<T: Real>(part: &mut [T], factor: T) {
    simd::dispatch(
        #[inline(always)]
        || {
            for g in part.iter_mut() {
                *g *= factor;
            }
        },
    );
}

/// The Euclidean norm √Σg², with equal bits on any number of threads. Not scaled: it overflows where a square does.
///
/// ```
/// assert_eq!(nn_optim::gradient_norm(&[3.0f64, 4.0]), 5.0);
/// ```
pub fn gradient_norm<T: Real>(gradient: &[T]) -> T {
    // So many sums at most, which need no memory of the heap; how many is a function of the length alone.
    const SUMS: usize = 1024;
    let size = gradient.len().div_ceil(SUMS).max(PIECE);
    let pieces = gradient.len().div_ceil(size);
    let mut sums = [T::ZERO; SUMS];
    pool::split(pieces, [(&mut sums[..pieces], 1)], |i, [sum]| {
        let end = gradient.len().min((i + 1) * size);
        sum[0] = sum_of_squares(&gradient[i * size..end]);
    });
    pairwise_sum(&sums[..pieces]).sqrt()
}

/// Moves every element into [-max, max]. The direction may change. May be applied to a part of a gradient, in the
/// update of `Model::step` of `nn-core` for one.
///
/// # Panics
/// Where `max` is no number >= 0.
///
/// ```
/// let mut g = [3.0f32, -0.5];
/// nn_optim::clip_value(&mut g, 1.0);
/// assert_eq!(g, [1.0, -0.5]);
/// ```
pub fn clip_value<T: Real>(gradient: &mut [T], max: f64) {
    assert!(max >= 0.0, "max = {max}, expected a number >= 0");
    let max = T::from_f64(max);
    simd::dispatch(
        #[inline(always)]
        || {
            for g in gradient.iter_mut() {
                *g = g.minimum(max).maximum(-max);
            }
        },
    );
}
