//! Activations: functions of each element, gates, and softmax.
//!
//! A function of each element is one file: what it is, its derivative, and a line of [`elementwise!`], which writes the rest.
//! Settings are checked when the layer is bound. At ±∞ a function takes its limit, and so does its derivative; NaN stays NaN.

mod celu;
mod elu;
mod gelu;
mod gelu_tanh;
mod glu;
mod hard_shrink;
mod hard_sigmoid;
mod hard_swish;
mod hard_tanh;
mod leaky_relu;
mod lines;
mod log_sigmoid;
mod log_softmax;
mod macros;
mod mish;
mod prelu;
mod relu;
mod relu6;
mod selu;
mod sigmoid;
mod silu;
mod soft_shrink;
mod softmax;
mod softmin;
mod softplus;
mod softsign;
mod sweep;
mod tanh;
mod tanh_shrink;
mod threshold;

#[cfg(test)]
mod tests;

pub use celu::Celu;
pub use elu::Elu;
pub use gelu::Gelu;
pub use gelu_tanh::GeluTanh;
pub use glu::Glu;
pub use hard_shrink::HardShrink;
pub use hard_sigmoid::HardSigmoid;
pub use hard_swish::HardSwish;
pub use hard_tanh::HardTanh;
pub use leaky_relu::LeakyRelu;
pub use log_sigmoid::LogSigmoid;
pub use log_softmax::LogSoftmax;
pub use mish::Mish;
pub use prelu::Prelu;
pub use relu::Relu;
pub use relu6::Relu6;
pub use selu::Selu;
pub use sigmoid::Sigmoid;
pub use silu::{Silu, Silu as Swish};
pub use soft_shrink::SoftShrink;
pub use softmax::Softmax;
pub use softmin::Softmin;
pub use softplus::Softplus;
pub use softsign::Softsign;
pub use tanh::Tanh;
pub use tanh_shrink::TanhShrink;
pub use threshold::Threshold;

use macros::{elementwise, in_place_of_each, in_place_of_slices, op, pointwise_if};
use nn_core::BindErrorKind;

/// Refuses a setting, unless it is good.
fn insist(good: bool, what: impl FnOnce() -> String) -> Result<(), BindErrorKind> {
    if good { Ok(()) } else { Err(BindErrorKind::Setting { what: what() }) }
}
