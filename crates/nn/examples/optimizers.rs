//! Five optimizers on a long valley and on Rosenbrock's bent one: where they go, and how long they take.
//!
//! `cargo run --release --example optimizers`

mod common;

use std::cmp::Ordering;

use common::{Corner, Panel, print_table};
use nn::optim::landscapes::Landscape;
use nn::optim::{Adam, Momentum, Optimizer, RmsProp, Sgd};

/// A descent gives up after so many steps.
const MOST: u64 = 100_000;
/// It has arrived where f stays below the goal for so many steps.
const STAYS: usize = 100;

type Make = fn(f64) -> Box<dyn Optimizer<f64>>;

const ALL: [(&str, Make); 5] = [
    ("descent", |rate| Box::new(Sgd::new(rate))),
    ("momentum", |rate| Box::new(Momentum::averaged(rate, 0.9))),
    ("Nesterov", |rate| Box::new(Momentum::averaged(rate, 0.9).nesterov())),
    ("RMSprop", |rate| Box::new(RmsProp::new(rate))),
    ("Adam", |rate| Box::new(Adam::new(rate))),
];

fn main() -> common::Done {
    let options = common::options();
    let valley = Landscape::Bowl { dim: 2, condition: 100.0 };
    let mut rows =
        ALL.map(|(name, _)| [name.to_string(), String::new(), String::new(), String::new(), String::new()]);
    let mut panels = Vec::new();
    for (column, landscape) in [valley, Landscape::Rosenbrock].into_iter().enumerate() {
        let mut map = Panel::new(&landscape.to_string(), "x", "y").legend(Corner::UpperLeft);
        map = match landscape {
            Landscape::Rosenbrock => map.x(-1.6, 1.6).y(-0.6, 1.8),
            _ => map.x(-0.3, 0.7).y(-0.5, 0.5),
        };
        map = map.contours((-2..=5).map(|k| 4f64.powi(k)).collect(), move |x, y| landscape.value(&[x, y]));
        let mut curves = Panel::new("the way down", "step", "f").log_x().log_y().x(1.0, 1e4).y(1e-7, 1e2);
        for ((name, make), row) in ALL.into_iter().zip(&mut rows) {
            let (rate, path) = best(make, landscape);
            let steps = path.len() - 1;
            row[1 + 2 * column] = format!("{rate:.1e}");
            row[2 + 2 * column] = if steps as u64 == MOST { "—".into() } else { steps.to_string() };
            map = map.line(name, path.iter().map(|&[x, y, _]| (x, y)).collect());
            let height = path.iter().enumerate().map(|(step, &[_, _, f])| (step as f64, f));
            curves = curves.line(name, height.collect());
        }
        panels.extend([map, curves]);
    }
    print_table(["", "best α: valley", "steps to 1e-6", "best α: Rosenbrock", "steps to 1e-6 "], &rows);
    options.draw("optimizers", 2, (480, 380), &panels)
}

/// The shortest way over rates in steps of 10^(1/8), so that no optimizer suffers from a bad one.
fn best(make: Make, landscape: Landscape) -> (f64, Vec<[f64; 3]>) {
    let rates = (-40..=8).map(|k| 10f64.powf(f64::from(k) / 8.0));
    let ways = rates.map(|rate| (rate, walk(&*make(rate), landscape)));
    // Of those that never arrive, the lowest.
    let key = |(_, way): &(f64, Vec<[f64; 3]>)| (way.len(), way.last().map_or(f64::NAN, |end| end[2]));
    let (rate, way) =
        ways.min_by(|a, b| key(a).partial_cmp(&key(b)).unwrap_or(Ordering::Less)).expect("rates");
    (rate, way)
}

/// (x, y, f) of every step up to the one from which f stays below 1e-6 for 100 steps: who only rushes through has not arrived.
fn walk(optimizer: &dyn Optimizer<f64>, landscape: Landscape) -> Vec<[f64; 3]> {
    let (mut theta, mut gradient) = (landscape.start::<f64>(), [0.0; 2]);
    let mut state = optimizer.init(2);
    let (mut path, mut stayed) = (Vec::new(), 0);
    for step in 0..=MOST {
        let f = landscape.value_and_gradient(&theta, &mut gradient);
        path.push([theta[0], theta[1], if f.is_finite() { f } else { f64::MAX }]);
        stayed = if f <= landscape.goal() { stayed + 1 } else { 0 };
        if stayed > STAYS {
            path.truncate(path.len() - STAYS);
            break;
        }
        optimizer.update(step, optimizer.rate(), &mut state, &mut theta, &gradient);
    }
    path
}
