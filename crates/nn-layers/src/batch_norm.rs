//! Batch normalisation.

use std::sync::Arc;

use nn_core::{
    BackPass, BindErrorKind, Fan, Kernel, Local, Mixing, Mode, Op, ParamsMut, Pass, Plan, Rows, RowsMut,
};
use tensor_ops::{Real, Shape};

use crate::init::Constant;

/// y = γ (x - μ) / √(σ² + ε) + β, for each channel: the first axis of a sample.
///
/// | | shape |
/// |---|---|
/// | x, y | `(m, C)` or `(m, C, ..)` |
/// | `weight` γ, `bias` β | `(C)`; left out by [`without_affine`](BatchNorm::without_affine) |
/// | `running_mean`, `running_var` | `(C)` observed; left out by [`without_statistics`](BatchNorm::without_statistics) |
/// | `num_batches_tracked` | `()` observed |
///
/// In training μ and σ² are those of the batch, over samples and places (σ² biased, divided by n); in inference the
/// running ones. After a training step running = (1 - momentum)·running + momentum·batch, with the *unbiased* variance
/// (n - 1), PyTorch's conventions. Backward in training, with x̂ = (x - μ)/√(σ² + ε):
/// dβ = Σdy, dγ = Σdy·x̂, dx = γ/√(σ² + ε) · (dy - dβ/n - x̂·dγ/n).
///
/// One value per channel has no variance: training on a single sample without places is refused.
/// (Ioffe and Szegedy, "Batch normalization", 2015, algorithm 1.)
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::BatchNorm;
/// let model: Model<f32> = BatchNorm::new().init([3, 8, 8], 0)?;
/// assert_eq!(model.parameter("running_var").unwrap().1, [1.0; 3]);
/// # Ok::<(), nn_core::BindError>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct BatchNorm {
    eps: f64,
    momentum: Momentum,
    affine: bool,
    statistics: bool,
}

#[derive(Debug, Clone, Copy)]
enum Momentum {
    Exponential(f64),
    /// The average over all batches so far.
    Cumulative,
}

impl Default for BatchNorm {
    fn default() -> BatchNorm {
        BatchNorm { eps: 1e-5, momentum: Momentum::Exponential(0.1), affine: true, statistics: true }
    }
}

impl BatchNorm {
    /// With ε = 1e-5, momentum 0.1, γ and β, and running statistics. Channels are taken from the input shape.
    pub fn new() -> BatchNorm {
        BatchNorm::default()
    }

    /// Sets ε.
    #[must_use]
    pub fn eps(self, eps: f64) -> BatchNorm {
        BatchNorm { eps, ..self }
    }

    /// Sets the weight of a batch in the running statistics.
    #[must_use]
    pub fn momentum(self, momentum: f64) -> BatchNorm {
        BatchNorm { momentum: Momentum::Exponential(momentum), ..self }
    }

    /// Averages all batches so far with equal weight.
    #[must_use]
    pub fn cumulative(self) -> BatchNorm {
        BatchNorm { momentum: Momentum::Cumulative, ..self }
    }

    /// Leaves out γ and β.
    #[must_use]
    pub fn without_affine(self) -> BatchNorm {
        BatchNorm { affine: false, ..self }
    }

    /// Keeps no running statistics: the batch's own are used in inference too.
    #[must_use]
    pub fn without_statistics(self) -> BatchNorm {
        BatchNorm { statistics: false, ..self }
    }

    /// Whether μ and σ² are those of the batch.
    fn uses_batch(&self, mode: Mode) -> bool {
        mode == Mode::Training || !self.statistics
    }

    /// μ and 1/√(σ² + ε) of channel `c`.
    fn statistics_of<T: Real>(
        &self,
        c: usize,
        mode: Mode,
        summary: &[T],
        state: &nn_core::Params<'_, T>,
    ) -> (T, T) {
        let (mean, var) = if self.uses_batch(mode) {
            (summary[2 * c], summary[2 * c + 1])
        } else {
            (state[0][c], state[1][c])
        };
        (mean, T::ONE / (var + T::from_f64(self.eps)).sqrt())
    }
}

/// Calls `f(c, elements)` for the places of each channel of each sample.
fn each_channel<T>(x: &Rows<'_, T>, mut f: impl FnMut(usize, std::ops::Range<usize>)) {
    let channels = x.shape()[0];
    let places = x.width() / channels;
    for i in 0..x.len() * channels {
        f(i % channels, i * places..(i + 1) * places);
    }
}

/// Σ f(at) over the samples and places of channel `c`, in f64 and in a fixed order.
fn sum_channel<T: Real>(x: &Rows<'_, T>, c: usize, f: impl Fn(usize) -> f64) -> f64 {
    let channels = x.shape()[0];
    let places = x.width() / channels;
    let of_sample = |i: usize| {
        let from = (i * channels + c) * places;
        (from..from + places).map(&f).sum::<f64>()
    };
    (0..x.len()).map(of_sample).sum()
}

impl Op for BatchNorm {
    fn name(&self) -> &'static str {
        "BatchNorm"
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        let input = inputs[0];
        if input.rank() == 0 {
            return Err(BindErrorKind::Rank { expected: "samples with a channel axis" });
        }
        if !(self.eps >= 0.0 && self.eps.is_finite()) {
            return Err(BindErrorKind::Setting {
                what: format!("eps {} is not a finite number >= 0", self.eps),
            });
        }
        if let Momentum::Exponential(p) = self.momentum
            && !(0.0..=1.0).contains(&p)
        {
            return Err(BindErrorKind::Setting { what: format!("momentum {p} is not in [0, 1]") });
        }
        let channels = input[0];
        let fan = Fan { inputs: 1, outputs: 1 };
        let mixing = if self.statistics { Mixing::InTraining } else { Mixing::Always };
        let mut plan = Plan::new(input)
            .mixing(mixing, channels.saturating_mul(2), channels.saturating_mul(2))
            .min_batch(if input.size() == channels { 2 } else { 1 })
            .flops(input.size().saturating_mul(4));
        if self.affine {
            plan = plan.param("weight", [channels], fan, Arc::new(Constant(1.0)));
            plan = plan.param("bias", [channels], fan, Arc::new(Constant(0.0)));
        }
        if self.statistics {
            plan = plan.state("running_mean", [channels], 0.0).state("running_var", [channels], 1.0);
            plan = plan.state("num_batches_tracked", Shape::SCALAR, 0.0);
        }
        Ok(plan)
    }
}

impl<T: Real> Kernel<T> for BatchNorm {
    /// `(C, 2)`: mean and biased variance of the batch, in two passes.
    fn summarize(&self, pass: &Pass<'_, T>, summary: &mut [T], _: &mut [T]) {
        let x = pass.x[0];
        let n = (x.data().len() / x.shape()[0]) as f64;
        for (c, summary) in summary.chunks_exact_mut(2).enumerate() {
            summary[0] = T::from_f64(sum_channel(&x, c, |at| x.data()[at].to_f64()) / n);
            // About the rounded mean, which is the one that forward subtracts.
            let mean = summary[0].to_f64();
            let square = |at: usize| (x.data()[at].to_f64() - mean).powi(2);
            summary[1] = T::from_f64(sum_channel(&x, c, square) / n);
        }
    }

    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, _: Local<'_, T>) {
        let x = pass.x[0];
        each_channel(&x, |c, places| {
            let (mean, inv) = self.statistics_of(c, pass.cx.mode, pass.summary, &pass.state);
            let (weight, bias) = match pass.theta.get(1) {
                Some(bias) => (pass.theta[0][c], bias[c]),
                None => (T::ONE, T::ZERO),
            };
            for (y, x) in y.data()[places.clone()].iter_mut().zip(&x.data()[places]) {
                *y = (*x - mean) * inv * weight + bias;
            }
        });
    }

    fn observe(&self, pass: &Pass<'_, T>, mut state: ParamsMut<'_, T>) {
        let x = pass.x[0];
        let n = T::from_usize(x.data().len() / x.shape()[0]);
        let Some(count) = state.get(2) else { return };
        count[0] += T::ONE;
        let weight = match self.momentum {
            Momentum::Exponential(momentum) => T::from_f64(momentum),
            Momentum::Cumulative => T::ONE / count[0],
        };
        for (which, factor) in [(0, T::ONE), (1, n / (n - T::ONE))] {
            let running = state.get(which).expect("declared in `plan`");
            for (c, running) in running.iter_mut().enumerate() {
                *running = (T::ONE - weight) * *running + weight * pass.summary[2 * c + which] * factor;
            }
        }
    }

    /// `(C, 2)`: Σdy and Σdy·x̂.
    fn summarize_back(&self, pass: &BackPass<'_, T>, summary: &mut [T], _: &mut [T]) {
        for (c, summary) in summary.chunks_exact_mut(2).enumerate() {
            summary.copy_from_slice(&self.sums_of_dy(pass, c));
        }
    }

    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], _: Local<'_, T>) {
        let (x, dy) = (pass.x[0], pass.dy.data());
        // The number of samples of the batch: the range that this call sees may be smaller.
        let n = T::from_usize(pass.batch * x.width() / x.shape()[0]);
        each_channel(&x, |c, places| {
            let (mean, inv) = self.statistics_of(c, pass.cx.mode, pass.summary, &pass.state);
            let scale = pass.theta.get(0).map_or(T::ONE, |weight| weight[c]) * inv;
            let (dbias, dweight) = if self.uses_batch(pass.cx.mode) {
                (pass.summary_back[2 * c] / n, pass.summary_back[2 * c + 1] / n)
            } else {
                (T::ZERO, T::ZERO) // μ and σ² are constants
            };
            for at in places {
                let x_hat = (x.data()[at] - mean) * inv;
                dx[0].data()[at] = scale * (dy[at] - dbias - x_hat * dweight);
            }
        });
    }

    fn backward_params(&self, pass: &BackPass<'_, T>, mut dtheta: ParamsMut<'_, T>, _: &mut [T]) {
        for c in 0..pass.x[0].shape()[0] {
            let [dbias, dweight] = self.sums_of_dy(pass, c);
            dtheta.get(0).expect("declared in `plan`")[c] = dweight;
            dtheta.get(1).expect("declared in `plan`")[c] = dbias;
        }
    }
}

impl BatchNorm {
    /// Σdy and Σdy·x̂ of channel `c`.
    fn sums_of_dy<T: Real>(&self, pass: &BackPass<'_, T>, c: usize) -> [T; 2] {
        let (x, dy) = (pass.x[0], pass.dy.data());
        let (mean, inv) = self.statistics_of(c, pass.cx.mode, pass.summary, &pass.state);
        let x_hat = |at: usize| (x.data()[at] - mean) * inv;
        let sum = sum_channel(&x, c, |at| dy[at].to_f64());
        let weighted = sum_channel(&x, c, |at| dy[at].to_f64() * x_hat(at).to_f64());
        [T::from_f64(sum), T::from_f64(weighted)]
    }
}

#[cfg(test)]
nn_check::suite!(BatchNorm::new(), input: [3], batch: 5, refuses: [&[]]);
#[cfg(test)]
nn_check::suite!(over_places: BatchNorm::new().eps(0.1), input: [2, 3], batch: 3);
#[cfg(test)]
nn_check::suite!(without_statistics: BatchNorm::new().without_statistics().without_affine(), input: [2, 3], batch: 3);
