//! Normalizers: fitted on one set, applied to any, most of them inverted.

mod affine;
mod channels;
mod columns;
mod covariance;
mod impute;
mod max_abs;
mod min_max;
mod moments;
mod one_hot;
mod ordinal;
mod pca;
mod pipeline;
mod power;
mod quantile;
mod robust;
#[cfg(feature = "safetensors")]
mod saved;
mod standardizer;
mod unit_norm;
mod zca;

pub use channels::ChannelStandardizer;
pub use columns::{Columns, ColumnsFit};
pub use impute::Imputer;
pub use max_abs::MaxAbs;
pub use min_max::MinMax;
pub use moments::{Moments, Summary};
pub use one_hot::OneHot;
pub use ordinal::{Ordinal, Unknown};
pub use pca::{Components, Pca};
pub use pipeline::{Pipeline, PipelineFit};
pub use power::Power;
pub use robust::Robust;
#[cfg(feature = "safetensors")]
pub use saved::Saved;
pub use standardizer::Standardizer;
pub use unit_norm::UnitNorm;
pub use zca::Zca;

#[cfg(test)]
mod tests;
