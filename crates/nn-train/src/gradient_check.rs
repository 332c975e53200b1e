//! Gradients checked while a model trains.

use nn_check::{Check, Report, Verdict};
use nn_core::{Batch, Context, Loss, Model, Scalar};

use crate::TrainError;

/// A check of a few elements of the gradient every now and then: before the first step, after a burn-in, and every so many
/// steps after that.
///
/// A gradient that is right where weights start may be wrong where they go: units saturate, denominators shrink, branches are
/// taken that no initial value takes. The check is done in f64, on the batch of the step, with the θ of that moment
/// ([`nn_check::Check::model`]); it changes nothing, and the training has the same bits with it and without.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_data::datasets;
/// use nn_layers::{Dense, Sequential, SoftmaxCrossEntropy, Tanh};
/// use nn_optim::Adam;
/// use nn_train::{GradientCheck, Trainer};
/// let (train, test) = datasets::digits().split(0.9, 0)?;
/// let net = Sequential::new().push(Dense::new(8)).push(Tanh).push(Dense::new(10));
/// let mut model: Model<f32> = net.init([64], 0)?;
/// let history = Trainer::new(Adam::default(), SoftmaxCrossEntropy::new())
///     .epochs(1)
///     .check_gradients(GradientCheck::new(SoftmaxCrossEntropy::new()).elements(20).burn_in(5).every(10))
///     .fit(&mut model, &train, &test)?;
/// assert_eq!(history.gradient_checks.iter().map(|c| c.step).collect::<Vec<_>>(), [0, 5, 15, 25]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct GradientCheck {
    loss: Box<dyn Loss<f64>>,
    check: Check,
    burn_in: u64,
    every: u64,
}

/// What a check in training came to.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CheckedGradient {
    /// The step before which it was done, from 0.
    pub step: u64,
    /// The findings.
    pub report: Report,
}

impl GradientCheck {
    /// 50 elements, before step 0, before step 100, and every 1,000 steps after that. `loss` is the trainer's, in f64.
    pub fn new(loss: impl Loss<f64> + 'static) -> GradientCheck {
        GradientCheck { loss: Box::new(loss), check: Check::new().sample(50), burn_in: 100, every: 1000 }
    }

    /// Sets how many elements are looked at each time, spread over all tensors.
    #[must_use]
    pub fn elements(self, n: usize) -> GradientCheck {
        GradientCheck { check: self.check.sample(n), ..self }
    }

    /// Sets the step of the second check.
    #[must_use]
    pub fn burn_in(self, step: u64) -> GradientCheck {
        GradientCheck { burn_in: step, ..self }
    }

    /// Sets how many steps lie between the checks after that; 0 asks for none.
    #[must_use]
    pub fn every(self, steps: u64) -> GradientCheck {
        GradientCheck { every: steps, ..self }
    }

    fn is_due(&self, step: u64) -> bool {
        let since = step.checked_sub(self.burn_in);
        step == 0 || since == Some(0) || since.is_some_and(|n| self.every > 0 && n % self.every == 0)
    }

    /// The findings before a step, where a check is due; a gradient that is wrong ends the training.
    pub(crate) fn look<T: Scalar>(
        &self,
        step: u64,
        cx: Context,
        model: &Model<T>,
        batch: &Batch<'_, T>,
    ) -> Result<Option<CheckedGradient>, TrainError> {
        if !self.is_due(step) {
            return Ok(None);
        }
        // Other elements each time; the dropout mask is that of the step.
        let report = self.check.clone().seed(step).context(cx).model(model, &*self.loss, batch)?;
        match report.verdict() {
            Verdict::Wrong => Err(TrainError::Gradient { step, report: Box::new(report) }),
            _ => Ok(Some(CheckedGradient { step, report })),
        }
    }
}
