//! Learning-rate decay: a constant rate never comes to rest on a noisy problem, one that falls does.
//!
//! `cargo run --release --example learning_rate_decay`
//!
//! The problem is a bowl f = ½ Σ λᵢ xᵢ² whose gradient carries noise of deviation σ, as that of a mini-batch does. With a constant α
//! the loss settles at ½ Σ α σ² / (2 - α λᵢ), and no lower.

mod common;

use common::{Corner, Panel, print_table};
use nn::optim::landscapes::Landscape;
use nn::optim::{ExponentialDecay, InverseTimeDecay, OneCycle};
use nn::prelude::*;
use nn::tensor::random::Stream;

const STEPS: u64 = 4000;
/// An epoch is so many steps.
const EPOCH: u64 = 40;
/// The end of a run, over which the final loss and its jitter are taken.
const TAIL: usize = 200;
const RUNS: u64 = 20;
const NOISE: f64 = 1.0;
const BOWL: Landscape = Landscape::Bowl { dim: 10, condition: 20.0 };

type Rates = Box<dyn Schedule + Send + Sync>;

fn schedules() -> Result<Vec<(&'static str, Rates)>, nn::optim::SettingError> {
    let (start, steps) = (0.08, STEPS);
    Ok(vec![
        ("constant 0.08", Box::new(|_step: u64| 0.08)),
        ("constant 0.002", Box::new(|_step: u64| 0.002)),
        ("1/t", Box::new(InverseTimeDecay::new(start, 1.0)?.every(EPOCH, false)?)),
        ("exponential", Box::new(ExponentialDecay::new(start, 1e-3f64.powf(1.0 / steps as f64))?)),
        ("cosine", Box::new(CosineAnnealing::new(start, 0.0, steps)?)),
        ("one-cycle", Box::new(OneCycle::new(start, steps)?)),
    ])
}

/// The loss after each step of a noisy descent.
fn descend(rates: &Rates, seed: u64) -> Vec<f64> {
    let (sgd, noise) = (Sgd::new(0.0), Stream::key("noise of the gradient"));
    let (mut theta, mut g, mut random) = (BOWL.start::<f64>(), [0.0; 10], [0.0; 10]);
    theta.iter_mut().for_each(|x| *x *= 10.0);
    let mut losses = Vec::new();
    for step in 0..STEPS {
        BOWL.value_and_gradient(&theta, &mut g);
        Stream::new(seed, noise, step).normal(0, 0.0, NOISE, &mut random);
        g.iter_mut().zip(random).for_each(|(g, r)| *g += r);
        sgd.update(step, rates.rate(step), &mut [], &mut theta, &g);
        losses.push(BOWL.value(&theta));
    }
    losses
}

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

fn deviation(x: &[f64]) -> f64 {
    let centre = mean(x);
    mean(&x.iter().map(|x| (x - centre).powi(2)).collect::<Vec<_>>()).sqrt()
}

/// Where a constant rate settles: ½ Σ α σ² / (2 - α λᵢ).
fn floor(rate: f64) -> f64 {
    let lambda = |i: i32| 20f64.powf(f64::from(i) / 9.0);
    (0..10).map(|i| 0.5 * rate * NOISE * NOISE / (2.0 - rate * lambda(i))).sum()
}

fn main() -> common::Done {
    let options = common::options();
    let mut rows = Vec::new();
    let mut losses = Panel::new("loss, mean of 20 runs", "step", "f").log_y();
    let mut rates = Panel::new("learning rate", "step", "α").log_y().y(1e-5, 0.2).legend(Corner::LowerLeft);
    for (name, schedule) in schedules()? {
        let runs: Vec<Vec<f64>> = (0..RUNS).map(|run| descend(&schedule, options.seed + run)).collect();
        let average: Vec<f64> =
            (0..STEPS as usize).map(|i| mean(&runs.iter().map(|run| run[i]).collect::<Vec<_>>())).collect();
        let tail = |run: &Vec<f64>| run[run.len() - TAIL..].to_vec();
        let last = mean(&runs.iter().map(|run| mean(&tail(run))).collect::<Vec<_>>());
        let jitter = mean(&runs.iter().map(|run| deviation(&tail(run))).collect::<Vec<_>>());
        let arrival = average.iter().position(|loss| *loss < 1.0);
        rows.push([
            name.into(),
            arrival.map_or("—".into(), |step| step.to_string()),
            format!("{last:.5}"),
            format!("{jitter:.5}"),
            format!("{:.5}", schedule.rate(STEPS - 1)),
        ]);
        let at = |i: usize| i as f64;
        losses =
            losses.line("", average.iter().enumerate().step_by(20).map(|(i, loss)| (at(i), *loss)).collect());
        rates = rates.line(name, (0..STEPS).step_by(20).map(|i| (i as f64, schedule.rate(i))).collect());
    }
    print_table(["schedule", "steps to f < 1", "f at the end", "its jitter", "last rate"], &rows);
    println!("A constant rate settles at {:.5} (0.08) and {:.5} (0.002).", floor(0.08), floor(0.002));
    options.draw("learning_rate_decay", 2, (440, 340), &[losses, rates])
}
