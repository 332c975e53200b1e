//! The sum of two values: where branches meet.

use nn_core::{BackPass, BindErrorKind, Kernel, Local, Op, Pass, Plan, RowsMut};
use tensor_ops::{Real, Shape};

/// y = a + b for two inputs of equal shape. Backward: da = dy, db = dy.
///
/// It takes two inputs, so it stands in a block's [`build`](nn_core::Layer::build) and not in a `Sequential`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Add;

impl Op for Add {
    fn name(&self) -> &'static str {
        "Add"
    }

    fn arity(&self) -> usize {
        2
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        if inputs[0] != inputs[1] {
            return Err(BindErrorKind::Mismatch);
        }
        Ok(Plan::new(inputs[0]))
    }
}

impl<T: Real> Kernel<T> for Add {
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, _: Local<'_, T>) {
        for ((y, a), b) in y.data().iter_mut().zip(pass.x[0].data()).zip(pass.x[1].data()) {
            *y = *a + *b;
        }
    }

    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], _: Local<'_, T>) {
        for dx in dx.iter_mut().filter(|dx| dx.is_wanted()) {
            dx.data().copy_from_slice(pass.dy.data());
        }
    }
}

/// x + x: a block that feeds both inputs from one value.
#[cfg(test)]
#[derive(Debug, Clone)]
struct Double;

#[cfg(test)]
impl nn_core::Layer for Double {
    fn build(
        &self,
        net: &mut nn_core::Builder,
        x: nn_core::Value,
    ) -> Result<nn_core::Value, nn_core::BindError> {
        net.apply(Add, &[x, x])
    }
}

#[cfg(test)]
nn_check::suite!(Double, input: [3], batch: 4);
