//! Fifty layers: how the first weights make activations and gradients vanish or explode, and what cures that.
//!
//! `cargo run --release --example depth_and_initialisation`

mod common;

use std::ops::Range;

use common::{Corner, Panel, print_table};
use nn::core::InputGradient;
use nn::data::synthetic;
use nn::layers::init::Scaled;
use nn::optim::clip_norm;
use nn::prelude::*;

/// Hidden layers, their units, and samples of a batch.
const DEPTH: usize = 50;
const UNITS: usize = 32;
const SAMPLES: usize = 128;
/// Steps of gradient descent that try whether the network learns, and their rate.
const STEPS: u64 = 300;
const RATE: f64 = 0.05;

type Error = Box<dyn std::error::Error>;

#[derive(Clone, Copy)]
struct Case {
    init: (&'static str, Scaled),
    activation: &'static str,
    cure: &'static str,
}

/// What is seen before the first step, layer by layer, and the loss after the last.
struct Seen {
    activations: Vec<f64>,
    gradients: Vec<f64>,
    loss: f64,
}

fn main() -> common::Done {
    let options = common::options();
    let set = Train(synthetic::moons(SAMPLES, 0.1, options.seed)?);
    let set = Standardizer::fit(&set)?.apply(set)?;
    let inits = [
        ("1/4n", Scaled::new().gain(0.5)),
        ("1/n", Scaled::new()),
        ("Glorot", Scaled::new().fan_mean().uniform()),
        ("He 2/n", Scaled::new().gain(2f64.sqrt())),
        ("4/n", Scaled::new().gain(2.0)),
    ];
    let mut rows = Vec::new();
    let (mut above, mut below) = (Vec::new(), Vec::new());
    for activation in ["sigmoid", "tanh", "ReLU"] {
        let cases = inits.map(|init| (init.0, Case { init, activation, cure: "" }));
        let [forward, backward] = look(activation, &cases, &set, options.seed, &mut rows)?;
        above.push(forward);
        below.push(backward);
    }
    let case = |init: usize, activation, cure| Case { init: inits[init], activation, cure };
    let cures = [
        ("sigmoid + batch norm", case(1, "sigmoid", "batch norm")),
        ("tanh 1/4n + batch norm", case(0, "tanh", "batch norm")),
        ("tanh 1/4n + residual", case(0, "tanh", "residual")),
        ("ReLU 4/n + batch norm", case(4, "ReLU", "batch norm")),
        ("ReLU 2/n + clipping", case(3, "ReLU", "clipping")),
        ("ReLU 4/n + clipping", case(4, "ReLU", "clipping")),
    ];
    let [forward, backward] = look("cured", &cures, &set, options.seed, &mut rows)?;
    above.push(forward);
    below.push(backward);
    let head = [
        "activation",
        "Var(W)",
        "cure",
        "activation at 1",
        "at 25",
        "at 50",
        "∂J/∂a at 1",
        "at 50",
        "loss after 300 steps",
    ];
    print_table(head, &rows);
    println!("A network that knows nothing has the loss ln 2 = {:.3}.", 2f64.ln());
    above.extend(below);
    options.draw("depth_and_initialisation", 4, (330, 300), &above)
}

/// Rows and curves of some cases: activations forward, gradients backward.
fn look(
    title: &str,
    cases: &[(&str, Case)],
    set: &Dataset<f32>,
    seed: u64,
    rows: &mut Vec<[String; 9]>,
) -> Result<[Panel<'static>; 2], Error> {
    let panel = |y| Panel::new(title, "layer", y).log_y().x(1.0, DEPTH as f64).legend(Corner::LowerLeft);
    let mut panels = [panel("activation, rms").y(1e-16, 1e8), panel("∂J/∂activation, rms").y(1e-16, 1e8)];
    for (name, case) in cases {
        let Seen { activations, gradients, loss } = see(case, set, seed)?;
        let cell = |x: f64| format!("{x:.1e}");
        rows.push([
            case.activation.into(),
            case.init.0.into(),
            case.cure.into(),
            cell(activations[0]),
            cell(activations[DEPTH / 2 - 1]),
            cell(activations[DEPTH - 1]),
            cell(gradients[0]),
            cell(gradients[DEPTH - 1]),
            if loss.is_finite() { format!("{loss:.4}") } else { "∞".into() },
        ]);
        let by_layer = |x: Vec<f64>| x.into_iter().enumerate().map(|(k, x)| (k as f64 + 1.0, x)).collect();
        panels = {
            let [forward, backward] = panels;
            [forward.line(name, by_layer(activations)), backward.line("", by_layer(gradients))]
        };
    }
    Ok(panels)
}

/// Some of the hidden layers, layer k named hidden k: a part of the network has the weights of the whole.
fn hidden(case: &Case, layers: Range<usize>) -> Sequential {
    layers.fold(Sequential::new(), |net, k| {
        let layer = Sequential::new().push_named("dense", Dense::new(UNITS).init_weight(case.init.1));
        let layer = if case.cure == "batch norm" { layer.push(BatchNorm::new()) } else { layer };
        let layer = match case.activation {
            "sigmoid" => layer.push(Sigmoid),
            "tanh" => layer.push(Tanh),
            _ => layer.push(Relu),
        };
        let name = format!("hidden {k}");
        // The first layer changes the number of features, so there is nothing to add its result to.
        if case.cure == "residual" && k > 0 {
            net.push_named(name, Residual::new(layer))
        } else {
            net.push_named(name, layer)
        }
    })
}

fn see(case: &Case, set: &Dataset<f32>, seed: u64) -> Result<Seen, Error> {
    let (batch, cx, loss) = (batch_of(set)?, Context::training(seed, 0), SoftmaxCrossEntropy::new());
    let rms = |x: &[f32]| (x.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / x.len() as f64).sqrt();
    let (mut activations, mut gradients) = (Vec::new(), Vec::new());
    for k in 1..=DEPTH {
        // Forward through the layers up to k, and from there on a network of the rest, whose input is the activation of layer k.
        let first: Model<f32> = hidden(case, 0..k).init([2], seed)?;
        let mut ws = first.workspace(SAMPLES)?;
        let a = first.network().forward(first.theta(), first.state(), batch.x, &cx, &mut ws);
        activations.push(rms(a.data()));
        let rest: Model<f32> =
            hidden(case, k..DEPTH).push_named("output", Dense::new(2)).init([UNITS], seed)?;
        let (network, mut ws) = (rest.network(), rest.workspace(SAMPLES)?);
        let batch = Batch::new(a, batch.target)?;
        network.loss_and_gradient(
            rest.theta(),
            rest.state(),
            &batch,
            &loss,
            &cx,
            &mut ws,
            InputGradient::Compute,
        );
        gradients.push(ws.input_gradient(network).map_or(f64::NAN, |da| rms(da.data())));
    }

    let mut model: Model<f32> = hidden(case, 0..DEPTH).push_named("output", Dense::new(2)).init([2], seed)?;
    let mut ws = model.workspace(SAMPLES)?;
    for step in 0..STEPS {
        model.loss_and_gradient(&batch, &loss, &Context::training(seed, step), &mut ws);
        if case.cure == "clipping" {
            clip_norm(ws.gradient_mut(), 1.0);
        }
        for (theta, d) in model.theta_mut().iter_mut().zip(ws.gradient()) {
            *theta -= RATE as f32 * d;
        }
    }
    let loss = model.loss_and_gradient(&batch, &loss, &cx, &mut ws);
    Ok(Seen { activations, gradients, loss: loss.into() })
}
