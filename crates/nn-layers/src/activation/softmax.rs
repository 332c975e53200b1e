//! The normalised exponential.

use nn_core::{BackPass, BindErrorKind, Kernel, Local, Op, Pass, Plan, RowsMut};
use tensor_ops::{Real, Shape, reduce};

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

    /// The length of the axis, and the distance between its neighbours; `plan` has checked the axis.
    fn geometry(&self, shape: &Shape) -> (usize, usize) {
        let axis = shape.axis(self.axis, "Softmax").expect("checked in `plan`");
        (shape[axis], shape.as_slice()[axis + 1..].iter().product())
    }
}

/// Calls `f` with the position of the first element of every line along the axis.
fn each_line(elements: usize, (n, step): (usize, usize), mut f: impl FnMut(usize)) {
    for block in (0..elements).step_by(n * step) {
        (block..block + step).for_each(&mut f);
    }
}

impl Op for Softmax {
    fn name(&self) -> &'static str {
        "Softmax"
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        inputs[0].axis(self.axis, "Softmax")?;
        Ok(Plan::new(inputs[0]).flops(inputs[0].size().saturating_mul(5)))
    }
}

impl<T: Real> Kernel<T> for Softmax {
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, _: Local<'_, T>) {
        let (n, step) = self.geometry(y.shape());
        let (x, y) = (pass.x[0].data(), y.data());
        if step == 1 {
            return reduce::softmax_rows(x, n, y);
        }
        each_line(x.len(), (n, step), |at| {
            let line = || (0..n).map(|k| at + k * step);
            let max = line().map(|i| x[i]).fold(-T::INFINITY, T::maximum);
            line().for_each(|i| y[i] = (x[i] - max).exp());
            let sum: T = line().map(|i| y[i]).sum();
            line().for_each(|i| y[i] /= sum);
        });
    }

    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], _: Local<'_, T>) {
        let (n, step) = self.geometry(pass.y.shape());
        let (y, dy, dx) = (pass.y.data(), pass.dy.data(), dx[0].data());
        if step == 1 {
            return reduce::softmax_backward_rows(y, dy, n, dx);
        }
        each_line(y.len(), (n, step), |at| {
            let line = || (0..n).map(|k| at + k * step);
            let dot: T = line().map(|i| dy[i] * y[i]).sum();
            line().for_each(|i| dx[i] = y[i] * (dy[i] - dot));
        });
    }
}

#[cfg(test)]
nn_check::suite!(Softmax::new(), input: [5], batch: 4, refuses: [&[]]);
#[cfg(test)]
nn_check::suite!(along_a_middle_axis: Softmax::new().axis(1), input: [2, 3, 2], batch: 2, refuses: [&[4]]);
