//! Layer normalisation.

use std::ops::Range;
use std::sync::Arc;

use nn_core::{BackPass, BindErrorKind, Fan, Kernel, Local, Op, Pass, Plan, RowsMut};
use tensor_ops::{Real, Shape, simd};

use super::rows;
use super::sums::moments;
use crate::init::Constant;

/// y = γ (x - μ) / √(σ² + ε) + β, with μ and σ² (biased) of each row: the last axis of the input, or its last axes.
///
/// | | shape |
/// |---|---|
/// | x, y | `(m, .., n)`, n the lengths of the normalised axes |
/// | `weight` γ, `bias` β | `(n)`, as PyTorch's `elementwise_affine`; see [`without_affine`](LayerNorm::without_affine), [`without_bias`](LayerNorm::without_bias) |
///
/// Backward, with x̂ = (x - μ)/√(σ² + ε), g = dy·γ and n elements in a row:
/// dx = (g - Σg/n - x̂·Σ(g·x̂)/n) / √(σ² + ε), dγ = Σ dy·x̂ and dβ = Σ dy over all rows.
///
/// Each row is treated by itself, so training and inference are the same. A row of one element gives β.
/// (Ba, Kiros and Hinton, "Layer normalization", 2016, equation 4.)
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::LayerNorm;
/// let model: Model<f64> = LayerNorm::new().eps(0.0).init([2], 0)?;
/// assert_eq!(model.predict(&[[3.0, 5.0]].into())?, [[-1.0, 1.0]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "LayerNormalization")]
#[derive(Debug, Clone, Copy)]
pub struct LayerNorm {
    axes: usize,
    eps: f64,
    weight: bool,
    bias: bool,
}

impl Default for LayerNorm {
    fn default() -> LayerNorm {
        LayerNorm { axes: 1, eps: 1e-5, weight: true, bias: true }
    }
}

impl LayerNorm {
    /// Over the last axis, with ε = 1e-5, γ and β. Lengths are taken from the input shape.
    pub fn new() -> LayerNorm {
        LayerNorm::default()
    }

    /// Normalises over the last `axes` axes together.
    #[must_use]
    pub fn axes(self, axes: usize) -> LayerNorm {
        LayerNorm { axes, ..self }
    }

    /// Sets ε.
    #[must_use]
    pub fn eps(self, eps: f64) -> LayerNorm {
        LayerNorm { eps, ..self }
    }

    /// Leaves out γ and β.
    #[must_use]
    pub fn without_affine(self) -> LayerNorm {
        LayerNorm { weight: false, bias: false, ..self }
    }

    /// Leaves out β.
    #[must_use]
    pub fn without_bias(self) -> LayerNorm {
        LayerNorm { bias: false, ..self }
    }
}

/// The lengths of the last `axes` axes, for the two norms of rows.
pub(super) fn row_shape(input: &Shape, axes: usize) -> Result<Shape, BindErrorKind> {
    match input.rank().checked_sub(axes) {
        Some(before) if axes > 0 => Ok(Shape::new(&input.as_slice()[before..])?),
        _ => {
            let what = format!("normalises over the last {axes} axes, of a sample that has {}", input.rank());
            Err(BindErrorKind::Setting { what })
        }
    }
}

/// The elements of a parameter in a range of its rows.
pub(super) fn part(rows: &Range<usize>, shape: &Shape) -> usize {
    rows.start * (shape.size() / shape[0])
}

impl Op for LayerNorm {
    fn name(&self) -> &'static str {
        "LayerNorm"
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        super::check_eps(self.eps)?;
        let row = row_shape(&inputs[0], self.axes)?;
        let fan = Fan { inputs: 1, outputs: 1 };
        let mut plan = Plan::new(inputs[0])
            .saved(inputs[0].size() / row.size() * 2)
            .flops(inputs[0].size().saturating_mul(8))
            .by_rows();
        if self.weight {
            plan = plan.param("weight", row, fan, Arc::new(Constant(1.0)));
        }
        if self.bias {
            plan = plan.param("bias", row, fan, Arc::new(Constant(0.0)));
        }
        Ok(plan)
    }
}

impl<T: Real> Kernel<T> for LayerNorm {
    /// Keeps `[mean, 1/√(σ² + ε)]` of each row.
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, local: Local<'_, T>) {
        let n = row_shape(y.shape(), self.axes).expect("checked in `plan`").size();
        let (x, eps) = (pass.x[0].data(), T::from_f64(self.eps));
        let (stats, y) = (local.saved.as_chunks_mut::<2>().0, y.data());
        let (w, b) = (pass.theta.get(0), pass.theta.get(1));
        simd::dispatch(
            #[inline(always)]
            || {
                for (r, y) in y.chunks_exact_mut(n).enumerate() {
                    let x = &x[r * n..][..n];
                    let (mean, var) = moments(x);
                    stats[r] = [mean, T::ONE / (var + eps).sqrt()];
                    rows::scale_row(x, stats[r], w, b, y);
                }
            },
        );
    }

    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], _: Local<'_, T>) {
        let n = row_shape(pass.dy.shape(), self.axes).expect("checked in `plan`").size();
        let (x, dy, stats) = (pass.x[0].data(), pass.dy.data(), pass.saved.as_chunks().0);
        rows::pull_back([x, dy], n, stats, pass.theta.get(0), true, dx[0].data());
    }

    fn backward_rows(&self, pass: &BackPass<'_, T>, param: usize, rows: Range<usize>, dtheta: &mut [T]) {
        let row = row_shape(pass.dy.shape(), self.axes).expect("checked in `plan`");
        let (x, dy, first) = (pass.x[0].data(), pass.dy.data(), part(&rows, &row));
        match param {
            0 => rows::weight_gradient([x, dy], row.size(), pass.saved.as_chunks().0, first, dtheta),
            _ => rows::bias_gradient(dy, row.size(), first, dtheta),
        }
    }
}

#[cfg(test)]
nn_check::suite!(LayerNorm::new(), input: [5], batch: 4, refuses: [&[]]);
#[cfg(test)]
nn_check::suite!(over_two_axes: LayerNorm::new().axes(2).eps(0.1), input: [2, 3, 2], batch: 3, refuses: [&[4]]);
#[cfg(test)]
nn_check::suite!(wide: LayerNorm::new().without_bias(), input: [2, 133], batch: 2);
#[cfg(test)]
nn_check::suite!(bare: LayerNorm::new().without_affine(), input: [2, 6], batch: 3);

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::{Layer, Model};

    #[test]
    fn a_large_mean_does_not_drown_the_variance() {
        // Of f32 about 2^14, with deviations that its spacing of 2^-9 holds exactly.
        let x: Vec<f32> = (0..1000).map(|i| 16384.0 + (i % 8) as f32 / 8.0).collect();
        let model: Model<f32> = LayerNorm::new().init([1000], 0).unwrap();
        let y = model.predict(&tensor_ops::Tensor::new([1, 1000], x.clone()).unwrap()).unwrap();
        let inv = 1.0 / (63.0f32 / 12.0 / 64.0 + 1e-5).sqrt();
        for (y, x) in y.as_slice().iter().zip(&x) {
            let expected = (x - 16384.0 - 0.4375) * inv;
            assert!((y - expected).abs() < 1e-5, "{y}, expected {expected}");
        }
    }
}
