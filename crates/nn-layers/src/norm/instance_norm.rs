//! Instance normalisation.

use std::ops::Range;
use std::sync::Arc;

use nn_core::{
    BackPass, BindErrorKind, Fan, Kernel, Local, Mode, Op, Params, ParamsMut, Pass, Plan, RowsMut,
};
use tensor_ops::{Real, Shape, simd};

use super::Momentum;
use super::groups::Groups;
use super::sums::moments;
use crate::init::Constant;

/// y = γ (x - μ) / √(σ² + ε) + β, with μ and σ² (biased) of each channel of each sample: the places of an image.
///
/// | | shape |
/// |---|---|
/// | x, y | `(m, C, ..)` with at least two places |
/// | `weight` γ, `bias` β | `(C)`; only [`with_affine`](InstanceNorm::with_affine) |
/// | `running_mean`, `running_var`, `num_batches_tracked` | `(C)`, `(C)`, `()` observed; only [`with_statistics`](InstanceNorm::with_statistics) |
///
/// With running statistics these take the place of μ and σ² in inference; a training step leaves
/// running = (1 - momentum)·running + momentum·(the mean over the samples of μ, or of the *unbiased* σ²). As in PyTorch
/// `num_batches_tracked` is part of the state, and not counted. Backward as for layer norm, channel by channel.
/// (Ulyanov, Vedaldi and Lempitsky, "Instance normalization", 2016, equation 4.)
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::InstanceNorm;
/// let model: Model<f64> = InstanceNorm::new().eps(0.0).init([2, 2], 0)?;
/// assert_eq!(model.predict(&[[[3.0, 5.0], [10.0, 0.0]]].into())?, [[[-1.0, 1.0], [1.0, -1.0]]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "InstanceNorm2d")]
#[derive(Debug, Clone, Copy)]
pub struct InstanceNorm {
    eps: f64,
    momentum: f64,
    affine: bool,
    statistics: bool,
}

impl Default for InstanceNorm {
    fn default() -> InstanceNorm {
        InstanceNorm { eps: 1e-5, momentum: 0.1, affine: false, statistics: false }
    }
}

impl InstanceNorm {
    /// With ε = 1e-5, without γ and β and without running statistics, as PyTorch has it.
    pub fn new() -> InstanceNorm {
        InstanceNorm::default()
    }

    /// Sets ε.
    #[must_use]
    pub fn eps(self, eps: f64) -> InstanceNorm {
        InstanceNorm { eps, ..self }
    }

    /// Sets the weight of a batch in the running statistics.
    #[must_use]
    pub fn momentum(self, momentum: f64) -> InstanceNorm {
        InstanceNorm { momentum, ..self }
    }

    /// Learns γ and β.
    #[must_use]
    pub fn with_affine(self) -> InstanceNorm {
        InstanceNorm { affine: true, ..self }
    }

    /// Observes running statistics in training, and uses them in inference.
    #[must_use]
    pub fn with_statistics(self) -> InstanceNorm {
        InstanceNorm { statistics: true, ..self }
    }

    /// Whether μ and σ² are observed ones, and so no functions of x.
    fn is_constant(&self, mode: Mode) -> bool {
        self.statistics && mode == Mode::Inference
    }
}

/// The running statistics as `[mean, 1/√(σ² + ε)]` of each channel of each sample.
fn repeat<T: Real>(state: &Params<'_, T>, eps: f64, stats: &mut [[T; 2]]) {
    let channels = state[0].len();
    for (i, stats) in stats.iter_mut().enumerate() {
        let c = i % channels;
        *stats = [state[0][c], T::ONE / (state[1][c] + T::from_f64(eps)).sqrt()];
    }
}

impl Op for InstanceNorm {
    fn name(&self) -> &'static str {
        "InstanceNorm"
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        let input = inputs[0];
        super::check_eps(self.eps)?;
        Momentum::Exponential(self.momentum).check()?;
        if input.rank() < 2 {
            return Err(BindErrorKind::Rank { expected: "samples with a channel axis and axes of places" });
        }
        let channels = input[0];
        if input.size() == channels {
            let what = "one value per channel of a sample has no variance".into();
            return Err(BindErrorKind::Setting { what });
        }
        let fan = Fan { inputs: 1, outputs: 1 };
        let mut plan = Plan::new(input)
            .saved(2 * channels)
            .saved_back(2 * channels)
            .flops(input.size().saturating_mul(8))
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

impl<T: Real> Kernel<T> for InstanceNorm {
    /// Keeps the statistics of every channel.
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, local: Local<'_, T>) {
        let groups = Groups::of(y.shape(), y.shape()[0]);
        let (x, stats) = (pass.x[0].data(), local.saved.as_chunks_mut().0);
        match self.is_constant(pass.cx.mode) {
            true => repeat(&pass.state, self.eps, stats),
            false => groups.measure(x, self.eps, stats),
        }
        groups.scale(x, stats, [pass.theta.get(0), pass.theta.get(1)], y.data());
    }

    fn observe(&self, pass: &Pass<'_, T>, mut state: ParamsMut<'_, T>) {
        let x = pass.x[0];
        let groups = Groups::of(x.shape(), x.shape()[0]);
        let (n, m) = (T::from_usize(groups.places), T::from_usize(x.len()));
        let weight = T::from_f64(self.momentum);
        for c in 0..groups.groups {
            let (mut means, mut vars) = (T::ZERO, T::ZERO);
            simd::dispatch(
                #[inline(always)]
                || {
                    for i in 0..x.len() {
                        let (mean, var) = moments(&x.row(i)[c * groups.places..][..groups.places]);
                        means += mean;
                        vars += var;
                    }
                },
            );
            for (which, new) in [(0, means / m), (1, vars / m * (n / (n - T::ONE)))] {
                let running = &mut state.get(which).expect("declared in `plan`")[c];
                *running = (T::ONE - weight) * *running + weight * new;
            }
        }
    }

    /// Keeps what dγ and dβ are sums of.
    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], local: Local<'_, T>) {
        let groups = Groups::of(pass.dy.shape(), pass.dy.shape()[0]);
        let (x, dy, stats) = (pass.x[0].data(), pass.dy.data(), pass.saved.as_chunks().0);
        let is_constant = self.is_constant(pass.cx.mode);
        let dx = dx[0].is_wanted().then(|| dx[0].data());
        groups.pull_back([x, dy], stats, pass.theta.get(0), is_constant, local.saved, dx);
    }

    fn backward_rows(&self, pass: &BackPass<'_, T>, param: usize, rows: Range<usize>, dtheta: &mut [T]) {
        let groups = Groups::of(pass.dy.shape(), pass.dy.shape()[0]);
        groups.gradient(pass.saved_back, param, rows.start, dtheta);
    }
}

#[cfg(test)]
nn_check::suite!(InstanceNorm::new(), input: [2, 5], batch: 3, refuses: [&[], &[4], &[4, 1]]);
#[cfg(test)]
nn_check::suite!(
    with_everything: InstanceNorm::new().with_affine().with_statistics().eps(0.1).momentum(0.3),
    input: [3, 2, 3], batch: 4
);

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::{Context, Layer, Rows, Workspace};

    /// Two samples of one channel with means 2 and 20, and variances 1 and 100.
    const X: [f64; 4] = [1.0, 3.0, 10.0, 30.0];

    #[test]
    fn running_statistics_are_means_over_samples_and_used_in_inference() {
        let network = InstanceNorm::new().with_statistics().eps(0.0).momentum(0.5).bind([1, 2]).unwrap();
        let x = Rows::new(&X, [1, 2]).unwrap();
        let mut state = network.initial_state::<f64>();
        let mut ws = Workspace::training(&network, 2).unwrap();
        let cx = Context::training(0, 0);
        assert_eq!(network.forward(&[], &state, x, &cx, &mut ws).data(), [-1.0, 1.0, -1.0, 1.0]);
        network.observe(&[], &mut state, x, &cx, &ws);
        // (0 + 11)/2, and (1 + (2 + 200)/2)/2 with unbiased variances.
        assert_eq!(state, [5.5, 51.0, 0.0]);
        let state = [4.0, 4.0, 0.0];
        let y = network.forward(&[], &state, x, &Context::inference(), &mut ws);
        assert_eq!(y.data(), [-1.5, -0.5, 3.0, 13.0]);
    }
}
