//! The losses of ONNX, on outputs `(m, C, ..)` with class numbers as targets.

use nn_core::{Loss, Reduction, Rows, Target, loss_value};
use nn_layers::{NegativeLogLikelihood, SoftmaxCrossEntropy};
use serde_json::Value;
use tensor_ops::{Real, Shape, Tensor};

use super::{Answers, Given, answers, optional, real, required, tensor, whole};
use crate::case::{Case, Kind, Stop};
use crate::run::Operations;

pub(crate) const OPERATIONS: Operations = &[
    ("NegativeLogLikelihoodLoss", real!(negative_log_likelihood)),
    ("SoftmaxCrossEntropyLoss", real!(softmax_cross_entropy)),
];

/// What the two have in common.
struct Settings {
    /// `None` for the terms as they are.
    reduction: Option<Reduction>,
    /// The class numbers, with one that cannot occur in the place of the one that is ignored.
    classes: Vec<usize>,
    weights: Option<Vec<f64>>,
}

/// ONNX ignores a label wherever it lies; here it becomes this.
const IGNORED: usize = usize::MAX;

impl Settings {
    fn new(case: &Case) -> Result<Settings, Stop> {
        let reduction = match case.text("reduction", Some("mean"))? {
            "mean" => Some(Reduction::Mean),
            "sum" => Some(Reduction::Sum),
            "none" => None,
            other => {
                return Err(Stop::Unknown(format!("attribute reduction is {other:?}, which is not known")));
            }
        };
        let ignored = case.setting("ignore_index", Some(None), "a whole number", |value: &Value| {
            value.as_i64().map(Some)
        })?;
        if required(case, 1)?.kind != Kind::Integer {
            return Err(Stop::Unknown("input 1 does not hold class numbers".into()));
        }
        let class = |label: i64| match Some(label) == ignored {
            true => IGNORED,
            // Another negative number is an error, and has to stay one.
            false => usize::try_from(label).unwrap_or(IGNORED - 1),
        };
        let classes = whole(case, 1).into_iter().flatten().map(class).collect();
        let weights: Option<Tensor<f64>> = optional(case, 2)?;
        Ok(Settings { reduction, classes, weights: weights.map(Tensor::into_vec) })
    }

    fn reduction(&self) -> Reduction {
        self.reduction.unwrap_or(Reduction::Sum)
    }

    /// One number, or the terms in the shape of the targets.
    fn evaluate<T: Real>(&self, case: &Case, x: &Tensor<T>, loss: &dyn Loss<T>) -> Result<Tensor<T>, Stop> {
        let (y, target) = (Rows::of_tensor(x)?, Target::Classes(&self.classes));
        let shape = *required(case, 1)?.tensor.shape();
        if let [samples, _, places @ ..] = x.shape().as_slice()
            && Shape::new(&[&[*samples], places].concat())? != shape
        {
            return Err(Stop::Refused(format!("targets of shape {shape} for outputs of {}", x.shape())));
        }
        loss.check(y.shape(), y.len(), &target)?;
        let mut terms = Vec::new();
        let value = loss_value(loss, y, target, None, &mut terms);
        match self.reduction {
            Some(_) => Ok(Tensor::from(value)),
            None => Ok(Tensor::new(shape, terms)?),
        }
    }
}

fn negative_log_likelihood<T: Real + Given>(case: &Case) -> Answers {
    let settings = Settings::new(case)?;
    let mut loss = NegativeLogLikelihood::new().reduction(settings.reduction()).ignore(IGNORED);
    if let Some(weights) = &settings.weights {
        loss = loss.class_weights(weights.clone());
    }
    answers(case, vec![settings.evaluate(case, &tensor::<T>(case, 0)?, &loss)?])
}

/// The second output, where it is asked for, is the log-softmax over the classes.
fn softmax_cross_entropy<T: Real + Given>(case: &Case) -> Answers {
    let settings = Settings::new(case)?;
    let mut loss = SoftmaxCrossEntropy::new().reduction(settings.reduction()).ignore(IGNORED);
    if let Some(weights) = &settings.weights {
        loss = loss.class_weights(weights.clone());
    }
    let x: Tensor<T> = tensor(case, 0)?;
    answers(case, vec![settings.evaluate(case, &x, &loss)?, x.log_softmax(1)?])
}
