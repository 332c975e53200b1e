//! Bounds on a gradient, so that one bad batch does not throw θ far away.

use tensor_ops::Real;

/// Scales the gradient down to the Euclidean norm `max_norm` where it is longer, and returns the norm it had.
///
/// The norm is that of the whole vector, so the direction stays. The factor is max_norm / (norm + 1e-6), PyTorch's.
/// (Pascanu et al., "On the difficulty of training recurrent neural networks", 2013, algorithm 1.)
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
    assert!(max_norm >= 0.0, "max_norm = {max_norm}, expected a number >= 0");
    let norm = sum_of_squares(gradient).sqrt();
    let factor = T::from_f64(max_norm) / (norm + T::from_f64(1e-6));
    if factor < T::ONE {
        gradient.iter_mut().for_each(|g| *g *= factor);
    }
    norm
}

/// Σ g², by halves down to chunks of 256.
fn sum_of_squares<T: Real>(g: &[T]) -> T {
    if g.len() <= 256 {
        return g.iter().map(|&g| g * g).sum();
    }
    let (left, right) = g.split_at(g.len() / 2);
    sum_of_squares(left) + sum_of_squares(right)
}

/// Moves every element into [-max, max]. The direction may change.
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
    gradient.iter_mut().for_each(|g| *g = g.minimum(max).maximum(-max));
}
