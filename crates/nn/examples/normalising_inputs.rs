//! Gradient descent crawls where the ranges of the features differ, and where their means are not 0; subtracting the mean and dividing by
//! the deviation repairs both.
//!
//! `cargo run --release --example normalising_inputs`

mod common;

use common::{Corner, Panel, print_table};
use nn::prelude::*;
use nn::tensor::random::Stream;

/// Samples.
const M: usize = 200;
/// Descent has arrived where the loss is this part of the variance of y.
const GOAL: f64 = 1e-6;
/// And gives up after so many steps.
const MOST: usize = 1_000_000;

/// A descent: how long it took, and where it went.
struct Descent {
    condition: f64,
    steps: usize,
    path: Vec<[f64; 3]>,
}

fn main() -> common::Done {
    let options = common::options();
    let mut rows = Vec::new();
    for (range, mean) in
        [(1.0, 0.0), (3.0, 0.0), (10.0, 0.0), (30.0, 0.0), (100.0, 0.0), (1.0, 3.0), (1.0, 10.0), (10.0, 3.0)]
    {
        let raw = Train(data(range, mean, options.seed)?);
        let scaled = Standardizer::fit(&raw)?.apply(raw.clone())?;
        let [without, with] = [descend(&raw)?, descend(&scaled)?];
        rows.push([
            format!("1 : {range}"),
            format!("{mean}"),
            format!("{:.1}", without.condition),
            format!("{}", without.steps),
            format!("{:.0}", 0.25 * without.condition * (1.0 / GOAL).ln()),
            format!("{:.2}", with.condition),
            format!("{}", with.steps),
        ]);
    }
    let head = [
        "ranges",
        "mean / range",
        "κ raw",
        "steps raw",
        "κ/4 · ln(1/goal)",
        "κ normalised",
        "steps normalised",
    ];
    print_table(head, &rows);

    let raw = Train(data(4.0, 0.0, options.seed)?);
    let scaled = Standardizer::fit(&raw)?.apply(raw.clone())?;
    let curves = Panel::new("loss", "step", "J / J of the first step").log_y().y(1e-7, 1.0).x(0.0, 80.0);
    let curves =
        [("raw", &raw), ("normalised", &scaled)].into_iter().try_fold(curves, |panel, (name, set)| {
            let losses = descend(set)?.path.into_iter().map(|[_, _, loss]| loss);
            let first = losses.clone().next().unwrap_or(1.0);
            let points = losses.enumerate().map(|(step, loss)| (step as f64, loss / first)).collect();
            Ok::<_, Box<dyn std::error::Error>>(panel.line(name, points))
        })?;
    let panels =
        [contour("ranges 1 : 4, as they are", &raw)?, contour("the same, normalised", &scaled)?, curves];
    options.draw("normalising_inputs", 3, (400, 360), &panels)
}

/// y = 2 x₁ + 3 x₂/range + 1, of two features whose deviations are 1 and `range`, and whose means are `mean` deviations.
fn data(range: f64, mean: f64, seed: u64) -> Result<Dataset<f64>, Box<dyn std::error::Error>> {
    let mut x = vec![0.0; 2 * M];
    Stream::new(seed, Stream::key("features"), 0).normal(0, mean, 1.0, &mut x);
    let y = x.chunks_exact(2).map(|x| 2.0 * x[0] + 3.0 * x[1] + 1.0).collect();
    x.iter_mut().skip(1).step_by(2).for_each(|x| *x *= range);
    Ok(Dataset::new(Tensor::new([M, 2], x)?, Targets::Values(Tensor::new([M, 1], y)?))?)
}

/// Gradient descent from θ = 0 at the best of all rates, 2/(λ₁ + λ₂) of the smallest and the largest curvature. From 2/λ₂ on it diverges.
fn descend(set: &Dataset<f64>) -> Result<Descent, Box<dyn std::error::Error>> {
    let (mut model, loss): (Model<f64>, _) = (Dense::new(1).init([2], 0)?, MeanSquaredError::new());
    let batch = batch_of(set)?;
    model.theta_mut().fill(0.0);
    let point = nn::check::critical_point(&model, &loss, &batch)?;
    let (smallest, largest) = (point.smallest().value(), point.largest().value());
    let mut ws = model.workspace(M)?;
    let mut path = Vec::new();
    let Targets::Values(y) = set.targets() else { unreachable!("made above") };
    let goal = GOAL * y.std(0, 0)?.as_slice()[0].powi(2);
    for step in 0..MOST {
        let j = model.loss_and_gradient(&batch, &loss, &Context::training(0, step as u64), &mut ws);
        path.push([model.theta()[0], model.theta()[1], j]);
        if j < goal {
            break;
        }
        for (theta, d) in model.theta_mut().iter_mut().zip(ws.gradient()) {
            *theta -= 2.0 / (smallest + largest) * d;
        }
    }
    Ok(Descent { condition: largest / smallest, steps: path.len() - 1, path })
}

/// The path of a descent on the loss over (w₁, w₂), the bias at its best: there J = Σᵢⱼ covᵢⱼ (w - w*)ᵢ (w - w*)ⱼ, without noise.
fn contour(title: &str, set: &Dataset<f64>) -> Result<Panel<'static>, Box<dyn std::error::Error>> {
    let Descent { path, steps, .. } = descend(set)?;
    let [u, v, _] = path[path.len() - 1];
    let x = set.inputs();
    let centred = x - &x.mean(0)?;
    let cov = centred.transpose().dot(&centred)?;
    let [a, b, c] = [0, 1, 3].map(|i| cov.as_slice()[i] / M as f64);
    let j = move |x: f64, y: f64| a * (x - u).powi(2) + 2.0 * b * (x - u) * (y - v) + c * (y - v).powi(2);
    let start = j(0.0, 0.0);
    let levels = (-7..=3).map(|k| start * 2f64.powi(k)).collect();
    // Both axes in one scale, so that circles are circles.
    let half = 0.8 * u.abs().max(v.abs());
    let points = path.into_iter().take(400).map(|[x, y, _]| (x, y)).collect();
    Ok(Panel::new(title, "w₁", "w₂")
        .x(u / 2.0 - half, u / 2.0 + half)
        .y(v / 2.0 - half, v / 2.0 + half)
        .legend(Corner::LowerRight)
        .contours(levels, j)
        .path(&format!("{steps} steps"), points)
        .dots("minimum", vec![(u, v)]))
}
