//! Gradients of plain functions.

use nn_check::{Verdict, check_gradient};

#[test]
fn right_gradients_pass_and_wrong_ones_do_not() {
    let theta = [0.3, -1.2, 4.0, 0.001];
    let f = |t: &[f64]| (t[0] * t[1]).sin() + t[2].exp() * t[0] + t[3] * t[3];
    let c = (0.3f64 * -1.2).cos();
    let right = [-1.2 * c + 4f64.exp(), 0.3 * c, 4f64.exp() * 0.3, 0.002];
    check_gradient(f, &theta, &right).assert();
    // The fourth element is 1e-5 of the others: a factor of 1.001 there is within the tolerance of the distance.
    for (i, factors) in [(0, 4), (1, 4), (2, 4), (3, 3)] {
        for factor in &[-1.0, 0.0, 2.0, 1.001][..factors] {
            let mut wrong = right;
            wrong[i] *= factor;
            let report = check_gradient(f, &theta, &wrong);
            assert!(!report.passes(), "element {i} times {factor}: {report}");
        }
    }
}

#[test]
fn a_kink_beside_the_point_does_not_spoil_the_gradient() {
    for distance in [1e-4 / 3.0, 7e-5, 1e-5 / 3.0, 3e-6, 3e-7] {
        let f = |t: &[f64]| 0.1 * (t[0] - distance).abs() + (1.0 + t[0]).powi(3);
        let report = check_gradient(f, &[0.0], &[2.9]);
        assert!(report.passes() && report.excluded() == 0, "{distance}: {report}");
    }
}

/// A converged regression: the slopes are near 0, but not what they are made of.
#[test]
fn a_right_gradient_near_a_minimum_passes() {
    let (x, w) = ([-1.3, 0.2, 0.9, 2.1, -0.4, 1.7, 0.6, -2.2], [0.7, -1.1, 0.3]);
    let model = |w: &[f64], x: f64| w[2] * (w[0] * x + w[1]).tanh();
    let j = |w2: &[f64]| x.iter().map(|&x| (model(w2, x) - model(&w, x)).powi(2)).sum::<f64>() / 8.0;
    for error in [1e-6, 1e-8, 1e-10] {
        let at = [w[0] + error, w[1] - 2.0 * error, w[2] + 0.5 * error];
        let mut right = [0.0; 3];
        for x in x {
            let t = (at[0] * x + at[1]).tanh();
            let d = 2.0 * (model(&at, x) - model(&w, x)) / 8.0;
            let inner = d * at[2] * (1.0 - t * t);
            right = [right[0] + inner * x, right[1] + inner, right[2] + d * t];
        }
        let report = check_gradient(j, &at, &right);
        assert!(report.passes() || error < 1e-9, "{error}: {report}");
        assert_eq!(report.excluded(), 0, "{error}: {report}");
    }
}

#[test]
fn a_kink_at_the_point_is_excluded_and_counted() {
    let report = check_gradient(|t| t[0].abs() + t[1], &[0.0, 1.0], &[0.5, 1.0]);
    assert_eq!((report.excluded(), report.compared()), (1, 1));
}

#[test]
fn nothing_to_compare_does_not_pass() {
    let vacuous = check_gradient(|_| 1.0, &[1.0, 2.0], &[0.0, 0.0]);
    assert_eq!(vacuous.verdict(), Verdict::Vacuous);
    assert!(!check_gradient(|_| 0.0, &[], &[]).passes());
    // The jump of a NaN is no kink to be left out: nothing could be compared.
    assert!(!check_gradient(|_| f64::NAN, &[1.0], &[1.0]).passes());
    assert!(!check_gradient(|t| t[0], &[1.0], &[f64::NAN]).passes());
}
