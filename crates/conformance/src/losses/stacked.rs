//! Losses of several outputs, which the library takes side by side along the first axis of a sample.

use nn_core::{Loss, Rows, Target};
use nn_layers::{CosineEmbedding, GaussianNll, MarginRanking, TripletMargin};
use tensor_ops::{Shape, Tensor};

use super::{Answers, Evaluation, evaluate, reducing, rows};
use crate::case::{Answer, Case, Stop};
use crate::run::Operations;

pub(super) const OPERATIONS: Operations = &[
    ("CosineEmbeddingLoss", cosine_embedding),
    ("GaussianNLLLoss", gaussian),
    ("MarginRankingLoss", margin_ranking),
    ("TripletMarginLoss", triplet_margin),
];

/// Inputs of one shape, with their names.
struct Inputs<'a> {
    names: &'a [&'a str],
    tensors: Vec<Tensor<f64>>,
    /// The axis along which they are put side by side: 1 behind an axis of samples, else 0.
    axis: isize,
}

impl<'a> Inputs<'a> {
    /// The inputs of a case, broadcast to a common shape.
    fn new(case: &Case, names: &'a [&'a str], has_samples: bool) -> Result<Inputs<'a>, Stop> {
        let given: Vec<&Tensor<f64>> =
            names.iter().map(|name| Ok(&case.input(name, "input")?.tensor)).collect::<Result<_, Stop>>()?;
        let mut common = Tensor::<f64>::zeros(*given[0].shape());
        for tensor in &given[1..] {
            common = common.add(&Tensor::zeros(*tensor.shape()))?;
        }
        let tensors =
            given.iter().map(|tensor| tensor.broadcast_to(*common.shape())).collect::<Result<_, _>>()?;
        Ok(Inputs { names, tensors, axis: isize::from(has_samples) })
    }

    fn shape(&self) -> &Shape {
        self.tensors[0].shape()
    }

    /// The loss, and the gradient of each input, summed over what was broadcast.
    fn evaluate(&self, case: &Case, loss: &dyn Loss<f64>, target: Target<'_, f64>, terms: Shape) -> Answers {
        let stacked = Tensor::stack(&self.tensors, self.axis)?;
        let y = match self.axis {
            0 => Rows::new(stacked.as_slice(), *stacked.shape())?,
            _ => rows(&stacked)?,
        };
        let (value, gradient) = evaluate(case, Evaluation { loss, y, target, weights: None, terms })?;
        let gradient = Tensor::new(*stacked.shape(), gradient)?;
        let mut answers = vec![Answer::output("loss", value)];
        for (i, name) in self.names.iter().enumerate() {
            let part = gradient.index_select(self.axis, &[i])?;
            let part = Tensor::new(*self.shape(), part.into_vec())?;
            let shape = *case.input(name, "input")?.tensor.shape();
            answers.push(Answer::gradient(name, part.sum_to(shape)?));
        }
        Ok(answers)
    }
}

/// Vectors of a batch, or of one sample: the shape of the terms, one a sample.
fn samples(case: &Case, name: &str) -> Result<Shape, Stop> {
    match case.input(name, "input")?.tensor.shape().as_slice() {
        [_] => Ok(Shape::SCALAR),
        [m, _] => Ok(Shape::new(&[*m])?),
        other => Err(Stop::Unknown(format!("{name} has shape {other:?}, expected vectors"))),
    }
}

fn cosine_embedding(case: &Case) -> Answers {
    let loss = CosineEmbedding::new(case.number("margin", Some(0.0))?).reduction(reducing(case)?);
    let terms = samples(case, "x1")?;
    let inputs = Inputs::new(case, &["x1", "x2"], terms.rank() == 1)?;
    let target = case.input_of_shape("target", "target", &terms)?;
    inputs.evaluate(case, &loss, Target::Values(Rows::new(target.as_slice(), Shape::SCALAR)?), terms)
}

fn triplet_margin(case: &Case) -> Answers {
    let loss = TripletMargin::new(case.number("margin", Some(1.0))?)
        .order(case.number("p", Some(2.0))?)
        .eps(case.number("eps", Some(1e-6))?)
        .reduction(reducing(case)?);
    let loss = if case.flag("swap", Some(false))? { loss.swap() } else { loss };
    let terms = samples(case, "anchor")?;
    let inputs = Inputs::new(case, &["anchor", "positive", "negative"], terms.rank() == 1)?;
    inputs.evaluate(case, &loss, Target::None(terms.size()), terms)
}

/// All pairs are one sample here: the mean is over pairs, however they are shaped.
fn margin_ranking(case: &Case) -> Answers {
    let loss = MarginRanking::new(case.number("margin", Some(0.0))?).reduction(reducing(case)?);
    let inputs = Inputs::new(case, &["x1", "x2"], false)?;
    let shape = *inputs.shape();
    let target = case.input("target", "target")?.tensor.broadcast_to(shape)?;
    inputs.evaluate(case, &loss, Target::Values(Rows::new(target.as_slice(), shape)?), shape)
}

/// All numbers are one sample here, as above.
fn gaussian(case: &Case) -> Answers {
    let loss = GaussianNll::new().eps(case.number("eps", Some(1e-6))?).reduction(reducing(case)?);
    let loss = if case.flag("full", Some(false))? { loss.full() } else { loss };
    let inputs = Inputs::new(case, &["input", "var"], false)?;
    let shape = *inputs.shape();
    let target = case.input_of_shape("target", "target", &shape)?;
    inputs.evaluate(case, &loss, Target::Values(Rows::new(target.as_slice(), shape)?), shape)
}
