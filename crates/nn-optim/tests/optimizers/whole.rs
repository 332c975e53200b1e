//! Optimizers that look at whole tensors.

use nn_optim::{At, Lamb, Lbfgs, LbfgsEnd, Muon, Optimizer, Tensors};
use proptest::prelude::*;
use tensor_ops::matmul::{Matrix, matmul_naive};

use crate::{run, values};

/// LAMB by its definition, tensor by tensor.
fn naive_lamb(theta: &[f64], gradients: &[Vec<f64>], bounds: &[usize]) -> Vec<f64> {
    let (a, b1, b2, eps, decay) = (0.05, 0.9f64, 0.999f64, 1e-6, 0.01);
    let (mut x, mut m, mut s) = (theta.to_vec(), vec![0.0; theta.len()], vec![0.0; theta.len()]);
    for (t, g) in (1..).zip(gradients) {
        for pair in bounds.windows(2) {
            let mut u = Vec::new();
            for i in pair[0]..pair[1] {
                m[i] = b1 * m[i] + (1.0 - b1) * g[i];
                s[i] = b2 * s[i] + (1.0 - b2) * g[i] * g[i];
                let (m_hat, s_hat) = (m[i] / (1.0 - b1.powi(t)), s[i] / (1.0 - b2.powi(t)));
                u.push(m_hat / (f64::sqrt(s_hat) + eps) + decay * x[i]);
            }
            let length = |x: &[f64]| x.iter().map(|x| x * x).sum::<f64>().sqrt();
            let (of_x, of_u) = (length(&x[pair[0]..pair[1]]), length(&u));
            let trust = if of_x > 0.0 && of_u > 0.0 { of_x / of_u } else { 1.0 };
            for (i, u) in (pair[0]..pair[1]).zip(u) {
                x[i] -= a * trust * u;
            }
        }
    }
    x
}

proptest! {
    #[test]
    fn lamb_is_its_formula(a in 1usize..100, n in 100usize..300, steps in 1u64..10, zero in any::<bool>()) {
        let tensors = Tensors::new([("a", 0..a), ("b", a..n)]).unwrap();
        // A tensor of zeros, as biases begin, has no norm to be in proportion to.
        let theta = if zero { vec![0.0; n] } else { values(0, n) };
        let gradients: Vec<_> = (1..=steps).map(|k| values(k, n)).collect();
        let got = run(&Lamb::new(0.05, &tensors), &theta, &gradients);
        for (got, want) in got.iter().zip(naive_lamb(&theta, &gradients, &[0, a, n])) {
            prop_assert!((got - want).abs() < 1e-12, "{got} {want}");
        }
    }
}

#[test]
#[should_panic(expected = "a part of θ from 1 on of 2, expected one of the optimizer's tensors")]
fn a_part_that_is_no_tensor_is_named() {
    let lamb = Lamb::new(0.1, &Tensors::new([("a", 0..4)]).unwrap());
    let (mut m, mut s) = ([0.0f64; 2], [0.0f64; 2]);
    let memory = [&mut m[..], &mut s[..], &mut [][..], &mut [][..]];
    lamb.update_part(At { step: 0, rate: 0.1, first: 1 }, memory, &mut [1.0; 2], &[1.0; 2]);
}

#[test]
fn lbfgs_finds_the_bottom_of_bowls() {
    for condition in [1.0f64, 1e2, 1e4] {
        let n = 20;
        let scales: Vec<f64> = (0..n).map(|i| condition.powf(i as f64 / (n - 1) as f64)).collect();
        let mut evaluations = 0;
        let mut theta = values(0, n);
        let report = Lbfgs::new()
            .history(n)
            .iterations(1000)
            .minimize(&mut theta, |x, g| {
                evaluations += 1;
                let mut value = 0.0;
                for i in 0..n {
                    g[i] = scales[i] * (x[i] - 1.0);
                    value += 0.5 * g[i] * (x[i] - 1.0);
                }
                value
            })
            .unwrap();
        assert!(theta.iter().all(|x| (x - 1.0).abs() < 1e-6), "{condition}: {report:?} {theta:?}");
        assert_eq!(report.evaluations, evaluations);
        assert!(report.evaluations < 400, "{condition}: {report:?}");
    }
}

#[test]
fn lbfgs_ends_with_the_reason() {
    let bowl = |x: &[f32], g: &mut [f32]| {
        g[0] = 2.0 * x[0];
        x[0] * x[0]
    };
    let mut theta = [3.0f32];
    assert_eq!(Lbfgs::new().minimize(&mut theta, bowl).unwrap().end, LbfgsEnd::Gradient);
    let mut theta = [3.0f32];
    let one = Lbfgs::new().iterations(1).minimize(&mut theta, |x, g| {
        g[0] = x[0].powi(3);
        x[0].powi(4) / 4.0
    });
    let one = one.unwrap();
    assert_eq!((one.end, one.iterations), (LbfgsEnd::Iterations, 1));
    // A gradient that points uphill: no step falls, and θ stays.
    let mut theta = [3.0f64];
    let wrong = Lbfgs::new().minimize(&mut theta, |x, g| {
        g[0] = -2.0 * x[0];
        x[0] * x[0]
    });
    assert_eq!((wrong.unwrap().end, theta), (LbfgsEnd::LineSearch, [3.0]));
    let error = Lbfgs::new().minimize(&mut [0.0f64], |_, _| f64::NAN).unwrap_err();
    assert!(error.to_string().contains("not finite"), "{error}");
}

/// Muon by its definition, with products by theirs.
fn naive_muon(theta: &[f64], gradients: &[Vec<f64>], rows: usize, cols: usize) -> Vec<f64> {
    let (mut x, mut b) = (theta.to_vec(), vec![0.0; theta.len()]);
    for g in gradients {
        let mut u = Vec::new();
        for i in 0..x.len() {
            b[i] = 0.95 * b[i] + 0.05 * g[i];
            u.push(0.95 * b[i] + 0.05 * g[i]);
        }
        let norm = u.iter().map(|u| u * u).sum::<f64>().sqrt().max(1e-7);
        u.iter_mut().for_each(|u| *u /= norm);
        for _ in 0..5 {
            // X Xᵀ X and X Xᵀ X Xᵀ X, whichever side is the shorter.
            let of = |x: &[f64]| {
                let first = matmul_naive(Matrix::new(&u, rows, cols), Matrix::new(&u, rows, cols).t());
                matmul_naive(Matrix::new(&first, rows, rows), Matrix::new(x, rows, cols))
            };
            let cubic = of(&u);
            let quintic = of(&cubic);
            for i in 0..u.len() {
                u[i] = 3.4445 * u[i] - 4.775 * cubic[i] + 2.0315 * quintic[i];
            }
        }
        let rate = 0.02 * (rows as f64 / cols as f64).max(1.0).sqrt();
        for (x, u) in x.iter_mut().zip(u) {
            *x -= 0.02 * 0.1 * *x + rate * u;
        }
    }
    x
}

#[test]
fn muon_is_its_formula() {
    for (rows, cols) in [(3, 5), (5, 3), (4, 4), (1, 6), (17, 2)] {
        let n = rows * cols;
        let tensors = Tensors::with_shapes([("w", [rows, cols])]).unwrap();
        let muon = Muon::new(0.02, &tensors, "*").unwrap();
        let gradients: Vec<_> = (1..5).map(|k| values(k, n)).collect();
        let got = run(&muon, &values(0, n), &gradients);
        for (got, want) in got.iter().zip(naive_muon(&values(0, n), &gradients, rows, cols)) {
            assert!((got - want).abs() < 1e-9, "{rows} x {cols}: {got} {want}");
        }
    }
}

#[test]
fn muon_takes_matrices_only() {
    let tensors = Tensors::with_shapes([("w", vec![2, 3]), ("b", vec![2])]).unwrap();
    let error = Muon::new(0.1, &tensors, "*").unwrap_err().to_string();
    assert_eq!(
        error,
        "tensor \"b\" is not known to be a matrix: use `Tensors::with_shapes`, or leave it out"
    );
}
