//! Five optimizers on a long valley and on Rosenbrock's bent one: where they go, and how long they take.
//!
//! `cargo run --release --example optimizers`

mod common;

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

/// A landscape, turned by an angle: (x, y) are the coordinates that the optimizer sees.
#[derive(Clone, Copy)]
struct Turned {
    landscape: Landscape,
    sin_cos: (f64, f64),
}

impl Turned {
    fn new(landscape: Landscape, degrees: f64) -> Turned {
        Turned { landscape, sin_cos: degrees.to_radians().sin_cos() }
    }

    fn turn(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let (sin, cos) = self.sin_cos;
        [cos * x - sin * y, sin * x + cos * y]
    }

    fn turn_back(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let (sin, cos) = self.sin_cos;
        [cos * x + sin * y, cos * y - sin * x]
    }

    /// f(R⁻¹ θ) and its gradient R ∇f.
    fn value_and_gradient(&self, theta: [f64; 2]) -> (f64, [f64; 2]) {
        let mut gradient = [0.0; 2];
        let value = self.landscape.value_and_gradient(&self.turn_back(theta), &mut gradient);
        (value, self.turn(gradient))
    }
}

fn main() -> common::Done {
    let options = common::options();
    let valley = Landscape::Bowl { dim: 2, condition: 100.0 };
    let landscapes = [
        ("a valley along x, κ = 100", Turned::new(valley, 0.0)),
        ("the same, turned by 30°", Turned::new(valley, 30.0)),
        ("Rosenbrock", Turned::new(Landscape::Rosenbrock, 0.0)),
    ];
    let mut rows =
        ALL.map(|(name, _)| std::array::from_fn(|i| if i == 0 { name.to_string() } else { String::new() }));
    let (mut maps, mut curves) = (Vec::new(), Vec::new());
    for (column, (title, landscape)) in landscapes.into_iter().enumerate() {
        let map = Panel::new(title, "x", "y").legend(Corner::UpperLeft);
        let mut map = match column {
            0 => map.x(-0.3, 0.8).y(-0.6, 0.6),
            1 => map.x(-0.2, 0.9).y(-0.5, 0.7),
            _ => map.x(-1.6, 1.6).y(-0.6, 1.8),
        };
        map = map.contours((-2..=5).map(|k| 4f64.powi(k)).collect(), move |x, y| {
            landscape.value_and_gradient([x, y]).0
        });
        let mut curve = Panel::new("the way down", "step", "f").log_x().log_y().x(1.0, 1e5).y(1e-7, 1e2);
        for ((name, make), row) in ALL.into_iter().zip(&mut rows) {
            let (rate, path) = best(make, landscape).ok_or("no rate arrives")?;
            row[1 + 2 * column] = format!("{rate:.1e}");
            row[2 + 2 * column] = (path.len() - 1).to_string();
            map = map.line(name, path.iter().map(|&[x, y, _]| (x, y)).collect());
            curve =
                curve.line("", path.iter().enumerate().map(|(step, &[_, _, f])| (step as f64, f)).collect());
        }
        maps.push(map);
        curves.push(curve);
    }
    print_table(["", "valley: α", "steps", "turned: α", "steps", "Rosenbrock: α", "steps"], &rows);
    maps.extend(curves);
    options.draw("optimizers", 3, (400, 360), &maps)
}

/// The shortest way over rates in steps of 10^(1/8), so that no optimizer suffers from a bad one.
fn best(make: Make, landscape: Turned) -> Option<(f64, Vec<[f64; 3]>)> {
    let rates = (-40..=8).map(|k| 10f64.powf(f64::from(k) / 8.0));
    let ways = rates.filter_map(|rate| Some((rate, walk(&*make(rate), landscape)?)));
    ways.min_by_key(|(_, way)| way.len())
}

/// (x, y, f) of every step up to the one from which f stays below 1e-6 for 100 steps: who only rushes through has not arrived.
/// `None` where that takes too long, and where f rises to ten times its first value: who leaps that far arrives by luck.
fn walk(optimizer: &dyn Optimizer<f64>, landscape: Turned) -> Option<Vec<[f64; 3]>> {
    let start = landscape.landscape.start::<f64>();
    let mut theta = landscape.turn([start[0], start[1]]);
    let mut state = optimizer.init(2);
    let (mut path, mut stayed) = (Vec::new(), 0);
    for step in 0..MOST {
        let (f, gradient) = landscape.value_and_gradient(theta);
        path.push([theta[0], theta[1], f]);
        if f.is_nan() || f > 10.0 * path[0][2] {
            return None;
        }
        stayed = if f <= landscape.landscape.goal() { stayed + 1 } else { 0 };
        if stayed > STAYS {
            path.truncate(path.len() - STAYS);
            return Some(path);
        }
        optimizer.update(step, optimizer.rate(), &mut state, &mut theta, &gradient);
    }
    None
}
