//! What is checked: a plain function, a layer or a model, each with a gradient of its own, right or wrong.

use nn_check::{Check, Report, check_gradient};
use nn_core::{Batch, Context, InputGradient, Layer, Loss, Model, Network, Rows, Target, Workspace};
use tensor_ops::Shape;

use crate::draw::draw;

/// A function of some numbers.
pub(crate) type Value<'a> = Box<dyn Fn(&[f64]) -> f64 + 'a>;

/// What is said to be its gradient.
pub(crate) type Gradient<'a> = Box<dyn Fn(&[f64]) -> Vec<f64> + 'a>;

/// Something to check.
pub(crate) enum Problem {
    /// f(θ), with a gradient written beside it.
    Plain { theta: Vec<f64>, f: Value<'static>, gradient: Gradient<'static> },
    /// A layer by itself.
    Layer { layer: Box<dyn Layer>, input: Shape, batch: usize, cx: Context, seed: u64 },
    /// A model with its loss on a batch.
    Model { model: Model<f64>, loss: Box<dyn Loss<f64>>, x: Vec<f64>, targets: Targets },
}

/// What a model is to say.
#[derive(Debug, Clone)]
pub(crate) enum Targets {
    Classes(Vec<usize>),
    Values(Vec<f64>),
}

impl Problem {
    /// A plain function with its gradient at `theta`.
    pub(crate) fn plain(
        theta: Vec<f64>,
        f: impl Fn(&[f64]) -> f64 + 'static,
        gradient: impl Fn(&[f64]) -> Vec<f64> + 'static,
    ) -> Problem {
        Problem::Plain { theta, f: Box::new(f), gradient: Box::new(gradient) }
    }

    /// A layer in training, on samples drawn from `seed`.
    pub(crate) fn layer(
        layer: impl Layer + 'static,
        input: impl Into<Shape>,
        batch: usize,
        seed: u64,
    ) -> Problem {
        let (layer, input) = (Box::new(layer), input.into());
        Problem::Layer { layer, input, batch, cx: Context::training(seed, 0), seed }
    }

    /// A layer in inference.
    pub(crate) fn inference(
        layer: impl Layer + 'static,
        input: impl Into<Shape>,
        batch: usize,
        seed: u64,
    ) -> Problem {
        let (layer, input) = (Box::new(layer), input.into());
        Problem::Layer { layer, input, batch, cx: Context::inference(), seed }
    }

    /// A model whose θ has moved by up to 0.3 from where it starts, on samples from ±1.
    pub(crate) fn model(
        layer: impl Layer,
        input: impl Into<Shape>,
        loss: impl Loss<f64> + 'static,
        targets: Targets,
        seed: u64,
    ) -> Problem {
        let input = input.into();
        let mut model: Model<f64> = layer.init(input, seed).expect("shapes that fit");
        let moves = draw(seed, 77, model.theta().len(), -0.3, 0.3);
        model.theta_mut().iter_mut().zip(moves).for_each(|(theta, by)| *theta += by);
        let samples = match &targets {
            Targets::Classes(classes) => classes.len(),
            Targets::Values(values) => values.len() / model.network().output_shape().size(),
        };
        let x = draw(seed, 78, samples * input.size(), -1.0, 1.0);
        Problem::Model { model, loss: Box::new(loss), x, targets }
    }

    /// The same with another gradient. For plain functions.
    pub(crate) fn spoiled(self, spoil: fn(&mut [f64])) -> Problem {
        let Problem::Plain { theta, f, gradient } = self else { panic!("not a plain function") };
        let gradient = move |theta: &[f64]| {
            let mut d = gradient(theta);
            spoil(&mut d);
            d
        };
        Problem::Plain { theta, f, gradient: Box::new(gradient) }
    }

    /// The same with a gradient that knows nothing of the right one. For plain functions.
    pub(crate) fn with_gradient(self, gradient: fn(&[f64]) -> Vec<f64>) -> Problem {
        let Problem::Plain { theta, f, .. } = self else { panic!("not a plain function") };
        Problem::Plain { theta, f, gradient: Box::new(gradient) }
    }

    /// Runs nn-check on it.
    pub(crate) fn check(&self) -> Report {
        match self {
            Problem::Plain { theta, f, gradient } => check_gradient(f, theta, &gradient(theta)),
            Problem::Layer { layer, input, batch, cx, seed } => {
                let check = Check::new().context(*cx).seed(*seed);
                check.layer(&**layer, *input, *batch).expect("a layer that fits")
            }
            Problem::Model { model, loss, x, targets } => {
                let batch = batch(model, x, targets);
                nn_check::model_with_loss(model, &**loss, &batch).expect("a batch that fits")
            }
        }
    }

    /// The same as one function of one vector, for checkers that know nothing else.
    pub(crate) fn flat(&self) -> Flat<'_> {
        match self {
            Problem::Plain { theta, f, gradient } => Flat {
                theta: theta.clone(),
                f: Box::new(|theta| f(theta)),
                gradient: Box::new(|theta| gradient(theta)),
            },
            Problem::Layer { layer, input, batch, cx, seed } => {
                flat_layer(&**layer, *input, *batch, *cx, *seed)
            }
            Problem::Model { model, loss, x, targets } => flat_model(model, &**loss, x, targets),
        }
    }
}

/// f(θ) and its gradient, whatever it was made of.
pub(crate) struct Flat<'a> {
    pub(crate) theta: Vec<f64>,
    pub(crate) f: Value<'a>,
    pub(crate) gradient: Gradient<'a>,
}

/// J = Σ wᵢ yᵢ for random weights w, as a function of the input and θ together.
fn flat_layer(layer: &dyn Layer, input: Shape, batch: usize, cx: Context, seed: u64) -> Flat<'_> {
    let network = std::rc::Rc::new(Network::bind(layer, input).expect("shapes that fit"));
    let inputs = batch * input.size();
    let mut theta = draw(seed, 1, inputs, -1.0, 1.0);
    let moves = draw(seed, 2, network.theta_layout().len(), -0.3, 0.3);
    theta.extend(network.initial_theta::<f64>(seed).iter().zip(moves).map(|(theta, by)| theta + by));
    let state = draw(seed, 3, network.state_layout().len(), 0.5, 1.5);
    let weights = draw(seed, 4, batch * network.output_shape().size(), -1.0, 1.0);
    let also = (network.clone(), state.clone(), weights.clone());
    let f = move |at: &[f64]| {
        let mut ws = Workspace::inference(&network, batch).expect("a workspace");
        let x = Rows::new(&at[..inputs], input).expect("whole samples");
        let y = network.forward(&at[inputs..], &state, x, &cx, &mut ws).data();
        y.iter().zip(&weights).map(|(y, w)| y * w).sum()
    };
    let (network, state, weights) = also;
    let gradient = move |at: &[f64]| {
        let mut ws = Workspace::training(&network, batch).expect("a workspace");
        ws.fill(f64::NAN);
        let (x, theta) = (Rows::new(&at[..inputs], input).expect("whole samples"), &at[inputs..]);
        network.forward(theta, &state, x, &cx, &mut ws);
        ws.output_gradient_mut(&network).copy_from_slice(&weights);
        network.backward(theta, &state, x, &cx, &mut ws, InputGradient::Compute);
        let mut all = ws.input_gradient(&network).expect("asked for").data().to_vec();
        all.extend(ws.gradient());
        all
    };
    Flat { theta, f: Box::new(f), gradient: Box::new(gradient) }
}

fn flat_model<'a>(
    model: &'a Model<f64>,
    loss: &'a dyn Loss<f64>,
    x: &'a [f64],
    targets: &'a Targets,
) -> Flat<'a> {
    let (network, cx) = (model.network(), Context::training(0, 0));
    let f = move |theta: &[f64]| {
        let batch = batch(model, x, targets);
        let mut ws = model.workspace(batch.x.len()).expect("a workspace");
        network.loss(theta, model.state(), &batch, loss, &cx, &mut ws)
    };
    let gradient = move |theta: &[f64]| {
        let batch = batch(model, x, targets);
        let mut ws = model.workspace(batch.x.len()).expect("a workspace");
        let state = model.state();
        network.loss_and_gradient(theta, state, &batch, loss, &cx, &mut ws, InputGradient::Skip);
        ws.gradient().to_vec()
    };
    Flat { theta: model.theta().to_vec(), f: Box::new(f), gradient: Box::new(gradient) }
}

fn batch<'a>(model: &Model<f64>, x: &'a [f64], targets: &'a Targets) -> Batch<'a, f64> {
    let network = model.network();
    let target = match targets {
        Targets::Classes(classes) => Target::Classes(classes),
        Targets::Values(values) => {
            Target::Values(Rows::new(values, *network.output_shape()).expect("whole targets"))
        }
    };
    let rows = Rows::new(x, *network.input_shape()).expect("whole samples");
    Batch::new(rows, target).expect("as many targets as samples")
}
