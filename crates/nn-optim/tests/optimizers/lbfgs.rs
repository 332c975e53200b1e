//! L-BFGS goes on from what it has left.

use nn_optim::landscapes::Landscape;
use nn_optim::{Lbfgs, LbfgsEnd, LbfgsError};
use proptest::prelude::*;
use tensor_ops::{Real, pool};

use crate::values;

/// θ after so many iterations, in portions, with the state through bytes between them as a file has them.
fn in_portions<T: Real>(landscape: Landscape, history: usize, portions: &[u64]) -> Vec<T> {
    let lbfgs = Lbfgs::new().history(history).tolerances(0.0, 0.0);
    let (mut theta, mut state) = (landscape.start(), lbfgs.init(landscape.dim()));
    for &iterations in portions {
        let f = |x: &[T], g: &mut [T]| landscape.value_and_gradient(x, g);
        let report = lbfgs.iterations(iterations).resume(&mut state, &mut theta, f).unwrap();
        if report.end != LbfgsEnd::Iterations {
            break;
        }
        state = state.into_iter().map(|x| T::from_f64(x.to_f64())).collect();
    }
    theta
}

proptest! {
    #[test]
    fn portions_have_the_bits_of_all_at_once(history in 1usize..6, first in 0u64..20, second in 0u64..20) {
        let bowl = Landscape::Bowl { dim: 30, condition: 1e3 };
        for landscape in Landscape::ALL.into_iter().filter(|l| !l.is_saddle()).chain([bowl]) {
            let (all, parts) = ([first + second], [first, second]);
            let whole: Vec<f64> = in_portions(landscape, history, &all);
            prop_assert_eq!(whole, in_portions::<f64>(landscape, history, &parts), "{}", landscape);
            let whole: Vec<f32> = in_portions(landscape, history, &all);
            prop_assert_eq!(whole, in_portions::<f32>(landscape, history, &parts), "{}", landscape);
        }
    }
}

#[test]
fn a_state_of_another_minimiser_is_refused() {
    let mut state = Lbfgs::new().history(3).init(2);
    let error = Lbfgs::new().resume(&mut state, &mut [1.0f64; 2], |_, _| 0.0).unwrap_err();
    assert_eq!(error, LbfgsError::State { len: 22, expected: 57 });
    assert!(error.to_string().contains("a state of 22 elements"), "{error}");
}

#[test]
fn equal_bits_on_any_number_of_threads() {
    let n = 50_000;
    let bowl = Landscape::Bowl { dim: n, condition: 1e3 };
    let run = |threads| {
        pool::set_threads(threads);
        let mut theta = values(0, n);
        Lbfgs::new().iterations(5).minimize(&mut theta, |x, g| bowl.value_and_gradient(x, g)).unwrap();
        theta
    };
    let alone = run(1);
    assert!([2, 3, 4].into_iter().all(|threads| run(threads) == alone));
}
