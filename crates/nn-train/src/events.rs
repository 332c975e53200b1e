//! A training as `tracing` events.

use nn_core::Scalar;

use crate::{Epoch, Flow, History, Now, Observer};

/// Emits events of the target `nn_train`: `debug` for every step, `info` for every epoch and the end, `warn` for warnings and what the
/// doctor found.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::{Dense, SoftmaxCrossEntropy};
/// use nn_train::{Events, Trainer};
/// let set = nn_data::datasets::iris::<f32>();
/// let mut model: Model<f32> = Dense::new(3).init([4], 0)?;
/// Trainer::new(nn_optim::Adam::default(), SoftmaxCrossEntropy::new()).observe(Events).fit(&mut model, &set, None)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Events;

impl<T: Scalar> Observer<T> for Events {
    fn step(&mut self, now: &Now<'_, T>) -> Flow {
        let step = &now.step;
        tracing::debug!(
            step = step.number,
            loss = step.loss,
            rate = step.rate,
            samples = step.samples,
            "step"
        );
        Flow::Continue
    }

    fn epoch(&mut self, epoch: &Epoch, _: &Now<'_, T>) -> Flow {
        tracing::info!(
            epoch = epoch.number,
            steps = epoch.steps,
            loss = epoch.running.loss,
            accuracy = epoch.running.accuracy,
            validation_loss = epoch.metric("loss"),
            validation_accuracy = epoch.metric("accuracy"),
            seconds = epoch.seconds,
            "epoch"
        );
        Flow::Continue
    }

    fn end(&mut self, history: &History) {
        history.warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
        history.findings.iter().for_each(|found| tracing::warn!("{found}"));
        tracing::info!(epochs = history.epochs.len(), end = ?history.end, "end");
    }
}
