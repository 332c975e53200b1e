//! Layers that move elements about, and the simplest functions of them.

mod flatten;
mod identity;
mod pad;
mod permute;
mod reshape;
mod scale;

pub use flatten::Flatten;
pub use identity::Identity;
pub use pad::Pad;
pub use permute::Permute;
pub use reshape::Reshape;
pub use scale::Scale;
