//! Training steps of whole networks, and forward passes: dense layers with ReLU between them.

use std::hint::black_box;

use benches::network::{Inference, Rule, Start, Training};
use nn::tensor::{Shape, Tensor};
use serde_json::{Value, json};

use super::image_steps;
use crate::compare::{Tolerance, Way};
use crate::workload::{Input, Inputs, Ours, Runs, Steps, Workload};

/// With these rates losses fall, and no number becomes subnormal in the thousands of steps between two restarts.
const SGD: Rule = Rule::Sgd { rate: 0.01 };
const ADAM: Rule = Rule::Adam { rate: 1e-3, betas: [0.9, 0.999], eps: 1e-8 };

/// Steps from equal weights after which the answers are compared.
pub(super) const COMPARED: usize = 3;

/// Widths, samples of a batch, rule.
const STEPS: [(&[usize], usize, Rule); 5] = [
    (&[2, 8, 2], 64, SGD),
    (&[784, 128, 10], 64, SGD),
    (&[784, 128, 10], 64, ADAM),
    (&[784, 512, 256, 10], 128, ADAM),
    (&[1024, 2048, 2048, 1000], 512, ADAM),
];

/// The names of the training steps.
pub(crate) fn names() -> Vec<String> {
    let dense = STEPS.iter().map(|&(widths, batch, rule)| step(widths, batch, rule).name);
    dense.chain(image_steps::rows().into_iter().map(|row| row.name)).collect()
}

/// What the step of this name is made of, with numbers of the same sizes as its row has.
pub(crate) fn training(name: &str) -> Option<(Training, Start)> {
    let Some((widths, batch, rule)) =
        STEPS.into_iter().find(|&(w, batch, rule)| step(w, batch, rule).name == name)
    else {
        return image_steps::training(name);
    };
    let bounds = widths.windows(2).flat_map(|w| [6.0, 1.0].map(|a: f64| (a / w[0] as f64).sqrt() as f32));
    let parameters = shapes(widths).zip(bounds).enumerate();
    let theta = parameters.flat_map(|(i, (shape, bound))| {
        benches::values(i as u64, shape.size()).into_iter().map(move |x| x * bound)
    });
    let x = benches::values(99, batch * widths[0]);
    let labels = (0..batch).map(|i| i % widths[widths.len() - 1]).collect();
    let start = Start { theta: theta.collect(), x, labels };
    Some((Training::new(widths, rule, &start), start))
}

pub(super) fn rows() -> Vec<Workload> {
    let mut rows: Vec<Workload> = STEPS.map(|(widths, batch, rule)| step(widths, batch, rule)).into();
    rows.extend([1, 64, 1024].map(|batch| infer(&[784, 512, 256, 10], batch)));
    rows
}

fn step(widths: &'static [usize], batch: usize, rule: Rule) -> Workload {
    let (rule_name, settings, [reads, writes]) = match rule {
        Rule::Sgd { rate } => ("SGD", json!({"optimizer": "sgd", "rate": rate}), [2, 1]),
        Rule::Adam { rate, betas, eps } => {
            let settings = json!({"optimizer": "adam", "rate": rate, "betas": betas, "eps": eps});
            ("Adam", settings, [4, 3])
        }
    };
    let name = format!("step {} {rule_name} b{batch}", dashes(widths));
    let mut ask = json!({"op": "step", "loss": "mean softmax cross-entropy", "steps": COMPARED});
    describe(&mut ask, widths, settings);
    let labels = Input::classes(batch, widths[widths.len() - 1]);
    let theta: usize = shapes(widths).map(|shape| shape.size()).sum();
    Workload {
        groups: vec!["steps".to_string()],
        ask,
        inputs: [vec![Input::new([batch, widths[0]]), labels], parameters(widths)].concat(),
        // θ, and the loss before each step.
        result: (theta + COMPARED).into(),
        ours: Ours::runs(move |inputs| {
            Box::new(Ready::new(move |start| Training::new(widths, rule, start), inputs))
        }),
        // The losses: the peers' are within 7e-6, and within 3e-5 where millions of elements went their ways by luck (see `way`).
        tolerance: Tolerance { relative: if theta > 1_000_000 { 1e-4 } else { 2e-5 }, absolute: 0.0 },
        // Forward, dW, and dx but for the first layer's.
        flops: (6 * batch * products(widths) - 2 * batch * widths[0] * widths[1]) as f64,
        steps: Some(Steps {
            update: [reads * theta, writes * theta].map(|n| 4.0 * n as f64),
            way: way(rule, theta),
        }),
        name,
    }
}

/// How far apart two θ may be, over the way that they went from the start. SGD is linear in the gradient, whose rounding errors
/// are some 1e-6 of it: the peers are 0 to 2e-6 away. Adam's first step is rate·g/|g|: where g is within its rounding error of 0,
/// its sign is luck, and the element may be 2·rate away; so are some of a million elements, and the peers are 1e-6 to 4e-3 away.
/// Steps that are wrong on purpose are found here or by their losses: a rate of 1.001 times what was asked, β₁ = 0.8, β₂ = 0.99,
/// ε = 1e-6, a decay of 0.01.
fn way(rule: Rule, theta: usize) -> Way {
    let distance = match rule {
        Rule::Sgd { .. } => 1e-4,
        Rule::Adam { .. } => 1e-2,
    };
    Way { theta, distance }
}

fn infer(widths: &'static [usize], batch: usize) -> Workload {
    let mut ask = json!({"op": "infer"});
    describe(&mut ask, widths, json!({}));
    let classes = widths[widths.len() - 1];
    Workload {
        name: format!("infer {} b{batch}", dashes(widths)),
        groups: vec!["inference".to_string()],
        ask,
        inputs: [vec![Input::new([batch, widths[0]])], parameters(widths)].concat(),
        result: [batch, classes].into(),
        ours: Ours::runs(move |inputs| {
            let inference = Inference::new(widths, &concatenated(&inputs[1..]), batch);
            Box::new(Predicting { inference, x: inputs[0].clone() })
        }),
        tolerance: Tolerance::sum_of(widths[0]),
        flops: (2 * batch * products(widths)) as f64,
        steps: None,
    }
}

/// A network in training, once it is needed, and what it starts from.
pub(super) struct Ready {
    make: Box<dyn Fn(&Start) -> Training>,
    start: Start,
    training: Option<Training>,
}

impl Ready {
    pub(super) fn new(make: impl Fn(&Start) -> Training + 'static, inputs: Inputs<'_>) -> Ready {
        let labels = inputs[1].as_slice().iter().map(|class| *class as usize).collect();
        let start = Start { theta: concatenated(&inputs[2..]), x: inputs[0].as_slice().to_vec(), labels };
        Ready { make: Box::new(make), start, training: None }
    }

    fn step(&mut self) -> f32 {
        let training = self.training.as_mut().expect("`restart` comes first");
        training.step(black_box(&self.start))
    }
}

impl Runs for Ready {
    fn restart(&mut self) {
        match &mut self.training {
            Some(training) => training.restart(&self.start),
            None => self.training = Some((self.make)(&self.start)),
        }
    }

    fn call(&mut self) {
        black_box(self.step());
    }

    fn answer(&mut self) -> Vec<f32> {
        let losses: Vec<f32> = (0..COMPARED).map(|_| self.step()).collect();
        let theta = self.training.iter().flat_map(|training| training.theta());
        theta.copied().chain(losses).collect()
    }
}

struct Predicting {
    inference: Inference,
    x: Tensor<f32>,
}

impl Runs for Predicting {
    fn call(&mut self) {
        black_box(self.inference.forward(black_box(self.x.as_slice())));
    }

    fn answer(&mut self) -> Vec<f32> {
        self.inference.forward(self.x.as_slice()).to_vec()
    }
}

/// W `(out, in)` and b `(out)` of each layer.
fn shapes(widths: &[usize]) -> impl Iterator<Item = Shape> {
    widths.windows(2).flat_map(|w| [[w[1], w[0]].into(), w[1].into()])
}

/// W uniform on ±√(6/in), as suits ReLU (He et al. 2015), b on ±√(1/in).
fn parameters(widths: &[usize]) -> Vec<Input> {
    let inputs = widths.windows(2).flat_map(|w| [(6.0, w[0]), (1.0, w[0])]);
    let bounds = inputs.map(|(a, k)| (a / k as f64).sqrt());
    shapes(widths).zip(bounds).map(|(shape, bound)| Input::new(shape).between(-bound, bound)).collect()
}

fn concatenated(parameters: &[Tensor<f32>]) -> Vec<f32> {
    parameters.iter().flat_map(Tensor::as_slice).copied().collect()
}

/// Multiplications of a forward pass of one sample.
fn products(widths: &[usize]) -> usize {
    widths.windows(2).map(|w| w[0] * w[1]).sum()
}

fn dashes(widths: &[usize]) -> String {
    widths.iter().map(usize::to_string).collect::<Vec<_>>().join("-")
}

/// Adds what steps and forward passes have in common, and some settings.
fn describe(ask: &mut Value, widths: &[usize], settings: Value) {
    ask["widths"] = json!(widths);
    ask["activation"] = json!("relu");
    for (key, value) in settings.as_object().into_iter().flatten() {
        ask[key] = value.clone();
    }
}
