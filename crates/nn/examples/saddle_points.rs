//! "Do we stop at a saddle point?" Only exactly on its ridge; and saddles are what one meets in many dimensions, not bad minima.
//!
//! `cargo run --release --example saddle_points`

mod common;

use common::{Corner, Panel, print_table};
use nn::check::{critical_point, critical_point_of};
use nn::optim::landscapes::Landscape;
use nn::optim::{At, Momentum};
use nn::prelude::*;
use nn::tensor::random::Stream;

const SADDLE: Landscape = Landscape::Saddle;
const LIMIT: u64 = 10_000;
/// Samples of the saddle, and of a mini-batch.
const SAMPLES: usize = 64;
const BATCH: usize = 8;

/// Sample i has the loss x² - y² + aᵢ x + bᵢ y, with Σ aᵢ = Σ bᵢ = 0: all of them together are the saddle, a mini-batch is one askew.
struct Askew(Vec<[f64; 2]>);

impl Askew {
    fn new(seed: u64) -> Askew {
        let mut tilts = [0.0; 2 * SAMPLES];
        Stream::new(seed, Stream::key("tilts"), 0).normal(0, 0.0, 0.1, &mut tilts);
        let half = tilts.chunks(2).take(SAMPLES / 2).map(|t| [t[0], t[1]]);
        // Each tilt and its opposite.
        Askew(half.flat_map(|[a, b]| [[a, b], [-a, -b]]).collect())
    }

    /// The mean tilt of a batch drawn at random.
    fn of_batch(&self, seed: u64, step: u64) -> [f64; 2] {
        let mut order: Vec<usize> = (0..SAMPLES).collect();
        Stream::new(seed, Stream::key("batches"), step).shuffle(&mut order);
        let sum = order[..BATCH].iter().fold([0.0; 2], |[a, b], &i| [a + self.0[i][0], b + self.0[i][1]]);
        sum.map(|s| s / BATCH as f64)
    }
}

/// The path until f < -1 or `LIMIT`; `tilt` is what a step's batch adds to the gradient.
fn path(optimizer: &dyn Optimizer<f64>, start: [f64; 2], tilt: &dyn Fn(u64) -> [f64; 2]) -> Vec<[f64; 2]> {
    let (mut theta, mut g, mut state) = (start, [0.0; 2], optimizer.init(2));
    let mut path = vec![theta];
    for step in 0..LIMIT {
        if SADDLE.value_and_gradient(&theta, &mut g) < SADDLE.goal() {
            break;
        }
        let [a, b] = tilt(step);
        g = [g[0] + a, g[1] + b];
        optimizer.update(step, optimizer.rate(), &mut state, &mut theta, &g);
        path.push(theta);
    }
    path
}

fn main() -> common::Done {
    let options = common::options();
    let paths = escapes(options.seed)?;
    let network = network()?;
    let [rarity, heights] = landscapes(options.seed);
    options.draw("saddle_points", 2, (440, 330), &[paths, network, rarity, heights])
}

/// Steps until f < -1, from the ridge and beside it, with and without noise.
fn escapes(seed: u64) -> Result<Panel<'static>, Box<dyn std::error::Error>> {
    println!("{}\n", critical_point_of(|t| vec![2.0 * t[0], -2.0 * t[1]], &[0.0, 0.0])?);
    let askew = Askew::new(seed);
    let still: &dyn Fn(u64) -> [f64; 2] = &|_| [0.0; 2];
    let noisy: &dyn Fn(u64) -> [f64; 2] = &|step| askew.of_batch(seed, step);
    let optimizers: [(&str, &dyn Optimizer<f64>); 3] = [
        ("descent", &Sgd::new(0.01)),
        ("momentum", &Momentum::summed(0.01, 0.9)),
        ("Adam", &Adam::new(0.01)),
    ];
    let (ridge, beside) = ([1.0, 0.0], [1.0, 1e-12]);
    let mut panel =
        Panel::new("|y|, the distance from the ridge", "step", "|y|").log_y().y(1e-13, 3.0).x(0.0, 1600.0);
    let mut rows = Vec::new();
    for (color, (name, optimizer)) in optimizers.into_iter().enumerate() {
        let starts = [(ridge, still), (beside, still), (ridge, noisy)];
        let paths = starts.map(|(start, tilt)| path(optimizer, start, tilt));
        let [a, b, c] = paths.each_ref().map(|path| match path.len() as u64 - 1 {
            LIMIT => "never".into(),
            steps => steps.to_string(),
        });
        rows.push([name.to_string(), a, b, c]);
        let away =
            |path: &Vec<[f64; 2]>| path.iter().enumerate().map(|(i, p)| (i as f64, p[1].abs())).collect();
        panel = panel.color(color).line(name, away(&paths[1])).color(color).thin("", away(&paths[2]));
    }
    print_table(["", "on the ridge", "1e-12 beside it", "on the ridge, mini-batches"], &rows);
    Ok(panel.legend(Corner::LowerRight))
}

/// A network of zeros is a saddle of its loss: full batches leave it nowhere, one step along the direction of escape is enough.
fn network() -> Result<Panel<'static>, Box<dyn std::error::Error>> {
    let x: Vec<f64> = (0..32).map(|i| f64::from(i) / 8.0 - 1.94).collect();
    let t: Vec<f64> = x.iter().map(|x| x.sin()).collect();
    let batch = Batch::new(Rows::new(&x, [1])?, Target::Values(Rows::new(&t, [1])?))?;
    let net = Sequential::new().push(Dense::new(4)).push(Tanh).push(Dense::new(1));
    let loss = MeanSquaredError::new();
    let mut zeros: Model<f64> = net.init([1], 0)?;
    zeros.theta_mut().fill(0.0);
    // The mean of the targets is what the last bias learns; at 0 the gradient is 0 then.
    *zeros.theta_mut().last_mut().ok_or("no parameters")? = t.iter().sum::<f64>() / 32.0;
    let point = critical_point(&zeros, &loss, &batch)?;
    println!("{point}\n");
    let escape = point.escape().ok_or("no way out")?;

    let mut rows = Vec::new();
    let mut panel = Panel::new("a network of zeros", "step", "loss").log_y().legend(Corner::MiddleRight);
    for (name, push) in [("at the saddle", 0.0), ("pushed by 1e-12", 1e-12), ("pushed by 0.1", 0.1)] {
        let mut model = zeros.clone();
        model.theta_mut().iter_mut().zip(&escape).for_each(|(theta, d)| *theta += push * d);
        let (sgd, mut ws) = (Sgd::new(0.1), model.workspace(32)?);
        let losses: Vec<f64> = (0..800)
            .map(|step| {
                model.step(&batch, &loss, &Context::training(0, step), &mut ws, &mut [], &|part| {
                    let at = At { step, rate: 0.1, first: part.first };
                    sgd.update_part(at, part.memory, part.theta, part.gradient);
                })
            })
            .collect();
        let half = losses.iter().position(|loss| *loss < losses[0] / 2.0);
        let last = critical_point(&model, &loss, &batch)?.kind();
        let half = half.map_or("never".into(), |step| step.to_string());
        rows.push([name.into(), half, format!("{:.6}", losses[799]), last.to_string()]);
        panel = panel.line(name, losses.iter().enumerate().map(|(i, loss)| (i as f64, *loss)).collect());
    }
    print_table(["", "steps to half the loss", "loss after 800", "the point there"], &rows);
    Ok(panel)
}

/// Critical points of random landscapes of more and more dimensions: f is a Gaussian field of covariance exp(-r²/2).
///
/// At a point of height f its Hessian is G - f I, with G symmetric and Gaussian: variance 1 beside the diagonal, 2 on it. Among the points
/// where the gradient is 0 each such draw counts |det H| times (Kac and Rice; Bray and Dean, "Statistics of critical points of Gaussian
/// fields on large-dimensional spaces", 2007).
fn landscapes(seed: u64) -> [Panel<'static>; 2] {
    const DRAWS: u64 = 100_000;
    /// Heights are drawn wider than they are, so that the rare deep ones are seen, and weighted accordingly.
    const WIDER: f64 = 2.0;
    let (mut rows, mut minima, mut heights) = (
        Vec::new(),
        Vec::new(),
        Panel::new("how deep, how many ways down", "height f", "share of ways down"),
    );
    for dim in [1, 2, 3, 4, 6, 8, 12] {
        let (mut all, mut of_minima) = (0.0, 0.0);
        let mut by_height = [[0.0; 2]; 40];
        for draw in 0..DRAWS {
            let mut random = vec![0.0; 1 + dim * dim];
            Stream::new(seed, Stream::key("landscape") + dim as u64, draw).normal(0, 0.0, 1.0, &mut random);
            let f = WIDER * random[0];
            let [down, det] = signs(&random[1..], f, dim);
            let weight = det * (f * f / 2.0 * (1.0 / (WIDER * WIDER) - 1.0)).exp();
            all += weight;
            of_minima += if down == 0.0 { weight } else { 0.0 };
            if let Some([sum, weights]) = by_height.get_mut(((f + 8.0) / 0.4) as usize) {
                *sum += weight * down / dim as f64;
                *weights += weight;
            }
        }
        let share = of_minima / all;
        let theory = ["", "0.5", "0.25", "0.1233"].get(dim).copied().unwrap_or("");
        rows.push([dim.to_string(), format!("{share:.2e}"), theory.into(), format!("{:.0}", 1.0 / share)]);
        minima.push((dim as f64, share));
        let points = by_height.iter().enumerate().filter(|(_, [_, weights])| *weights > 1e-4 * all);
        let points = points.map(|(i, [sum, weights])| (0.4 * i as f64 - 7.8, sum / weights)).collect();
        if [2, 4, 8, 12].contains(&dim) {
            heights = heights.line(&format!("{dim} dimensions"), points);
        }
    }
    print_table(["dimensions", "share of minima", "exactly", "critical points for each"], &rows);
    let rarity =
        Panel::new("minima among the critical points", "dimensions", "share").log_y().path("", minima);
    [rarity, heights.legend(Corner::LowerRight)]
}

/// How many eigenvalues of G - f I are negative, and |det|: by elimination, whose pivots have the signs of the eigenvalues.
fn signs(random: &[f64], f: f64, n: usize) -> [f64; 2] {
    let mut h = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..i {
            (h[i * n + j], h[j * n + i]) = (random[i * n + j], random[i * n + j]);
        }
        h[i * n + i] = 2f64.sqrt() * random[i * n + i] - f;
    }
    let (mut down, mut det) = (0.0, 1.0);
    for k in 0..n {
        let pivot = h[k * n + k];
        down += f64::from(u8::from(pivot < 0.0));
        det *= pivot.abs();
        for i in k + 1..n {
            let factor = h[i * n + k] / pivot;
            for j in k + 1..n {
                h[i * n + j] -= factor * h[k * n + j];
            }
        }
    }
    [down, det]
}
