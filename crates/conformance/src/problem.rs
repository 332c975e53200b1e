//! What an optimizer minimises in the cases: gradients given in advance, a parabola, a small network.

use nn_core::{Batch, Context, InputGradient, Layer, Network, Rows, Target, Workspace};
use nn_layers::{Dense, MeanSquaredError, Sequential, Tanh};
use tensor_ops::{Axes, Shape, Tensor};

use crate::case::{Case, Stop};

/// A function of a flat θ.
pub(crate) struct Problem<'a> {
    /// The names and shapes of the parts of θ, one after the other.
    pub(crate) parts: Vec<(&'static str, Shape)>,
    /// Where the way down begins.
    pub(crate) start: Vec<f64>,
    pub(crate) evaluate: Box<Evaluate<'a>>,
}

/// The loss, where there is one, and the gradient, at a step and a θ.
type Evaluate<'a> = dyn FnMut(usize, &[f64]) -> Result<(Option<f64>, Vec<f64>), Stop> + 'a;

fn given<'a>(case: &'a Case, name: &str) -> Result<&'a Tensor<f64>, Stop> {
    Ok(&case.input(name, "problem")?.tensor)
}

impl<'a> Problem<'a> {
    /// The problem of a case over this many steps.
    pub(crate) fn new(case: &'a Case, steps: usize) -> Result<Problem<'a>, Stop> {
        match case.text("problem", None)? {
            "gradseq" => gradients(case, steps),
            "quadratic" => quadratic(case),
            "mlp" => network(case),
            other => Err(Stop::Unknown(format!("attribute problem is {other:?}, which is not known"))),
        }
    }
}

/// The gradient of step k is row k, whatever θ is.
fn gradients(case: &Case, steps: usize) -> Result<Problem<'_>, Stop> {
    let start = given(case, "x0")?;
    let n = start.shape().size();
    let gradients = case.input_of_shape("grads", "problem", &start.shape().prepend(steps)?)?;
    Ok(Problem {
        parts: vec![("x", *start.shape())],
        start: start.as_slice().to_vec(),
        evaluate: Box::new(move |step, _| {
            Ok((None, gradients.as_slice()[step * n..(step + 1) * n].to_vec()))
        }),
    })
}

/// x·Ax/2 - b·x with the gradient Ax - b.
fn quadratic(case: &Case) -> Result<Problem<'_>, Stop> {
    let (start, a, b) = (given(case, "x0")?, given(case, "A")?, given(case, "b")?);
    Ok(Problem {
        parts: vec![("x", *start.shape())],
        start: start.as_slice().to_vec(),
        evaluate: Box::new(move |_, x| {
            let x = Tensor::from(x.to_vec());
            let ax = a.matmul(&x)?;
            let loss = &x.multiply(&ax)?.sum(Axes::All)? * 0.5;
            let loss = loss.subtract(&b.multiply(&x)?.sum(Axes::All)?)?;
            Ok((Some(loss.as_slice()[0]), ax.subtract(b)?.into_vec()))
        }),
    })
}

/// tanh(X W1ᵀ + b1) W2ᵀ + b2 against T in the mean square, all samples at once.
fn network(case: &Case) -> Result<Problem<'_>, Stop> {
    /// The names of the cases in the order of the library's θ: 0.weight, 0.bias, 2.weight, 2.bias.
    const NAMES: [&str; 4] = ["W1", "b1", "W2", "b2"];
    let units = |name: &str| {
        let lengths = given(case, name)?.shape().as_slice().first().copied();
        lengths.ok_or_else(|| Stop::Unknown(format!("problem {name} is a scalar")))
    };
    let (x, t) = (given(case, "X")?, given(case, "T")?);
    let (rows, target) = (Rows::of_tensor(x)?, Target::Values(Rows::of_tensor(t)?));
    let layers = Sequential::new().push(Dense::new(units("W1")?)).push(Tanh).push(Dense::new(units("W2")?));
    let network: Network = layers.bind(*rows.shape())?;

    let (mut parts, mut start) = (Vec::new(), Vec::new());
    for (name, entry) in NAMES.into_iter().zip(network.theta_layout().entries()) {
        start.extend_from_slice(case.input_of_shape(name, "problem", &entry.shape)?.as_slice());
        parts.push((name, entry.shape));
    }
    let loss = MeanSquaredError::new();
    nn_core::Loss::check(&loss, network.output_shape(), rows.len(), &target)?;
    let batch = Batch::new(rows, target)?;
    let mut ws = Workspace::training(&network, rows.len())?;
    let evaluate = move |step: usize, theta: &[f64]| {
        let cx = Context::training(0, step as u64);
        let value = network.loss_and_gradient(theta, &[], &batch, &loss, &cx, &mut ws, InputGradient::Skip);
        Ok((Some(value), ws.gradient().to_vec()))
    };
    Ok(Problem { parts, start, evaluate: Box::new(evaluate) })
}
