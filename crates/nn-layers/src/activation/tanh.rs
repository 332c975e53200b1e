//! The hyperbolic tangent.

/// y = tanh x, element by element, any shape.
///
/// Backward: dx = dy · (1 - y²).
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::Tanh;
/// let model: Model<f64> = Tanh.init([2], 0)?;
/// assert_eq!(model.predict(&[[0.0, 1e4]].into())?, [[0.0, 1.0]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Tanh;

super::elementwise!(
    Tanh,
    "Tanh",
    y = tensor_ops::slices::tanh,
    in place = tensor_ops::slices::tanh_in_place,
    dx = |dy: T, y: T| dy * (T::ONE - y * y)
);

#[cfg(test)]
nn_check::suite!(Tanh, input: [2, 5], batch: 4);
