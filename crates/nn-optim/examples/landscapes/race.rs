//! How many steps an optimizer needs on a landscape.

use nn_optim::landscapes::Landscape;
use nn_optim::*;
use tensor_ops::Real;

/// A row: an optimizer for each learning rate.
pub(crate) struct Racer<T> {
    pub(crate) name: &'static str,
    pub(crate) make: fn(f64) -> Box<dyn Optimizer<T>>,
}

/// The rates that are tried on the way to a minimum. At saddles it is 0.01 alone: a long leap would leave any of them.
const RATES: [f64; 11] = [1.0, 0.3, 0.1, 3e-2, 1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5];

pub(crate) fn all<T: Real>() -> Vec<Racer<T>> {
    fn racer<T>(name: &'static str, make: fn(f64) -> Box<dyn Optimizer<T>>) -> Racer<T> {
        Racer { name, make }
    }
    // Both numbers are one row of a matrix, where it matters.
    fn row() -> Tensors {
        Tensors::with_shapes([("x", [1, 2])]).expect("one name")
    }
    vec![
        racer("Sgd", |a| Box::new(Sgd::new(a))),
        racer("Momentum averaged", |a| Box::new(Momentum::averaged(a, 0.9))),
        racer("Momentum summed", |a| Box::new(Momentum::summed(a, 0.9))),
        racer("Nesterov", |a| Box::new(Momentum::summed(a, 0.9).nesterov())),
        racer("RmsProp", |a| Box::new(RmsProp::new(a))),
        racer("RmsProp centered, momentum", |a| Box::new(RmsProp::new(a).centered().momentum(0.9))),
        racer("Adagrad", |a| Box::new(Adagrad::new(a))),
        racer("Adadelta", |a| Box::new(Adadelta::new(a))),
        racer("Adam", |a| Box::new(Adam::new(a))),
        racer("Adam AMSGrad", |a| Box::new(Adam::new(a).amsgrad())),
        racer("AdamW, λ = 0", |a| Box::new(AdamW::new(a).weight_decay(0.0))),
        racer("Adamax", |a| Box::new(Adamax::new(a))),
        racer("NAdam", |a| Box::new(NAdam::new(a))),
        racer("RAdam", |a| Box::new(RAdam::new(a))),
        racer("Lion", |a| Box::new(Lion::new(a))),
        racer("Rprop", |a| Box::new(Rprop::new(a))),
        racer("Lamb, λ = 0", |a| Box::new(Lamb::new(a, &row()).weight_decay(0.0))),
        racer("Muon", |a| Box::new(Muon::new(a, &row(), "*").expect("a matrix").weight_decay(0.0))),
        racer("Lookahead of Adam", |a| Box::new(Lookahead::new(Adam::new(a), 5, 0.5))),
        racer("Accumulated Adam, 2", |a| Box::new(Accumulated::new(Adam::new(a), 2))),
    ]
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Outcome {
    /// The goal was reached after so many updates.
    Arrives { steps: u64, rate: Option<f64> },
    /// At a saddle: it never got below it.
    Stays,
    /// Not within the steps that were allowed.
    Late,
}

/// The best of all rates.
pub(crate) fn race<T: Real>(racer: &Racer<T>, landscape: Landscape, start: &[T], most: u64) -> Outcome {
    let rates = if landscape.is_saddle() { &[1e-2][..] } else { &RATES };
    let mut best = Outcome::Late;
    for &rate in rates {
        let limit = if let Outcome::Arrives { steps, .. } = best { steps } else { most };
        match descend(&*(racer.make)(rate), landscape, start, limit) {
            Outcome::Late => {}
            Outcome::Stays if best != Outcome::Late => {}
            outcome => best = outcome,
        }
    }
    best
}

fn descend<T: Real>(optimizer: &dyn Optimizer<T>, landscape: Landscape, start: &[T], most: u64) -> Outcome {
    let (mut x, mut g) = (start.to_vec(), vec![T::ZERO; start.len()]);
    let mut state = optimizer.init(x.len());
    let mut value = landscape.value_and_gradient(&x, &mut g);
    for step in 0..most {
        let rate = optimizer.rate();
        optimizer.update(step, rate, &mut state, &mut x, &g);
        value = landscape.value_and_gradient(&x, &mut g);
        if value <= landscape.goal() {
            return Outcome::Arrives { steps: step + 1, rate: Some(rate).filter(|_| !landscape.is_saddle()) };
        }
        if !value.is_finite() {
            return Outcome::Late;
        }
    }
    at_the_end(landscape, value.to_f64())
}

/// The same for L-BFGS, whose steps are iterations.
pub(crate) fn lbfgs<T: Real>(landscape: Landscape, start: &[T], most: u64) -> Outcome {
    let lbfgs = Lbfgs::new().iterations(1).tolerances(0.0, 0.0);
    let (mut x, mut state) = (start.to_vec(), lbfgs.init(start.len()));
    for steps in 1..=most {
        let f = |x: &[T], g: &mut [T]| landscape.value_and_gradient(x, g);
        let Ok(report) = lbfgs.resume(&mut state, &mut x, f) else { return Outcome::Late };
        if report.value <= landscape.goal::<f64>() {
            return Outcome::Arrives { steps, rate: None };
        }
        if report.end != LbfgsEnd::Iterations {
            break;
        }
    }
    at_the_end(landscape, landscape.value(&x).to_f64())
}

fn at_the_end(landscape: Landscape, value: f64) -> Outcome {
    if landscape.is_saddle() && value >= -1e-6 { Outcome::Stays } else { Outcome::Late }
}
