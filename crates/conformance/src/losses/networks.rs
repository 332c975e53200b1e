//! Small networks with their loss, end to end.

use nn_core::{Batch, Context, InputGradient, Layer, Loss, Network, Rows, Target, Workspace};
use nn_layers::{
    BatchNorm, Conv2d, Dense, Flatten, MaxPool2d, Padding, Relu, Sequential, SoftmaxCrossEntropy,
};
use tensor_ops::{Shape, Tensor};

use super::Answers;
use super::classes::class;
use crate::case::{Answer, Case, Stop};
use crate::run::Operations;

pub(super) const OPERATIONS: Operations =
    &[("SmallConvNet", small_conv_net), ("SoftmaxRegression", softmax_regression)];

/// The cross-entropy of x Wᵀ + b in the mean, and the gradients of x, W and b.
fn softmax_regression(case: &Case) -> Answers {
    let bias = &case.input("bias", "param")?.tensor;
    train(case, &Dense::new(bias.shape().size()), "d")
}

/// The network that the case tells in words.
fn small_conv_net(case: &Case) -> Answers {
    let unknown = |part: &str| Stop::Unknown(format!("attribute net has {part:?}, which is not known"));
    let mut net = Sequential::new();
    let mut parts = case.text("net", None)?.split(" -> ").peekable();
    while let Some(part) = parts.next() {
        let (name, settings) = part.split_once('(').unwrap_or((part, ""));
        let settings: Vec<&str> =
            settings.trim_end_matches(')').split(", ").flat_map(|s| s.split(',')).collect();
        let count = |i: usize| {
            settings.get(i).and_then(|n: &&str| n.parse::<usize>().ok()).ok_or_else(|| unknown(part))
        };
        net = match (name, &settings[..]) {
            ("Conv2d", [_, _, _, pad]) => {
                let pad =
                    pad.strip_prefix("pad=").and_then(|n| n.parse().ok()).ok_or_else(|| unknown(part))?;
                net.push(Conv2d::new(count(1)?, [count(2)?; 2]).padding(Padding::Explicit([pad; 2])))
            }
            ("BatchNorm2d", [_, "train", eps]) => {
                let eps =
                    eps.strip_prefix("eps ").and_then(|x| x.parse().ok()).ok_or_else(|| unknown(part))?;
                net.push(BatchNorm::new().eps(eps))
            }
            ("ReLU", [""]) => net.push(Relu),
            ("MaxPool2d", [_]) => net.push(MaxPool2d::new([count(0)?; 2])),
            ("Flatten", ["NCHW order"]) => net.push(Flatten),
            ("Linear", [_, _]) => net.push(Dense::new(count(1)?)),
            ("CE mean", [""]) if parts.peek().is_none() => break,
            _ => return Err(unknown(part)),
        };
    }
    train(case, &net, "grad_")
}

/// The outputs, the mean of the cross-entropy, and the gradients of x and of the parameters, named after them with `prefix` before.
fn train(case: &Case, layer: &dyn Layer, prefix: &str) -> Answers {
    let x = &case.input("x", "input")?.tensor;
    let rows = Rows::of_tensor(x)?;
    let network = Network::bind(layer, *rows.shape())?;
    let mut theta = Vec::new();
    for entry in network.theta_layout().entries() {
        theta.extend_from_slice(case.input_of_shape(&entry.name, "param", &entry.shape)?.as_slice());
    }
    let state = network.initial_state();
    let labels = case.input_of_shape("target", "target", &Shape::new(&[rows.len()])?)?;
    let classes: Vec<usize> = labels.as_slice().iter().map(|label| class(*label as i64, None)).collect();
    let batch = Batch::new(rows, Target::Classes(&classes))?;
    let loss = SoftmaxCrossEntropy::new();
    loss.check_batch(network.output_shape(), &batch)?;

    let (cx, mut ws) = (Context::training(0, 0), Workspace::training(&network, rows.len())?);
    let y = network.forward(&theta, &state, rows, &cx, &mut ws).data().to_vec();
    let logits = Tensor::new(Shape::new(&[&[rows.len()], network.output_shape().as_slice()].concat())?, y)?;
    let wanted = InputGradient::Compute;
    let value = network.loss_and_gradient(&theta, &state, &batch, &loss, &cx, &mut ws, wanted);
    let dx = ws.input_gradient(&network).expect("asked for").data().to_vec();
    let gradient = |name: &str, tensor| Answer { role: "grad", name: format!("{prefix}{name}"), tensor };
    let mut answers = vec![
        Answer::output("logits", logits),
        Answer::output("loss", Tensor::from(value)),
        gradient("x", Tensor::new(*x.shape(), dx)?),
    ];
    for entry in network.theta_layout().entries() {
        answers.push(gradient(&entry.name, Tensor::new(entry.shape, ws.gradient()[entry.range()].to_vec())?));
    }
    Ok(answers)
}
