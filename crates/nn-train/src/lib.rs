//! The training loop, and what one wants to see of it.
//!
//! | to | use |
//! |---|---|
//! | train a model | [`Trainer`] |
//! | know how good it is | [`evaluate`], [`metrics`] |
//! | look back | [`History`] |
//! | look on | an [`Observer`] |
//! | check gradients on the way | [`GradientCheck`] |
#![cfg_attr(feature = "progress", doc = "| see a bar, or plain lines | [`Progress`] |")]
#![cfg_attr(feature = "plot", doc = "| draw the curves | [`plot`] |")]
//!
//! The loop's pieces are public: [`as_batch`] turns a selection of a data set into what a model takes, and the rest is
//! [`Model::loss_and_gradient`](nn_core::Model::loss_and_gradient) and [`Optimizer::update`](nn_optim::Optimizer::update).
#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod batch;
mod error;
mod evaluate;
mod gradient_check;
mod history;
pub mod metrics;
mod observer;
#[cfg(feature = "plot")]
pub mod plot;
#[cfg(feature = "progress")]
mod progress;
mod tensors;
mod trainer;

pub use batch::{as_batch, batch_of};
pub use error::TrainError;
pub use evaluate::{Evaluation, evaluate};
pub use gradient_check::{CheckedGradient, GradientCheck};
pub use history::{Epoch, History};
pub use observer::{Observer, Step};
#[cfg(feature = "progress")]
pub use progress::Progress;
pub use tensors::tensors_of;
pub use trainer::Trainer;
