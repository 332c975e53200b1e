//! The rectified linear unit.

/// y = max(x, 0), element by element, any shape.
///
/// Backward: dx = dy where y > 0, and 0 elsewhere; at the kink x = 0 that is the derivative from the left, as in
/// PyTorch. NaN passes through. (Nair and Hinton, "Rectified linear units improve restricted Boltzmann machines", 2010.)
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::Relu;
/// let model: Model<f64> = Relu.init([3], 0)?;
/// assert_eq!(model.predict(&[[-1.0, 0.0, 2.0]].into())?, [[0.0, 0.0, 2.0]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "ReLU")]
#[derive(Debug, Clone, Copy, Default)]
pub struct Relu;

super::elementwise!(
    Relu,
    "Relu",
    y = tensor_ops::slices::relu,
    in place = tensor_ops::slices::relu_in_place,
    dx = |dy: T, y: T| if y > T::ZERO || y.is_nan() { dy } else { T::ZERO },
    gain |_| crate::init::Gain::Relu
);

#[cfg(test)]
nn_check::suite!(Relu, input: [2, 5], batch: 4);
