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

use nn_core::BindErrorKind;

/// `Op`, `Kernel` and, where it says `in place`, `Pointwise` of an activation that works on each element by itself.
///
/// - `y = .., in place = .., dx = ..`: the whole of an activation without settings, whose derivative is a function of its
///   output. `y` is a function of slices; `dx` is one of a dy and a y.
/// - Otherwise the layer has methods, where it `checks check` also one that refuses settings:
///   - `of each`: `value(x)` and `pull(dy, x, y)`, of one element, short and without branches;
///   - `of slices`: `value(x, y)` and `pull(x, y, dy, dx)`, which call the vectorised functions of `tensor_ops`.
///
///   `in place if` says for which settings `pull` may be given y in the place of x: the pair of a product and such an
///   activation is one pass over the output.
macro_rules! elementwise {
    ($layer:ident, $name:literal, y = $forward:path, in place = $in_place:path, dx = $backward:expr) => {
        super::elementwise!(@op $layer, $name, 1);

        impl<T: tensor_ops::Real> nn_core::Kernel<T> for $layer {
            fn forward(
                &self,
                pass: &nn_core::Pass<'_, T>,
                mut y: nn_core::RowsMut<'_, T>,
                _: nn_core::Local<'_, T>,
            ) {
                $forward(pass.x[0].data(), y.data());
            }
            fn backward_input(
                &self,
                pass: &nn_core::BackPass<'_, T>,
                dx: &mut [nn_core::RowsMut<'_, T>],
                _: nn_core::Local<'_, T>,
            ) {
                let f = $backward;
                let (dx, dy, y) = (dx[0].data(), pass.dy.data(), pass.y.data());
                tensor_ops::simd::dispatch(
                    #[inline(always)]
                    || {
                        for ((dx, dy), y) in dx.iter_mut().zip(dy).zip(y) {
                            *dx = f(*dy, *y);
                        }
                    },
                );
            }
            fn pointwise(&self) -> Option<&dyn nn_core::Pointwise<T>> {
                Some(self)
            }
        }

        impl<T: tensor_ops::Real> nn_core::Pointwise<T> for $layer {
            fn apply(&self, y: &mut [T]) {
                $in_place(y);
            }
            fn pull_back(&self, y: &[T], dy: &mut [T]) {
                let f = $backward;
                tensor_ops::simd::dispatch(
                    #[inline(always)]
                    || {
                        for (dy, y) in dy.iter_mut().zip(y) {
                            *dy = f(*dy, *y);
                        }
                    },
                );
            }
        }
    };
    ($layer:ident, $name:literal, of each $(, checks $check:ident)? $(, in place if $condition:expr)?) => {
        super::elementwise!(@op $layer, $name, 2 $(, $check)?);

        impl<T: tensor_ops::Real> nn_core::Kernel<T> for $layer {
            fn forward(
                &self,
                pass: &nn_core::Pass<'_, T>,
                mut y: nn_core::RowsMut<'_, T>,
                _: nn_core::Local<'_, T>,
            ) {
                let layer = *self;
                super::sweep::map(
                    pass.x[0].data(),
                    y.data(),
                    #[inline(always)]
                    move |x| layer.value(x),
                );
            }
            fn backward_input(
                &self,
                pass: &nn_core::BackPass<'_, T>,
                dx: &mut [nn_core::RowsMut<'_, T>],
                _: nn_core::Local<'_, T>,
            ) {
                let layer = *self;
                super::sweep::pull(
                    [pass.dy.data(), pass.x[0].data(), pass.y.data()],
                    dx[0].data(),
                    #[inline(always)]
                    move |dy, x, y| layer.pull(dy, x, y),
                );
            }
            $(super::elementwise!(@pointwise $condition);)?
        }

        $(super::elementwise!(@in_place_of_each $layer, $condition);)?
    };
    ($layer:ident, $name:literal, of slices $(, checks $check:ident)? $(, in place if $condition:expr)?) => {
        super::elementwise!(@op $layer, $name, 20 $(, $check)?);

        impl<T: tensor_ops::Real> nn_core::Kernel<T> for $layer {
            fn forward(
                &self,
                pass: &nn_core::Pass<'_, T>,
                mut y: nn_core::RowsMut<'_, T>,
                _: nn_core::Local<'_, T>,
            ) {
                super::sweep::by_blocks([pass.x[0].data()], y.data(), |[x], y| self.value(x, y));
            }
            fn backward_input(
                &self,
                pass: &nn_core::BackPass<'_, T>,
                dx: &mut [nn_core::RowsMut<'_, T>],
                _: nn_core::Local<'_, T>,
            ) {
                let read = [pass.x[0].data(), pass.y.data(), pass.dy.data()];
                super::sweep::by_blocks(read, dx[0].data(), |[x, y, dy], dx| self.pull(x, y, dy, dx));
            }
            $(super::elementwise!(@pointwise $condition);)?
        }

        $(super::elementwise!(@in_place_of_slices $layer, $condition);)?
    };
    (@in_place_of_each $layer:ident, $condition:expr) => {
        impl<T: tensor_ops::Real> nn_core::Pointwise<T> for $layer {
            fn apply(&self, y: &mut [T]) {
                let layer = *self;
                super::sweep::map_in_place(
                    y,
                    #[inline(always)]
                    move |x| layer.value(x),
                );
            }
            fn pull_back(&self, y: &[T], dy: &mut [T]) {
                let layer = *self;
                super::sweep::pull_in_place(
                    y,
                    dy,
                    #[inline(always)]
                    move |dy, y| layer.pull(dy, y, y),
                );
            }
        }
    };
    (@in_place_of_slices $layer:ident, $condition:expr) => {
        impl<T: tensor_ops::Real> nn_core::Pointwise<T> for $layer {
            fn apply(&self, y: &mut [T]) {
                super::sweep::in_place([], y, |[], x, y| self.value(x, y));
            }
            fn pull_back(&self, y: &[T], dy: &mut [T]) {
                super::sweep::in_place([y], dy, |[y], dy, dx| self.pull(y, y, dy, dx));
            }
        }
    };
    (@op $layer:ident, $name:literal, $flops:literal $(, $check:ident)?) => {
        impl nn_core::Op for $layer {
            fn name(&self) -> &'static str {
                $name
            }
            fn plan(&self, inputs: &[tensor_ops::Shape]) -> Result<nn_core::Plan, nn_core::BindErrorKind> {
                $(self.$check()?;)?
                Ok(nn_core::Plan::new(inputs[0]).flops(inputs[0].size().saturating_mul($flops)))
            }
        }
    };
    (@pointwise $condition:expr) => {
        fn pointwise(&self) -> Option<&dyn nn_core::Pointwise<T>> {
            let condition: fn(&Self) -> bool = $condition;
            condition(self).then_some(self as _)
        }
    };
}
pub(crate) use elementwise;

/// Refuses a setting, unless it is good.
fn insist(good: bool, what: impl FnOnce() -> String) -> Result<(), BindErrorKind> {
    if good { Ok(()) } else { Err(BindErrorKind::Setting { what: what() }) }
}
