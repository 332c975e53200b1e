//! What becomes of a training whose loss is NaN or infinite.

use nn_core::Scalar;
use nn_optim::SettingError;

use super::State;

/// What becomes of a training whose loss is NaN or infinite.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::{Dense, MeanSquaredError};
/// use nn_optim::Sgd;
/// use nn_train::{Divergence, Trainer};
/// let set = nn_data::datasets::diabetes::<f32>(); // raw values: the rate that fits is small
/// let mut model: Model<f32> = Dense::new(1).init([10], 0)?;
/// let history = Trainer::new(Sgd::new(1.0), MeanSquaredError::new())
///     .on_divergence(Divergence::GoBack { factor: 0.01, most: 5 })
///     .fit(&mut model, &set, None)?;
/// assert!(!history.retreats.is_empty() && history.last().unwrap().running.loss.is_finite());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub enum Divergence {
    /// [`TrainError::Diverged`](crate::TrainError::Diverged), with what is known of the cause.
    #[default]
    Stop,
    /// Back to the beginning of the last good epoch, one before which the running loss was at most twice the lowest so far, with all rates multiplied by `factor` from then on; at most `most` times, then as
    /// [`Stop`](Divergence::Stop).
    GoBack {
        /// In (0, 1).
        factor: f64,
        /// How often.
        most: u64,
    },
}

impl Divergence {
    pub(crate) fn check(&self) -> Result<(), SettingError> {
        match *self {
            Divergence::GoBack { factor, .. } if !(factor > 0.0 && factor < 1.0) => Err(SettingError {
                optimizer: "the divergence policy",
                setting: "factor",
                value: factor,
                expected: "a number in (0, 1)",
            }),
            _ => Ok(()),
        }
    }
}

/// A state to go back to, with the numbers of the model.
#[derive(Debug, Clone)]
pub(crate) struct Good<T> {
    pub(crate) theta: Vec<T>,
    pub(crate) observed: Vec<T>,
    pub(crate) state: State<T>,
}

impl<T: Scalar> Good<T> {
    pub(crate) fn of(model: &nn_core::Model<T>, state: &State<T>) -> Good<T> {
        Good { theta: model.theta().to_vec(), observed: model.state().to_vec(), state: state.clone() }
    }
}
