//! Gradients checked while a model trains.

use nn_check::{Check, Report, Verdict};
use nn_core::{Batch, Context, Loss, Model, Scalar};

use crate::TrainError;

/// A check of a few elements of the gradient every now and then: before the first step, after a burn-in, and every so many
/// steps after that.
///
/// A gradient that is right where weights start may be wrong where they go: units saturate, denominators shrink, branches are
/// taken that no initial value takes. The check is done in f64, with the trainer's loss, on the batch of the step, with the θ of that
/// moment ([`nn_check::Check::model_with_loss`]); it changes nothing, and the training has the same bits with it and without.
///
/// A gradient that is [`Verdict::Wrong`] ends the training with [`TrainError::Gradient`]: what follows would be for nothing. Any other
/// verdict is a fact about this θ and this batch, as is a ReLU at its kink; it is noted in
/// [`History::gradient_checks`](crate::History::gradient_checks), and the training goes on. [`GradientCheck::stops_on`] chooses otherwise.
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
///     .check_gradients(GradientCheck::new().elements(20).burn_in(5).every(10))
///     .fit(&mut model, &train, &test)?;
/// assert_eq!(history.gradient_checks.iter().map(|c| c.step).collect::<Vec<_>>(), [0, 5, 15, 25]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct GradientCheck {
    check: Check,
    stops_on: Vec<Verdict>,
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

impl Default for GradientCheck {
    fn default() -> GradientCheck {
        GradientCheck::new()
    }
}

impl GradientCheck {
    /// 50 elements, before step 0, before step 100, and every 1,000 steps after that; a wrong gradient ends the training.
    pub fn new() -> GradientCheck {
        // The input's gradient is not what training uses.
        let check = Check::new().sample(50).without_input();
        GradientCheck { check, stops_on: vec![Verdict::Wrong], burn_in: 100, every: 1000 }
    }

    /// Sets the verdicts that end the training, in place of [`Verdict::Wrong`] alone; none of them: everything is noted, and nothing ends it.
    ///
    /// ```
    /// use nn_check::Verdict;
    /// use nn_train::GradientCheck;
    /// let strict = GradientCheck::new().stops_on(&[Verdict::Wrong, Verdict::Inconclusive, Verdict::Vacuous]);
    /// let lenient = GradientCheck::new().stops_on(&[]);
    /// # let _ = (strict, lenient);
    /// ```
    #[must_use]
    pub fn stops_on(self, verdicts: &[Verdict]) -> GradientCheck {
        GradientCheck { stops_on: verdicts.to_vec(), ..self }
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

    /// The findings before a step, where a check is due; a verdict that stops is an error.
    pub(crate) fn look<T: Scalar>(
        &self,
        step: u64,
        cx: Context,
        model: &Model<T>,
        loss: &dyn Loss<f64>,
        batch: &Batch<'_, T>,
    ) -> Result<Option<CheckedGradient>, TrainError> {
        if !self.is_due(step) {
            return Ok(None);
        }
        // Other elements each time; the dropout mask is that of the step.
        let report = self.check.clone().seed(step).context(cx).model_with_loss(model, loss, batch)?;
        match self.stops_on.contains(&report.verdict()) {
            true => Err(TrainError::Gradient { step, report: Box::new(report) }),
            false => Ok(Some(CheckedGradient { step, report })),
        }
    }
}
