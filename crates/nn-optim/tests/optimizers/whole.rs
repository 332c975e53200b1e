//! Optimizers that look at whole tensors.

use nn_optim::{At, Lamb, Optimizer, Tensors};
use proptest::prelude::*;

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
