//! Laws that every optimizer obeys: add a row, inherit the tests.

use nn_optim::{Adam, Optimizer, Sgd, clip_norm};
use proptest::prelude::*;
use tensor_ops::pool;
use tensor_ops::random::Stream;

fn all() -> Vec<Box<dyn Optimizer<f64>>> {
    vec![
        Box::new(Sgd::new(0.1)),
        Box::new(Sgd::new(0.1).weight_decay(0.3)),
        Box::new(Adam::new(0.05)),
        Box::new(Adam::new(0.05).weight_decay(0.3).amsgrad()),
    ]
}

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

/// The updates element by element, straight from the formulas.
fn naive_adam(theta: &[f64], gradients: &[Vec<f64>]) -> Vec<f64> {
    let (rate, b1, b2, eps) = (0.05, 0.9f64, 0.999f64, 1e-8);
    let one = |i: usize| {
        let (mut x, mut m, mut s) = (theta[i], 0.0, 0.0);
        for (k, g) in gradients.iter().map(|g| g[i]).enumerate() {
            m = b1 * m + (1.0 - b1) * g;
            s = b2 * s + (1.0 - b2) * g * g;
            let t = k as i32 + 1;
            let (m_hat, s_hat) = (m / (1.0 - b1.powi(t)), s / (1.0 - b2.powi(t)));
            x -= rate * m_hat / (s_hat.sqrt() + eps);
        }
        x
    };
    (0..theta.len()).map(one).collect()
}

proptest! {
    #[test]
    fn adam_is_its_formula(theta in prop::collection::vec(-2.0f64..2.0, 1..20), scale in 1e-3f64..1e3, steps in 1usize..30) {
        let gradients: Vec<_> = (0..steps as u64)
            .map(|k| values(k, theta.len()).into_iter().map(|g| g * scale).collect::<Vec<_>>())
            .collect();
        let got = run(&Adam::new(0.05), &theta, &gradients);
        for (got, want) in got.iter().zip(naive_adam(&theta, &gradients)) {
            prop_assert!((got - want).abs() < 1e-12, "{got} {want}");
        }
    }

    #[test]
    fn clipping_bounds_the_norm_and_keeps_the_direction(g in prop::collection::vec(-10.0f64..10.0, 1..600), max in 0.01f64..100.0) {
        let mut clipped = g.clone();
        let norm = clip_norm(&mut clipped, max);
        let length = |g: &[f64]| g.iter().map(|g| g * g).sum::<f64>().sqrt();
        prop_assert!((norm - length(&g)).abs() <= 1e-12 * norm);
        prop_assert!(length(&clipped) <= max * (1.0 + 1e-12) || norm <= max);
        for (a, b) in clipped.iter().zip(&g) {
            prop_assert!((a * norm - b * length(&clipped)).abs() <= 1e-9 * norm.max(1.0));
        }
    }
}

/// Longer than one piece of work, so that several threads take part.
#[test]
fn clipping_with_the_update_has_the_bits_of_one_after_the_other() {
    for n in [0, 7, 40_000] {
        for (optimizer, max_norm) in all().iter().flat_map(|o| [(o, 0.3), (o, 1e9)]) {
            let (theta, g) = (values(0, n), values(1, n));
            let (mut apart, mut together) = (theta.clone(), theta);
            let (mut clipped, mut gradient) = (g.clone(), g);
            let mut memory = [optimizer.init(n), optimizer.init(n)];
            for step in 0..3 {
                let norm = clip_norm(&mut clipped, max_norm);
                optimizer.update(step, 0.01, &mut memory[0], &mut apart, &clipped);
                let as_one = optimizer.update_clipped(
                    step,
                    0.01,
                    &mut memory[1],
                    &mut together,
                    &mut gradient,
                    max_norm,
                );
                assert_eq!(
                    (norm, &apart, &clipped),
                    (as_one, &together, &gradient),
                    "{optimizer:?}, {n}, {max_norm}"
                );
            }
            assert_eq!(memory[0], memory[1]);
        }
    }
}

#[test]
fn a_zero_gradient_leaves_theta_unless_there_is_decay() {
    let theta = values(0, 10);
    for optimizer in all() {
        let after = run(&*optimizer, &theta, &vec![vec![0.0; 10]; 5]);
        let decays = format!("{optimizer:?}").contains("weight_decay: 0.3");
        assert_eq!(after != theta, decays, "{optimizer:?}");
    }
}

#[test]
fn a_bowl_is_descended() {
    for optimizer in all() {
        let mut theta = vec![1.0, -2.0, 0.5];
        let mut state = optimizer.init(3);
        let scales = [1.0, 3.0, 0.5];
        for step in 0..2000 {
            let gradient: Vec<f64> = theta.iter().zip(scales).map(|(x, s)| s * x).collect();
            optimizer.update(step, optimizer.rate(), &mut state, &mut theta, &gradient);
        }
        assert!(theta.iter().all(|x| x.abs() < 1e-3), "{optimizer:?}: {theta:?}");
    }
}

#[test]
fn equal_bits_on_any_number_of_threads() {
    // Several pieces of work, the last one partial.
    let n = 100_000;
    let (theta, gradients) = (values(0, n), vec![values(1, n), values(2, n)]);
    for optimizer in all() {
        pool::set_threads(1);
        let alone = run(&*optimizer, &theta, &gradients);
        for threads in [2, 3, 4] {
            pool::set_threads(threads);
            assert_eq!(run(&*optimizer, &theta, &gradients), alone, "{optimizer:?} on {threads} threads");
        }
    }
}

/// An optimizer remembers nothing but its state: another one with the same settings goes on with equal bits.
#[test]
fn a_new_optimizer_goes_on_from_the_state() {
    let (theta, gradients) = (values(0, 7), (1..9).map(|k| values(k, 7)).collect::<Vec<_>>());
    for (first, second) in all().into_iter().zip(all()) {
        let (mut moved, mut state) = (theta.clone(), first.init(7));
        for (step, gradient) in gradients.iter().enumerate() {
            let optimizer = if step < 4 { &first } else { &second };
            optimizer.update(step as u64, optimizer.rate(), &mut state, &mut moved, gradient);
        }
        assert_eq!(moved, run(&*first, &theta, &gradients), "{first:?}");
    }
}

#[test]
fn settings_out_of_range_are_named() {
    let error = Optimizer::<f32>::check(&Adam::new(0.1).betas(0.9, 1.0)).unwrap_err().to_string();
    assert_eq!(error, "Adam: beta2 = 1, expected a number in [0, 1)");
    assert!(Optimizer::<f32>::check(&Sgd::new(f64::NAN)).is_err());
    assert!(Optimizer::<f32>::check(&Sgd::new(-1.0)).is_err());
}

#[test]
#[should_panic(
    expected = "the optimizer remembers 2 vectors of 3 here, got lengths [0, 0, 0, 0]: see `Optimizer::init`"
)]
fn a_memory_that_was_forgotten_is_named() {
    Adam::new(0.1).update_part(0, 0.1, Default::default(), &mut [1.0f32; 3], &[1.0; 3]);
}
