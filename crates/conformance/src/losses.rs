//! PyTorch's losses: values, and gradients with respect to the outputs of a network.

use nn_core::{Loss, Reduction, Rows, Target, loss_value_and_gradient};
use nn_layers::{BinaryCrossEntropy, MeanAbsoluteError, MeanSquaredError, SoftmaxCrossEntropy};
use tensor_ops::{Shape, Tensor};

use crate::case::{Answer, Case, Kind, Stop};
use crate::run::Operations;

pub(crate) const OPERATIONS: Operations = &[
    ("BCELoss", binary_cross_entropy),
    ("CrossEntropyLoss", cross_entropy),
    ("L1Loss", |case| difference(case, |reduction| Box::new(MeanAbsoluteError::new().reduction(reduction)))),
    ("MSELoss", |case| difference(case, |reduction| Box::new(MeanSquaredError::new().reduction(reduction)))),
];

type Answers = Result<Vec<Answer>, Stop>;

/// A loss with the data of a case.
struct Evaluation<'a> {
    loss: &'a dyn Loss<f64>,
    y: Rows<'a, f64>,
    target: Target<'a, f64>,
    /// Factors of the terms.
    weights: Option<Vec<f64>>,
    /// The shape of the terms, which are the value where there is no reduction.
    terms: Shape,
}

/// The attribute `reduction`; the library has no word for "none", which is the terms of a sum.
fn reduction(case: &Case) -> Result<Option<Reduction>, Stop> {
    match case.text("reduction", Some("mean"))? {
        "mean" => Ok(Some(Reduction::Mean)),
        "sum" => Ok(Some(Reduction::Sum)),
        "none" => Ok(None),
        other => Err(Stop::Unknown(format!("attribute reduction is {other:?}, which is not known"))),
    }
}

/// The value and dy, for the upstream gradient of the case.
fn evaluate(case: &Case, evaluation: Evaluation<'_>) -> Result<(Tensor<f64>, Vec<f64>), Stop> {
    let Evaluation { loss, y, target, weights, terms: shape } = evaluation;
    loss.check(y.shape(), y.len(), &target)?;
    let (mut gradient, mut terms) = (vec![0.0; y.data().len()], Vec::new());
    if reduction(case)?.is_some() {
        let upstream = case.input_of_shape("dy", "upstream", &Shape::SCALAR)?.as_slice()[0];
        let value = loss_value_and_gradient(loss, y, target, weights.as_deref(), &mut terms, &mut gradient);
        gradient.iter_mut().for_each(|dy| *dy *= upstream);
        return Ok((Tensor::from(value), gradient));
    }
    // The gradient of the sum of the terms, each times its upstream gradient.
    let mut factors = case.input_of_shape("dy", "upstream", &shape)?.as_slice().to_vec();
    let mut values = vec![0.0; shape.size()];
    loss.value(y, target, &mut values);
    for (i, weight) in weights.iter().flatten().enumerate() {
        factors[i] *= weight;
        values[i] *= weight;
    }
    loss_value_and_gradient(loss, y, target, Some(&factors), &mut terms, &mut gradient);
    Ok((Tensor::new(shape, values)?, gradient))
}

/// Samples along the first axis; a vector of values is samples of one number.
fn rows(tensor: &Tensor<f64>) -> Result<Rows<'_, f64>, Stop> {
    match tensor.shape().rank() {
        0 => Ok(Rows::new(tensor.as_slice(), Shape::SCALAR)?),
        _ => Ok(Rows::of_tensor(tensor)?),
    }
}

/// A loss that is symmetric in its arguments: the gradient for the second is that for the first, exchanged.
fn difference(case: &Case, loss: impl Fn(Reduction) -> Box<dyn Loss<f64>>) -> Answers {
    let loss = loss(reduction(case)?.unwrap_or(Reduction::Sum));
    let input = &case.input("input", "input")?.tensor;
    // An argument that the case wants a gradient for goes by another name.
    let (target, name) = match case.find("target_", "input") {
        Some(entry) => (&entry.tensor, Some("target_")),
        None => (&case.input("target", "target")?.tensor, None),
    };
    let evaluate = |y: &Tensor<f64>, target: &Tensor<f64>| {
        let (y, target, terms) = (rows(y)?, Target::Values(rows(target)?), *y.shape());
        evaluate(case, Evaluation { loss: &*loss, y, target, weights: None, terms })
    };
    let (value, gradient) = evaluate(input, target)?;
    let mut answers = answers(value, input, gradient)?;
    if let Some(name) = name {
        let (_, gradient) = evaluate(target, input)?;
        answers.push(Answer::gradient(name, Tensor::new(*target.shape(), gradient)?));
    }
    Ok(answers)
}

fn answers(value: Tensor<f64>, input: &Tensor<f64>, gradient: Vec<f64>) -> Answers {
    let gradient = Tensor::new(*input.shape(), gradient)?;
    Ok(vec![Answer::output("loss", value), Answer::gradient("input", gradient)])
}

fn binary_cross_entropy(case: &Case) -> Answers {
    let loss = BinaryCrossEntropy::new().reduction(reduction(case)?.unwrap_or(Reduction::Sum));
    let input = &case.input("input", "input")?.tensor;
    let target = &case.input("target", "target")?.tensor;
    // PyTorch broadcasts the weights to the input.
    let weights = match case.find("weight", "const") {
        Some(entry) => Some(Tensor::ones(*input.shape()).multiply(&entry.tensor)?.into_vec()),
        None => None,
    };
    let (y, target, terms) = (rows(input)?, Target::Values(rows(target)?), *input.shape());
    let (value, gradient) = evaluate(case, Evaluation { loss: &loss, y, target, weights, terms })?;
    answers(value, input, gradient)
}

/// A class number that cannot occur stands for the one that PyTorch ignores, which is negative.
const IGNORED: usize = usize::MAX;

fn cross_entropy(case: &Case) -> Answers {
    let ignored = case.setting("ignore_index", Some(-100), "a whole number", serde_json::Value::as_i64)?;
    // Any other negative number is an error, and has to stay one.
    let class =
        |label: i64| usize::try_from(label).unwrap_or(if label == ignored { IGNORED } else { IGNORED - 1 });
    let mut loss = SoftmaxCrossEntropy::new()
        .reduction(reduction(case)?.unwrap_or(Reduction::Sum))
        .label_smoothing(case.number("label_smoothing", Some(0.0))?)
        .ignore(class(ignored));
    if let Some(weight) = case.find("weight", "const") {
        loss = loss.class_weights(weight.tensor.as_slice());
    }

    let input = &case.input("input", "input")?.tensor;
    let lengths = input.shape().as_slice();
    // The classes of a batch are its second axis; those of one sample the first.
    let (y, terms) = match lengths {
        [samples, _, places @ ..] => (rows(input)?, [&[*samples], places].concat()),
        _ => (Rows::new(input.as_slice(), *input.shape())?, Vec::new()),
    };
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
    let terms = Shape::new(&terms)?;
    let classes: Vec<usize>;
    let target = if is_soft {
        Target::Values(Rows::new(target.tensor.as_slice(), *y.shape())?)
    } else {
        let labels = case.input_of_shape("target", "target", &terms)?;
        classes = labels.as_slice().iter().map(|label| class(*label as i64)).collect();
        Target::Classes(&classes)
    };
    let (value, gradient) = evaluate(case, Evaluation { loss: &loss, y, target, weights: None, terms })?;
    answers(value, input, gradient)
}
