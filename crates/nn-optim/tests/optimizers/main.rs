//! Every optimizer is its formula, and obeys the laws that all of them obey.

mod groups;
mod landscapes;
mod laws;
mod lbfgs;
mod rows;
mod whole;

use nn_optim::Optimizer;
use proptest::prelude::*;
use tensor_ops::random::Stream;

/// θ after the gradients.
fn run(optimizer: &dyn Optimizer<f64>, theta: &[f64], gradients: &[Vec<f64>]) -> Vec<f64> {
    let mut theta = theta.to_vec();
    let mut state = optimizer.init(theta.len());
    for (step, gradient) in gradients.iter().enumerate() {
        optimizer.update(step as u64, optimizer.rate(), &mut state, &mut theta, gradient);
    }
    theta
}

fn values(key: u64, n: usize) -> Vec<f64> {
    let mut values = vec![0.0; n];
    Stream::new(9, key, 0).uniform(0, -1.0, 1.0, &mut values);
    values
}

proptest! {
    #[test]
    fn every_optimizer_is_its_formula(
        theta in prop::collection::vec(-2.0f64..2.0, 1..20),
        key in 0u64..1000,
        scale in 1e-2f64..1e2,
        steps in 1i32..30,
    ) {
        for row in rows::all::<f64>() {
            let optimizer = &row.optimizer;
            prop_assert_eq!(optimizer.check(), Ok(()));
            let (mut x, mut state) = (theta.clone(), optimizer.init(theta.len()));
            let mut want = theta.clone();
            let mut naive: Vec<_> = theta.iter().map(|_| (row.naive)()).collect();
            for t in 1..=steps {
                // A rate that changes tells the forms of momentum apart.
                let rate = optimizer.rate() * (1.0 + f64::from(t % 3));
                let g: Vec<f64> = values(key + t as u64, x.len()).into_iter().map(|g| g * scale).collect();
                optimizer.update(t as u64 - 1, rate, &mut state, &mut x, &g);
                for (i, want) in want.iter_mut().enumerate() {
                    *want = naive[i](t, rate, *want, g[i]);
                }
            }
            for (got, want) in x.iter().zip(&want) {
                let bound = 1e-9 * want.abs().max(1.0);
                prop_assert!((got - want).abs() <= bound, "{optimizer:?}: {got}, expected {want}");
            }
        }
    }
}
