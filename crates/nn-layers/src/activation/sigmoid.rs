//! The logistic function.

/// y = σ(x) = 1 / (1 + e⁻ˣ), element by element, any shape; 0 and 1 at ∓∞, without overflow on the way.
///
/// Backward: dx = dy · y (1 - y).
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::Sigmoid;
/// let model: Model<f64> = Sigmoid.init([3], 0)?;
/// assert_eq!(model.predict(&[[-1e4, 0.0, 1e4]].into())?, [[0.0, 0.5, 1.0]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Sigmoid;

super::elementwise!(
    Sigmoid,
    "Sigmoid",
    y = tensor_ops::slices::sigmoid,
    in place = tensor_ops::slices::sigmoid_in_place,
    dx = |dy: T, y: T| dy * y * (T::ONE - y)
);

#[cfg(test)]
nn_check::suite!(Sigmoid, input: [2, 5], batch: 4);
