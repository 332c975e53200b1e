//! Activations: functions of each element, and softmax.

mod relu;
mod sigmoid;
mod softmax;
mod tanh;

pub use relu::Relu;
pub use sigmoid::Sigmoid;
pub use softmax::Softmax;
pub use tanh::Tanh;

/// An activation that works on each element by itself and whose derivative is a function of its output: the whole of
/// its `Op` and `Kernel`. `forward` is a function of slices, `backward` of one dy and one y; both come in place too, so that
/// the activation can be computed with the product beside it.
macro_rules! elementwise {
    ($layer:ident, $name:literal, y = $forward:path, in place = $in_place:path, dx = $backward:expr) => {
        impl nn_core::Op for $layer {
            fn name(&self) -> &'static str {
                $name
            }
            fn plan(&self, inputs: &[tensor_ops::Shape]) -> Result<nn_core::Plan, nn_core::BindErrorKind> {
                Ok(nn_core::Plan::new(inputs[0]))
            }
        }

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
}
pub(crate) use elementwise;
