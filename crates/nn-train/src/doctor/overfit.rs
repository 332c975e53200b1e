//! "Can it overfit 20 samples?": the first question to a network that does not learn.

use std::fmt;

use nn_core::{Loss, Model, Scalar};
use nn_data::Dataset;
use nn_optim::Adam;

use crate::{Flow, Now, Observer, Step, TrainError, Trainer};

/// The answer of [`overfits`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Overfit {
    /// The samples.
    pub samples: usize,
    /// The steps that were needed, or all that were given.
    pub steps: u64,
    /// The loss before, and the lowest loss seen.
    pub first_loss: f64,
    /// The lowest loss.
    pub loss: f64,
    /// The best accuracy, of classes.
    pub accuracy: Option<f64>,
}

impl Overfit {
    /// Whether it can: the loss has fallen to a hundredth, or every sample has its class.
    pub fn succeeds(&self) -> bool {
        self.accuracy == Some(1.0) || self.loss <= 0.01 * self.first_loss
    }
}

impl fmt::Display for Overfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Overfit { samples, steps, first_loss, loss, .. } = self;
        let answer = if self.succeeds() { "can" } else { "cannot" };
        write!(f, "it {answer} overfit {samples} samples: loss {first_loss:.4} to {loss:.4} in {steps} steps")
    }
}

/// The most steps.
const STEPS: u64 = 2000;

/// Whether a copy of the model can learn its first `samples` samples by heart, with Adam at 0.003. A network that cannot has a mistake:
/// in its layers, its loss, its data or its first weights. The model is left alone.
///
/// # Errors
/// [`TrainError`] where data, model and loss do not fit together.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::{Dense, Relu, Sequential, SoftmaxCrossEntropy};
/// let set = nn_data::datasets::digits::<f32>();
/// let model: Model<f32> = Sequential::new().push(Dense::new(32)).push(Relu).push(Dense::new(10)).init([64], 0)?;
/// let answer = nn_train::overfits(&model, &SoftmaxCrossEntropy::new(), &set, 20)?;
/// assert!(answer.succeeds(), "{answer}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn overfits<T: Scalar, L: Loss<T> + Clone>(
    model: &Model<T>,
    loss: &L,
    set: &Dataset<T>,
    samples: usize,
) -> Result<Overfit, TrainError> {
    let few = set.take(samples)?;
    let mut copy = model.clone();
    let mut answer =
        Overfit { samples: few.len(), steps: 0, first_loss: f64::NAN, loss: f64::INFINITY, accuracy: None };
    let watch = |now: &Step| {
        if now.number == 0 {
            answer.first_loss = now.loss;
        }
        answer.loss = answer.loss.min(now.loss);
        answer.steps = now.number + 1;
        answer.accuracy = now.accuracy.map(|accuracy| accuracy.max(answer.accuracy.unwrap_or(0.0)));
        answer.loss <= 0.01 * answer.first_loss
    };
    let mut trainer = Trainer::new(Adam::new(0.003), loss.clone())
        .batch_size(few.len())
        .epochs(STEPS)
        .record_every(0)
        .observe(Until(watch));
    match trainer.fit(&mut copy, &few, None) {
        Ok(_) | Err(TrainError::Diverged { .. }) => {}
        Err(error) => return Err(error),
    }
    drop(trainer);
    Ok(answer)
}

/// Stops when its function says so.
struct Until<F>(F);

impl<T: Scalar, F: FnMut(&Step) -> bool> Observer<T> for Until<F> {
    fn step(&mut self, now: &Now<'_, T>) -> Flow {
        if (self.0)(&now.step) { Flow::Stop } else { Flow::Continue }
    }
}
