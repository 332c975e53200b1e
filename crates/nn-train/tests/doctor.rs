//! Each rule of the doctor has a network that triggers it, and the healthy one, which must not.

use nn_core::{Layer, Model};
use nn_data::{Dataset, Standardizer, Targets, Transform, datasets};
use nn_layers::init::{Constant, Normal};
use nn_layers::{Dense, MeanSquaredError, Relu, Sequential, Sigmoid, SoftmaxCrossEntropy, Tanh};
use nn_optim::{Adam, Optimizer, Sgd};
use nn_train::{Doctor, Finding, History, Rule, TrainError, Trainer, overfits};
use tensor_ops::Tensor;
use tensor_ops::random::Stream;

fn digits() -> (Dataset<f32>, Dataset<f32>) {
    let (train, test) = datasets::digits().split(0.75, 0).unwrap();
    let scale = Standardizer::fit(&train).unwrap();
    (scale.apply(train).unwrap().0, scale.apply(test).unwrap().0)
}

fn history(
    net: Sequential,
    optimizer: impl Optimizer<f32>,
    epochs: u64,
    (train, test): &(Dataset<f32>, Dataset<f32>),
) -> History {
    let mut model: Model<f32> = net.init(train.sample_shape(), 0).unwrap();
    let doctor = Doctor::new().every(5).look_at_plateaus(SoftmaxCrossEntropy::new());
    let mut trainer = Trainer::new(optimizer, SoftmaxCrossEntropy::new()).epochs(epochs).doctor(doctor);
    trainer.fit(&mut model, train, test).unwrap()
}

fn find(history: &History, rule: Rule) -> Option<&Finding> {
    history.findings.iter().find(|found| found.rule == rule)
}

#[track_caller]
fn assert_found(history: &History, rule: Rule, text: &str) {
    let found = find(history, rule).unwrap_or_else(|| panic!("{rule:?} not among {:?}", history.findings));
    assert!(found.to_string().contains(text), "{found}");
    assert!(found.to_string().contains("Likely cause: ") && found.to_string().contains("What helps: "));
}

/// Networks that are as they should be, shallow and deep: no rule finds anything.
#[test]
fn healthy_networks_have_no_findings() {
    let sets = digits();
    let plain = || Sequential::new().push(Dense::new(64)).push(Relu).push(Dense::new(10));
    for (name, net, rate) in [
        ("plain", plain(), 1e-3),
        ("fast", plain(), 5e-3),
        (
            "tanh",
            Sequential::new()
                .push(Dense::new(32))
                .push(Tanh)
                .push(Dense::new(32))
                .push(Tanh)
                .push(Dense::new(10)),
            1e-3,
        ),
    ] {
        let history = history(net, Adam::new(rate), 12, &sets);
        assert!(history.findings.is_empty(), "{name}: {:?}", history.findings);
        assert!(history.accuracy().unwrap() > 0.9, "{name}");
        assert!(history.layers.len() > 40 && history.layers[0].tensors.len() >= 4);
    }
    let mut deep = Sequential::new();
    for _ in 0..8 {
        deep = deep.push(Dense::new(64)).push(Relu);
    }
    let history = history(deep.push(Dense::new(10)), Adam::new(1e-3), 5, &sets);
    assert!(history.findings.is_empty(), "deep: {:?}", history.findings);
}

#[test]
fn gradients_over_depth() {
    let sets = digits();
    let mut deep = Sequential::new();
    for _ in 0..10 {
        deep = deep.push(Dense::new(32)).push(Sigmoid);
    }
    let h = history(deep.push(Dense::new(10)), Sgd::new(0.1), 1, &sets);
    assert_found(&h, Rule::VanishingGradients, "times smaller than that of 20.weight");
    let mut deep = Sequential::new();
    for _ in 0..8 {
        deep = deep.push(Dense::new(32).init_weight(Normal::new(0.0, 1.0))).push(Relu);
    }
    let h = history(deep.push(Dense::new(10)), Sgd::new(1e-12), 1, &sets);
    assert_found(&h, Rule::ExplodingGradients, "has the norm");
}

#[test]
fn dead_and_saturated_units() {
    let sets = digits();
    let dead =
        Sequential::new().push(Dense::new(64).init_bias(Constant(-60.0))).push(Relu).push(Dense::new(10));
    assert_found(&history(dead, Adam::default(), 1, &sets), Rule::DeadUnits, "1 (Relu)");
    for (name, net) in [
        ("Tanh", Sequential::new().push(Dense::new(32).init_weight(Normal::new(0.0, 3.0))).push(Tanh)),
        ("Sigmoid", Sequential::new().push(Dense::new(32).init_weight(Normal::new(0.0, 6.0))).push(Sigmoid)),
    ] {
        let h = history(net.push(Dense::new(10)), Adam::new(1e-4), 1, &sets);
        assert_found(&h, Rule::SaturatedUnits, name);
    }
}

#[test]
fn steps_that_do_not_fit() {
    let sets = digits();
    let net = || Sequential::new().push(Dense::new(32)).push(Relu).push(Dense::new(10));
    assert_found(&history(net(), Adam::new(1.0), 1, &sets), Rule::UpdateRatio, "a step changes");
    let slow = history(net(), Sgd::new(1e-9), 4, &sets);
    assert_found(&slow, Rule::UpdateRatio, "0.weight");
    assert_found(&slow, Rule::LossStuck, "after 3 epochs");
}

#[test]
fn the_first_loss_and_the_inputs() {
    let sets = digits();
    let net = Sequential::new().push(Dense::new(10).init_weight(Normal::new(0.0, 2.0)));
    assert_found(&history(net, Sgd::new(1e-3), 1, &sets), Rule::FirstLoss, "ln 10 = 2.303");
    let (train, test) = datasets::digits().split(0.75, 0).unwrap(); // pixels from 0 to 16
    let net = || Sequential::new().push(Dense::new(16)).push(Relu).push(Dense::new(10));
    assert_found(
        &history(net(), Adam::default(), 1, &(train.0, test.0)),
        Rule::InputsNotNormalised,
        "root mean square",
    );
    let (wine, rest) = datasets::wine().split(0.75, 0).unwrap();
    let net = Sequential::new().push(Dense::new(3));
    assert!(find(&history(net, Sgd::new(1e-9), 1, &(wine.0, rest.0)), Rule::InputsNotNormalised).is_some());
}

#[test]
fn what_is_not_finite_is_placed() {
    let x: Vec<f32> = (0..32).map(|i| i as f32).collect();
    let t = x.iter().map(|x| 3.0 * x).collect();
    let column = |values| Tensor::new([32, 1], values).unwrap();
    let set = Dataset::new(column(x), Targets::Values(column(t))).unwrap();
    let net = Sequential::new().push(Dense::new(4)).push(Tanh).push(Dense::new(1));
    let mut model: Model<f32> = net.init([1], 0).unwrap();
    model.parameter_mut("2.weight").unwrap()[1] = f32::MAX;
    model.parameter_mut("2.weight").unwrap()[2] = f32::MAX;
    model.parameter_mut("0.weight").unwrap().fill(1.0);
    let fit = |model: &mut Model<f32>| {
        let mut trainer = Trainer::new(Sgd::new(0.1), MeanSquaredError::new()).doctor(Doctor::new());
        trainer.fit(model, &set, None).unwrap_err()
    };
    let TrainError::Diverged { step: 0, place, .. } = fit(&mut model) else { panic!() };
    assert!(place.starts_with("layer 2 (Dense) is the first with an output that is inf"), "{place}");
    model.parameter_mut("0.bias").unwrap()[0] = f32::NAN;
    let TrainError::Diverged { place, .. } = fit(&mut model) else { panic!() };
    assert_eq!(place, "0.bias holds NaN: the step before has put it there");
    model.parameter_mut("0.bias").unwrap()[0] = 0.0;
    model.parameter_mut("2.weight").unwrap().fill(1e30);
    let TrainError::Diverged { place, .. } = fit(&mut model) else { panic!() };
    assert!(
        place.starts_with("all layers are finite, so it arises in the loss, MeanSquaredError"),
        "{place}"
    );
}

#[test]
fn a_plateau_is_told_from_what_learns() {
    // All weights of a layer equal: its units stay copies of one another, on a saddle.
    let sets = digits();
    let same = || Constant(0.02);
    let net = Sequential::new()
        .push(Dense::new(16).init_weight(same()))
        .push(Tanh)
        .push(Dense::new(10).init_weight(same()));
    let h = history(net, Adam::new(0.02), 120, &sets);
    assert_found(&h, Rule::Plateau, "five epochs ago");
    assert!(find(&h, Rule::Plateau).unwrap().what.contains("; θ is "), "{:?}", h.findings);
}

/// Labels in another order than their samples.
fn shuffled(set: &Dataset<f32>) -> Dataset<f32> {
    let Targets::Classes { labels, classes } = set.targets() else { unreachable!() };
    let mut labels = labels.clone();
    Stream::new(3, 0, 0).shuffle(&mut labels);
    Dataset::new(set.inputs().clone(), Targets::Classes { labels, classes: *classes }).unwrap()
}

#[test]
fn overfitting_and_labels_that_are_shuffled() {
    let (train, test) = digits();
    let wide = || Sequential::new().push(Dense::new(256)).push(Relu).push(Dense::new(10));
    let few = (shuffled(&train.take(400).unwrap()), test.clone());
    let h = history(wide(), Adam::new(3e-3), 40, &few);
    assert_found(&h, Rule::ShuffledLabels, "where guessing gives");
    assert_found(&h, Rule::Overfitting, "the validation loss has risen");
}

#[test]
fn a_class_that_is_never_predicted() {
    // Features that say nothing about a rare class.
    let n = 600;
    let labels: Vec<usize> = (0..n).map(|i| if i % 30 == 0 { 2 } else { i % 2 }).collect();
    let mut x = vec![0.0f32; 2 * n];
    Stream::new(1, 0, 0).normal(0, 0.0, 1.0, &mut x);
    for (i, row) in x.chunks_exact_mut(2).enumerate() {
        row[0] += if i % 2 == 0 { 2.0 } else { -2.0 };
    }
    let inputs = Tensor::new([n, 2], x).unwrap();
    let set = Dataset::new(inputs, Targets::Classes { labels, classes: 3 }).unwrap();
    let h = history(Sequential::new().push(Dense::new(3)), Adam::new(0.02), 25, &(set.clone(), set));
    assert_found(&h, Rule::ClassNeverPredicted, "class 2 has 20 of 600 samples");
}

#[test]
fn what_cannot_overfit_is_told() {
    let (train, _) = digits();
    let loss = SoftmaxCrossEntropy::new();
    let net = Sequential::new().push(Dense::new(64)).push(Relu).push(Dense::new(10));
    let model: Model<f32> = net.init([64], 0).unwrap();
    let before = model.fingerprint();
    assert!(overfits(&model, &loss, &train, 20).unwrap().succeeds());
    assert_eq!(model.fingerprint(), before);
    // Everything goes through one unit that is dead.
    let narrow =
        Sequential::new().push(Dense::new(1).init_bias(Constant(-1e4))).push(Relu).push(Dense::new(10));
    let model: Model<f32> = narrow.init([64], 0).unwrap();
    let answer = overfits(&model, &loss, &train, 20).unwrap();
    assert!(!answer.succeeds() && answer.to_string().contains("cannot overfit 20 samples"), "{answer}");
}

#[test]
fn the_doctor_changes_no_bits() {
    let (train, test) = digits();
    let fit = |doctor: Option<Doctor>| {
        let net = Sequential::new().push(Dense::new(32)).push(Relu).push(Dense::new(10));
        let mut model: Model<f32> = net.init([64], 0).unwrap();
        let mut trainer = Trainer::new(Adam::default(), SoftmaxCrossEntropy::new()).epochs(2);
        if let Some(doctor) = doctor {
            trainer = trainer.doctor(doctor);
        }
        trainer.fit(&mut model, &train, &test).unwrap();
        model.fingerprint()
    };
    assert_eq!(fit(None), fit(Some(Doctor::new().every(1))));
}
