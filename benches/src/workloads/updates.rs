//! An optimizer's update alone: θ, its gradient and the state are there, and stay where they are.

use std::hint::black_box;

use nn::optim::{Adam, Optimizer};
use serde_json::json;

use crate::compare::Tolerance;
use crate::workload::{Input, Inputs, Ours, Runs, Workload};

/// Updates after which the answers are compared.
const COMPARED: usize = 3;

pub(super) fn rows() -> Vec<Workload> {
    [10_000, 1_000_000, 10_000_000].map(adam).into()
}

/// θ, g, m and s as in the midst of a training; the answer is θ, m and s.
fn adam(n: usize) -> Workload {
    let (rate, betas, eps) = (1e-3, [0.9, 0.999], 1e-8);
    let optimizer = Adam::new(rate).betas(betas[0], betas[1]).eps(eps);
    Workload {
        name: format!("optim adam {n}"),
        groups: vec!["updates".to_string()],
        ask: json!({"op": "update", "optimizer": "adam", "rate": rate, "betas": betas, "eps": eps, "steps": COMPARED}),
        inputs: vec![Input::new(n), Input::new(n), Input::new(n), Input::new(n).between(0.1, 1.0)],
        result: (3 * n).into(),
        ours: Ours::runs(move |inputs| Box::new(Updating::new(optimizer, inputs))),
        tolerance: Tolerance::ELEMENT,
        flops: 0.0,
        steps: None,
    }
}

struct Updating {
    optimizer: Adam,
    start: [Vec<f32>; 2],
    gradient: Vec<f32>,
    theta: Vec<f32>,
    /// m, then s.
    state: Vec<f32>,
    step: u64,
}

impl Updating {
    fn new(optimizer: Adam, inputs: Inputs<'_>) -> Updating {
        let [theta, gradient, m, s] = [0, 1, 2, 3].map(|i| inputs[i].as_slice());
        let state = [m, s].concat();
        let start = [theta.to_vec(), state.clone()];
        Updating { optimizer, start, gradient: gradient.to_vec(), theta: theta.to_vec(), state, step: 0 }
    }
}

impl Runs for Updating {
    fn restart(&mut self) {
        self.theta.copy_from_slice(&self.start[0]);
        self.state.copy_from_slice(&self.start[1]);
        self.step = 0;
    }

    fn call(&mut self) {
        let rate = Optimizer::<f32>::rate(&self.optimizer);
        let gradient = black_box(&self.gradient);
        self.optimizer.update(self.step, rate, &mut self.state, &mut self.theta, gradient);
        self.step += 1;
    }

    fn answer(&mut self) -> Vec<f32> {
        (0..COMPARED).for_each(|_| self.call());
        [&self.theta[..], &self.state].concat()
    }
}
