//! Batch normalisation.

use std::ops::Range;
use std::sync::Arc;

use nn_core::{
    BackPass, BindErrorKind, Fan, Kernel, Local, Mixing, Mode, Op, Params, ParamsMut, Pass, Plan, RowsMut,
};
use tensor_ops::{Real, Shape, simd};

use super::Momentum;
use super::channels::{by_channels, channel_sums};
use super::sums::corrected;
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
#[doc(alias = "BatchNorm1d")]
#[doc(alias = "BatchNorm2d")]
#[doc(alias = "BatchNorm3d")]
#[doc(alias = "BatchNormalization")]
#[derive(Debug, Clone, Copy)]
pub struct BatchNorm {
    eps: f64,
    momentum: Momentum,
    affine: bool,
    statistics: bool,
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

    /// 1/√(σ² + ε) of every channel, and their μ.
    fn inverse<'a, T: Real>(
        &self,
        mode: Mode,
        summary: &'a [T],
        state: &Params<'a, T>,
        inverse: &mut [T],
    ) -> &'a [T] {
        let (mean, var) = match self.uses_batch(mode) {
            true => summary.split_at(summary.len() / 2),
            false => (state.get(0).unwrap_or(&[]), state.get(1).unwrap_or(&[])),
        };
        let eps = T::from_f64(self.eps);
        for (inverse, var) in inverse.iter_mut().zip(var) {
            *inverse = T::ONE / (*var + eps).sqrt();
        }
        mean
    }
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
        super::check_eps(self.eps)?;
        self.momentum.check()?;
        let channels = input[0];
        let fan = Fan { inputs: 1, outputs: 1 };
        let mixing = if self.statistics { Mixing::InTraining } else { Mixing::Always };
        let mut plan = Plan::new(input)
            .mixing(mixing, channels.saturating_mul(2), channels.saturating_mul(2))
            .min_batch(if input.size() == channels { 2 } else { 1 })
            .scratch(channels.saturating_mul(3))
            .flops(input.size().saturating_mul(4))
            .by_rows();
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
    /// `(2, C)`: the means and the biased variances of the batch, in two passes as in `moments`.
    fn summarize(&self, pass: &Pass<'_, T>, summary: &mut [T], _: &mut [T]) {
        let x = pass.x[0];
        let n = T::from_usize(x.data().len() / x.shape()[0]);
        by_channels(&x, summary, |first, [mean, var]| {
            simd::dispatch(
                #[inline(always)]
                || {
                    channel_sums(
                        [x.data()],
                        x.shape(),
                        first,
                        &[],
                        [&mut *mean],
                        #[inline(always)]
                        |[x], _| [x],
                    );
                    for mean in &mut *mean {
                        *mean /= n;
                    }
                    // The deviations from a mean that is read are written to another place: at most so many at once.
                    for (from, (mean, var)) in mean.chunks_mut(64).zip(var.chunks_mut(64)).enumerate() {
                        let (mut about, mut sum) = ([T::ZERO; 64], [T::ZERO; 64]);
                        let (about, sum) = (&mut about[..mean.len()], &mut sum[..mean.len()]);
                        about.copy_from_slice(mean);
                        channel_sums(
                            [x.data()],
                            x.shape(),
                            first + from * 64,
                            about,
                            [&mut *sum, &mut *var],
                            #[inline(always)]
                            |[x], about| [x - about, (x - about) * (x - about)],
                        );
                        for c in 0..mean.len() {
                            (mean[c], var[c]) = corrected(about[c], sum[c] / n, var[c] / n);
                        }
                    }
                },
            );
        });
    }

    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, local: Local<'_, T>) {
        let (x, channels) = (pass.x[0].data(), y.shape()[0]);
        let (places, y) = (y.width() / channels, y.data());
        let (scale, shift) = local.scratch[..2 * channels].split_at_mut(channels);
        simd::dispatch(
            #[inline(always)]
            || {
                let mean = self.inverse(pass.cx.mode, pass.summary, &pass.state, scale);
                match pass.theta.get(1) {
                    Some(bias) => {
                        for c in 0..channels {
                            scale[c] *= pass.theta[0][c];
                        }
                        shift.copy_from_slice(bias);
                    }
                    None => shift.fill(T::ZERO),
                }
                if places == 1 {
                    for (x, y) in x.chunks_exact(channels).zip(y.chunks_exact_mut(channels)) {
                        let (mean, scale, shift) =
                            (&mean[..channels], &scale[..channels], &shift[..channels]);
                        for c in 0..channels {
                            y[c] = (x[c] - mean[c]) * scale[c] + shift[c];
                        }
                    }
                    return;
                }
                for (i, (x, y)) in x.chunks_exact(places).zip(y.chunks_exact_mut(places)).enumerate() {
                    let (mean, scale, shift) = (mean[i % channels], scale[i % channels], shift[i % channels]);
                    for p in 0..places {
                        y[p] = (x[p] - mean) * scale + shift;
                    }
                }
            },
        );
    }

    fn observe(&self, pass: &Pass<'_, T>, mut state: ParamsMut<'_, T>) {
        let x = pass.x[0];
        let n = T::from_usize(x.data().len() / x.shape()[0]);
        let Some(count) = state.get(2) else { return };
        count[0] += T::ONE;
        let weight: T = self.momentum.weight(count[0]);
        let (mean, var) = pass.summary.split_at(x.shape()[0]);
        for (which, new, factor) in [(0, mean, T::ONE), (1, var, n / (n - T::ONE))] {
            let running = state.get(which).expect("declared in `plan`");
            for (running, new) in running.iter_mut().zip(new) {
                *running = (T::ONE - weight) * *running + weight * *new * factor;
            }
        }
    }

    /// `(2, C)`: Σdy·x̂, which is dγ, and Σdy, which is dβ.
    fn summarize_back(&self, pass: &BackPass<'_, T>, summary: &mut [T], _: &mut [T]) {
        by_channels(&pass.x[0], summary, |first, [weighted, sum]| {
            self.sums_of_dy(pass, first, [weighted, sum]);
        });
    }

    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], local: Local<'_, T>) {
        let (x, dy, dx) = (pass.x[0].data(), pass.dy.data(), dx[0].data());
        let (channels, width) = (pass.dy.shape()[0], pass.dy.width());
        let places = width / channels;
        // The number of samples of the batch: the range that this call sees may be smaller.
        let n = T::from_usize(pass.batch * places);
        let (scale, others) = local.scratch.split_at_mut(channels);
        let (shift, slope) = others.split_at_mut(channels);
        // dx = scale·(dy - shift - (x - μ)·slope)
        simd::dispatch(
            #[inline(always)]
            || {
                let mean = self.inverse(pass.cx.mode, pass.summary, &pass.state, scale);
                shift.fill(T::ZERO);
                slope.fill(T::ZERO); // in inference μ and σ² are constants
                if self.uses_batch(pass.cx.mode) {
                    let (weighted, sum) = pass.summary_back.split_at(channels);
                    for c in 0..channels {
                        shift[c] = sum[c] / n;
                        slope[c] = scale[c] * weighted[c] / n;
                    }
                }
                if let Some(weight) = pass.theta.get(0) {
                    for c in 0..channels {
                        scale[c] *= weight[c];
                    }
                }
                if places == 1 {
                    for (i, dx) in dx.chunks_exact_mut(channels).enumerate() {
                        let (x, dy) = (&x[i * channels..][..channels], &dy[i * channels..][..channels]);
                        let (mean, scale) = (&mean[..channels], &scale[..channels]);
                        let (shift, slope) = (&shift[..channels], &slope[..channels]);
                        for c in 0..channels {
                            dx[c] = scale[c] * (dy[c] - shift[c] - (x[c] - mean[c]) * slope[c]);
                        }
                    }
                    return;
                }
                for (i, dx) in dx.chunks_exact_mut(places).enumerate() {
                    let (x, dy) = (&x[i * places..][..places], &dy[i * places..][..places]);
                    let c = i % channels;
                    let (mean, scale, shift, slope) = (mean[c], scale[c], shift[c], slope[c]);
                    for p in 0..places {
                        dx[p] = scale * (dy[p] - shift - (x[p] - mean) * slope);
                    }
                }
            },
        );
    }

    fn backward_rows(&self, pass: &BackPass<'_, T>, param: usize, rows: Range<usize>, dtheta: &mut [T]) {
        if self.uses_batch(pass.cx.mode) {
            let channels = pass.dy.shape()[0];
            return dtheta.copy_from_slice(&pass.summary_back[param * channels..][rows]);
        }
        // The other gradient comes along and goes nowhere.
        for (at, dtheta) in dtheta.chunks_mut(64).enumerate() {
            let mut other = [T::ZERO; 64];
            let other = &mut other[..dtheta.len()];
            let both = if param == 0 { [dtheta, other] } else { [other, dtheta] };
            self.sums_of_dy(pass, rows.start + at * 64, both);
        }
    }
}

impl BatchNorm {
    /// Σdy·x̂ and Σdy of the channels from `first` on.
    fn sums_of_dy<T: Real>(&self, pass: &BackPass<'_, T>, first: usize, [weighted, sum]: [&mut [T]; 2]) {
        let (x, dy) = (pass.x[0], pass.dy.data());
        simd::dispatch(
            #[inline(always)]
            || {
                let mean = match self.uses_batch(pass.cx.mode) {
                    true => &pass.summary[..x.shape()[0]],
                    false => &pass.state[0],
                };
                let mean = &mean[first..][..sum.len()];
                channel_sums(
                    [x.data(), dy],
                    x.shape(),
                    first,
                    mean,
                    [&mut *weighted, &mut *sum],
                    #[inline(always)]
                    |[x, dy], mean| [dy * (x - mean), dy],
                );
                let var = match self.uses_batch(pass.cx.mode) {
                    true => &pass.summary[x.shape()[0]..],
                    false => &pass.state[1],
                };
                let eps = T::from_f64(self.eps);
                for (weighted, var) in weighted.iter_mut().zip(&var[first..]) {
                    *weighted *= T::ONE / (*var + eps).sqrt();
                }
            },
        );
    }
}

#[cfg(test)]
nn_check::suite!(BatchNorm::new(), input: [3], batch: 5, refuses: [&[]]);
#[cfg(test)]
nn_check::suite!(over_places: BatchNorm::new().eps(0.1), input: [2, 3], batch: 3);
#[cfg(test)]
nn_check::suite!(without_statistics: BatchNorm::new().without_statistics().without_affine(), input: [2, 3], batch: 3);
#[cfg(test)]
nn_check::suite!(wide: BatchNorm::new().cumulative(), input: [150], batch: 4);
#[cfg(test)]
nn_check::suite!(of_images: BatchNorm::new(), input: [2, 5, 7], batch: 2);

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::{BatchError, Context, Layer, Network, Rows, Workspace};

    #[test]
    fn one_value_per_channel_is_refused_and_the_layer_named() {
        let network = Network::bind(&BatchNorm::new(), [3].into()).unwrap();
        let x = Rows::new(&[1.0, 2.0, 3.0], [3]).unwrap();
        let error = network.accepts(&x, Mode::Training).unwrap_err();
        assert!(matches!(error, BatchError::TooFew { needed: 2, got: 1, .. }), "{error}");
        assert!(error.to_string().contains("BatchNorm"), "{error}");
        assert!(network.accepts(&x, Mode::Inference).is_ok());
    }

    #[test]
    fn a_large_mean_does_not_drown_the_variance() {
        // Of f32 about 2^14, with deviations that its spacing of 2^-9 holds exactly.
        for shape in [vec![2], vec![2, 50]] {
            let shape = Shape::new(&shape).unwrap();
            let network = BatchNorm::new().bind(shape).unwrap();
            let places = shape.size() / 2;
            let x: Vec<f32> =
                (0..800 * places).map(|i| 16384.0 + (i / shape.size() % 8) as f32 / 8.0).collect();
            let mut ws = Workspace::training(&network, 400).unwrap();
            let x = Rows::new(&x, shape).unwrap();
            let theta = network.initial_theta(0);
            let mut state = network.initial_state();
            let cx = Context::training(0, 0);
            network.forward(&theta, &state, x, &cx, &mut ws);
            network.observe(&theta, &mut state, x, &cx, &ws);
            assert!((state[0] - 0.1 * (16384.0 + 0.4375)).abs() < 1e-3, "{}", state[0]);
            let (n, biased) = (400.0 * places as f32, 63.0 / 12.0 / 64.0);
            let expected = 0.9 + 0.1 * biased * n / (n - 1.0);
            assert!((state[2] - expected).abs() < 1e-6, "{}, expected {expected}", state[2]);
        }
    }
}
