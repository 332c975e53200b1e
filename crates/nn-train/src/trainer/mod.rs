//! The loop: settings, all checked when it begins, and what becomes of them.

mod begin;
mod best;
mod divergence;
mod hits;
mod identity;
mod keep;
mod penalty;
mod rule;
mod run;
mod settings;
mod state;
mod step;

use std::fmt;
use std::time::Duration;

use nn_core::{Loss, Model, Scalar};
use nn_data::Dataset;
use nn_optim::{Guard, Optimizer, ReduceOnPlateau, Schedule};
use tensor_ops::Tensor;

pub use divergence::Divergence;
pub(crate) use divergence::Good;
pub(crate) use state::{Best, Running, State};

use crate::evaluate::evaluate_with;
use crate::gradient_check::LossCheck;
use crate::{
    Checkpoints, Doctor, EarlyStopping, Evaluation, History, Metric, Observer, StopFlag, TrainError,
    Validation,
};

/// Trains a model: optimizer, loss and settings, all checked when [`fit`](Trainer::fit) begins, before the first step.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_data::{Standardizer, Transform, datasets};
/// use nn_layers::{Dense, SoftmaxCrossEntropy};
/// use nn_optim::Adam;
/// use nn_train::Trainer;
/// let (train, test) = datasets::digits().split(0.75, 0)?;
/// let scale = Standardizer::fit(&train)?;
/// let (train, test) = (scale.apply(train)?, scale.apply(test)?);
/// let mut model: Model<f32> = Dense::new(10).init([64], 0)?;
/// let history = Trainer::new(Adam::new(0.01), SoftmaxCrossEntropy::new())
///     .batch_size(64)
///     .epochs(5)
///     .fit(&mut model, &train, &test)?;
/// assert!(history.accuracy().unwrap() > 0.9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Trainer<'a, O, L, T = f32> {
    pub(crate) optimizer: O,
    pub(crate) set: Settings<'a, L, T>,
    pub(crate) observers: Vec<Box<dyn Observer<T> + 'a>>,
}

/// All settings but the optimizer.
pub(crate) struct Settings<'a, L, T> {
    pub(crate) loss: L,
    pub(crate) batch_size: usize,
    pub(crate) length: Length,
    pub(crate) seed: u64,
    pub(crate) schedule: Option<Box<dyn Schedule + 'a>>,
    pub(crate) plateau: Option<ReduceOnPlateau>,
    pub(crate) clip_norm: Option<f64>,
    pub(crate) clip_value: Option<f64>,
    /// λ₁ and λ₂.
    pub(crate) penalty: (f64, f64),
    pub(crate) accumulate: u64,
    pub(crate) average: Option<f64>,
    pub(crate) guard: Option<Guard>,
    pub(crate) divergence: Divergence,
    pub(crate) evaluates_train: bool,
    pub(crate) metrics: Vec<Metric<T>>,
    pub(crate) early_stopping: Option<EarlyStopping>,
    pub(crate) time_budget: Option<Duration>,
    pub(crate) stop_flag: Option<StopFlag>,
    pub(crate) checkpoints: Option<Checkpoints>,
    pub(crate) record_every: u64,
    pub(crate) doctor: Option<Doctor>,
    pub(crate) gradient_check: Option<LossCheck>,
}

/// How long a training is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    Epochs(u64),
    Steps(u64),
}

impl<O: fmt::Debug, L: fmt::Debug, T> fmt::Debug for Trainer<'_, O, L, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trainer")
            .field("optimizer", &self.optimizer)
            .field("loss", &self.set.loss)
            .field("batch_size", &self.set.batch_size)
            .field("length", &self.set.length)
            .field("seed", &self.set.seed)
            .finish_non_exhaustive()
    }
}

impl<O: Optimizer<T>, L: Loss<T>, T: Scalar> Trainer<'_, O, L, T> {
    /// Trains `model` on `train`, and evaluates it on the validation set after each epoch.
    ///
    /// The result is a function of the data, the first θ, the settings and the seed: equal bits on any number of
    /// threads. It can be called again, for another model or to go on with this one, from step 0.
    ///
    /// # Errors
    /// [`TrainError`]: before the first step for settings and data that do not fit together; during the training for a
    /// loss that is NaN or infinite (unless [`on_divergence`](Trainer::on_divergence) says otherwise), for an observer that panics, for a
    /// checkpoint that cannot be written. Such a batch changes nothing: the model is as the step before has left it.
    pub fn fit<'d>(
        &mut self,
        model: &mut Model<T>,
        train: &'d Dataset<T>,
        validation: impl Into<Validation<'d, T>>,
    ) -> Result<History, TrainError> {
        self.start(model, train, validation.into(), false)
    }

    /// Goes on where the newest usable [checkpoint](Trainer::checkpoints) is, in the middle of an epoch if need be, and ends with the
    /// bits of a training that was never interrupted. From the beginning where the folder holds no checkpoint.
    ///
    /// A file that is torn, or of another training, is passed over, named in [`History::warnings`], and the one before it is used.
    ///
    /// # Errors
    /// As [`fit`](Trainer::fit); [`TrainError::Checkpoint`] where there are checkpoints and none can be used, or no folder was named.
    pub fn resume<'d>(
        &mut self,
        model: &mut Model<T>,
        train: &'d Dataset<T>,
        validation: impl Into<Validation<'d, T>>,
    ) -> Result<History, TrainError> {
        self.start(model, train, validation.into(), true)
    }

    /// The loss, the accuracy and the [metrics](Trainer::metric) of a model on a data set, in inference mode.
    ///
    /// # Errors
    /// [`TrainError`] where the set does not fit the model or the loss.
    ///
    /// ```
    /// use nn_core::{Layer, Model};
    /// use nn_layers::{Dense, SoftmaxCrossEntropy};
    /// use nn_train::{Metric, Trainer};
    /// let set = nn_data::datasets::iris::<f32>();
    /// let model: Model<f32> = Dense::new(3).init([4], 0)?;
    /// let trainer = Trainer::new(nn_optim::Adam::default(), SoftmaxCrossEntropy::new()).metric(Metric::top_k(3));
    /// let (evaluation, metrics) = trainer.evaluate(&model, &set)?;
    /// assert!(evaluation.loss > 0.0);
    /// assert_eq!(metrics, [("top 3".to_string(), 1.0)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn evaluate(
        &self,
        model: &Model<T>,
        set: &Dataset<T>,
    ) -> Result<(Evaluation, Vec<(String, f64)>), TrainError> {
        evaluate_with(model, &self.set.loss, set, &self.set.metrics)
    }

    /// The outputs of a model, in inference mode: [`Model::predict`].
    ///
    /// # Errors
    /// [`TrainError::Batch`] where the samples do not fit the model.
    pub fn predict(&self, model: &Model<T>, x: &Tensor<T>) -> Result<Tensor<T>, TrainError> {
        model.predict(x).map_err(|source| TrainError::Batch { set: "given", source })
    }
}
