//! Layers that make images larger without a parameter.

mod pixel_shuffle;
mod resample;

pub use pixel_shuffle::PixelShuffle;
pub use resample::{Upsample, UpsampleMode};
