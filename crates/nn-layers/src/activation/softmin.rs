//! The normalised exponential of -x.

use nn_core::{BackPass, BindErrorKind, Kernel, Local, Op, Pass, Plan, RowsMut};
use tensor_ops::{Real, Shape, reduce};

use super::lines::Lines;
use super::sweep;

/// yⱼ = exp(-xⱼ) / Σₖ exp(-xₖ) along one axis of the sample, by default the last: [`Softmax`](crate::Softmax) of -x.
///
/// Shifted by the smallest x, so that nothing overflows. Backward: dx = -y · (dy - Σₖ dyₖ yₖ).
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::Softmin;
/// let model: Model<f64> = Softmin::new().init([2], 0)?;
/// assert_eq!(model.predict(&[[-1000.0, 1000.0]].into())?, [[1.0, 0.0]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Softmin {
    axis: isize,
}

impl Default for Softmin {
    fn default() -> Softmin {
        Softmin { axis: -1 }
    }
}

impl Softmin {
    /// Along the last axis.
    pub fn new() -> Softmin {
        Softmin::default()
    }

    /// Along another axis of the sample, counted from the end when negative.
    #[must_use]
    pub fn axis(self, axis: isize) -> Softmin {
        Softmin { axis }
    }
}

impl Op for Softmin {
    fn name(&self) -> &'static str {
        "Softmin"
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        Lines::plan(&inputs[0], self.axis, "Softmin")
    }
}

impl<T: Real> Kernel<T> for Softmin {
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, local: Local<'_, T>) {
        let lines = Lines::along(y.shape(), self.axis);
        lines.each([pass.x[0].data()], y.data(), local.scratch, |[x], n, y| {
            sweep::map(
                x,
                y,
                #[inline(always)]
                move |x| -x,
            );
            reduce::softmax_rows_in_place(y, n);
        });
    }

    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], local: Local<'_, T>) {
        let lines = Lines::along(pass.y.shape(), self.axis);
        let read = [pass.y.data(), pass.dy.data()];
        lines.each(read, dx[0].data(), local.scratch, |[y, dy], n, dx| {
            reduce::softmax_backward_rows(y, dy, n, dx);
            sweep::map_in_place(
                dx,
                #[inline(always)]
                move |dx| -dx,
            );
        });
    }
}

#[cfg(test)]
nn_check::suite!(Softmin::new(), input: [5], batch: 4, refuses: [&[]]);
#[cfg(test)]
nn_check::suite!(along_a_middle_axis: Softmin::new().axis(1), input: [2, 3, 2], batch: 2, refuses: [&[4]]);
