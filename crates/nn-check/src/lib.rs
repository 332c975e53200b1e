//! Gradient checks: is the backward pass the derivative of the forward pass?
//!
//! The course's check glues all parameters into one vector θ and compares the analytic dθ with the central difference
//! (J(θ+h) - J(θ-h)) / 2h, element by element, by the relative Euclidean distance ‖a - n‖ / (‖a‖ + ‖n‖): about 1e-7 is
//! fine, 1e-5 asks for a second look, 1e-3 is wrong.
//!
//! | to check | use |
//! |---|---|
//! | the gradient of any function | [`check_gradient`] |
//! | a model with its loss on a batch | [`model`] |
//! | a layer by itself | [`layer`] |
//! | a layer, as a battery of tests in one line | [`suite!`] |
//! | a loss, likewise | [`loss_suite!`] |
//!
//! ```
//! // J = x² y, and its gradient.
//! let theta = [3.0, -2.0];
//! let report = nn_check::check_gradient(|t| t[0] * t[0] * t[1], &theta, &[2.0 * 3.0 * -2.0, 9.0]);
//! assert!(report.distance() < 1e-9);
//! report.assert();
//! ```
#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod check;
mod element;
mod error;
mod function;
mod gradient;
mod hint;
mod layer;
mod model;
mod numeric;
mod report;
mod run;
pub mod suite;
mod table;
mod tensor;
mod verdict;

pub use check::{Check, Progress};
pub use element::Element;
pub use error::CheckError;
pub use gradient::check_gradient;
pub use hint::{Hint, Missing};
pub use layer::layer;
pub use model::model;
pub use report::{Report, TOLERANCE};
pub use tensor::Tensor;
pub use verdict::{Band, Verdict};

/// The examples of the README are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
