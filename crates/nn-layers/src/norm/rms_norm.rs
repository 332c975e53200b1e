//! Root mean square normalisation.

use std::ops::Range;
use std::sync::Arc;

use nn_core::{BackPass, BindErrorKind, Fan, Kernel, Local, Op, Pass, Plan, RowsMut};
use tensor_ops::{Real, Shape, simd};

use super::layer_norm::{part, row_shape};
use super::rows;
use super::sums::sums;
use crate::init::Constant;

/// y = γ x / √(mean(x²) + ε), for each row: the last axis of the input, or its last axes. Layer norm without its mean
/// and without β.
///
/// | | shape |
/// |---|---|
/// | x, y | `(m, .., n)`, n the lengths of the normalised axes |
/// | `weight` γ | `(n)`; left out by [`without_affine`](RmsNorm::without_affine) |
///
/// ε is by default the distance from 1 to the next number of the type that is computed in, as in PyTorch: 1.2e-7 in f32,
/// 2.2e-16 in f64. Backward, with r = 1/√(mean(x²) + ε), x̂ = x·r, g = dy·γ and n elements in a row:
/// dx = r·(g - x̂·Σ(g·x̂)/n), dγ = Σ dy·x̂ over all rows.
/// (Zhang and Sennrich, "Root mean square layer normalization", 2019, equation 4.)
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::RmsNorm;
/// let model: Model<f32> = RmsNorm::new().eps(0.0).init([2], 0)?;
/// assert_eq!(model.predict(&[[7.0, -7.0]].into())?, [[1.0, -1.0]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "RMSNorm")]
#[derive(Debug, Clone, Copy)]
pub struct RmsNorm {
    axes: usize,
    eps: Option<f64>,
    weight: bool,
}

impl Default for RmsNorm {
    fn default() -> RmsNorm {
        RmsNorm { axes: 1, eps: None, weight: true }
    }
}

impl RmsNorm {
    /// Over the last axis, with γ. Lengths are taken from the input shape.
    pub fn new() -> RmsNorm {
        RmsNorm::default()
    }

    /// Normalises over the last `axes` axes together.
    #[must_use]
    pub fn axes(self, axes: usize) -> RmsNorm {
        RmsNorm { axes, ..self }
    }

    /// Sets ε.
    #[must_use]
    pub fn eps(self, eps: f64) -> RmsNorm {
        RmsNorm { eps: Some(eps), ..self }
    }

    /// Leaves out γ.
    #[must_use]
    pub fn without_affine(self) -> RmsNorm {
        RmsNorm { weight: false, ..self }
    }
}

impl Op for RmsNorm {
    fn name(&self) -> &'static str {
        "RmsNorm"
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        super::check_eps(self.eps.unwrap_or(0.0))?;
        let row = row_shape(&inputs[0], self.axes)?;
        let plan = Plan::new(inputs[0])
            .saved(inputs[0].size() / row.size() * 2)
            .flops(inputs[0].size().saturating_mul(5))
            .by_rows();
        let fan = Fan { inputs: 1, outputs: 1 };
        Ok(if self.weight { plan.param("weight", row, fan, Arc::new(Constant(1.0))) } else { plan })
    }
}

impl<T: Real> Kernel<T> for RmsNorm {
    /// Keeps `[0, 1/√(mean(x²) + ε)]` of each row: a mean of 0 beside the scale, as `rows` wants it.
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, local: Local<'_, T>) {
        let n = row_shape(y.shape(), self.axes).expect("checked in `plan`").size();
        let eps = self.eps.map_or(T::EPSILON, T::from_f64);
        let (x, y) = (pass.x[0].data(), y.data());
        let (stats, w) = (local.saved.as_chunks_mut::<2>().0, pass.theta.get(0));
        simd::dispatch(
            #[inline(always)]
            || {
                for (r, y) in y.chunks_exact_mut(n).enumerate() {
                    let x = &x[r * n..][..n];
                    let [sum] = sums(
                        [x],
                        #[inline(always)]
                        |[x]| [x * x],
                    );
                    stats[r] = [T::ZERO, T::ONE / (sum / T::from_usize(n) + eps).sqrt()];
                    rows::scale_row(x, stats[r], w, None, y);
                }
            },
        );
    }

    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], _: Local<'_, T>) {
        let n = row_shape(pass.dy.shape(), self.axes).expect("checked in `plan`").size();
        let (x, dy, stats) = (pass.x[0].data(), pass.dy.data(), pass.saved.as_chunks().0);
        rows::pull_back([x, dy], n, stats, pass.theta.get(0), false, dx[0].data());
    }

    fn backward_rows(&self, pass: &BackPass<'_, T>, _: usize, rows: Range<usize>, dtheta: &mut [T]) {
        let row = row_shape(pass.dy.shape(), self.axes).expect("checked in `plan`");
        let (x, dy, stats) = (pass.x[0].data(), pass.dy.data(), pass.saved.as_chunks().0);
        rows::weight_gradient([x, dy], row.size(), stats, part(&rows, &row), dtheta);
    }
}

#[cfg(test)]
nn_check::suite!(RmsNorm::new(), input: [5], batch: 4, refuses: [&[]]);
#[cfg(test)]
nn_check::suite!(over_two_axes: RmsNorm::new().axes(2).eps(0.1), input: [2, 3, 2], batch: 3, refuses: [&[4]]);
#[cfg(test)]
nn_check::suite!(bare_and_wide: RmsNorm::new().without_affine(), input: [70], batch: 3);
