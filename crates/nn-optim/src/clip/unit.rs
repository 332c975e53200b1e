//! Clipping by the norm of each unit, in proportion to its weights.

use tensor_ops::Real;
use tensor_ops::reduce::sum_of_squares;

use super::norm::scale;
use crate::tensors::Tensors;

/// Adaptive clipping (Brock et al., "High-performance large-scale image recognition without normalization", 2021, equation 3):
/// the gradient of a unit, the row G of a matrix, is scaled down to λ·max(‖W‖, ε) where it is longer, W being the row of weights.
/// The authors have ε = 1e-3 and λ of 0.01 for large batches, up to 0.16 for small ones. Returns how many rows were scaled.
///
/// ```
/// let (w, mut g) = ([3.0, 4.0, 0.0, 0.0], [6.0, 8.0, 0.0, 1e-6]); // (2, 2)
/// assert_eq!(nn_optim::clip_unit_rows(&w, &mut g, 2, 0.1, 1e-3), 1);
/// assert!((g[0] - 0.3f64).abs() < 1e-12 && (g[1] - 0.4).abs() < 1e-12);
/// assert_eq!(g[3], 1e-6);
/// ```
///
/// # Panics
/// Where the lengths differ or are not whole rows of `row` > 0 elements, or λ or ε is no number >= 0.
pub fn clip_unit_rows<T: Real>(theta: &[T], gradient: &mut [T], row: usize, lambda: f64, eps: f64) -> usize {
    assert_eq!(gradient.len(), theta.len(), "elements of the gradient");
    assert!(row > 0 && theta.len().is_multiple_of(row), "{} elements are no rows of {row}", theta.len());
    assert!(lambda >= 0.0 && eps >= 0.0, "λ = {lambda}, ε = {eps}, expected numbers >= 0");
    let (lambda, eps) = (T::from_f64(lambda), T::from_f64(eps));
    let mut clipped = 0;
    for (w, g) in theta.chunks_exact(row).zip(gradient.chunks_exact_mut(row)) {
        let most = lambda * sum_of_squares(w).sqrt().maximum(eps);
        let norm = sum_of_squares(g).sqrt();
        if norm > most {
            scale(g, most / norm);
            clipped += 1;
        }
    }
    clipped
}

/// [`clip_unit_rows`] for every tensor of θ: the rows of matrices, and all of a vector as one unit, as the authors' code does it.
/// Returns how many units were scaled.
///
/// ```
/// use nn_optim::{Tensors, clip_unit_norms};
/// let tensors = Tensors::with_shapes([("weight", vec![1, 2]), ("bias", vec![2])])?;
/// let mut g = [6.0, 8.0, 3.0, 4.0];
/// assert_eq!(clip_unit_norms(&tensors, &[3.0, 4.0, 0.6, 0.8], &mut g, 0.1, 1e-3), 2);
/// assert!((g[2] - 0.06f64).abs() < 1e-12 && (g[3] - 0.08).abs() < 1e-12);
/// # Ok::<(), nn_optim::TensorsError>(())
/// ```
///
/// # Panics
/// As [`clip_unit_rows`], where θ has another length than the tensors, and where these have no shapes: [`Tensors::with_shapes`].
pub fn clip_unit_norms<T: Real>(
    tensors: &Tensors,
    theta: &[T],
    gradient: &mut [T],
    lambda: f64,
    eps: f64,
) -> usize {
    assert_eq!(theta.len(), tensors.len(), "elements of θ, by its tensors");
    assert_eq!(gradient.len(), theta.len(), "elements of the gradient");
    let bounds = tensors.bounds();
    let tensor = |i: usize| {
        let range = bounds[i]..bounds[i + 1];
        let unit =
            tensors.unit(i).expect("tensors with shapes, which say what a unit is: `Tensors::with_shapes`");
        clip_unit_rows(&theta[range.clone()], &mut gradient[range], unit, lambda, eps)
    };
    (0..bounds.len() - 1).map(tensor).sum()
}
