//! Losses of classes.

use nn_core::{Loss, Rows, Target};
use nn_layers::{MultiMargin, NegativeLogLikelihood, SoftmaxCrossEntropy};
use serde_json::Value;
use tensor_ops::{Shape, Tensor};

use super::{Answers, Evaluation, answers, evaluate, reducing, rows};
use crate::case::{Case, Kind, Stop};
use crate::run::Operations;

pub(super) const OPERATIONS: Operations = &[
    ("CrossEntropyLoss", cross_entropy),
    ("MultiMarginLoss", multi_margin),
    ("NLLLoss", negative_log_likelihood),
];

/// A class number that cannot occur stands for the one that PyTorch ignores, which is negative.
const IGNORED: usize = usize::MAX;

/// The class number of a label. Any other negative number is an error, and has to stay one.
pub(crate) fn class(label: i64, ignored: Option<i64>) -> usize {
    usize::try_from(label).unwrap_or(if Some(label) == ignored { IGNORED } else { IGNORED - 1 })
}

fn ignored(case: &Case) -> Result<i64, Stop> {
    case.setting("ignore_index", Some(-100), "a whole number", Value::as_i64)
}

/// The classes of a batch are its second axis; those of one sample the first. With the shape of the terms.
fn outputs(input: &Tensor<f64>) -> Result<(Rows<'_, f64>, Shape), Stop> {
    match input.shape().as_slice() {
        [samples, _, places @ ..] => Ok((rows(input)?, Shape::new(&[&[*samples], places].concat())?)),
        _ => Ok((Rows::new(input.as_slice(), *input.shape())?, Shape::SCALAR)),
    }
}

/// A loss on class numbers.
fn of_classes(case: &Case, loss: &dyn Loss<f64>, ignored: Option<i64>) -> Answers {
    let input = &case.input("input", "input")?.tensor;
    let (y, terms) = outputs(input)?;
    if case.input("target", "target")?.kind != Kind::Integer {
        return Err(Stop::Unknown("the target does not hold class numbers".into()));
    }
    let labels = case.input_of_shape("target", "target", &terms)?;
    let classes: Vec<usize> = labels.as_slice().iter().map(|label| class(*label as i64, ignored)).collect();
    let target = Target::Classes(&classes);
    let (value, gradient) = evaluate(case, Evaluation { loss, y, target, weights: None, terms })?;
    answers(value, input, gradient)
}

fn cross_entropy(case: &Case) -> Answers {
    let ignored = ignored(case)?;
    let mut loss = SoftmaxCrossEntropy::new()
        .reduction(reducing(case)?)
        .label_smoothing(case.number("label_smoothing", Some(0.0))?)
        .ignore(class(ignored, Some(ignored)));
    if let Some(weight) = case.find("weight", "const") {
        loss = loss.class_weights(weight.tensor.as_slice());
    }
    let target = case.input("target", "target")?;
    let is_soft = case.setting("target_kind", Some(false), "\"classes\" or \"probabilities\"", |value| {
        match value.as_str()? {
            "probabilities" => Some(true),
            "classes" => Some(false),
            _ => None,
        }
    })?;
    if is_soft == (target.kind == Kind::Integer) {
        return Err(Stop::Unknown(
            "the numbers of the target are not of the kind that target_kind says".into(),
        ));
    }
    if !is_soft {
        return of_classes(case, &loss, Some(ignored));
    }
    let input = &case.input("input", "input")?.tensor;
    let (y, terms) = outputs(input)?;
    let target = Target::Values(Rows::new(target.tensor.as_slice(), *y.shape())?);
    let (value, gradient) = evaluate(case, Evaluation { loss: &loss, y, target, weights: None, terms })?;
    answers(value, input, gradient)
}

fn negative_log_likelihood(case: &Case) -> Answers {
    let ignored = ignored(case)?;
    let loss = NegativeLogLikelihood::new().reduction(reducing(case)?).ignore(class(ignored, Some(ignored)));
    let loss = match case.find("weight", "const") {
        Some(weight) => loss.class_weights(weight.tensor.as_slice()),
        None => loss,
    };
    of_classes(case, &loss, Some(ignored))
}

fn multi_margin(case: &Case) -> Answers {
    let loss = MultiMargin::new().reduction(reducing(case)?).margin(case.number("margin", Some(1.0))?);
    let loss = match case.count("p", Some(1))? {
        1 => loss,
        2 => loss.squared(),
        p => return Err(Stop::Refused(format!("MultiMargin: p is {p}, expected 1 or 2"))),
    };
    let loss = match case.find("weight", "const") {
        Some(weight) => loss.class_weights(weight.tensor.as_slice()),
        None => loss,
    };
    of_classes(case, &loss, None)
}
