//! Layers, losses and initialisers: one file each, forward and backward on one screen.
//!
//! | to | use |
//! |---|---|
//! | connect features | [`Dense`] |
//! | see patterns anywhere | [`Conv1d`], [`Conv2d`], [`Conv3d`]; [`ConvTranspose1d`], [`ConvTranspose2d`], [`ConvTranspose3d`] |
//! | see less of an image, or more | [`MaxPool`], [`AvgPool`], [`LpPool`], [`AdaptiveAvgPool`], [`AdaptiveMaxPool`], [`GlobalAvgPool`], [`GlobalMaxPool`]; [`Upsample`], [`PixelShuffle`] |
//! | bend | [`Relu`], [`Relu6`], [`LeakyRelu`], [`Prelu`], [`Elu`], [`Celu`], [`Selu`], [`Gelu`], [`GeluTanh`], [`Silu`], [`Mish`], [`HardSwish`], [`Softplus`], [`Threshold`] |
//! | bound, gate, shrink | [`Sigmoid`], [`HardSigmoid`], [`LogSigmoid`], [`Tanh`], [`HardTanh`], [`Softsign`], [`Glu`], [`TanhShrink`], [`SoftShrink`], [`HardShrink`] |
//! | give probabilities | [`Softmax`], [`LogSoftmax`], [`Softmin`] |
//! | keep scales in order | [`BatchNorm`], [`LayerNorm`], [`RmsNorm`], [`GroupNorm`], [`InstanceNorm`], [`LocalResponseNorm`] |
//! | regularise | [`Dropout`], [`ChannelDropout`], [`AlphaDropout`], [`GaussianNoise`] |
//! | look up | [`Embedding`] |
//! | change shapes | [`Flatten`], [`Reshape`], [`Permute`], [`Pad`] |
//! | do little or anything | [`Identity`], [`Scale`], [`Lambda`] |
//! | compose | [`Sequential`], [`Residual`], [`Parallel`], [`Repeat`], [`Graph`]; [`Add`] and [`Concat`] for blocks of your own |
//! | keep or share parameters | [`Frozen`], [`Shared`] |
//! | compare outputs with a class | [`SoftmaxCrossEntropy`]; on probabilities [`CrossEntropy`], on their logarithms [`NegativeLogLikelihood`]; [`Focal`], [`MultiMargin`] |
//! | with yes or no | [`SigmoidCrossEntropy`], [`MultiLabelSoftMargin`]; on probabilities [`BinaryCrossEntropy`]; [`BinaryFocal`], [`Hinge`], [`SquaredHinge`], [`SoftMargin`] |
//! | with numbers | [`MeanSquaredError`], [`MeanAbsoluteError`], [`Huber`], [`SmoothL1`] |
//! | with distributions | [`KlDivergence`], [`PoissonNll`], [`GaussianNll`] |
//! | with each other | [`CosineEmbedding`], [`TripletMargin`], [`MarginRanking`], [`HingeEmbedding`] |
//! | keep parameters small | [`Penalty`] |
//! | start | [`init`] |
//!
//! A layer without settings is a unit and is written by its name alone, `Relu`; one with settings is made by `new`, `Softmax::new()`,
//! which returns a `Result` where a setting has a range: `Dropout::new(0.5)?`. A layer of your own, and a loss, take a page each:
//! `docs/custom-layer.md`, `docs/custom-loss.md`. Not here yet: recurrent and attention layers.
//!
//! Every layer's gradient is checked against finite differences by the one line at the end of its file.
//!
//! ```
//! use nn_layers::{Dense, Relu, Sequential};
//! use nn_core::{Layer, Model};
//! let net = Sequential::new().push(Dense::new(8)).push(Relu).push(Dense::new(2));
//! let model: Model<f32> = net.init([2], 0)?;
//! assert_eq!(model.theta().len(), (2 * 8 + 8) + (8 * 2 + 2));
//! # Ok::<(), nn_core::BindError>(())
//! ```
#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod activation;
mod add;
mod concat;
mod conv;
mod dense;
mod dropout;
mod embedding;
mod frozen;
mod graph;
pub mod init;
mod lambda;
mod loss;
mod norm;
mod parallel;
mod pool;
mod repeat;
mod residual;
mod sequential;
mod shape;
mod shared;
mod upsample;

pub use activation::{
    Celu, Elu, Gelu, GeluTanh, Glu, HardShrink, HardSigmoid, HardSwish, HardTanh, LeakyRelu, LogSigmoid,
    LogSoftmax, Mish, Prelu, Relu, Relu6, Selu, Sigmoid, Silu, SoftShrink, Softmax, Softmin, Softplus,
    Softsign, Swish, Tanh, TanhShrink, Threshold,
};
pub use add::Add;
pub use concat::Concat;
pub use conv::{
    Conv, Conv1d, Conv2d, Conv3d, ConvTranspose, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d, Padding,
    PaddingMode,
};
pub use dense::Dense;
pub use dropout::{AlphaDropout, ChannelDropout, Dropout, DropoutError, GaussianNoise};
pub use embedding::Embedding;
pub use frozen::Frozen;
pub use graph::Graph;
pub use lambda::Lambda;
pub use loss::{
    BinaryCrossEntropy, BinaryFocal, BoundPenalty, CosineEmbedding, CrossEntropy, Focal, GaussianNll, Hinge,
    HingeEmbedding, Huber, KlDivergence, MarginRanking, MeanAbsoluteError, MeanSquaredError,
    MultiLabelSoftMargin, MultiMargin, NegativeLogLikelihood, Penalty, PenaltyError, PoissonNll,
    SigmoidCrossEntropy, SmoothL1, SoftMargin, SoftmaxCrossEntropy, SquaredHinge, TripletMargin,
};
pub use norm::{BatchNorm, GroupNorm, InstanceNorm, LayerNorm, LocalResponseNorm, RmsNorm};
pub use parallel::Parallel;
pub use pool::{
    AdaptiveAvgPool, AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveAvgPool3d, AdaptiveMaxPool,
    AdaptiveMaxPool1d, AdaptiveMaxPool2d, AdaptiveMaxPool3d, AvgPool, AvgPool1d, AvgPool2d, AvgPool3d,
    GlobalAvgPool, GlobalMaxPool, LpPool, LpPool1d, LpPool2d, LpPool3d, MaxPool, MaxPool1d, MaxPool2d,
    MaxPool3d,
};
pub use repeat::Repeat;
pub use residual::Residual;
pub use sequential::Sequential;
pub use shape::{Flatten, Identity, Pad, Permute, Reshape, Scale};
pub use shared::Shared;
pub use upsample::{PixelShuffle, Upsample, UpsampleMode};

/// The example of the page is a test.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/custom-layer.md")]
struct CustomLayer;

/// As is that of the other page.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/custom-loss.md")]
struct CustomLoss;

/// The examples of the README are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
