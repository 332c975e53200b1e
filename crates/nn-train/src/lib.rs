//! The training loop, and what one wants to see of it.
//!
//! | to | use |
//! |---|---|
//! | train a model | [`Trainer`] |
//! | know how good it is | [`evaluate`], [`metrics`], a [`Metric`] after every epoch |
//! | end in time | [`EarlyStopping`], [`StopFlag`], [`Trainer::time_budget`] |
//! | lose nothing | [`Checkpoints`], [`Trainer::resume`], [`Divergence`] |
//! | look back | [`History`] |
//! | look on | an [`Observer`] |
//! | know what is wrong | a [`Doctor`], [`overfits`] |
//! | draw the curves, write a page | [`plot`], [`Report`] |
//! | find a learning rate, search settings | [`RateFinder`], [`Search`] |
//! | check gradients on the way | [`GradientCheck`] |
#![cfg_attr(feature = "progress", doc = "| see a bar, or plain lines | [`Progress`] |")]
#![cfg_attr(feature = "tensorboard", doc = "| look on in TensorBoard | [`TensorBoard`] |")]
#![cfg_attr(feature = "tracing", doc = "| have `tracing` events | [`Events`] |")]
//!
//! The loop's pieces are public: [`as_batch`] turns a selection of a data set into what a model takes, and the rest is
//! [`Model::step`](nn_core::Model::step) with [`Optimizer::update_part`](nn_optim::Optimizer::update_part): ten lines, as fast.
#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod batch;
mod chart;
mod checkpoint;
mod doctor;
mod early_stopping;
mod error;
mod evaluate;
#[cfg(feature = "tracing")]
mod events;
mod export;
mod gradient_check;
mod history;
mod metric;
pub mod metrics;
mod observer;
pub mod plot;
#[cfg(feature = "progress")]
mod progress;
mod rate_finder;
mod report;
mod search;
mod stop;
#[cfg(feature = "tensorboard")]
mod tensorboard;
mod tensors;
mod trainer;
mod validation;

pub use batch::{as_batch, batch_of};
pub use checkpoint::{CheckpointError, Checkpoints};
pub use doctor::{Doctor, Finding, LayerStats, Overfit, Rule, TensorStats, UnitStats, overfits};
pub use early_stopping::EarlyStopping;
pub use error::TrainError;
pub use evaluate::{Evaluation, evaluate};
#[cfg(feature = "tracing")]
pub use events::Events;
pub use gradient_check::{CheckedGradient, GradientCheck};
pub use history::{End, Epoch, History, Retreat, StepRecord};
pub use metric::Metric;
pub use observer::{Flow, Now, Observer, Step};
#[cfg(feature = "progress")]
pub use progress::Progress;
pub use rate_finder::{RateCurve, RateFinder, RatePoint};
pub use report::Report;
pub use search::{Outcome, Search, SearchError, SearchReport, Trial, TrialResult, Values};
pub use stop::StopFlag;
#[cfg(feature = "tensorboard")]
pub use tensorboard::TensorBoard;
pub use tensors::tensors_of;
pub use trainer::{Divergence, Trainer};
pub use validation::Validation;
