//! The contracts of a neural network, below every concrete layer.
//!
//! One idea carries the design: **a model is a pure function of one flat parameter vector θ**. A layer is a
//! description that owns no numbers. Binding a description to an input shape lays out θ and lowers everything, however
//! nested, to a flat list of kernels: the [`Network`]. A [`Model`] is a network with its θ and its observed state.
//!
//! | role | here |
//! |---|---|
//! | what a user stacks | [`Layer`] |
//! | what a layer author writes | [`Op`] (checks and sizes) and [`Kernel`] (arithmetic) |
//! | what a block author writes | [`Layer::build`] with a [`Builder`] |
//! | the flat list, its layout of θ and state | [`Network`], [`Layout`] |
//! | every buffer of a step | [`Workspace`] |
//! | θ and state together | [`Model`] |
//! | what is minimised | [`Loss`] |
//! | mode, seed and step | [`Context`] |
//!
//! Nothing here knows a concrete layer; `nn-layers` has those.
#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod back;
mod builder;
mod context;
mod debug;
mod declare;
mod error;
mod init;
mod kernel;
mod layer;
mod layout;
mod loss;
mod model;
#[cfg(feature = "safetensors")]
mod names;
mod network;
mod objective;
mod parts;
mod plan;
mod predict;
mod profile;
mod rows;
mod run;
#[cfg(feature = "safetensors")]
mod save;
mod summary;
#[cfg(feature = "safetensors")]
mod weights;
mod workspace;

pub use builder::{Builder, MAX_INPUTS, Value};
pub use context::{Context, Mode};
pub use error::{BatchError, BindError, BindErrorKind};
pub use init::{Fan, Initializer};
pub use kernel::{AnyKernel, BackPass, Kernel, Local, Op, Pass, Pointwise, Scalar};
pub use layer::Layer;
pub use layout::{Entry, Layout, Params, ParamsMut};
pub use loss::{Batch, Loss, LossError, Reduction, Target, Upstream};
pub use model::Model;
pub use network::{Network, Node};
pub use objective::{loss_value, loss_value_and_gradient};
pub use parts::{MAX_MEMORY, ThetaPart};
pub use plan::{Mixing, Param, Plan, State};
pub use predict::Predictor;
pub use profile::{Phase, Profile};
pub use rows::{Rows, RowsMut};
pub use run::InputGradient;
#[cfg(feature = "safetensors")]
pub use save::LoadError;
pub use summary::Summary;
#[cfg(feature = "safetensors")]
pub use weights::{WeightReport, Weights};
pub use workspace::Workspace;
