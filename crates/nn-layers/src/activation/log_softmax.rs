//! The logarithm of the normalised exponential.

use nn_core::{BackPass, BindErrorKind, Kernel, Local, Op, Pass, Plan, RowsMut};
use tensor_ops::{Real, Shape, reduce, slices};

use super::lines::Lines;
use super::sweep;

/// yⱼ = xⱼ - ln Σₖ exp(xₖ) along one axis of the sample, by default the last: the logarithm of [`Softmax`](crate::Softmax),
/// finite where that underflows.
///
/// Shifted by the largest x, so that nothing overflows. Backward: dx = dy - exp(y)·Σₖ dyₖ.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::LogSoftmax;
/// let model: Model<f64> = LogSoftmax::new().init([2], 0)?;
/// assert_eq!(model.predict(&[[0.0, -1000.0]].into())?, [[0.0, -1000.0]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct LogSoftmax {
    axis: isize,
}

impl Default for LogSoftmax {
    fn default() -> LogSoftmax {
        LogSoftmax { axis: -1 }
    }
}

impl LogSoftmax {
    /// Along the last axis.
    pub fn new() -> LogSoftmax {
        LogSoftmax::default()
    }

    /// Along another axis of the sample, counted from the end when negative.
    #[must_use]
    pub fn axis(self, axis: isize) -> LogSoftmax {
        LogSoftmax { axis }
    }
}

impl Op for LogSoftmax {
    fn name(&self) -> &'static str {
        "LogSoftmax"
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        Lines::plan(&inputs[0], self.axis, "LogSoftmax")
    }
}

impl<T: Real> Kernel<T> for LogSoftmax {
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, local: Local<'_, T>) {
        let lines = Lines::along(y.shape(), self.axis);
        lines.each([pass.x[0].data()], y.data(), local.scratch, |[x], n, y| {
            reduce::log_softmax_rows(x, n, y);
        });
    }

    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], local: Local<'_, T>) {
        let lines = Lines::along(pass.y.shape(), self.axis);
        let read = [pass.y.data(), pass.dy.data()];
        lines.each(read, dx[0].data(), local.scratch, |[y, dy], n, dx| {
            slices::exp(y, dx);
            for (dy, dx) in dy.chunks_exact(n).zip(dx.chunks_exact_mut(n)) {
                let sum = reduce::pairwise_sum(dy);
                sweep::combine(
                    dy,
                    dx,
                    #[inline(always)]
                    move |dy, softmax| dy - softmax * sum,
                );
            }
        });
    }
}

#[cfg(test)]
nn_check::suite!(LogSoftmax::new(), input: [5], batch: 4, refuses: [&[]]);
#[cfg(test)]
nn_check::suite!(along_a_middle_axis: LogSoftmax::new().axis(1), input: [2, 3, 2], batch: 2, refuses: [&[4]]);
