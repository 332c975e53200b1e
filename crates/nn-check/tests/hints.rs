//! Each kind of mistake has its hint.

use nn_check::{Hint, Missing, Report, Verdict, check_gradient};
use nn_core::{
    BackPass, Batch, BindErrorKind, Fan, Initializer, Kernel, Layer, Local, Model, Op, ParamsMut, Pass, Plan,
    Rows, RowsMut, Target,
};
use nn_layers::MeanSquaredError;
use std::sync::Arc;
use tensor_ops::{Real, Shape};

const M: usize = 4;
const IN: usize = 3;
const OUT: usize = 3;

/// y = W x + b with a backward pass that is spoilt.
#[derive(Debug, Clone)]
struct Spoilt(fn(&mut [f64], &mut [f64], Sums<'_>));

/// The inputs and output gradients of a batch, and θ.
#[derive(Clone, Copy)]
struct Sums<'a> {
    x: &'a [f64],
    dy: &'a [f64],
}

#[derive(Debug)]
struct Ramp;

impl Initializer for Ramp {
    fn fill(&self, _: &Shape, _: Fan, _: &mut dyn rand::Rng, out: &mut [f64]) {
        out.iter_mut().enumerate().for_each(|(i, x)| *x = (1.3 * i as f64 + 0.4).sin());
    }
}

impl Op for Spoilt {
    fn name(&self) -> &'static str {
        "Spoilt"
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        let (n, fan) = (inputs[0].size(), Fan { inputs: 1, outputs: 1 });
        Ok(Plan::new([OUT]).param("W", [OUT, n], fan, Arc::new(Ramp)).param("b", [OUT], fan, Arc::new(Ramp)))
    }
}

impl<T: Real> Kernel<T> for Spoilt {
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, _: Local<'_, T>) {
        let (w, b) = (&pass.theta[0], &pass.theta[1]);
        for (y, x) in y.data().chunks_mut(OUT).zip(pass.x[0].data().chunks(IN)) {
            for (o, y) in y.iter_mut().enumerate() {
                *y = b[o];
                (0..IN).for_each(|i| *y += w[o * IN + i] * x[i]);
            }
        }
    }

    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], _: Local<'_, T>) {
        let w = &pass.theta[0];
        for (dx, dy) in dx[0].data().chunks_mut(IN).zip(pass.dy.data().chunks(OUT)) {
            for (i, dx) in dx.iter_mut().enumerate() {
                *dx = T::ZERO;
                (0..OUT).for_each(|o| *dx += w[o * IN + i] * dy[o]);
            }
        }
    }

    fn backward_params(&self, pass: &BackPass<'_, T>, mut dtheta: ParamsMut<'_, T>, _: &mut [T]) {
        let wide = |x: &[T]| -> Vec<f64> { x.iter().map(|x| x.to_f64()).collect() };
        let (x, dy) = (wide(pass.x[0].data()), wide(pass.dy.data()));
        let (mut dw, mut db) = ([0.0; OUT * IN], [0.0; OUT]);
        for (x, dy) in x.chunks(IN).zip(dy.chunks(OUT)) {
            for o in 0..OUT {
                db[o] += dy[o];
                (0..IN).for_each(|i| dw[o * IN + i] += dy[o] * x[i]);
            }
        }
        (self.0)(&mut dw, &mut db, Sums { x: &x, dy: &dy });
        for (k, d) in [&dw[..], &db[..]].into_iter().enumerate() {
            let out = dtheta.get(k).expect("declared in `plan`");
            out.iter_mut().zip(d).for_each(|(out, d)| *out = T::from_f64(*d));
        }
    }
}

fn layer(spoil: fn(&mut [f64], &mut [f64], Sums<'_>)) -> Report {
    nn_check::Check::new().seed(3).layer(&Spoilt(spoil), [IN], M).unwrap()
}

#[track_caller]
fn expect(report: &Report, tensor: &str, hint: &Hint) {
    assert_eq!(report.verdict(), Verdict::Wrong, "{report}");
    assert!(report.hints().any(|(name, found)| name == tensor && found == hint), "{hint:?}\n{report}");
}

#[track_caller]
fn expect_key(report: &Report, tensor: &str, key: &str) {
    assert_eq!(report.verdict(), Verdict::Wrong, "{report}");
    assert!(report.hints().any(|(name, found)| name == tensor && found.key() == key), "{key}\n{report}");
}

#[test]
fn right_is_right() {
    layer(|_, _, _| ()).assert();
}

#[test]
fn factors() {
    let r = layer(|dw, _, _| dw.iter_mut().for_each(|d| *d = -*d));
    expect(&r, "W", &Hint::Sign);
    expect(&r, "W", &Hint::OneTensor);
    expect_key(&layer(|dw, _, _| dw.iter_mut().for_each(|d| *d *= 3.0)), "W", "ratio");
    expect_key(&layer(|_, db, _| db.iter_mut().for_each(|d| *d *= M as f64)), "b", "batch");
    expect_key(&layer(|_, db, _| db.iter_mut().for_each(|d| *d /= M as f64)), "b", "batch");
    expect(&layer(|dw, _, _| dw.fill(0.0)), "W", &Hint::Zero);
    expect(&layer(|dw, _, _| dw[3] = f64::NAN), "W", &Hint::NotFinite);
}

#[test]
fn orders() {
    let r = layer(|dw, _, _| {
        let right = dw.to_vec();
        (0..OUT).for_each(|o| (0..IN).for_each(|i| dw[i * OUT + o] = right[o * IN + i]));
    });
    expect(&r, "W", &Hint::Transposed);
    expect(&layer(|dw, _, _| dw.rotate_left(IN)), "W", &Hint::Permuted);
    expect(&layer(|dw, _, _| dw.chunks_mut(IN).for_each(|row| row.reverse())), "W", &Hint::Permuted);
    expect(&layer(|_, db, _| db.reverse()), "b", &Hint::Permuted);
}

#[test]
fn samples() {
    let r = layer(|dw, db, s| {
        for o in 0..OUT {
            db[o] -= s.dy[o];
            (0..IN).for_each(|i| dw[o * IN + i] -= s.dy[o] * s.x[i]);
        }
    });
    expect(&r, "W", &Hint::Sample(Missing::First));
    expect(&r, "b", &Hint::Sample(Missing::First));
    let r = layer(|_, db, s| (0..OUT).for_each(|o| db[o] -= s.dy[(M - 1) * OUT + o]));
    expect(&r, "b", &Hint::Sample(Missing::Last));
    // The last sample alone, as where `=` stands for `+=`.
    let r = layer(|_, db, s| (0..OUT).for_each(|o| db[o] = s.dy[(M - 1) * OUT + o]));
    expect(&r, "b", &Hint::Term);
    // The first sample twice.
    let r = layer(|_, db, s| (0..OUT).for_each(|o| db[o] += s.dy[o]));
    expect(&r, "b", &Hint::Term);
}

#[test]
fn places() {
    let r = layer(|dw, _, _| dw[4] *= 1.0001);
    expect(&r, "W", &Hint::Element(4));
    let r = layer(|dw, _, _| {
        dw[IN..].iter_mut().enumerate().for_each(|(i, d)| *d += 0.1 + 0.01 * (i * i) as f64)
    });
    expect(&r, "W", &Hint::Rows(1..OUT));
    let r = layer(|dw, _, _| (0..OUT).for_each(|o| dw[o * IN + 1] += [0.3, 0.2, -0.4][o]));
    assert!(!r.hints().any(|(_, hint)| matches!(hint, Hint::Rows(_))), "{r}");
}

#[test]
fn terms() {
    // A penalty that J does not have.
    let theta: Vec<f64> = (0..12).map(|i| (0.7 * i as f64).cos()).collect();
    let f = |t: &[f64]| t.iter().map(|t| t.sin()).sum::<f64>();
    let right: Vec<f64> = theta.iter().map(|t| t.cos()).collect();
    let with = |g: &dyn Fn(usize) -> f64| -> Vec<f64> { (0..12).map(|i| right[i] + g(i)).collect() };
    let report = check_gradient(f, &theta, &with(&|i| 0.02 * theta[i]));
    let penalty = report.hints().find(|(_, hint)| hint.key() == "penalty");
    assert!(matches!(penalty, Some((_, Hint::Penalty(c))) if (c - 0.02).abs() < 1e-6), "{report}");
    expect_key(&check_gradient(f, &theta, &with(&|_| 0.3)), "theta", "term");
    expect_key(&check_gradient(f, &theta, &with(&|i| 0.01 * theta[i].signum())), "theta", "term");
    // A bias too much in every row of dW.
    expect_key(&layer(|dw, _, _| (0..OUT * IN).for_each(|k| dw[k] += [0.5, 0.2, -0.7][k % IN])), "W", "term");
}

/// An error of 1e-6 makes the tensor wrong and no element, to each of which ten times as much is granted.
#[test]
fn small_errors_have_hints() {
    let theta: Vec<f64> = (0..12).map(|i| (0.7 * i as f64).cos()).collect();
    let f = |t: &[f64]| t.iter().map(|t| t.sin()).sum::<f64>();
    let right: Vec<f64> = theta.iter().map(|t| t.cos()).collect();
    let mut wrong = right.clone();
    wrong[7] *= 1.0 + 1.9e-6;
    let report = check_gradient(f, &theta, &wrong);
    assert!(report.tensors()[0].wrong == 0 && report.verdict() == Verdict::Wrong, "{report}");
    expect(&report, "theta", &Hint::Element(7));
    let scaled: Vec<f64> = right.iter().map(|d| d * (1.0 + 8e-7)).collect();
    let report = check_gradient(f, &theta, &scaled);
    expect_key(&report, "theta", "ratio");
    assert!(report.hints().all(|(_, hint)| !matches!(hint, Hint::Rows(_) | Hint::Element(_))), "{report}");
    assert!(report.to_string().contains("a = (1 + 8.00e-7) n"), "{report}");
}

/// The batch size of a model's mean is known.
#[test]
fn models() {
    let spoilt = Spoilt(|_, db, _| db.iter_mut().for_each(|d| *d *= M as f64));
    let model: Model<f32> = spoilt.init([IN], 1).unwrap();
    let x: Vec<f32> = (0..M * IN).map(|i| (i as f32).sin()).collect();
    let t = vec![0.3; M * OUT];
    let batch =
        Batch::new(Rows::new(&x, [IN]).unwrap(), Target::Values(Rows::new(&t, [OUT]).unwrap())).unwrap();
    let report = nn_check::model_with_loss(&model, &MeanSquaredError::new(), &batch).unwrap();
    expect_key(&report, "b", "batch");
    expect(&report, "b", &Hint::OneTensor);
}

/// Two spoilt tensors: neither is the only one. And hints say nothing of what is right.
#[test]
fn hints_are_for_what_is_wrong() {
    let r = layer(|dw, db, _| dw.iter_mut().chain(db).for_each(|d| *d *= 2.0));
    assert!(r.hints().all(|(name, hint)| name != "input" && *hint != Hint::OneTensor), "{r}");
    assert_eq!(layer(|_, _, _| ()).hints().count(), 0);
}
