//! Jacobians, losses, penalties, and functions at the edge of what differences can tell.

use nn_check::{Check, Hint, Verdict, check_gradient, check_jacobian, check_jvp, check_vjp, penalty};
use nn_core::{Batch, Context, Layer, Model, Rows, Target};
use nn_layers::{BatchNorm, Dense, MeanSquaredError, Relu, Sequential, SoftmaxCrossEntropy};

fn f(x: &[f64]) -> Vec<f64> {
    vec![x[0] * x[1], (x[1] * x[2]).sin(), x[0].exp() + 1e-6 * x[2]]
}

const X: [f64; 3] = [0.4, -1.1, 0.8];

fn jacobian() -> Vec<f64> {
    let c = (X[1] * X[2]).cos();
    vec![X[1], X[0], 0.0, 0.0, X[2] * c, X[1] * c, X[0].exp(), 0.0, 1e-6]
}

#[test]
fn jacobians_and_their_products() {
    let right = jacobian();
    check_jacobian(f, &X, &right).assert();
    let transposed: Vec<f64> = (0..9).map(|k| right[k % 3 * 3 + k / 3]).collect();
    let report = check_jacobian(f, &X, &transposed);
    assert!(report.hints().any(|(_, hint)| *hint == Hint::Transposed), "{report}");
    let mut wrong = right.clone();
    wrong[8] = 2e-6;
    let report = check_jacobian(f, &X, &wrong);
    assert_eq!(report.tensors()[0].position(report.worst(1)[0].1.index), [2, 2], "{report}");

    let v = [0.3, -2.0, 0.7];
    let vj: Vec<f64> = (0..3).map(|j| (0..3).map(|i| v[i] * right[i * 3 + j]).sum()).collect();
    let jv: Vec<f64> = (0..3).map(|i| (0..3).map(|j| v[j] * right[i * 3 + j]).sum()).collect();
    check_vjp(f, &X, &v, &vj).assert();
    check_jvp(f, &X, &v, &jv).assert();
    assert_eq!(check_vjp(f, &X, &v, &jv).verdict(), Verdict::Wrong);
    assert_eq!(check_jvp(f, &X, &v, &vj).verdict(), Verdict::Wrong);
}

/// A penalty of 1e-6 beside a loss of 1: wrong by a factor of 2 it is not seen in the sum, but by itself.
#[test]
fn a_penalty_by_itself() {
    let model: Model<f64> = Dense::new(3).init([4], 0).unwrap();
    let value = |t: &[f64]| 0.5e-9 * t.iter().map(|t| t * t).sum::<f64>();
    let right = |t: &[f64]| t.iter().map(|t| 1e-9 * t).collect();
    let wrong = |t: &[f64]| t.iter().map(|t| 2e-9 * t).collect();
    assert_eq!(penalty(&model, value, right).tensors()[0].verdict(), Verdict::Correct);
    let report = penalty(&model, value, wrong);
    assert_eq!(report.verdict(), Verdict::Wrong);
    assert!(report.to_string().contains("penalty:\n"), "{report}");
}

/// The bias before a batch norm has a gradient of round-off. The others are right, and the report says so.
#[test]
fn a_gradient_that_cancels_does_no_harm_and_one_that_nothing_reaches_is_named() {
    let net = Sequential::new().push(Dense::new(3)).push(BatchNorm::new()).push(Dense::new(2));
    let model: Model<f64> = net.init([4], 0).unwrap();
    let x: Vec<f64> = (0..20).map(|i| (i as f64 * 1.7).sin()).collect();
    let batch = Batch::new(Rows::new(&x, [4]).unwrap(), Target::Classes(&[0, 1, 1, 0, 1])).unwrap();
    let loss = SoftmaxCrossEntropy::new();
    let report = nn_check::model_with_loss(&model, &loss, &batch).unwrap();
    let bias = report.tensors().iter().find(|t| t.name == "0.bias").unwrap();
    assert!(report.passes() && bias.is_vacuous() && !bias.is_unreached(), "{report}");
    let check = Check::new().context(Context::inference());
    check.model_with_loss(&model, &loss, &batch).unwrap().assert();

    let mut dead: Model<f64> =
        Sequential::new().push(Dense::new(3)).push(Relu).push(Dense::new(2)).init([4], 0).unwrap();
    let bias = dead.network().theta_layout().get("0.bias").unwrap().range();
    dead.theta_mut()[bias].fill(-100.0);
    let report = nn_check::model_with_loss(&dead, &loss, &batch).unwrap();
    assert_eq!(report.verdict(), Verdict::Vacuous, "{report}");
    assert!(report.tensors()[0].is_unreached(), "{report}");
}

#[test]
fn a_wrong_loss_gradient_has_the_batch_size_in_it() {
    let y = [0.2, -1.0, 0.7, 1.5, 0.1, -0.3];
    let (rows, targets) = (Rows::new(&y, [2]).unwrap(), [0.0; 6]);
    let target = Target::Values(Rows::new(&targets, [2]).unwrap());
    nn_check::loss(&MeanSquaredError::new(), rows, target).unwrap().assert();
    assert!(nn_check::loss(&SoftmaxCrossEntropy::new(), rows, Target::Classes(&[0, 5, 1])).is_err());
}

#[test]
fn edges() {
    let verdict = |f: fn(&[f64]) -> f64, x: f64, a: f64| check_gradient(f, &[x], &[a]).verdict();
    // Flat points: the gradient vanishes, and nothing else is said.
    assert_eq!(verdict(|t| t[0].powi(3), 0.0, 0.0), Verdict::Vacuous);
    assert_eq!(verdict(|t| t[0].powi(3), 0.0, 1e-3), Verdict::Wrong);
    assert_eq!(verdict(|t| t[0].powi(2), 0.0, 0.0), Verdict::Vacuous);
    // At the border of the domain.
    assert_eq!(verdict(|t| t[0].ln(), 1e-6, 1e6), Verdict::Correct);
    assert_eq!(verdict(|t| t[0].ln(), 1e-6, 2e6), Verdict::Wrong);
    assert_ne!(verdict(|t| t[0].sqrt(), 0.0, 0.0), Verdict::Correct);
    assert_ne!(verdict(|t| t[0].abs().sqrt(), 0.0, 0.0), Verdict::Wrong);
    // A step, and what is smooth only from very near.
    assert!(matches!(verdict(f64_step, 0.0, 0.0), Verdict::Kink | Verdict::Inconclusive));
    assert_eq!(verdict(|t| (1e6 * t[0]).tanh(), 1e-7, 1e6 / 0.1f64.cosh().powi(2)), Verdict::Correct);
    assert_eq!(verdict(|t| t[0] + 1e-6 * (1e6 * t[0]).sin(), 0.0, 2.0), Verdict::Correct);
    assert_eq!(verdict(|t| t[0] + 1e-6 * (1e6 * t[0]).sin(), 0.0, 1.0), Verdict::Wrong);
    assert_eq!(verdict(|t| (t[0] - 1e8).sin(), 1e8 + 0.5, 0.5f64.cos()), Verdict::Correct);
    // Not finite: nothing is known of a function, and a gradient is wrong.
    assert_eq!(verdict(|_| f64::NAN, 1.0, 1.0), Verdict::Inconclusive);
    assert_eq!(verdict(|t| t[0], 1.0, f64::NAN), Verdict::Wrong);
    assert_eq!(verdict(|t| t[0], 1.0, f64::INFINITY), Verdict::Wrong);
}

fn f64_step(t: &[f64]) -> f64 {
    if t[0] > 0.0 { 1.0 } else { 0.0 }
}

#[test]
fn where_the_function_is_not_finite_nothing_passes() {
    let f = |t: &[f64]| t[0].sqrt() + t[1] + t[2] * t[2];
    let report = check_gradient(f, &[0.0, 1.0, 2.0], &[0.5, 1.0, 4.0]);
    assert_eq!((report.verdict(), report.undefined(), report.compared()), (Verdict::Inconclusive, 1, 2));
    let caught = std::panic::catch_unwind(|| report.assert()).unwrap_err();
    let text = caught.downcast::<String>().unwrap();
    assert!(text.contains("NaN or infinite at θ, or beside it"), "{text}");
    let one_sided = |t: &[f64]| if t[0] > 1.0 { f64::NAN } else { 2.0 * t[0] + t[1] };
    assert_eq!(check_gradient(one_sided, &[1.0, 0.0], &[55.0, 1.0]).verdict(), Verdict::Inconclusive);
}

#[test]
#[should_panic(expected = "the gradient has 2 elements, θ has 3")]
fn a_gradient_of_another_length_is_named() {
    nn_check::check_hessian_vector(|_| vec![1.0, 2.0], &[1.0; 3], &[1.0; 3], &[0.0; 3]);
}

#[test]
fn what_is_no_number_is_wrong_wherever_it_is() {
    // On a kink.
    let mut theta = vec![1.0; 20];
    theta[9] = 0.0;
    let f = |t: &[f64]| t.iter().map(|t| t * t).sum::<f64>() + t[9].abs();
    let mut analytic: Vec<f64> = theta.iter().map(|t| 2.0 * t).collect();
    analytic[9] = f64::INFINITY;
    assert_eq!(check_gradient(f, &theta, &analytic).verdict(), Verdict::Wrong);
    // In no sample.
    let mut analytic = vec![2.0; 10_000];
    analytic[1234] = f64::NAN;
    let squares = |t: &[f64]| t.iter().map(|t| t * t).sum::<f64>();
    let report = Check::new().sample(50).gradient(squares, &[1.0; 10_000], &analytic);
    assert_eq!((report.verdict(), report.worst(1)[0].1.index), (Verdict::Wrong, 1234));
    // Directions on top of a small check take nothing away from it.
    assert_eq!(Check::new().directions(1).gradient(squares, &[1.0; 100], &[2.0; 100]).compared(), 100);
}

#[test]
fn the_flat_side_of_a_relu_is_compared() {
    for x in [-1e-5, -1e-6, -1e-7] {
        let f = |t: &[f64]| 3.0 * t[0].max(0.0) + t[1].sin();
        let verdict = |a: f64| check_gradient(f, &[x, 0.4], &[a, 0.4f64.cos()]).verdict();
        assert_eq!((verdict(3.0), verdict(0.0)), (Verdict::Wrong, Verdict::Correct), "{x}");
    }
}

#[test]
fn a_large_element_does_not_excuse_a_small_one() {
    let verdict = check_gradient(|t| 1e8 * t[0] + 1e-8 * t[1], &[0.0, 1.0], &[1e8, -1e-8]).verdict();
    assert_ne!(verdict, Verdict::Correct);
    let report = check_jacobian(|x| vec![1e8 * x[0], 1e-9 * x[1]], &[1.0, 1.0], &[1e8, 0.0, 0.0, 0.0]);
    assert_ne!(report.verdict(), Verdict::Correct);
}
