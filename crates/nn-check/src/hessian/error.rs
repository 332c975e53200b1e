//! A point at which second derivatives cannot be taken.

/// A point, vector or gradient with which second derivatives cannot be taken.
///
/// ```
/// use nn_check::{CheckError, PointError, hessian_vector};
/// let error = hessian_vector(|t| t.to_vec(), &[], &[]).unwrap_err();
/// assert_eq!(error, CheckError::Point(PointError::Empty));
/// ```
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PointError {
    /// There is nothing to differentiate by.
    #[error("θ has no elements")]
    Empty,
    /// Another number of elements than θ has.
    #[error("{what} has {found} elements, θ has {expected}")]
    Length {
        /// What is too long or too short.
        what: &'static str,
        /// The length of θ.
        expected: usize,
        /// Its length.
        found: usize,
    },
    /// NaN or infinity at θ.
    #[error("element {index} of {what} is {value}, expected a finite number")]
    NotFinite {
        /// Where it is.
        what: &'static str,
        /// The first such element.
        index: usize,
        /// What it is.
        value: f64,
    },
    /// The gradient is finite at θ, but NaN or infinite at every step from it.
    #[error(
        "the gradient is not finite at any step from θ: θ is on the edge of where the function is defined"
    )]
    Edge,
    /// The gradient jumps at θ, so there are no second derivatives.
    #[error(
        "the gradient jumps at θ (a kink, as of ReLU or |x|): no second derivatives there, move θ a little"
    )]
    Kink,
    /// H is not symmetric, so it is not made of second derivatives.
    #[error(
        "uᵀHv and vᵀHu differ by {share:.1e} of ‖H‖: the gradient is not that of a function (check it first), or it jumps near θ"
    )]
    Asymmetric {
        /// The largest difference, relative to ‖H‖.
        share: f64,
    },
}

/// The first element that is NaN or infinite.
pub(crate) fn finite(what: &'static str, values: &[f64]) -> Result<(), PointError> {
    match values.iter().position(|x| !x.is_finite()) {
        Some(index) => Err(PointError::NotFinite { what, index, value: values[index] }),
        None => Ok(()),
    }
}

/// As many elements as θ has.
pub(crate) fn length(what: &'static str, expected: usize, found: usize) -> Result<(), PointError> {
    if found == expected { Ok(()) } else { Err(PointError::Length { what, expected, found }) }
}
