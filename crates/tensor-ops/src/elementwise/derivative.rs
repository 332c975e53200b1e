//! The derivatives that backward passes need, of what is at hand there: the output of a function where that is enough,
//! otherwise its input.

use super::check_output;
use super::unary::unary;
use crate::{Real, Tensor, TensorError};

unary! {
    /// σ' from the output: s(1 - s) for s = σ(x).
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let x = Tensor::from([0.0]);
    /// assert_eq!(x.sigmoid().sigmoid_derivative(), Tensor::from([0.25]));
    /// ```
    sigmoid_derivative sigmoid_derivative_into sigmoid_derivative_in_place;
    /// tanh' from the output: 1 - y² for y = tanh x.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let x = Tensor::from([0.0]);
    /// assert_eq!(x.tanh().tanh_derivative(), Tensor::from([1.0]));
    /// ```
    tanh_derivative tanh_derivative_into tanh_derivative_in_place;
    /// The derivative of max(x, 0) from x: 1 above 0, 0 below and at 0 itself, NaN for NaN.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([-1.0, 0.0, 2.0]).relu_derivative(), Tensor::from([0.0, 0.0, 1.0]));
    /// ```
    relu_derivative relu_derivative_into relu_derivative_in_place;
    /// The derivative of ln(1 + eˣ) from x: σ(x).
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([0.0]).softplus_derivative(), Tensor::from([0.5]));
    /// ```
    softplus_derivative softplus_derivative_into softplus_derivative_in_place = sigmoid;
    /// The derivative of xΦ(x) from x: Φ(x) + xφ(x), where φ is the density of the normal distribution.
    ///
    /// The error is small beside 1, not beside a result near 0 (below -6, and where the derivative changes its sign).
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([0.0, f64::INFINITY]).gelu_derivative(), Tensor::from([0.5, 1.0]));
    /// ```
    gelu_derivative gelu_derivative_into gelu_derivative_in_place;
    /// The derivative of erf from x: 2/√π exp(-x²).
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let y = Tensor::from([0.0]).erf_derivative();
    /// assert_eq!(y, Tensor::from([std::f64::consts::FRAC_2_SQRT_PI]));
    /// ```
    erf_derivative erf_derivative_into erf_derivative_in_place;
    /// The derivative of √x from the output: 1/(2y) for y = √x.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let x = Tensor::from([4.0]);
    /// assert_eq!(x.sqrt().sqrt_derivative(), Tensor::from([0.25]));
    /// ```
    sqrt_derivative sqrt_derivative_into sqrt_derivative_in_place;
}
