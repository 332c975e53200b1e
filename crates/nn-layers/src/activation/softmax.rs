//! The normalised exponential.

use nn_core::{BackPass, BindErrorKind, Kernel, Local, Op, Pass, Plan, RowsMut};
use tensor_ops::{Real, Shape, reduce};

use super::lines::Lines;

/// yⱼ = exp(xⱼ) / Σₖ exp(xₖ) along one axis of the sample, by default the last: numbers in (0, 1) that sum to 1.
///
/// Shifted by the largest x, so that nothing overflows. Backward: dx = y · (dy - Σₖ dyₖ yₖ).
///
/// To train a classifier leave it out: [`SoftmaxCrossEntropy`](crate::SoftmaxCrossEntropy) takes the values before it,
/// where the gradient is simply y - t.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::Softmax;
/// let model: Model<f64> = Softmax::new().init([2], 0)?;
/// assert_eq!(model.predict(&[[1000.0, 1000.0]].into())?, [[0.5, 0.5]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Softmax {
    axis: isize,
}

impl Default for Softmax {
    fn default() -> Softmax {
        Softmax { axis: -1 }
    }
}

impl Softmax {
    /// Along the last axis.
    pub fn new() -> Softmax {
        Softmax::default()
    }

    /// Along another axis of the sample, counted from the end when negative.
    #[must_use]
    pub fn axis(self, axis: isize) -> Softmax {
        Softmax { axis }
    }
}

impl Op for Softmax {
    fn name(&self) -> &'static str {
        "Softmax"
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        Lines::plan(&inputs[0], self.axis, "Softmax")
    }
}

impl<T: Real> Kernel<T> for Softmax {
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, local: Local<'_, T>) {
        let lines = Lines::along(y.shape(), self.axis);
        lines.each([pass.x[0].data()], y.data(), local.scratch, |[x], n, y| reduce::softmax_rows(x, n, y));
    }

    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], local: Local<'_, T>) {
        let lines = Lines::along(pass.y.shape(), self.axis);
        let read = [pass.y.data(), pass.dy.data()];
        lines.each(read, dx[0].data(), local.scratch, |[y, dy], n, dx| {
            reduce::softmax_backward_rows(y, dy, n, dx);
        });
    }
}

#[cfg(test)]
nn_check::suite!(Softmax::new(), input: [5], batch: 4, refuses: [&[]]);
#[cfg(test)]
nn_check::suite!(along_a_middle_axis: Softmax::new().axis(1), input: [2, 3, 2], batch: 2, refuses: [&[4]]);
