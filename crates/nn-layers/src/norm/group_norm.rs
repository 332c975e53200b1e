//! Group normalisation.

use std::ops::Range;
use std::sync::Arc;

use nn_core::{BackPass, BindErrorKind, Fan, Kernel, Local, Op, Pass, Plan, RowsMut};
use tensor_ops::{Real, Shape};

use super::groups::Groups;
use crate::init::Constant;

/// y = γ (x - μ) / √(σ² + ε) + β, with μ and σ² (biased) of each sample's groups of channels. Channels are the first axis of a
/// sample; γ and β have one number for each.
///
/// | | shape |
/// |---|---|
/// | x, y | `(m, C)` or `(m, C, ..)` |
/// | `weight` γ, `bias` β | `(C)`; left out by [`without_affine`](GroupNorm::without_affine) |
///
/// One group is layer norm over all axes, but for γ and β; as many groups as channels is
/// [`InstanceNorm`](crate::InstanceNorm). Backward as for layer norm, group by group; dγ = Σ dy·x̂ and dβ = Σ dy over samples and
/// places. (Wu and He, "Group normalization", 2018, equations 1 to 6.)
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::GroupNorm;
/// let model: Model<f64> = GroupNorm::new(2).eps(0.0).init([4], 0)?;
/// assert_eq!(model.predict(&[[3.0, 5.0, 10.0, 0.0]].into())?, [[-1.0, 1.0, 1.0, -1.0]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "GroupNormalization")]
#[derive(Debug, Clone, Copy)]
pub struct GroupNorm {
    groups: usize,
    eps: f64,
    affine: bool,
}

impl GroupNorm {
    /// With so many groups, which have to divide the number of channels; ε = 1e-5, γ and β.
    pub fn new(groups: usize) -> GroupNorm {
        GroupNorm { groups, eps: 1e-5, affine: true }
    }

    /// Sets ε.
    #[must_use]
    pub fn eps(self, eps: f64) -> GroupNorm {
        GroupNorm { eps, ..self }
    }

    /// Leaves out γ and β.
    #[must_use]
    pub fn without_affine(self) -> GroupNorm {
        GroupNorm { affine: false, ..self }
    }
}

impl Op for GroupNorm {
    fn name(&self) -> &'static str {
        "GroupNorm"
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        let input = inputs[0];
        super::check_eps(self.eps)?;
        if input.rank() == 0 {
            return Err(BindErrorKind::Rank { expected: "samples with a channel axis" });
        }
        let channels = input[0];
        if self.groups == 0 || !channels.is_multiple_of(self.groups) {
            let what = format!("{} groups do not divide {channels} channels", self.groups);
            return Err(BindErrorKind::Setting { what });
        }
        let plan = Plan::new(input)
            .saved(2 * self.groups)
            .saved_back(2 * channels)
            .flops(input.size().saturating_mul(8))
            .by_rows();
        let fan = Fan { inputs: 1, outputs: 1 };
        Ok(match self.affine {
            true => plan.param("weight", [channels], fan, Arc::new(Constant(1.0))).param(
                "bias",
                [channels],
                fan,
                Arc::new(Constant(0.0)),
            ),
            false => plan,
        })
    }
}

impl<T: Real> Kernel<T> for GroupNorm {
    /// Keeps the statistics of every group.
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, local: Local<'_, T>) {
        let groups = Groups::of(y.shape(), self.groups);
        let (x, stats) = (pass.x[0].data(), local.saved.as_chunks_mut().0);
        groups.measure(x, self.eps, stats);
        groups.scale(x, stats, [pass.theta.get(0), pass.theta.get(1)], y.data());
    }

    /// Keeps what dγ and dβ are sums of.
    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], local: Local<'_, T>) {
        let groups = Groups::of(pass.dy.shape(), self.groups);
        let (x, dy, stats) = (pass.x[0].data(), pass.dy.data(), pass.saved.as_chunks().0);
        let dx = dx[0].is_wanted().then(|| dx[0].data());
        groups.pull_back([x, dy], stats, pass.theta.get(0), false, local.saved, dx);
    }

    fn backward_rows(&self, pass: &BackPass<'_, T>, param: usize, rows: Range<usize>, dtheta: &mut [T]) {
        Groups::of(pass.dy.shape(), self.groups).gradient(pass.saved_back, param, rows.start, dtheta);
    }
}

#[cfg(test)]
nn_check::suite!(GroupNorm::new(2), input: [4, 3], batch: 4, refuses: [&[], &[3, 4]]);
#[cfg(test)]
nn_check::suite!(of_features: GroupNorm::new(3).eps(0.1), input: [6], batch: 3);
#[cfg(test)]
nn_check::suite!(of_images: GroupNorm::new(1).without_affine(), input: [2, 5, 9], batch: 2);
