#![doc = include_str!("../README.md")]
//!
//! This crate computes nothing: it re-exports the crates of the workspace, each of which can be used alone.
//!
//! | module | crate | holds |
//! |---|---|---|
//! | [`tensor`] | `tensor-ops` | tensors, broadcasting, reductions, products, the thread pool |
//! | [`core`] | `nn-core` | the contracts: layers, networks, models, losses |
//! | [`layers`] | `nn-layers` | layers, losses, initialisers |
//! | [`optim`] | `nn-optim` | optimizers, schedules, clipping |
//! | [`data`] | `nn-data` | data sets, splits, normalizers, batches |
//! | [`check`] | `nn-check` | gradient checks |
//! | [`train`] | `nn-train` | the loop, metrics, progress, plots |
//!
//! `use nn::prelude::*;` brings the nouns of a usual program.
#![deny(missing_docs)]
#![forbid(unsafe_code)]

pub use nn_check as check;
pub use nn_core as core;
pub use nn_data as data;
pub use nn_layers as layers;
pub use nn_optim as optim;
pub use nn_train as train;
pub use tensor_ops as tensor;

pub use tensor_ops::pool::{set_threads, threads};

/// The nouns of a usual program.
pub mod prelude {
    pub use nn_core::{Batch, Context, Layer, Loss, Model, Rows, Target, Workspace};
    #[cfg(feature = "builtin")]
    pub use nn_data::datasets;
    pub use nn_data::{Batches, Dataset, Standardizer, Targets, Transform};
    pub use nn_layers::{
        BatchNorm, BinaryCrossEntropy, Conv2d, Dense, Dropout, Embedding, Flatten, Frozen, Gelu, Graph,
        GroupNorm, LayerNorm, LeakyRelu, MeanAbsoluteError, MeanSquaredError, Parallel, Relu, Repeat,
        Reshape, Residual, RmsNorm, Sequential, Shared, Sigmoid, Silu, Softmax, SoftmaxCrossEntropy, Tanh,
    };
    pub use nn_optim::{Adam, CosineAnnealing, Optimizer, Schedule, Sgd, clip_norm, clip_value};
    pub use nn_train::{History, Trainer, as_batch, batch_of, evaluate};
    pub use tensor_ops::{Axes, Norm, Shape, Tensor};
}

/// The examples of the project's front page are tests.
#[cfg(all(doctest, feature = "builtin"))]
#[doc = include_str!("../../../README.md")]
struct FrontPage;

#[cfg(all(doctest, feature = "builtin"))]
mod book;
