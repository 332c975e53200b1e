//! Models: in one line, in f64, from both sides.

use std::sync::{Arc, Mutex};

use nn_check::{Check, Hint, Progress, Verdict};
use nn_core::{
    BackPass, Batch, BindErrorKind, Context, Kernel, Layer, Local, Model, Op, Pass, Plan, Rows, RowsMut,
    Target,
};
use nn_layers::{
    BatchNorm, Dense, Dropout, Embedding, Flatten, MaxPool2d, Sequential, SoftmaxCrossEntropy, Tanh,
};
use tensor_ops::{Real, Shape};

/// y = 2x, which hands back dy, or dy twice.
#[derive(Debug, Clone)]
struct Twice {
    back: f64,
}

impl Op for Twice {
    fn name(&self) -> &'static str {
        "Twice"
    }
    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        Ok(Plan::new(inputs[0]))
    }
}

impl<T: Real> Kernel<T> for Twice {
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, _: Local<'_, T>) {
        for (y, x) in y.data().iter_mut().zip(pass.x[0].data()) {
            *y = *x + *x;
        }
    }
    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], _: Local<'_, T>) {
        for (dx, dy) in dx[0].data().iter_mut().zip(pass.dy.data()) {
            *dx = *dy * T::from_f64(self.back);
        }
    }
}

fn wave(n: usize) -> Vec<f32> {
    (0..n).map(|i| (1.7 * i as f32).sin()).collect()
}

#[test]
fn one_line_checks_input_and_parameters_of_an_f32_model_in_f64() {
    let net = Sequential::new().push(Dense::new(4)).push(BatchNorm::new()).push(Tanh).push(Dense::new(2));
    let model: Model<f32> = net.init([3], 0).unwrap();
    let x = wave(15);
    let batch = Batch::new(Rows::new(&x, [3]).unwrap(), Target::Classes(&[0, 1, 1, 0, 1])).unwrap();
    let (without, with) = (
        nn_check::model(&model, &batch).unwrap(),
        nn_check::model_with_loss(&model, &SoftmaxCrossEntropy::new(), &batch).unwrap(),
    );
    for report in [without, with] {
        report.assert();
        // In f32 differences leave three digits at best.
        assert!(report.distance() < 1e-8, "{report}");
        assert_eq!((report.tensors()[0].name.as_str(), report.tensors()[0].compared), ("input", 15));
        assert_eq!(report.tensors()[0].shape.as_slice(), [5, 3]);
        assert!(report.tensors().iter().any(|t| t.name == "3.bias"));
    }
}

/// The first layer has no parameters before it, so that only the input's gradient shows its mistake.
#[test]
fn a_mistake_in_the_first_dx_is_seen() {
    let check = |back: f64| {
        let model: Model<f32> =
            Sequential::new().push(Twice { back }).push(Dense::new(2)).init([3], 0).unwrap();
        let x = wave(12);
        let batch = Batch::new(Rows::new(&x, [3]).unwrap(), Target::None(4)).unwrap();
        [Check::new(), Check::new().without_input()].map(|check| check.model(&model, &batch).unwrap())
    };
    let [wrong, blind] = check(1.0);
    assert_eq!(wrong.verdict(), Verdict::Wrong);
    let (tensor, hint) = wrong.hints().next().unwrap();
    assert!(tensor == "input" && matches!(hint, Hint::Ratio(r) if (r - 0.5).abs() < 1e-6), "{wrong}");
    assert!(blind.passes() && blind.tensors()[0].name == "1.weight", "{blind}");
    assert!(check(2.0)[0].passes());
}

#[test]
fn indices_have_no_gradient() {
    let model: Model<f32> =
        Sequential::new().push(Embedding::new(5, 3)).push(Flatten).push(Dense::new(2)).init([2], 0).unwrap();
    let batch =
        Batch::new(Rows::new(&[0.0, 4.0, 2.0, 1.0, 3.0, 3.0], [2]).unwrap(), Target::None(3)).unwrap();
    let report = nn_check::model(&model, &batch).unwrap();
    report.assert();
    assert_eq!(report.tensors()[0].name, "0.weight", "{report}");
}

/// Equal pixels under a max-pool: every one of them lies on a kink.
#[test]
fn an_input_on_kinks_is_moved() {
    let net = Sequential::new().push(MaxPool2d::new([2, 2])).push(Flatten).push(Dense::new(2));
    let model: Model<f32> = net.init([1, 4, 4], 0).unwrap();
    let x = [0.5f32; 32];
    let batch = Batch::new(Rows::new(&x, [1, 4, 4]).unwrap(), Target::None(2)).unwrap();
    nn_check::model(&model, &batch).unwrap().assert();
}

#[test]
fn modes_and_masks_are_those_of_the_context() {
    let net = Sequential::new().push(Dropout::new(0.4).unwrap()).push(Dense::new(2));
    let model: Model<f32> = net.init([6], 0).unwrap();
    let x = wave(24);
    let batch = Batch::new(Rows::new(&x, [6]).unwrap(), Target::None(4)).unwrap();
    for context in [Context::training(7, 3), Context::inference()] {
        Check::new().context(context).model(&model, &batch).unwrap().assert();
    }
}

/// Whatever passes there are, `done` meets `total` once, at the end.
#[test]
fn progress_ends_where_the_check_does() {
    let seen: Arc<Mutex<Vec<Progress>>> = Arc::default();
    let notes = seen.clone();
    let check = Check::new().progress(move |p| notes.lock().unwrap().push(p)).sample(20).directions(2);
    let ends_once = |at_least: usize| {
        let notes = std::mem::take(&mut *seen.lock().unwrap());
        let (last, before) = notes.split_last().unwrap();
        assert_eq!(last.done, last.total);
        assert!(before.iter().all(|p| p.done < p.total), "{before:?}");
        assert!(last.done >= at_least, "{last:?}");
    };
    // A wrong element: directions, halving, a closer look, and hints come after the sample.
    let f = |t: &[f64]| t.iter().map(|t| t.sin()).sum::<f64>();
    let theta: Vec<f64> = (0..3000).map(f64::from).collect();
    let mut gradient: Vec<f64> = theta.iter().map(|t| t.cos()).collect();
    gradient[777] += 0.1;
    let report = check.gradient(f, &theta, &gradient);
    assert_eq!(report.verdict(), Verdict::Wrong);
    ends_once(3000);

    let model: Model<f32> = Sequential::new().push(Dense::new(40)).push(Dense::new(2)).init([30], 0).unwrap();
    let x = wave(60);
    let batch = Batch::new(Rows::new(&x, [30]).unwrap(), Target::None(2)).unwrap();
    check.model(&model, &batch).unwrap().assert();
    ends_once(40);

    let jacobian: Vec<f64> = (0..100).flat_map(|i| [f64::from(i).cos(), 1.0]).collect();
    let jacobian: Vec<f64> = (0..200).map(|k| jacobian[k % 100 * 2 + k / 100]).collect();
    let x: Vec<f64> = (0..100).map(f64::from).collect();
    check.jacobian(|x| vec![x.iter().map(|x| x.sin()).sum(), x.iter().sum()], &x, &jacobian).assert();
    ends_once(22);
}
