//! Looking on while a model trains.

use nn_core::{Model, Scalar, Workspace};

use crate::{Epoch, History};

/// One step of a training.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Step {
    /// Its number since the beginning, from 0.
    pub number: u64,
    /// How many steps there will be.
    pub total: u64,
    /// The number of its epoch, from 0.
    pub epoch: u64,
    /// How many epochs there will be.
    pub epochs: u64,
    /// The loss of its batch, without penalties.
    pub loss: f64,
    /// Its learning rate.
    pub rate: f64,
    /// The samples of its batch.
    pub samples: usize,
    /// The accuracy of the epoch so far, while θ was moving; `None` where targets are no classes.
    pub accuracy: Option<f64>,
}

/// The training as it stands after a step: all of it, to be read.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Now<'r, T> {
    /// The last step.
    pub step: Step,
    /// The model, with θ after the step.
    pub model: &'r Model<T>,
    /// The buffers of the step: its gradient, what every operation made of the batch.
    pub workspace: &'r Workspace<T>,
    /// What the optimizer remembers.
    pub memory: &'r [T],
    /// Everything before.
    pub history: &'r History,
}

/// Whether a training goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(clippy::exhaustive_enums)] // it goes on or it does not
pub enum Flow {
    /// It goes on.
    #[default]
    Continue,
    /// It ends here, in order: the model, the history and a checkpoint are as after this step.
    Stop,
}

/// Is told what happens, sees everything, changes nothing, and may stop the training. A closure over [`Epoch`] is an observer.
///
/// An observer that panics ends the training with [`TrainError::Observer`](crate::TrainError::Observer); the model is as the last step
/// has left it, and a checkpoint is written where there are any.
///
/// ```
/// use nn_core::{Layer, Model, Scalar};
/// use nn_layers::{Dense, SoftmaxCrossEntropy};
/// use nn_optim::Sgd;
/// use nn_train::{End, Flow, Now, Observer, Trainer};
/// /// Stops where the gradient is small.
/// struct UntilFlat(f64);
/// impl<T: Scalar> Observer<T> for UntilFlat {
///     fn step(&mut self, now: &Now<'_, T>) -> Flow {
///         let norm = nn_optim::gradient_norm(now.workspace.gradient()).to_f64();
///         if norm < self.0 { Flow::Stop } else { Flow::Continue }
///     }
/// }
/// let set = nn_data::datasets::iris::<f32>();
/// let mut model: Model<f32> = Dense::new(3).init([4], 0)?;
/// let history = Trainer::new(Sgd::new(0.01), SoftmaxCrossEntropy::new())
///     .epochs(1000)
///     .observe(UntilFlat(0.2))
///     .fit(&mut model, &set, None)?;
/// assert_eq!(history.end, End::Observer);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Observer<T: Scalar> {
    /// Before the first step; after a checkpoint was read, with the history of what was before.
    fn begin(&mut self, _history: &History) {}

    /// After a step.
    fn step(&mut self, _now: &Now<'_, T>) -> Flow {
        Flow::Continue
    }

    /// After an epoch and its evaluation.
    fn epoch(&mut self, _epoch: &Epoch, _now: &Now<'_, T>) -> Flow {
        Flow::Continue
    }

    /// When all is over.
    fn end(&mut self, _history: &History) {}
}

impl<T: Scalar, F: FnMut(&Epoch)> Observer<T> for F {
    fn epoch(&mut self, epoch: &Epoch, _: &Now<'_, T>) -> Flow {
        self(epoch);
        Flow::Continue
    }
}
