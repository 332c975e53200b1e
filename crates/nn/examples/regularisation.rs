//! Regularisation: one network that is too large for 120 noisy points of the flower, held back by L2, dropout and early stopping.
//!
//! `cargo run --release --example regularisation`

mod common;

use common::{Corner, Panel, print_table};
use nn::data::synthetic::flower;
use nn::layers::Penalty;
use nn::prelude::*;

const EPOCHS: u64 = 600;
const RATE: f64 = 0.01;
const REPEATS: u64 = 10;
/// Epochs without a better validation loss after which early stopping gives up.
const PATIENCE: u64 = 60;

/// A way to hold the network back.
struct Way {
    name: &'static str,
    /// λ of the course: λ/(2m) ‖W‖² is added to the loss.
    l2: f64,
    /// The share of hidden units left out.
    dropout: f64,
    stops_early: bool,
}

const WAYS: [Way; 4] = [
    Way { name: "nothing", l2: 0.0, dropout: 0.0, stops_early: false },
    Way { name: "L2, λ = 1", l2: 1.0, dropout: 0.0, stops_early: false },
    Way { name: "dropout, p = 0.3", l2: 0.0, dropout: 0.3, stops_early: false },
    Way { name: "early stopping", l2: 0.0, dropout: 0.0, stops_early: true },
];

/// A trained model, when its θ was reached, and the validation loss of every epoch.
struct Trained {
    model: Model<f32>,
    epoch: u64,
    losses: Vec<(f64, f64)>,
}

/// What the table shows of a way: epochs, loss and accuracy on training and test set, ‖W‖.
type Figures = [f64; 6];

fn main() -> common::Done {
    let options = common::options();
    let (mut rows, mut panels) = (Vec::new(), Vec::new());
    let mut curves = Panel::new("validation loss", "epoch", "loss");
    for way in &WAYS {
        let mut mean: Figures = [0.0; 6];
        for repeat in 0..REPEATS {
            let seed = options.seed + repeat;
            let train: Dataset<f32> = flower(120, 0.3, seed)?;
            let Trained { model, epoch, losses } =
                train_one(way, &train, &flower(400, 0.3, seed + 1000)?, seed)?;
            let figures = judge(&model, epoch, &train, &flower(4000, 0.3, seed + 2000)?)?;
            mean.iter_mut().zip(figures).for_each(|(mean, figure)| *mean += figure / REPEATS as f64);
            if repeat == 0 {
                curves = curves.line(way.name, losses);
                let title = format!("{}: {:.1}% of new points", way.name, 100.0 * figures[4]);
                panels.push(boundary(title, model, &train));
            }
        }
        let [epochs, loss, accuracy, test_loss, test_accuracy, norm] = mean;
        rows.push([
            way.name.into(),
            format!("{epochs:.0}"),
            format!("{loss:.3}"),
            format!("{:.1}%", 100.0 * accuracy),
            format!("{test_loss:.3}"),
            format!("{:.1}%", 100.0 * test_accuracy),
            format!("{norm:.1}"),
        ]);
    }
    println!("The mean of {REPEATS} runs, each with points of its own:\n");
    let head = ["held back by", "epochs", "training loss", "accuracy", "test loss", "accuracy", "‖W‖"];
    print_table(head, &rows);
    options.draw("regularisation", 2, (360, 340), &panels)?;
    options.draw("regularisation_curves", 1, (560, 320), &[curves.legend(Corner::UpperLeft)])
}

fn judge(
    model: &Model<f32>,
    epoch: u64,
    train: &Dataset<f32>,
    test: &Dataset<f32>,
) -> Result<Figures, Box<dyn std::error::Error>> {
    let loss = SoftmaxCrossEntropy::new();
    let [on_train, on_test] = [evaluate(model, &loss, train)?, evaluate(model, &loss, test)?];
    let accuracy = |share: Option<f64>| share.unwrap_or(f64::NAN);
    // 1 · Σ w² over the weights alone.
    let weights = f64::from(Penalty::l2(1.0, "*weight").value(model)?).sqrt();
    let [a, b] = [accuracy(on_train.accuracy), accuracy(on_test.accuracy)];
    Ok([epoch as f64, on_train.loss, a, on_test.loss, b, weights])
}

fn train_one(
    way: &Way,
    train: &Dataset<f32>,
    validation: &Dataset<f32>,
    seed: u64,
) -> Result<Trained, Box<dyn std::error::Error>> {
    let net = Sequential::new().push(Dense::new(64)).push(Relu).push(Dropout::new(way.dropout)?);
    let net = net.push(Dense::new(64)).push(Relu).push(Dropout::new(way.dropout)?).push(Dense::new(2));
    let mut model: Model<f32> = net.init([2], seed)?;
    let m = train.len() as f64;
    let penalty = Penalty::l2(way.l2 / (2.0 * m), "*weight").bind(model.network().theta_layout())?;

    let (adam, loss) = (Adam::new(RATE), SoftmaxCrossEntropy::new());
    let (mut ws, mut memory) = (model.workspace(32)?, adam.init(model.theta().len()));
    let mut batches = Batches::mini(train, 32, seed)?;
    let (mut best, mut best_loss, mut best_epoch) = (model.clone(), f64::INFINITY, 0);
    let (mut losses, mut step) = (Vec::new(), 0);
    for epoch in 1..=EPOCHS {
        batches.enter(epoch, 0);
        while let Some(selection) = batches.next() {
            let batch = as_batch(&selection, train.sample_shape())?;
            model.loss_and_gradient(&batch, &loss, &Context::training(seed, step), &mut ws);
            penalty.add_gradient(model.theta(), ws.gradient_mut());
            adam.update(step, RATE, &mut memory, model.theta_mut(), ws.gradient());
            step += 1;
        }
        let now = evaluate(&model, &loss, validation)?.loss;
        losses.push((epoch as f64, now));
        if now < best_loss {
            (best, best_loss, best_epoch) = (model.clone(), now, epoch);
        }
        if way.stops_early && epoch - best_epoch >= PATIENCE {
            return Ok(Trained { model: best, epoch: best_epoch, losses });
        }
    }
    Ok(Trained { model, epoch: EPOCHS, losses })
}

/// The plane in the colours of the classes that the model sees there, and the training points.
fn boundary(title: String, model: Model<f32>, train: &Dataset<f32>) -> Panel<'static> {
    let class = move |x: f64, y: f64| match model.predict(&[[x as f32, y as f32]].into()) {
        Ok(outputs) => f64::from(u8::from(outputs.as_slice()[1] > outputs.as_slice()[0])),
        Err(_) => f64::NAN,
    };
    let mut panel =
        Panel::new(&title, "", "").x(-5.0, 5.0).y(-5.0, 5.0).regions(class).legend(Corner::UpperRight);
    if let Targets::Classes { labels, .. } = train.targets() {
        for wanted in 0..2 {
            let points = train.inputs().as_slice().chunks(2).zip(labels.iter());
            let points = points.filter(|(_, label)| **label == wanted);
            panel = panel.dots("", points.map(|(p, _)| (f64::from(p[0]), f64::from(p[1]))).collect());
        }
    }
    panel
}
