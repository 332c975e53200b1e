//! Samples of any shape as plain vectors.

use nn_core::{BackPass, BindErrorKind, Kernel, Local, Op, Pass, Plan, RowsMut};
use tensor_ops::{Real, Shape};

/// `(m, ..)` becomes `(m, n)`; the elements keep their order. Backward: dx is dy in the old shape.
///
/// ```
/// use nn_core::Layer;
/// use nn_layers::Flatten;
/// assert_eq!(Flatten.bind([2, 3])?.output_shape(), &[6].into());
/// # Ok::<(), nn_core::BindError>(())
/// ```
#[doc(alias = "view")]
#[derive(Debug, Clone, Copy, Default)]
pub struct Flatten;

impl Op for Flatten {
    fn name(&self) -> &'static str {
        "Flatten"
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        Ok(Plan::new([inputs[0].size()]).moves())
    }
}

impl<T: Real> Kernel<T> for Flatten {
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, _: Local<'_, T>) {
        y.data().copy_from_slice(pass.x[0].data());
    }

    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], _: Local<'_, T>) {
        dx[0].data().copy_from_slice(pass.dy.data());
    }
}

#[cfg(test)]
nn_check::suite!(Flatten, input: [2, 3], batch: 4);
