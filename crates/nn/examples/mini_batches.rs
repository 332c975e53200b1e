//! How many samples should a step look at? Noise, convergence and speed of batches of 1, 16, 64, 512 and all m samples.
//!
//! `cargo run --release --example mini_batches`

mod common;

use std::time::Instant;

use common::{Panel, print_table};
use nn::optim::{At, gradient_norm};
use nn::prelude::*;

/// The loss at which a run counts as arrived.
const GOAL: f32 = 0.05;

type Error = Box<dyn std::error::Error>;

/// One run: the loss over all of the training set after each epoch, with the seconds of training up to there.
struct Run {
    losses: Vec<(f64, f32)>,
    samples_per_second: f64,
}

fn main() -> common::Done {
    let options = common::options();
    let (train, _) = datasets::digits().split(0.8, options.seed)?;
    let train = Standardizer::fit(&train)?.apply(train)?;
    let m = train.len();
    let net = Sequential::new().push(Dense::new(64)).push(Relu).push(Dense::new(10));
    let start: Model<f32> = net.init([64], options.seed)?;

    let mut rows = Vec::new();
    let mut by_epoch = Panel::new("per epoch", "epoch", "loss").log_x().log_y().x(1.0, 1000.0).y(3e-4, 3.0);
    let mut by_second = Panel::new("per second", "seconds", "loss").log_x().log_y().x(1e-4, 0.3).y(3e-4, 3.0);
    // Rates from a search by factors of 2 (the largest that still falls steadily), and epochs that take about equal times.
    for (size, rate, epochs) in
        [(1, 0.005, 30), (16, 0.05, 100), (64, 0.2, 200), (512, 0.5, 400), (m, 0.5, 1000)]
    {
        let noise = noise(&start, &train, size, options.seed)?;
        let run = descend(start.clone(), &train, size, rate, epochs, options.seed)?;
        let arrived = run.losses.iter().position(|&(_, loss)| loss < GOAL);
        let name = if size == m { format!("m = {m}") } else { size.to_string() };
        let steps = |epoch: usize| epoch * m.div_ceil(size);
        rows.push([
            name.clone(),
            format!("{rate}"),
            format!("{noise:.3}"),
            arrived.map_or("—".into(), |epoch| epoch.to_string()),
            arrived.map_or("—".into(), |epoch| steps(epoch).to_string()),
            arrived.map_or("—".into(), |epoch| format!("{:.3}", run.losses[epoch].0)),
            format!("{:.0}", run.samples_per_second / 1e3),
        ]);
        let epochs = run.losses.iter().enumerate().map(|(epoch, &(_, loss))| (epoch as f64, loss.into()));
        by_epoch = by_epoch.line(&name, epochs.collect());
        by_second = by_second.line(&name, run.losses.iter().map(|&(t, loss)| (t, loss.into())).collect());
    }
    let head = ["batch", "rate", "noise of a step", "epochs to 0.05", "steps", "seconds", "1000 samples/s"];
    print_table(head, &rows);
    options.draw("mini_batches", 2, (460, 360), &[by_epoch, by_second])
}

/// How far the gradients of batches are from that of all samples: √(mean ‖g_B - g‖²) / ‖g‖.
fn noise(model: &Model<f32>, set: &Dataset<f32>, size: usize, seed: u64) -> Result<f64, Error> {
    let mut model = model.clone();
    let mut ws = model.workspace(set.len())?;
    let (loss, cx) = (SoftmaxCrossEntropy::new(), Context::training(seed, 0));
    model.loss_and_gradient(&batch_of(set)?, &loss, &cx, &mut ws);
    let all = ws.gradient().to_vec();
    let (mut squares, mut count) = (0.0, 0);
    let mut batches = Batches::mini(set, size, seed)?;
    while let Some(selection) = batches.next() {
        model.loss_and_gradient(&as_batch(&selection, set.sample_shape())?, &loss, &cx, &mut ws);
        let difference: Vec<f32> = ws.gradient().iter().zip(&all).map(|(g, all)| g - all).collect();
        squares += f64::from(gradient_norm(&difference)).powi(2);
        count += 1;
    }
    Ok((squares / f64::from(count)).sqrt() / f64::from(gradient_norm(&all)))
}

/// Plain gradient descent on batches of `size`.
fn descend(
    mut model: Model<f32>,
    set: &Dataset<f32>,
    size: usize,
    rate: f64,
    epochs: u64,
    seed: u64,
) -> Result<Run, Error> {
    let (sgd, loss) = (Sgd::new(rate), SoftmaxCrossEntropy::new());
    let mut ws = model.workspace(size)?;
    let mut batches = Batches::mini(set, size, seed)?;
    let mut losses = vec![(0.0, evaluate(&model, &loss, set)?.loss as f32)];
    let (mut step, mut seconds) = (0, 0.0);
    for epoch in 0..epochs {
        let clock = Instant::now();
        batches.enter(epoch, 0);
        while let Some(selection) = batches.next() {
            let batch = as_batch(&selection, set.sample_shape())?;
            let cx = Context::training(seed, step);
            model.step(&batch, &loss, &cx, &mut ws, &mut [], &|part| {
                sgd.update_part(At { step, rate, first: part.first }, part.memory, part.theta, part.gradient);
            });
            step += 1;
        }
        seconds += clock.elapsed().as_secs_f64();
        losses.push((seconds, evaluate(&model, &loss, set)?.loss as f32));
    }
    Ok(Run { losses, samples_per_second: (epochs as usize * set.len()) as f64 / seconds })
}
