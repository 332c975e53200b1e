//! Training as users do it: reproducible, checked before it begins, and stopped when it diverges.

use nn_core::{Context, Layer, Model};
use nn_data::{Batches, Dataset, Standardizer, Targets, Transform, datasets};
use nn_layers::{BatchNorm, Dense, Dropout, MeanSquaredError, Relu, Sequential, SoftmaxCrossEntropy};
use nn_optim::{Adam, Optimizer, Sgd};
use nn_train::{TrainError, Trainer, evaluate};
use tensor_ops::{Tensor, pool};

fn digits() -> (Dataset<f32>, Dataset<f32>) {
    let (train, test) = datasets::digits().split(0.75, 0).unwrap();
    let scale = Standardizer::fit(&train).unwrap();
    (scale.apply(train).unwrap().0, scale.apply(test).unwrap().0)
}

fn net() -> Sequential {
    Sequential::new()
        .push(Dense::new(64))
        .push(BatchNorm::new())
        .push(Relu)
        .push(Dropout::new(0.2).unwrap())
        .push(Dense::new(10))
}

fn wide() -> Sequential {
    Sequential::new().push(Dense::new(256)).push(Relu).push(net())
}

#[test]
fn equal_fingerprints_on_any_number_of_threads() {
    let (train, test) = digits();
    let fingerprint = |threads| {
        pool::set_threads(threads);
        let mut model: Model<f32> = wide().init([64], 1).unwrap();
        // Large enough for several pieces in products, layers and the optimizer.
        let mut trainer =
            Trainer::new(Adam::default(), SoftmaxCrossEntropy::new()).batch_size(512).epochs(2).seed(5);
        trainer.fit(&mut model, &train, &test).unwrap();
        model.fingerprint()
    };
    let one = fingerprint(1);
    for threads in [2, 3, 4] {
        assert_eq!(fingerprint(threads), one, "{threads} threads");
    }
}

#[test]
fn seeds_differ() {
    let (train, test) = digits();
    let fingerprint = |seed| {
        let mut model: Model<f32> = net().init([64], 1).unwrap();
        let mut trainer = Trainer::new(Adam::default(), SoftmaxCrossEntropy::new()).epochs(1).seed(seed);
        trainer.fit(&mut model, &train, &test).unwrap();
        model.fingerprint()
    };
    assert_ne!(fingerprint(0), fingerprint(1));
}

#[test]
fn a_line_is_fitted_and_the_history_tells() {
    let x: Vec<f64> = (0..64).map(|i| i as f64 / 32.0 - 1.0).collect();
    let y = x.iter().map(|x| 3.0 * x - 0.5).collect();
    let column = |values| Tensor::new([64, 1], values).unwrap();
    let set = Dataset::new(column(x), Targets::Values(column(y))).unwrap();
    let mut model: Model<f64> = Dense::new(1).init([1], 0).unwrap();
    let mut seen = 0;
    let history = Trainer::new(Sgd::new(0.2), MeanSquaredError::new())
        .batch_size(16)
        .epochs(60)
        .evaluate_train()
        .observe(|_: &nn_train::Epoch| seen += 1)
        .fit(&mut model, &set, &set)
        .unwrap();
    assert_eq!((seen, history.epochs.len()), (60, 60));
    let last = history.last().unwrap();
    assert!(last.validation.unwrap().loss < 1e-10 && last.running.accuracy.is_none(), "{last:?}");
    assert_eq!(evaluate(&model, &MeanSquaredError::new(), &set).unwrap(), last.train.unwrap());
    assert!((model.theta()[0] - 3.0).abs() < 1e-4 && (model.theta()[1] + 0.5).abs() < 1e-4);
}

#[test]
fn what_does_not_fit_is_refused_before_the_first_step() {
    let (train, test) = digits();
    let mut model: Model<f32> = net().init([64], 0).unwrap();
    let before = model.fingerprint();
    let loss = SoftmaxCrossEntropy::new;

    let error = Trainer::new(Adam::new(-1.0), loss()).fit(&mut model, &train, &test).unwrap_err();
    assert!(matches!(error, TrainError::Setting(_)), "{error}");
    let error =
        Trainer::new(Adam::default(), MeanSquaredError::new()).fit(&mut model, &train, &test).unwrap_err();
    assert!(matches!(error, TrainError::Loss { .. }), "{error}");
    let error =
        Trainer::new(Adam::default(), loss()).batch_size(0).fit(&mut model, &train, &test).unwrap_err();
    assert!(matches!(error, TrainError::Data(_)), "{error}");
    let error = Trainer::new(Adam::default(), loss())
        .schedule(|_| f64::NAN)
        .fit(&mut model, &train, &test)
        .unwrap_err();
    assert!(matches!(error, TrainError::Rate { .. }), "{error}");
    // 1347 = 2 · 673 + 1: a batch norm cannot be trained on the one sample that is left.
    let error =
        Trainer::new(Adam::default(), loss()).batch_size(2).fit(&mut model, &train, &test).unwrap_err();
    assert!(error.to_string().contains("layers.1 (BatchNorm)"), "{error}");
    let mut narrow: Model<f32> = Dense::new(3).init([64], 0).unwrap();
    let error = Trainer::new(Adam::default(), loss()).fit(&mut narrow, &train, &test).unwrap_err();
    assert!(error.to_string().contains("the outputs have 3 classes"), "{error}");
    assert_eq!(model.fingerprint(), before);
}

#[test]
fn a_diverging_training_stops_and_says_where() {
    let (train, test) = digits();
    let mut model: Model<f32> = net().init([64], 0).unwrap();
    let mut trainer = Trainer::new(Sgd::new(1e30), SoftmaxCrossEntropy::new());
    let error = trainer.fit(&mut model, &train, &test).unwrap_err();
    assert!(matches!(error, TrainError::Diverged { epoch: 0, .. }), "{error}");
    // The running statistics never saw the batch whose loss was not finite.
    assert!(model.state().iter().all(|x| x.is_finite()));
}

#[test]
fn a_last_step_that_diverges_is_seen() {
    let (train, test) = digits();
    let mut model: Model<f32> = Dense::new(10).init([64], 0).unwrap();
    let mut trainer = Trainer::new(Sgd::new(1e38), SoftmaxCrossEntropy::new()).batch_size(5000).epochs(1);
    let error = trainer.fit(&mut model, &train, &test).unwrap_err();
    assert!(matches!(error, TrainError::Diverged { step: 1, .. }), "{error}");
}

#[test]
fn a_step_allocates_nothing_from_the_second_on() {
    let (train, _) = digits();
    let mut model: Model<f32> = net().init([64], 1).unwrap();
    let (adam, loss) = (Adam::default(), SoftmaxCrossEntropy::new());
    let mut ws = model.workspace(64).unwrap();
    let mut state = adam.init(model.theta().len());
    let mut batches = Batches::mini(&train, 64, 0).unwrap();
    let mut steps = |first: u64| {
        for step in first..first + 3 {
            let selection = batches.next().unwrap();
            let batch = nn_train::as_batch(&selection, train.sample_shape()).unwrap();
            model.loss_and_gradient(&batch, &loss, &Context::training(0, step), &mut ws);
            nn_optim::clip_norm(ws.gradient_mut(), 1.0);
            adam.update(step, 0.001, &mut state, model.theta_mut(), ws.gradient());
        }
    };
    pool::in_place(|| steps(0));
    assert_eq!(nn_check::suite::count_allocations(|| steps(3)), 0);
}

/// A network that mixes samples in inference cannot be evaluated in chunks: 450 samples are 256 and 194.
#[test]
fn a_network_that_mixes_samples_is_evaluated_as_a_whole() {
    let (train, test) = digits();
    let net = Sequential::new().push(Dense::new(10)).push(BatchNorm::new().without_statistics());
    let model: Model<f32> = net.init([64], 0).unwrap();
    let all = model.predict(test.inputs()).unwrap();
    let mean = all.mean(0).unwrap();
    assert!(mean.as_slice().iter().all(|m| m.abs() < 1e-5), "normalised over all samples: {mean:?}");
    // 257 samples would leave one for a second chunk.
    assert!(model.predict(train.take(257).unwrap().inputs()).is_ok());
    assert!(model.predict(train.take(1).unwrap().inputs()).unwrap_err().to_string().contains("at least 2"));
}
