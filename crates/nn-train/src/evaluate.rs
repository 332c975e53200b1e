//! How good a model is on a data set.

use nn_core::{Batch, Loss, Model, Rows, Scalar, Target, loss_value};
use nn_data::Dataset;

use crate::batch::batch_of;
use crate::metrics::accuracy;
use crate::{Metric, TrainError, metrics};

/// What [`evaluate`] finds.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Evaluation {
    /// The loss over all samples.
    pub loss: f64,
    /// The share of samples whose class has the largest output; `None` where targets are no classes.
    pub accuracy: Option<f64>,
}

/// The loss and the accuracy of a model on a data set, in inference mode.
///
/// # Errors
/// [`TrainError`] where the set does not fit the model or the loss.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::{Dense, SoftmaxCrossEntropy};
/// let set = nn_data::datasets::digits::<f32>();
/// let model: Model<f32> = Dense::new(10).init([64], 0)?;
/// let accuracy = nn_train::evaluate(&model, &SoftmaxCrossEntropy::new(), &set)?.accuracy.unwrap();
/// assert!(accuracy < 0.5, "an untrained model knows nothing");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn evaluate<T: Scalar>(
    model: &Model<T>,
    loss: &dyn Loss<T>,
    set: &Dataset<T>,
) -> Result<Evaluation, TrainError> {
    Ok(evaluate_with(model, loss, set, &[])?.0)
}

/// As [`evaluate`], with further metrics by name.
pub(crate) fn evaluate_with<T: Scalar>(
    model: &Model<T>,
    loss: &dyn Loss<T>,
    set: &Dataset<T>,
    metrics: &[Metric<T>],
) -> Result<(Evaluation, Vec<(String, f64)>), TrainError> {
    let batch = check(model, loss, set, "validation")?;
    let refuse = |source| TrainError::Batch { set: "validation", source };
    let outputs = model.predict(set.inputs()).map_err(refuse)?;
    let rows = Rows::of_tensor(&outputs).map_err(refuse)?;
    let value = loss_value(loss, rows, batch.target, None, &mut Vec::new());
    let accuracy = match batch.target {
        Target::Classes(labels) if labels.len() == rows.len() => {
            Some(accuracy(&metrics::predicted_classes(&outputs), labels))
        }
        _ => None,
    };
    let metrics = metrics.iter().map(|m| (m.name().to_string(), m.of(&outputs, set.targets()))).collect();
    Ok((Evaluation { loss: value.to_f64(), accuracy }, metrics))
}

/// Checks that a set fits the model and the loss, and returns all of it.
pub(crate) fn check<'a, T: Scalar>(
    model: &Model<T>,
    loss: &dyn Loss<T>,
    data: &'a Dataset<T>,
    set: &'static str,
) -> Result<Batch<'a, T>, TrainError> {
    let batch = batch_of(data).map_err(|source| TrainError::Batch { set, source })?;
    let network = model.network();
    let accepted = network.accepts(&batch.x, nn_core::Mode::Inference);
    accepted.map_err(|source| TrainError::Batch { set, source })?;
    let fits = loss.check_batch(network.output_shape(), &batch);
    fits.map_err(|source| TrainError::Loss { set, source })?;
    Ok(batch)
}
