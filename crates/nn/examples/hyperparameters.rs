//! Hyper-parameters: points at random beat a grid, and a rate is looked for on a logarithmic scale.
//!
//! `cargo run --release --example hyperparameters`
//!
//! Two settings of Adam on the moons: α, on which nearly all depends, and λ of weight decay, on which hardly anything does.

mod common;

use common::{Panel, print_table};
use nn::data::synthetic::moons;
use nn::optim::At;
use nn::prelude::*;
use nn::tensor::random::Stream;

/// Settings tried by each search: 4 × 4 of a grid.
const SIDE: usize = 4;
const TRIALS: usize = SIDE * SIDE;
const REPEATS: u64 = 60;
/// The exponents of 10 between which α and λ are looked for.
const ALPHA: [f64; 2] = [-6.0, 1.0];
const LAMBDA: [f64; 2] = [-7.0, -3.0];

#[derive(Clone, Copy)]
enum Search {
    Grid,
    Random,
}

/// Two numbers of [0, 1] for each trial.
fn places(search: Search, seed: u64) -> Vec<[f64; 2]> {
    let mut random = [0.0; 2 * TRIALS];
    Stream::new(seed, Stream::key("search"), 0).uniform(0, 0.0, 1.0, &mut random);
    match search {
        // A grid whose corner lies anywhere in a cell: one that is always the same could be lucky.
        Search::Grid => (0..TRIALS)
            .map(|i| {
                [(i / SIDE, random[0]), (i % SIDE, random[1])]
                    .map(|(k, shift)| (k as f64 + shift) / SIDE as f64)
            })
            .collect(),
        Search::Random => random.chunks(2).map(|pair| [pair[0], pair[1]]).collect(),
    }
}

/// From [0, 1] to a setting: in equal ratios, or in equal steps.
fn setting(u: f64, [low, high]: [f64; 2], log: bool) -> f64 {
    let [from, to] = [10f64.powf(low), 10f64.powf(high)];
    if log { 10f64.powf(low + u * (high - low)) } else { from + u * (to - from) }
}

/// The validation loss after 30 epochs; what diverged has none.
fn trial(
    alpha: f64,
    lambda: f64,
    train: &Dataset<f32>,
    validation: &Dataset<f32>,
) -> Result<f64, Box<dyn std::error::Error>> {
    let net =
        Sequential::new().push(Dense::new(16)).push(Tanh).push(Dense::new(16)).push(Tanh).push(Dense::new(2));
    let mut model: Model<f32> = net.init([2], 0)?;
    let (adam, loss) = (Adam::new(alpha).weight_decay(lambda), SoftmaxCrossEntropy::new());
    let (mut ws, mut memory) = (model.workspace(32)?, adam.init(model.theta().len()));
    let (mut batches, mut step) = (Batches::mini(train, 32, 0)?, 0);
    for epoch in 0..30 {
        batches.enter(epoch, 0);
        while let Some(selection) = batches.next() {
            let batch = as_batch(&selection, train.sample_shape())?;
            model.step(&batch, &loss, &Context::training(0, step), &mut ws, &mut memory, &|part| {
                let at = At { step, rate: alpha, first: part.first };
                adam.update_part(at, part.memory, part.theta, part.gradient);
            });
            step += 1;
        }
    }
    Ok(evaluate(&model, &loss, validation)?.loss)
}

fn main() -> common::Done {
    let options = common::options();
    nn::set_threads(1); // A batch of 32 is too little for two.
    let (train, validation) = (moons(256, 0.2, options.seed)?, moons(512, 0.2, options.seed + 1)?);
    let mut rows = Vec::new();
    let mut panels = Vec::new();
    let mut curves =
        Panel::new("best so far, mean of the searches", "trial", "validation loss").log_y().y(0.05, 10.0);
    for (name, search, log) in [
        ("random, log scale", Search::Random, true),
        ("grid, log scale", Search::Grid, true),
        ("random, linear scale", Search::Random, false),
        ("grid, linear scale", Search::Grid, false),
    ] {
        let mut finals = Vec::new();
        let mut means = [0.0; TRIALS];
        for repeat in 0..REPEATS {
            let mut order = places(search, options.seed + repeat);
            // A grid has no order of its own.
            Stream::new(options.seed + repeat, Stream::key("order"), 0).shuffle(&mut order);
            let (mut best, mut tried) = (f64::INFINITY, Vec::new());
            for (place, mean) in order.iter().zip(&mut means) {
                let [alpha, lambda] = [setting(place[0], ALPHA, log), setting(place[1], LAMBDA, log)];
                let loss = trial(alpha, lambda, &train, &validation)?;
                best = f64::min(best, loss);
                *mean += best / REPEATS as f64;
                tried.push((alpha, loss.min(5.0)));
            }
            finals.push(best);
            if repeat == 0 && log {
                panels.push(
                    Panel::new(name, "α", "validation loss")
                        .log_x()
                        .log_y()
                        .x(1e-6, 10.0)
                        .y(0.05, 5.0)
                        .dots("", tried),
                );
            }
        }
        finals.sort_by(f64::total_cmp);
        let [low, median, high] = [0, finals.len() / 2, finals.len() - 1].map(|i| finals[i]);
        rows.push([name.into(), format!("{median:.4}"), format!("{low:.4}"), format!("{high:.4}")]);
        curves =
            curves.line(name, means.iter().enumerate().map(|(i, mean)| (i as f64 + 1.0, *mean)).collect());
    }
    println!("The best of {TRIALS} trials, in {REPEATS} searches:\n");
    print_table(["search", "median", "luckiest", "unluckiest"], &rows);

    println!("What each setting does:\n");
    let middle = |range: [f64; 2]| setting(0.5, range, true);
    let mut rows = Vec::new();
    for i in 0..=7 {
        let u = f64::from(i) / 7.0;
        let (alpha, lambda) = (setting(u, ALPHA, true), setting(u, LAMBDA, true));
        let of_alpha = trial(alpha, middle(LAMBDA), &train, &validation)?;
        let of_lambda = trial(0.01, lambda, &train, &validation)?;
        rows.push([
            format!("{alpha:.1e}"),
            format!("{of_alpha:.4}"),
            format!("{lambda:.1e}"),
            format!("{of_lambda:.4}"),
        ]);
    }
    print_table(["α", "loss", "λ, at α = 0.01", "loss"], &rows);
    panels.push(curves);
    options.draw("hyperparameters", 3, (380, 320), &panels)
}
