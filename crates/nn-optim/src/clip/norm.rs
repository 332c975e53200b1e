//! Clipping by the norm of the whole gradient.

use tensor_ops::reduce::{pairwise_sum, sum_of_squares};
use tensor_ops::{Axes, Norm, Real, TensorError, View, pool, simd};

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
#[doc(alias = "clip_grad_norm_")]
#[doc(alias = "clipnorm")]
#[doc(alias = "global_clipnorm")]
pub fn clip_norm<T: Real>(gradient: &mut [T], max_norm: f64) -> T {
    let (norm, factor) = norm_and_factor(gradient, max_norm);
    scale_all(gradient, factor);
    norm
}

/// As [`clip_norm`], for a norm of another order: [`Norm::L1`], [`Norm::Max`], [`Norm::P`].
///
/// # Errors
/// [`TensorError`] where the gradient has no such norm.
///
/// # Panics
/// Where `max_norm` is no number >= 0.
///
/// ```
/// use tensor_ops::Norm;
/// let mut g = [3.0f64, -4.0];
/// assert_eq!(nn_optim::clip_norm_of(&mut g, Norm::Max, 1.0)?, 4.0);
/// assert!((g[1] + 1.0).abs() < 1e-6);
/// # Ok::<(), tensor_ops::TensorError>(())
/// ```
pub fn clip_norm_of<T: Real>(gradient: &mut [T], order: Norm, max_norm: f64) -> Result<T, TensorError> {
    let norm = gradient_norm_of(gradient, order)?;
    scale_all(gradient, factor(norm, max_norm));
    Ok(norm)
}

/// The norm of the gradient, and what it is to be multiplied by if it is too long.
pub(crate) fn norm_and_factor<T: Real>(gradient: &[T], max_norm: f64) -> (T, Option<T>) {
    let norm = gradient_norm(gradient);
    (norm, factor(norm, max_norm))
}

fn factor<T: Real>(norm: T, max_norm: f64) -> Option<T> {
    assert!(max_norm >= 0.0, "max_norm = {max_norm}, expected a number >= 0");
    let factor = T::from_f64(max_norm) / (norm + T::from_f64(1e-6));
    (factor < T::ONE).then_some(factor)
}

fn scale_all<T: Real>(gradient: &mut [T], factor: Option<T>) {
    if let Some(factor) = factor {
        let pieces = gradient.len().div_ceil(PIECE);
        pool::split(pieces, [(gradient, PIECE)], |_, [part]| scale(part, factor));
    }
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

/// The norm of another order, as [`Tensor::norm`](tensor_ops::Tensor::norm) has it.
///
/// # Errors
/// [`TensorError`] where the gradient has no such norm: an order that is 0 or NaN.
///
/// ```
/// use tensor_ops::Norm;
/// assert_eq!(nn_optim::gradient_norm_of(&[3.0f64, -4.0], Norm::L1)?, 7.0);
/// # Ok::<(), tensor_ops::TensorError>(())
/// ```
pub fn gradient_norm_of<T: Real>(gradient: &[T], order: Norm) -> Result<T, TensorError> {
    match order {
        Norm::L2 => Ok(gradient_norm(gradient)),
        _ => View::from_slice([gradient.len()], gradient)?.norm(order, Axes::All)?.item(),
    }
}
