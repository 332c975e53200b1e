//! From data to batches, with the same numbers for training and test. Knows no networks.
//!
//! | to | use |
//! |---|---|
//! | hold samples and their targets | [`Dataset`], [`Targets`] |
//! | read and write CSV, NumPy's files, MNIST | [`files`] |
//! | make a problem | [`synthetic`] |
//! | split | [`Dataset::split`], [`split_stratified`](Dataset::split_stratified), [`split_grouped`](Dataset::split_grouped), [`split_by_time`](Dataset::split_by_time) |
//! | fit on the training part, and on nothing else | [`Train`], [`Test`] |
//! | validate in turns | [`Dataset::k_folds`], [`stratified_k_folds`](Dataset::stratified_k_folds), [`grouped_k_folds`](Dataset::grouped_k_folds) |
//! | change, join, weigh | [`Dataset::map`], [`filter`](Dataset::filter), [`concat`](Dataset::concat), [`class_weights`](Dataset::class_weights) |
//! | scale features | [`Standardizer`], [`MinMax`], [`MaxAbs`], [`Robust`], [`Power`], [`ChannelStandardizer`] |
//! | scale samples | [`UnitNorm`] |
//! | turn to the axes of the data | [`Pca`], [`Zca`] |
//! | encode categories, fill gaps | [`OneHot`], [`Ordinal`], [`Imputer`] |
//! | do several of these | [`Pipeline`], [`Columns`] |
//! | walk in batches | [`Batches`]: full, mini, stochastic, weighted or balanced; order = f(seed, epoch) |
//! | vary samples, each time anew | [`Augment`] |
//! | make the next batch, or portion of a file, meanwhile | [`Batches::ahead`], [`ahead`] |
#![cfg_attr(feature = "builtin", doc = "| start without files | [`datasets`] |")]
//!
//! ```
//! # #[cfg(feature = "builtin")] {
//! use nn_data::{Batches, Standardizer, Transform, datasets};
//! let (train, test) = datasets::digits::<f32>().split(0.75, 0)?;
//! let scale = Standardizer::fit(&train)?;
//! let (train, test) = (scale.apply(train)?, scale.apply(test)?);
//! assert_eq!((train.len(), test.len()), (1347, 450));
//! let mut batches = Batches::mini(&train, 64, 0)?;
//! batches.enter(0, 0);
//! assert_eq!(batches.next().unwrap().inputs.len(), 64 * 64);
//! # }
//! # Ok::<(), nn_data::DataError>(())
//! ```
#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod ahead;
mod batches;
mod combine;
mod dataset;
#[cfg(feature = "builtin")]
pub mod datasets;
mod error;
pub mod files;
mod normalize;
mod parts;
mod splits;
pub mod synthetic;
mod transform;

pub use ahead::{Ahead, ahead};
pub use batches::{Augment, Batch, Batches, Last, SelectedTargets, Selection};
pub use dataset::{Dataset, Targets};
pub use error::DataError;
#[cfg(feature = "safetensors")]
pub use normalize::Saved;
pub use normalize::{
    ChannelStandardizer, Columns, ColumnsFit, Components, Imputer, MaxAbs, MinMax, Moments, OneHot, Ordinal,
    Pca, Pipeline, PipelineFit, Power, Robust, Standardizer, Summary, UnitNorm, Unknown, Zca,
};
pub use parts::{MapSamples, Parts, Samples, Test, Train};
pub use splits::Fold;
pub use transform::Transform;

/// The examples of the README are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
