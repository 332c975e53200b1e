//! One step: the loss of a batch, its gradient, and the update of θ.

use nn_core::{Batch, Context, Loss, Model, Scalar, ThetaPart, Workspace};
use nn_optim::{At, Guard, NonFinite, Optimizer, clip_value};
use tensor_ops::{Real, simd};

use super::State;
use super::penalty::Penalty;

/// What makes an update of a gradient.
pub(super) struct Tools<'r, T> {
    pub(super) rule: &'r dyn Optimizer<T>,
    pub(super) penalty: &'r Penalty,
    pub(super) guard: Option<&'r mut Guard>,
    pub(super) clip_norm: Option<f64>,
    pub(super) clip_value: Option<f64>,
    pub(super) accumulate: u64,
}

impl<T: Scalar> Tools<'_, T> {
    /// Whether an update needs all of the gradient first.
    fn needs_whole(&self) -> bool {
        self.clip_norm.is_some() || self.accumulate > 1 || self.guard.is_some() || !self.rule.by_part()
    }

    /// One step; returns the loss. A loss that is not finite changes nothing.
    #[allow(clippy::too_many_arguments)] // what a step is made of
    pub(super) fn step(
        self,
        rate: f64,
        cx: &Context,
        model: &mut Model<T>,
        batch: &Batch<'_, T>,
        loss: &dyn Loss<T>,
        ws: &mut Workspace<T>,
        state: &mut State<T>,
    ) -> Result<f64, NonFinite> {
        if self.needs_whole() {
            let value = model.loss_and_gradient(batch, loss, cx, ws);
            if value.is_finite() {
                self.whole_update(rate, model.theta_mut(), ws.gradient_mut(), state)?;
            }
            return Ok(value.to_f64());
        }
        let Tools { rule, penalty, clip_value: max, .. } = self;
        let step = state.updates;
        let update = |part: ThetaPart<'_, T>| {
            let at = At { step, rate, first: part.first };
            penalty.add(part.first, part.theta, part.gradient);
            if let Some(max) = max {
                clip_value(part.gradient, max);
            }
            rule.update_part(at, part.memory, part.theta, part.gradient);
        };
        let value = model.step(batch, loss, cx, ws, &mut state.memory, &update);
        state.updates += u64::from(value.is_finite());
        Ok(value.to_f64())
    }

    /// The update from all of a gradient, or its share of a later one.
    fn whole_update(
        self,
        rate: f64,
        theta: &mut [T],
        gradient: &mut [T],
        state: &mut State<T>,
    ) -> Result<(), NonFinite> {
        let admitted = match self.guard {
            Some(guard) => guard.admits(state.step, gradient)?,
            None => true,
        };
        if self.accumulate > 1 {
            if admitted {
                add(&mut state.sum, gradient);
                state.summed += 1;
            }
            // The mean of those batches that were not skipped.
            if !(state.step + 1).is_multiple_of(self.accumulate) || state.summed == 0 {
                return Ok(());
            }
            take_mean(&mut state.sum, gradient, T::from_f64(1.0 / state.summed as f64));
            state.summed = 0;
        } else if !admitted {
            return Ok(());
        }
        self.penalty.add(0, theta, gradient);
        if let Some(max) = self.clip_value {
            clip_value(gradient, max);
        }
        match self.clip_norm {
            Some(max) => {
                self.rule.update_clipped(state.updates, rate, &mut state.memory, theta, gradient, max);
            }
            None => self.rule.update(state.updates, rate, &mut state.memory, theta, gradient),
        }
        state.updates += 1;
        Ok(())
    }
}

/// sum ← sum + gradient.
fn add<T: Real>(sum: &mut [T], gradient: &[T]) {
    simd::dispatch(
        #[inline(always)]
        || {
            for i in 0..sum.len() {
                sum[i] += gradient[i];
            }
        },
    );
}

/// gradient ← sum · factor, sum ← 0.
fn take_mean<T: Real>(sum: &mut [T], gradient: &mut [T], factor: T) {
    simd::dispatch(
        #[inline(always)]
        || {
            for i in 0..sum.len() {
                gradient[i] = sum[i] * factor;
                sum[i] = T::ZERO;
            }
        },
    );
}
