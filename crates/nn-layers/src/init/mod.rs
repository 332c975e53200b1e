//! How parameters start: rules for the first weights.
//!
//! A sum of n independent products keeps its scale over a layer if Var(W) = 1/n (the course's rule); half the units of
//! a ReLU layer are 0, which asks for 2/n; and a compromise between forward and backward takes the mean of both fans.
//!
//! | rule | use |
//! |---|---|
//! | fits the activation that follows: the default of `Dense` and `Conv2d` | [`FitNext`] |
//! | Var(W) = gain²/n by name | [`LeCunNormal`], [`LeCunUniform`], [`HeNormal`], [`HeUniform`], [`GlorotNormal`], [`GlorotUniform`] |
//! | Var(W) = gain²/n with gain, fan and distribution of choice | [`Scaled`], [`Gain`] |
//! | a distribution as it is | [`Normal`], [`Uniform`], [`TruncatedNormal`] |
//! | rows or columns that are orthonormal | [`Orthogonal`] |
//! | mostly zeros | [`Sparse`] |
//! | the identity, of a matrix or of a convolution | [`Identity`] |
//! | all elements equal | [`Constant`], [`Zeros`], [`Ones`] |
//!
//! Each tensor is a function of the seed and its name, so that a layer added at the end does not change the others. A setting
//! that cannot be, or does not fit the tensor's shape, is an error of [`bind`](nn_core::Layer::bind).
//!
//! ```
//! use nn_core::{Layer, Model};
//! use nn_layers::{Dense, init::{Gain, Scaled}};
//! // Keras' glorot_normal with PyTorch's gain for tanh.
//! let start = Scaled::new().gain(Gain::Tanh).fan_mean().truncated();
//! let model: Model<f32> = Dense::new(8).init_weight(start).init([8], 0)?;
//! # Ok::<(), nn_core::BindError>(())
//! ```

mod constant;
mod draw;
mod fit_next;
mod gain;
mod identity;
mod orthogonal;
mod plain;
mod scaled;
mod sparse;
mod variance;

pub use constant::{Constant, Ones, Zeros};
pub use fit_next::FitNext;
pub use gain::Gain;
pub use identity::Identity;
pub use orthogonal::Orthogonal;
pub use plain::{Normal, TruncatedNormal, Uniform};
pub use scaled::Scaled;
pub use sparse::Sparse;
pub use variance::{GlorotNormal, GlorotUniform, HeNormal, HeUniform, LeCunNormal, LeCunUniform};
