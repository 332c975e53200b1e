//! Gradient checks: is the backward pass the derivative of the forward pass?
//!
//! The course's check glues all parameters into one vector θ and compares the analytic dθ with the central difference
//! (J(θ+h) - J(θ-h)) / 2h, element by element, by the relative Euclidean distance ‖a - n‖ / (‖a‖ + ‖n‖): about 1e-7 is
//! fine, 1e-5 asks for another look, 1e-3 is wrong ([`Band`]).
//!
//! | to check | use |
//! |---|---|
//! | the gradient of any function | [`check_gradient`] |
//! | the same without differences, where `f` takes dual numbers | [`check_gradient_exact`] |
//! | a Jacobian, or its product with a vector | [`check_jacobian`], [`check_vjp`], [`check_jvp`] |
//! | a Hessian-vector product | [`check_hessian_vector`] |
//! | whether training stopped at a saddle | [`critical_point`] |
//! | a model on a batch: its input and every parameter | [`model()`] |
//! | a model with its loss | [`model_with_loss`] |
//! | a regularisation term | [`penalty()`] |
//! | a layer or a loss by itself | [`layer()`], [`loss()`] |
//! | any of these with other settings | [`Check`] |
//! | a layer, as a battery of tests in one line | [`suite!`] |
//! | a loss, likewise | [`loss_suite!`] |
//!
//! Each gives a [`Report`]: a [`Verdict`] overall and for every tensor, the distance with the course's [`Band`], the worst
//! elements, and a [`Hint`] at what may be the matter. `docs/gradient-checking.md` teaches how it works.
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
mod columns;
mod critical;
mod curve;
mod direction;
mod dual;
mod element;
mod error;
mod explain;
mod function;
mod gradient;
mod halving;
mod hessian;
mod hint;
mod jacobian;
mod lanczos;
mod layer;
mod loss;
mod meter;
mod model;
mod numeric;
mod penalty;
mod report;
mod rows;
mod run;
mod sample;
mod samples;
#[cfg(feature = "serde")]
mod serial;
mod sides;
pub mod suite;
mod table;
mod tensor;
mod verdict;

pub use check::{Check, Progress};
pub use critical::{CriticalPoint, CriticalTest, Eigenpair, PointKind, critical_point, critical_point_of};
pub use curve::error_curve;
pub use dual::{
    Dual, Number, check_gradient_exact, check_hessian_vector_exact, exact_gradient, exact_hessian_vector,
};
pub use element::Element;
pub use error::CheckError;
pub use gradient::check_gradient;
pub use hessian::{HessianVector, PointError, check_hessian_vector, hessian_vector, model_hessian_vector};
pub use hint::{Hint, Missing};
pub use jacobian::{check_jacobian, check_jvp, check_vjp};
pub use layer::layer;
pub use loss::loss;
pub use model::{model, model_with_loss};
pub use penalty::penalty;
pub use report::{Report, TOLERANCE};
pub use tensor::Tensor;
pub use verdict::{Band, Verdict};

/// The examples of the README are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// So are those of the page that teaches gradient checking.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/gradient-checking.md")]
struct Page;
