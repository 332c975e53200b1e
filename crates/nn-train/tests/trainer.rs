//! The settings of the loop, each against what it stands for.

use std::time::Duration;

use nn_core::{Layer, Model};
use nn_data::{Dataset, Standardizer, Targets, Train, Transform, datasets};
use nn_layers::{Dense, Dropout, MeanSquaredError, Relu, Sequential, SoftmaxCrossEntropy};
use nn_optim::{Adam, Guard, NonFinitePolicy, ReduceOnPlateau, Sgd};
use nn_train::{
    Divergence, EarlyStopping, End, Epoch, Flow, Metric, Now, Observer, TrainError, Trainer, Validation,
    evaluate,
};
use tensor_ops::Tensor;

fn digits() -> (Dataset<f32>, Dataset<f32>) {
    let (train, test) = datasets::digits().split(0.75, 0).unwrap();
    let scale = Standardizer::fit(&train).unwrap();
    (scale.apply(train).unwrap().0, scale.apply(test).unwrap().0)
}

fn model() -> Model<f64> {
    Sequential::new().push(Dense::new(6)).push(Relu).push(Dense::new(3)).init([4], 1).unwrap()
}

fn iris() -> Dataset<f64> {
    let set = Train(datasets::iris());
    Standardizer::fit(&set).unwrap().apply(set).unwrap().0
}

type Settings<'a> = Trainer<'a, Sgd, SoftmaxCrossEntropy, f64>;

fn sgd<'a>() -> Settings<'a> {
    Trainer::new(Sgd::new(0.1), SoftmaxCrossEntropy::new()).epochs(3)
}

fn trained(mut trainer: Settings<'_>) -> Model<f64> {
    let mut model = model();
    trainer.fit(&mut model, &iris(), None).unwrap();
    model
}

fn distance(a: &Model<f64>, b: &Model<f64>) -> f64 {
    a.theta().iter().zip(b.theta()).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

#[test]
fn accumulated_batches_are_one_large_batch() {
    // 150 samples: two batches of 75 make one of 150, where the order does not matter.
    let (large, small) = (trained(sgd().batch_size(150)), trained(sgd().batch_size(75).accumulate(2)));
    assert!(distance(&large, &small) < 1e-12, "{}", distance(&large, &small));
    // An odd number is carried over to the next epoch: 3 epochs of 3 batches are 4 updates and one batch.
    let mut model = model();
    let rates = std::sync::Mutex::new(Vec::new());
    let schedule = |update: u64| {
        rates.lock().unwrap().push(update);
        0.1
    };
    sgd().batch_size(50).accumulate(2).schedule(schedule).fit(&mut model, &iris(), None).unwrap();
    assert_eq!(rates.into_inner().unwrap(), [0, 0, 0, 1, 1, 2, 2, 3, 3, 4], "the first is the check");
}

#[test]
fn penalties_pull_weights_and_no_biases() {
    let zero = |l: Settings<'_>| {
        let mut model = model();
        model.theta_mut().fill(0.5);
        // A gradient that is clipped to nothing leaves the penalty... so it is the other way round: rate and one step.
        l.batch_size(150).steps(1).fit(&mut model, &iris(), None).unwrap();
        model
    };
    let (plain, l2, l1) = (zero(sgd()), zero(sgd().l2(0.25)), zero(sgd().l1(0.3)));
    for entry in plain.network().theta_layout().entries() {
        for i in entry.range() {
            let weight = f64::from(u8::from(entry.shape.rank() == 2));
            assert!((plain.theta()[i] - l2.theta()[i] - weight * 0.1 * 2.0 * 0.25 * 0.5).abs() < 1e-12);
            assert!((plain.theta()[i] - l1.theta()[i] - weight * 0.1 * 0.3).abs() < 1e-12);
        }
    }
}

#[test]
fn clipping_bounds_what_moves() {
    let moved = |trainer: Settings<'_>| {
        let (before, after) = (model(), trained(trainer.steps(1)));
        let moves: Vec<f64> = before.theta().iter().zip(after.theta()).map(|(a, b)| (a - b).abs()).collect();
        let norm = moves.iter().map(|m| m * m).sum::<f64>().sqrt();
        (moves.into_iter().fold(0.0, f64::max), norm)
    };
    let (largest, norm) = moved(sgd());
    assert!(largest > 1e-3 && norm > 1e-2);
    assert!((moved(sgd().clip_norm(1e-3)).1 - 1e-4).abs() < 1e-9);
    assert!((moved(sgd().clip_value(1e-3)).0 - 1e-4).abs() < 1e-12);
}

#[test]
fn steps_may_end_in_the_middle_of_an_epoch() {
    let mut model = model();
    let history = sgd().batch_size(50).steps(7).fit(&mut model, &iris(), &iris()).unwrap();
    assert_eq!(history.epochs.iter().map(|e| e.samples).collect::<Vec<_>>(), [150, 150, 50]);
    assert_eq!((history.last().unwrap().steps, history.end), (7, End::Finished));
    assert_eq!(history.steps[0].step, 0);
}

#[test]
fn the_average_is_what_is_evaluated_and_returned() {
    let (set, loss) = (iris(), SoftmaxCrossEntropy::new());
    let mut averaged = model();
    let history = sgd().average_weights(0.9).fit(&mut averaged, &set, &set).unwrap();
    assert_eq!(history.validation().unwrap(), evaluate(&averaged, &loss, &set).unwrap());
    // The mean by hand.
    let (mut sum, mut weight, mut raw) = (vec![0.0; averaged.theta().len()], 0.0, model());
    struct Each<'s>(&'s mut Vec<f64>, &'s mut f64);
    impl Observer<f64> for Each<'_> {
        fn step(&mut self, now: &Now<'_, f64>) -> Flow {
            self.0.iter_mut().zip(now.model.theta()).for_each(|(s, x)| *s = 0.9 * *s + 0.1 * x);
            *self.1 = 0.9 * *self.1 + 0.1;
            Flow::Continue
        }
    }
    sgd().observe(Each(&mut sum, &mut weight)).fit(&mut raw, &set, None).unwrap();
    let by_hand = sum.iter().map(|s| s / weight);
    assert!(by_hand.zip(averaged.theta()).all(|(a, b)| (a - b).abs() < 1e-12));
    assert_ne!(raw.theta(), averaged.theta());
}

#[test]
fn the_best_epoch_comes_back() {
    let (train, test) = digits();
    let net = Sequential::new().push(Dense::new(64)).push(Relu).push(Dense::new(10));
    let mut model: Model<f32> = net.init([64], 0).unwrap();
    let loss = SoftmaxCrossEntropy::new();
    let mut trainer = Trainer::new(Adam::new(0.01), loss.clone())
        .epochs(200)
        .metric(Metric::f1())
        .early_stopping(EarlyStopping::new(4).maximize("F1"));
    let history = trainer.fit(&mut model, &train, &test).unwrap();
    assert_eq!(history.end, End::EarlyStopping);
    let best = history.best_epoch.unwrap() as usize;
    assert_eq!(history.epochs.len(), best + 5);
    let scores: Vec<f64> = history.epochs.iter().map(|e| e.metric("F1").unwrap()).collect();
    assert!(scores.iter().all(|s| *s <= scores[best]));
    assert_eq!(history.epochs[best].validation, Some(evaluate(&model, &loss, &test).unwrap()));
    let error = Trainer::new(Adam::default(), loss)
        .early_stopping(EarlyStopping::new(4).maximize("F2"))
        .fit(&mut model, &train, &test)
        .unwrap_err();
    assert!(error.to_string().contains("\"F2\""), "{error}");
}

#[test]
fn what_the_batches_came_to_is_counted_right() {
    // With a rate of 0, no dropout and one batch, running figures are those of an evaluation.
    let (set, loss) = (iris(), SoftmaxCrossEntropy::new());
    let mut model = model();
    let mut trainer = Trainer::new(Sgd::new(0.0), loss.clone()).batch_size(40).epochs(1);
    let history = trainer.fit(&mut model, &set, None).unwrap();
    let (running, evaluated) = (history.last().unwrap().running, evaluate(&model, &loss, &set).unwrap());
    assert_eq!(running.accuracy, evaluated.accuracy);
    assert!((running.loss - evaluated.loss).abs() < 1e-12);
}

#[test]
fn time_and_split_and_plateaus() {
    let (train, _) = digits();
    let mut model: Model<f32> = Dense::new(10).init([64], 0).unwrap();
    let mut trainer = Trainer::new(Adam::default(), SoftmaxCrossEntropy::new())
        .epochs(u64::MAX)
        .time_budget(Duration::from_millis(50));
    let history = trainer.fit(&mut model, &train, Validation::Split(0.5)).unwrap();
    assert_eq!(history.end, End::TimeBudget);
    let plateau = ReduceOnPlateau::new(1e-9).unwrap().patience(0).factor(0.5).unwrap();
    let history = Trainer::new(Sgd::new(1.0), SoftmaxCrossEntropy::new())
        .epochs(4)
        .reduce_on_plateau(plateau)
        .fit(&mut model, &train, Validation::Split(0.5))
        .unwrap();
    assert_eq!(history.epochs[0].rate, 1e-9);
    let error = trainer.fit(&mut model, &train, Validation::Split(1.5)).unwrap_err();
    assert!(matches!(error, TrainError::Data(_)), "{error}");
}

struct Panics;
impl Observer<f64> for Panics {
    fn step(&mut self, now: &Now<'_, f64>) -> Flow {
        assert!(now.step.number < 4, "I have seen enough");
        Flow::Continue
    }
}

#[test]
fn an_observer_that_panics_loses_no_model() {
    let mut model = model();
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let error = sgd().observe(Panics).fit(&mut model, &iris(), None).unwrap_err();
    std::panic::set_hook(hook);
    let TrainError::Observer { step: 5, message } = error else { panic!("{error}") };
    assert_eq!(message, "I have seen enough");
    assert_eq!(model.fingerprint(), trained(sgd().steps(5)).fingerprint());
}

#[test]
fn settings_that_cannot_be_are_refused() {
    let refuse = |trainer: Settings<'_>| {
        let mut trainer = trainer;
        let before = model();
        let mut model = model();
        let error = trainer.fit(&mut model, &iris(), None).unwrap_err();
        assert_eq!(model.fingerprint(), before.fingerprint());
        error.to_string()
    };
    assert!(refuse(sgd().clip_norm(-1.0)).contains("clip_norm = -1"));
    assert!(refuse(sgd().clip_value(f64::NAN)).contains("clip_value"));
    assert!(refuse(sgd().l2(-1.0)).contains("l2 = -1"));
    assert!(refuse(sgd().accumulate(0)).contains("accumulate = 0"));
    assert!(refuse(sgd().average_weights(1.0)).contains("beta = 1"));
    assert!(refuse(sgd().early_stopping(EarlyStopping::new(1))).contains("without a validation set"));
    assert!(refuse(sgd().metric(Metric::f1())).contains("without a validation set"));
    assert!(refuse(sgd().on_divergence(Divergence::GoBack { factor: 2.0, most: 1 })).contains("factor = 2"));
    let plateau = ReduceOnPlateau::new(0.1).unwrap();
    assert!(refuse(sgd().schedule(|_| 0.1).reduce_on_plateau(plateau)).contains("both give the rate"));
}

/// Squares that grow: the gradient overflows before the loss does, at a rate that is far too large.
fn steep() -> Dataset<f32> {
    let x: Vec<f32> = (0..32).map(|i| i as f32 * 100.0).collect();
    let t = x.iter().map(|x| 3.0 * x).collect();
    let column = |values| Tensor::new([32, 1], values).unwrap();
    Dataset::new(column(x), Targets::Values(column(t))).unwrap()
}

#[test]
fn a_training_that_diverges_goes_back_with_a_smaller_rate() {
    let set = steep();
    let fit = |divergence| {
        let mut model: Model<f32> = Dense::new(1).init([1], 0).unwrap();
        let history = Trainer::new(Sgd::new(1e-3), MeanSquaredError::new())
            .batch_size(8)
            .epochs(20)
            .on_divergence(divergence)
            .fit(&mut model, &set, &set);
        (history, model)
    };
    let (stopped, model) = fit(Divergence::Stop);
    assert!(matches!(stopped, Err(TrainError::Diverged { .. })));
    assert!(model.theta().iter().all(|x| x.is_finite()));
    let (history, _) = fit(Divergence::GoBack { factor: 1e-2, most: 3 });
    let history = history.unwrap();
    assert_eq!(history.retreats.len(), 2, "{:?}", history.retreats);
    assert_eq!(history.retreats[1].to, 0, "an epoch whose loss grows is no good one");
    assert!(history.last().unwrap().rate == 1e-3 * history.retreats[1].factor);
    assert!(history.validation().unwrap().loss < 10.0, "{:?}", history.validation());
    assert!(matches!(fit(Divergence::GoBack { factor: 0.9, most: 2 }).0, Err(TrainError::Diverged { .. })));
}

/// Samples (x, t): a good one, and one whose loss is 1e38 and whose gradient is more than an f32 can hold.
const GOOD: (f32, f32) = (0.0, 1.0);
const OVERFLOWS: (f32, f32) = (1e20, 0.0);

fn line(samples: &[(f32, f32)]) -> Dataset<f32> {
    let column = |values: Vec<f32>| Tensor::new([samples.len(), 1], values).unwrap();
    let (x, t) = samples.iter().copied().unzip();
    Dataset::new(column(x), Targets::Values(column(t))).unwrap()
}

/// θ after some epochs of one sample a batch.
fn guarded(
    samples: &[(f32, f32)],
    policy: NonFinitePolicy,
    set: impl Fn(Trainer<'static, Adam, MeanSquaredError, f32>) -> Trainer<'static, Adam, MeanSquaredError, f32>,
) -> (Vec<f32>, Result<u64, TrainError>) {
    let mut model: Model<f32> = Dense::new(1).init([1], 0).unwrap();
    model.theta_mut().copy_from_slice(&[0.1, 0.0]);
    let trainer = Trainer::new(Adam::new(0.01), MeanSquaredError::new()).batch_size(1).epochs(7);
    let history = set(trainer.guard(Guard::new(policy))).fit(&mut model, &line(samples), None);
    (model.theta().to_vec(), history.map(|history| history.epochs.len() as u64))
}

#[test]
fn a_guard_tells_of_gradients_that_are_not_finite() {
    let (theta, result) = guarded(&[OVERFLOWS], NonFinitePolicy::Error, |trainer| trainer);
    assert!(matches!(result, Err(TrainError::NonFinite(_))), "{result:?}");
    assert_eq!(theta, [0.1, 0.0]);
}

/// A batch that is skipped leaves nothing behind: neither the moments and their correction, nor the average, nor a sum of batches know of it.
#[test]
fn what_a_guard_skips_is_no_update() {
    let plain = |trainer| trainer;
    let skip = NonFinitePolicy::Skip;
    let (want, _) = guarded(&[GOOD], skip, plain);
    assert_eq!(guarded(&[GOOD, OVERFLOWS], skip, plain).0, want);
    let accumulated = guarded(&[GOOD, OVERFLOWS], skip, |trainer| trainer.accumulate(2));
    assert_eq!(accumulated.0, want);
    let averaged = |trainer: Trainer<'static, _, _, _>| trainer.average_weights(0.9);
    assert_eq!(guarded(&[GOOD, OVERFLOWS], skip, averaged).0, guarded(&[GOOD], skip, averaged).0);
    assert_eq!(guarded(&[OVERFLOWS], skip, averaged).0, [0.1, 0.0]);
}

#[test]
fn closures_and_dropout_and_everything_on() {
    let (train, test) = digits();
    let net = Sequential::new()
        .push(Dense::new(32))
        .push(Relu)
        .push(Dropout::new(0.2).unwrap())
        .push(Dense::new(10));
    let mut model: Model<f32> = net.init([64], 0).unwrap();
    let mut lines = Vec::new();
    let history = Trainer::new(Adam::new(0.005), SoftmaxCrossEntropy::new())
        .epochs(6)
        .clip_norm(1.0)
        .l2(1e-4)
        .average_weights(0.98)
        .metric(Metric::top_k(3))
        .observe(|epoch: &Epoch| lines.push(epoch.number))
        .fit(&mut model, &train, &test)
        .unwrap();
    assert_eq!(lines, [0, 1, 2, 3, 4, 5]);
    assert!(history.accuracy().unwrap() > 0.95, "{:?}", history.last());
    assert!(history.last().unwrap().metric("top 3").unwrap() > history.accuracy().unwrap());
}
