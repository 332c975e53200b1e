//! Training steps of convolutional networks.

use benches::network::{Rule, Start, Training};
use benches::networks::{bound, named};
use nn::core::Network;
use nn::tensor::Shape;
use serde_json::json;

use super::steps::{COMPARED, Ready};
use crate::compare::{Tolerance, Way};
use crate::workload::{Input, Ours, Steps, Workload};

/// Name of the network, as it stands in the table, samples of a batch.
const STEPS: [(&str, &str, usize); 3] =
    [("mnist-example", "MNIST example", 64), ("lenet-5", "LeNet-5", 64), ("resnet-20", "ResNet-20", 32)];

const RATE: f64 = 0.01;
const RULE: Rule = Rule::Sgd { rate: RATE };

pub(super) fn rows() -> Vec<Workload> {
    STEPS.map(|(network, title, batch)| step(network, title, batch)).into()
}

/// As `steps::training`.
pub(super) fn training(name: &str) -> Option<(Training, Start)> {
    let (network, title, batch) =
        STEPS.into_iter().find(|(_, title, batch)| name == name_of(title, *batch))?;
    let inputs = step(network, title, batch).draw();
    let start = Start {
        x: inputs[0].as_slice().to_vec(),
        labels: inputs[1].as_slice().iter().map(|class| *class as usize).collect(),
        theta: inputs[2..].iter().flat_map(|x| x.as_slice()).copied().collect(),
    };
    Some((Training::of(&named(network), RULE, &start), start))
}

fn name_of(title: &str, batch: usize) -> String {
    format!("step {title} SGD b{batch}")
}

fn step(network: &'static str, title: &str, batch: usize) -> Workload {
    let net = bound(network);
    let image = net.input_shape();
    let theta = net.theta_layout().len();
    // How far PyTorch's two formats of memory, and its f32 from its f64, are apart: 4e-6 of the way and 1e-7 of a loss; where batch norms divide by
    // small deviations twenty times in a row, 2e-2 and 3e-5. On the numbers of LeNet-5's row PyTorch's f32 is 2.8e-3 from its f64, in both
    // formats (a largest of a window within rounding of the next), while ours is 2.6e-6 from it and our f64 3e-15.
    let (distance, losses) = match network {
        "resnet-20" => (3e-2, 1e-4),
        "lenet-5" => (4e-3, 2e-5),
        _ => (1e-4, 2e-5),
    };
    let first = net.nodes().first().map_or(0, |node| node.flops());
    let all: usize = net.nodes().iter().map(|node| node.flops()).sum();
    Workload {
        name: name_of(title, batch),
        groups: vec!["steps of convolutional networks".to_string()],
        ask: json!({
            "op": "train", "network": network, "loss": "mean softmax cross-entropy", "steps": COMPARED,
            "optimizer": "sgd", "rate": RATE,
        }),
        inputs: [
            vec![
                Input::new(Shape::new(&[&[batch], image.as_slice()].concat()).expect("a batch")),
                Input::classes(batch, 10),
            ],
            parameters(&net),
        ]
        .concat(),
        result: (theta + COMPARED).into(),
        ours: Ours::runs(move |inputs| {
            Box::new(Ready::new(move |start| Training::of(&named(network), RULE, start), inputs))
        }),
        tolerance: Tolerance { relative: losses, absolute: 0.0 },
        // Forward, dW, and dx but for the first layer's.
        flops: (batch * (3 * all - first)) as f64,
        steps: Some(Steps {
            update: [2 * theta, theta].map(|n| 4.0 * n as f64),
            way: Way { theta, distance },
        }),
    }
}

/// Weights uniform on ±√(6/in) (He et al. 2015), biases on ±√(1/in) of the weights before them; γ of a batch norm around 1, β around 0.
fn parameters(net: &Network) -> Vec<Input> {
    let mut fan = 1.0;
    let draw = |entry: &nn::core::Entry| {
        let shape = entry.shape;
        let outputs = shape.as_slice()[0];
        if shape.as_slice().len() > 1 {
            fan = (shape.size() / outputs) as f64;
            let bound = (6.0 / fan).sqrt();
            return Input::new(shape).between(-bound, bound);
        }
        match entry.name.ends_with("weight") {
            true => Input::new(shape).between(0.5, 1.5),
            false => Input::new(shape).between(-(1.0 / fan).sqrt(), (1.0 / fan).sqrt()),
        }
    };
    net.theta_layout().entries().iter().map(draw).collect()
}
