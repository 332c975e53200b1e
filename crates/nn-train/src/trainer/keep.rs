//! When checkpoints are written, and what becomes of one that cannot be.

use std::time::Instant;

use nn_core::{Loss, Scalar};
use nn_optim::Optimizer;

use super::run::Run;
use crate::TrainError;

impl<O: Optimizer<T>, L: Loss<T>, T: Scalar> Run<'_, '_, '_, O, L, T> {
    /// Writes a checkpoint, where one is due after this step.
    pub(super) fn save_if_due(&mut self) -> Result<(), TrainError> {
        let Some(checkpoints) = &self.set.checkpoints else { return Ok(()) };
        let epochs = (self.state.position == 0).then_some(self.state.epoch);
        match checkpoints.is_due(self.state.step, epochs, || self.saved_at.elapsed()) {
            true => self.save_once(),
            false => Ok(()),
        }
    }

    /// Writes a checkpoint, unless this step has one.
    pub(super) fn save_once(&mut self) -> Result<(), TrainError> {
        if self.set.checkpoints.is_none() || self.saved_step == Some(self.state.step) {
            return Ok(());
        }
        self.save()
    }

    fn save(&mut self) -> Result<(), TrainError> {
        let Some(checkpoints) = &self.set.checkpoints else { return Ok(()) };
        let seconds = self.seconds();
        let written =
            checkpoints.write(&self.plan.identity, self.model, &self.state, self.good.as_ref(), seconds);
        self.saved_at = Instant::now();
        self.saved_step = Some(self.state.step);
        match written {
            Ok(()) => Ok(()),
            Err(error) if checkpoints.goes_on() => {
                let step = self.state.step;
                self.state.history.warnings.push(format!("after step {step} no checkpoint: {error}"));
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }
}
