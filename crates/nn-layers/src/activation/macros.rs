//! What every function of an element has in common, written once.

/// `Op`, `Kernel` and, where it says `in place`, `Pointwise` of an activation that works on each element by itself.
///
/// - `y = .., in place = .., dx = ..`: the whole of an activation without settings, whose derivative is a function of its
///   output. `y` is a function of slices; `dx` is one of a dy and a y.
/// - Otherwise the layer has methods, where it `checks check` also one that refuses settings:
///   - `of each`: `value(x)` and `pull(dy, x, y)`, of one element, short and without branches;
///   - `of slices`: `value(x, y)` and `pull(x, y, dy, dx)`, which call the vectorised functions of `tensor_ops`.
///
///   `gain` is that of [`nn_core::Op::gain`], where it is not 1: for those that lose the negative half.
///
///   `in place if` says for which settings `pull` may be given y in the place of x: the pair of a product and such an
///   activation is one pass over the output.
macro_rules! elementwise {
    ($layer:ident, $name:literal, y = $forward:path, in place = $in_place:path, dx = $backward:expr $(, gain $gain:expr)?) => {
        super::op!($layer, $name, 1 $(, gain $gain)?);

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
    ($layer:ident, $name:literal, of each $(, checks $check:ident)? $(, in place if $condition:expr)? $(, gain $gain:expr)?) => {
        super::op!($layer, $name, 2 $(, checks $check)? $(, gain $gain)?);

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
            $(super::pointwise_if!($condition);)?
        }

        $(super::in_place_of_each!($layer, $condition);)?
    };
    ($layer:ident, $name:literal, of slices $(, checks $check:ident)? $(, in place if $condition:expr)? $(, gain $gain:expr)?) => {
        super::op!($layer, $name, 20 $(, checks $check)? $(, gain $gain)?);

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
            $(super::pointwise_if!($condition);)?
        }

        $(super::in_place_of_slices!($layer, $condition);)?
    };
}
pub(super) use elementwise;

/// `Pointwise` by the methods of one element.
macro_rules! in_place_of_each {
    ($layer:ident, $condition:expr) => {
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
}
pub(super) use in_place_of_each;

/// `Pointwise` by the methods of slices.
macro_rules! in_place_of_slices {
    ($layer:ident, $condition:expr) => {
        impl<T: tensor_ops::Real> nn_core::Pointwise<T> for $layer {
            fn apply(&self, y: &mut [T]) {
                super::sweep::in_place([], y, |[], x, y| self.value(x, y));
            }
            fn pull_back(&self, y: &[T], dy: &mut [T]) {
                super::sweep::in_place([y], dy, |[y], dy, dx| self.pull(y, y, dy, dx));
            }
        }
    };
}
pub(super) use in_place_of_slices;

/// `Op` of a layer whose output has the shape of its input, with its operations per element.
macro_rules! op {
    ($layer:ident, $name:literal, $flops:literal $(, checks $check:ident)? $(, gain $gain:expr)?) => {
        impl nn_core::Op for $layer {
            fn name(&self) -> &'static str {
                $name
            }
            fn plan(&self, inputs: &[tensor_ops::Shape]) -> Result<nn_core::Plan, nn_core::BindErrorKind> {
                $(self.$check()?;)?
                Ok(nn_core::Plan::new(inputs[0]).flops(inputs[0].size().saturating_mul($flops)))
            }
            $(fn gain(&self) -> f64 {
                let gain: fn(&Self) -> crate::init::Gain = $gain;
                gain(self).value()
            })?
        }
    };
}
pub(super) use op;

/// `Kernel::pointwise` where the settings allow it.
macro_rules! pointwise_if {
    ($condition:expr) => {
        fn pointwise(&self) -> Option<&dyn nn_core::Pointwise<T>> {
            let condition: fn(&Self) -> bool = $condition;
            condition(self).then_some(self as _)
        }
    };
}
pub(super) use pointwise_if;
