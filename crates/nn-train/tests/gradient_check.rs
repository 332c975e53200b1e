//! Gradients checked while a model trains: what is wrong is found, and what is right is not touched.

use nn_check::Verdict;
use nn_core::{BackPass, BindErrorKind, Kernel, Layer, Local, Model, Op, Pass, Plan, RowsMut};
use nn_data::{Dataset, Targets};
use nn_layers::{Dense, MeanSquaredError, Sequential, Tanh};
use nn_optim::Sgd;
use nn_train::{GradientCheck, TrainError, Trainer};
use tensor_ops::{Real, Shape, Tensor};

/// y = x², whose backward pass believes that no x is larger than 1.
#[derive(Debug, Clone)]
struct Square;

impl Op for Square {
    fn name(&self) -> &'static str {
        "Square"
    }
    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        Ok(Plan::new(inputs[0]))
    }
}

impl<T: Real> Kernel<T> for Square {
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, _: Local<'_, T>) {
        for (y, x) in y.data().iter_mut().zip(pass.x[0].data()) {
            *y = *x * *x;
        }
    }
    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], _: Local<'_, T>) {
        for ((dx, dy), x) in dx[0].data().iter_mut().zip(pass.dy.data()).zip(pass.x[0].data()) {
            *dx = *dy * (*x + *x).minimum(T::from_f64(2.0));
        }
    }
}

/// y = 9x² on points up to 1: w² must become 9, so w·x grows above 1.
fn parabola<T: Real>() -> Dataset<T> {
    let x: Vec<T> = (1..=32).map(|i| T::from_f64(f64::from(i) / 32.0)).collect();
    let y = x.iter().map(|&x| T::from_f64(9.0) * x * x).collect();
    Dataset::new(Tensor::new([32, 1], x).unwrap(), Targets::Values(Tensor::new([32, 1], y).unwrap())).unwrap()
}

fn loss() -> MeanSquaredError {
    MeanSquaredError::new()
}

#[test]
fn a_gradient_that_goes_wrong_on_the_way_is_found() {
    let data = parabola::<f64>();
    let mut model: Model<f64> =
        Sequential::new().push(Dense::new(1).without_bias()).push(Square).init([1], 0).unwrap();
    model.theta_mut()[0] = 0.3;
    let trainer = Trainer::new(Sgd::new(0.02), loss())
        .batch_size(32)
        .epochs(200)
        .check_gradients(GradientCheck::new().burn_in(1).every(1));
    match trainer.fit(&mut model, &data, &data) {
        Err(TrainError::Gradient { step, report }) => {
            assert!(step > 0, "right at first");
            assert!(model.theta()[0] > 1.0, "wrong from w = 1 on, and w = {}", model.theta()[0]);
            assert!(report.to_string().contains("0.weight"), "{report}");
        }
        other => panic!("{other:?}"),
    }
}

/// What is neither right nor wrong is noted, unless it is asked for.
#[test]
fn what_ends_the_training_is_a_choice() {
    let data = parabola::<f64>();
    let train = |check: GradientCheck, w: f64| {
        let net = Sequential::new().push(Dense::new(1).without_bias()).push(Square);
        let mut model: Model<f64> = net.init([1], 0).unwrap();
        model.theta_mut()[0] = w;
        Trainer::new(Sgd::new(1e-6), loss())
            .batch_size(32)
            .epochs(1)
            .check_gradients(check)
            .fit(&mut model, &data, &data)
    };
    // At w = 0 nothing changes.
    let noted = train(GradientCheck::new(), 0.0).unwrap().gradient_checks;
    assert_eq!(noted[0].report.verdict(), Verdict::Vacuous, "{}", noted[0].report);
    let stopped = train(GradientCheck::new().stops_on(&[Verdict::Vacuous]), 0.0).unwrap_err();
    assert!(stopped.to_string().starts_with("the gradient is vacuous before step 0"), "{stopped}");
    // A wrong one goes on where nothing stops.
    assert!(matches!(train(GradientCheck::new(), 2.0), Err(TrainError::Gradient { step: 0, .. })));
    let noted = train(GradientCheck::new().stops_on(&[]), 2.0).unwrap().gradient_checks;
    assert_eq!(noted[0].report.verdict(), Verdict::Wrong);
}

#[test]
fn a_check_changes_no_bit_and_says_what_it_saw() {
    let data = parabola::<f32>();
    let train = |check: Option<GradientCheck>| {
        let net = Sequential::new().push(Dense::new(5)).push(Tanh).push(Dense::new(1));
        let mut model: Model<f32> = net.init([1], 0).unwrap();
        let trainer = Trainer::new(Sgd::new(0.05), loss()).batch_size(8).epochs(5);
        let trainer = match check {
            Some(check) => trainer.check_gradients(check),
            None => trainer,
        };
        let history = trainer.fit(&mut model, &data, &data).unwrap();
        (model.fingerprint(), history.gradient_checks)
    };
    let (alone, none) = train(None);
    let (checked, found) = train(Some(GradientCheck::new().elements(6).burn_in(3).every(7)));
    assert_eq!(alone, checked);
    assert!(none.is_empty());
    assert_eq!(found.iter().map(|c| c.step).collect::<Vec<_>>(), [0, 3, 10, 17]);
    assert!(found.iter().all(|c| c.report.passes() && c.report.compared() >= 6));
}
