//! Our side of a training step and of a forward pass: what a program writes by hand around the library. Whoever changes
//! the library's way of training changes this file, and no other of the measuring.

use nn::optim::At;
use nn::prelude::*;

/// The rule of the update, with the numbers that every side is told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// θ ← θ - rate·g
    Sgd {
        /// The learning rate.
        rate: f64,
    },
    /// Adam without decay.
    Adam {
        /// The learning rate α.
        rate: f64,
        /// β₁ and β₂.
        betas: [f64; 2],
        /// ε, added to the root.
        eps: f64,
    },
}

impl Rule {
    fn optimizer(self) -> Box<dyn Optimizer<f32>> {
        match self {
            Rule::Sgd { rate } => Box::new(Sgd::new(rate)),
            Rule::Adam { rate, betas: [beta1, beta2], eps } => {
                Box::new(Adam::new(rate).betas(beta1, beta2).eps(eps))
            }
        }
    }
}

/// Dense layers of these widths, the first being that of the input, with ReLU between them; θ is W `(out, in)`, b `(out)`, layer
/// after layer.
fn dense(widths: &[usize]) -> (Sequential, Shape) {
    let [input, hidden @ .., classes] = widths else { panic!("at least two widths") };
    let mut net = Sequential::new();
    for width in hidden {
        net = net.push(Dense::new(*width)).push(Relu);
    }
    (net.push(Dense::new(*classes)), [*input].into())
}

/// The network with the given θ.
fn model((net, input): &(Sequential, Shape), theta: &[f32]) -> Model<f32> {
    let mut model: Model<f32> = net.init(*input, 0).expect("a network");
    model.theta_mut().copy_from_slice(theta);
    model
}

/// A network in training on one batch, with everything that a step needs and changes.
pub struct Training {
    model: Model<f32>,
    optimizer: Box<dyn Optimizer<f32>>,
    state: Vec<f32>,
    ws: Workspace<f32>,
    loss: SoftmaxCrossEntropy,
    input: Shape,
    number: u64,
}

/// What a training starts from, and never changes.
pub struct Start {
    /// θ: for dense layers W `(out, in)` and b `(out)` of each, one after the other.
    pub theta: Vec<f32>,
    /// The inputs of the batch, `(m, in)` or `(m, C, H, W)`.
    pub x: Vec<f32>,
    /// The class of each sample.
    pub labels: Vec<usize>,
}

impl Training {
    /// Dense layers of these widths before their first step.
    pub fn new(widths: &[usize], rule: Rule, start: &Start) -> Training {
        Training::of(&dense(widths), rule, start)
    }

    /// A network for samples of this shape before its first step.
    pub fn of(net: &(Sequential, Shape), rule: Rule, start: &Start) -> Training {
        let (model, optimizer) = (model(net, &start.theta), rule.optimizer());
        Training {
            state: optimizer.init(model.theta().len()),
            ws: model.workspace(start.labels.len()).expect("a workspace"),
            loss: SoftmaxCrossEntropy::new(),
            input: net.1,
            number: 0,
            optimizer,
            model,
        }
    }

    /// Forward, mean softmax cross-entropy, backward, update. The loss is that before the update.
    pub fn step(&mut self, start: &Start) -> f32 {
        let x = Rows::new(&start.x, self.input).expect("whole samples");
        let batch = Batch::new(x, Target::Classes(&start.labels)).expect("a batch");
        let cx = Context::training(0, self.number);
        let Training { optimizer, state, model, ws, loss, number, .. } = self;
        let value = model.step(&batch, loss, &cx, ws, state, &|part| {
            let at = At { step: *number, rate: optimizer.rate(), first: part.first };
            optimizer.update_part(at, part.memory, part.theta, part.gradient);
        });
        *number += 1;
        value
    }

    /// Back to before the first step.
    pub fn restart(&mut self, start: &Start) {
        self.model.theta_mut().copy_from_slice(&start.theta);
        self.state.fill(0.0);
        self.number = 0;
    }

    /// Puts the steps from now on under the clock.
    pub fn start_profile(&mut self) {
        let Training { model, ws, .. } = self;
        ws.start_profile(model.network());
    }

    /// Where the time has gone.
    pub fn profile(&self) -> Option<&nn::core::Profile> {
        self.ws.profile()
    }

    /// What is trained.
    pub fn network(&self) -> &nn::core::Network {
        self.model.network()
    }

    /// θ as it is now.
    pub fn theta(&self) -> &[f32] {
        self.model.theta()
    }
}

/// A network that only predicts.
pub struct Inference {
    model: Model<f32>,
    ws: Workspace<f32>,
    width: usize,
}

impl Inference {
    /// A network with room for batches of `capacity` samples.
    pub fn new(widths: &[usize], theta: &[f32], capacity: usize) -> Inference {
        let model = model(&dense(widths), theta);
        let ws = Workspace::inference(model.network(), capacity).expect("a workspace");
        Inference { model, ws, width: widths[0] }
    }

    /// The outputs for the samples `x`, `(m, in)`.
    pub fn forward<'a>(&'a mut self, x: &'a [f32]) -> &'a [f32] {
        let x = Rows::new(x, [self.width]).expect("whole samples");
        let Inference { model, ws, .. } = self;
        model.network().forward(model.theta(), model.state(), x, &Context::inference(), ws).data()
    }
}
