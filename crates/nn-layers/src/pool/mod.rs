//! Pools: one number for every window of an image.

mod adaptive;
mod avg_pool;
mod global;
mod largest;
mod lines;
mod lp_pool;
mod max_pool;
mod spread;
mod strip;
mod sweep;
mod window;

pub use adaptive::{
    AdaptiveAvgPool, AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveAvgPool3d, AdaptiveMaxPool,
    AdaptiveMaxPool1d, AdaptiveMaxPool2d, AdaptiveMaxPool3d,
};
pub use avg_pool::{AvgPool, AvgPool1d, AvgPool2d, AvgPool3d};
pub use global::{GlobalAvgPool, GlobalMaxPool};
pub use lp_pool::{LpPool, LpPool1d, LpPool2d, LpPool3d};
pub use max_pool::{MaxPool, MaxPool1d, MaxPool2d, MaxPool3d};
