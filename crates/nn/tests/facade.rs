//! What users of the facade do, end to end.

use nn::core::LoadError;
use nn::layers::Padding;
use nn::prelude::*;
use nn::tensor::file::TensorFile;
use nn::train::as_batch;

fn digits() -> (Dataset<f32>, Dataset<f32>) {
    let (train, test) = datasets::digits().split(0.75, 0).unwrap();
    let scale = Standardizer::fit(&train).unwrap();
    (scale.apply(train).unwrap(), scale.apply(test).unwrap())
}

/// The hardest five in one network: images, observed state, randomness, nesting with an input used twice, features.
fn everything() -> Sequential {
    let body = Sequential::new()
        .push(Conv2d::new(3, [3, 3]).padding(Padding::Same))
        .push(BatchNorm::new())
        .push(Tanh);
    Sequential::new()
        .push(Conv2d::new(3, [2, 2]))
        .push(Residual::new(body))
        .push(Flatten)
        .push(Dropout::new(0.3).unwrap())
        .push(Dense::new(4))
}

fn images(n: usize) -> (Vec<f32>, Vec<usize>) {
    let pixels = (0..n * 25).map(|i| ((i * 7919) % 101) as f32 / 50.0 - 1.0).collect();
    (pixels, (0..n).map(|i| i % 4).collect())
}

#[test]
fn a_model_of_everything_is_checked_in_f64() {
    let mut model: Model<f32> = everything().init([1, 5, 5], 3).unwrap();
    let (x, labels) = images(6);
    let batch = Batch::new(Rows::new(&x, [1, 5, 5]).unwrap(), Target::Classes(&labels)).unwrap();
    let loss = SoftmaxCrossEntropy::new();
    let report = nn::check::model(&model, &batch).unwrap();
    report.assert();
    assert!(report.distance() < 1e-8, "in f32 it would be 1e-4 at best: {report}");
    nn::check::model_with_loss(&model, &loss, &batch).unwrap().assert();
    // And once more where training has left it.
    nn::check::suite::descend(&mut model, &batch, &loss, 0.1, 20);
    nn::check::model(&model, &batch).unwrap().assert();
    nn::check::model_with_loss(&model, &loss, &batch).unwrap().assert();
}

#[test]
fn a_hand_written_loop_has_the_bits_of_the_trainer() {
    let (train, test) = digits();
    let net = Sequential::new().push(Dense::new(16)).push(Relu).push(Dense::new(10));
    let (adam, loss) = (Adam::default(), SoftmaxCrossEntropy::new());

    let mut model: Model<f32> = net.init([64], 0).unwrap();
    let mut ws = model.workspace(64).unwrap();
    let mut state = adam.init(model.theta().len());
    let mut batches = Batches::mini(&train, 64, 5).unwrap();
    let mut step = 0;
    for epoch in 0..2 {
        batches.enter(epoch, 0);
        while let Some(selection) = batches.next() {
            let batch = as_batch(&selection, train.sample_shape()).unwrap();
            model.loss_and_gradient(&batch, &loss, &Context::training(5, step), &mut ws);
            adam.update(step, 0.001, &mut state, model.theta_mut(), ws.gradient());
            step += 1;
        }
    }

    let mut trained: Model<f32> = net.init([64], 0).unwrap();
    Trainer::new(adam, loss).epochs(2).seed(5).fit(&mut trained, &train, &test).unwrap();
    assert_eq!(model.fingerprint(), trained.fingerprint());
}

#[test]
fn a_saved_model_comes_back_to_the_bit_and_a_broken_file_does_not() {
    let mut model: Model<f32> = everything().init([1, 5, 5], 3).unwrap();
    let (x, labels) = images(8);
    let batch = Batch::new(Rows::new(&x, [1, 5, 5]).unwrap(), Target::Classes(&labels)).unwrap();
    nn::check::suite::descend(&mut model, &batch, &SoftmaxCrossEntropy::new(), 0.1, 3);
    assert_ne!(model.parameter("1.body.1.running_mean").unwrap().1, [0.0; 3], "the state has moved");

    let bytes = model.to_file().to_bytes().unwrap();
    let load = |bytes: &[u8]| Model::<f32>::from_file(&everything(), &TensorFile::from_bytes(bytes)?);
    assert_eq!(load(&bytes).unwrap().fingerprint(), model.fingerprint());

    for n in (0..bytes.len()).step_by(7) {
        assert!(load(&bytes[..n]).is_err(), "the first {n} bytes");
        let mut flipped = bytes.clone();
        flipped[n] ^= 1;
        // A flipped bit in the metadata may go unseen; one that changes a number does not.
        if let Ok(model_of_flipped) = load(&flipped) {
            assert_eq!(model_of_flipped.fingerprint(), model.fingerprint(), "byte {n}");
        }
    }
    let last = bytes.len() - 1;
    let mut flipped = bytes.clone();
    flipped[last] ^= 1;
    assert!(load(&flipped).unwrap_err().to_string().contains("damaged"));
}

#[test]
fn a_file_of_another_network_is_refused_with_all_names() {
    let model: Model<f32> = Sequential::new().push(Dense::new(3)).push(Dense::new(2)).init([4], 0).unwrap();
    let other = Sequential::new().push(Dense::new(5)).push(Relu).push(Dense::new(2));
    match Model::<f32>::from_file(&other, &model.to_file()) {
        Err(LoadError::Names { missing, unexpected, misshapen }) => {
            assert_eq!(missing, ["2.weight", "2.bias"]);
            assert_eq!(unexpected, ["1.bias", "1.weight"]);
            assert_eq!(misshapen.len(), 2, "{misshapen:?}");
            assert!(misshapen[0].contains("0.weight (expected [5, 4], found [3, 4])"), "{misshapen:?}");
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(Model::<f64>::from_file(&other, &TensorFile::default()), Err(LoadError::NoInputShape)));
}

#[test]
fn mistakes_are_named() {
    let net = Sequential::new().push(Dense::new(3)).push(Residual::new(Dense::new(2)));
    let error = net.bind([4]).unwrap_err().to_string();
    assert_eq!(
        error,
        "layers.1 (Residual): the body makes samples of shape [2] from this, expected the same shape (input shape [m, 3])"
    );
    let model: Model<f32> = Dense::new(3).init([4], 0).unwrap();
    let error = model.predict(&Tensor::zeros([2, 5])).unwrap_err().to_string();
    assert_eq!(error, "the network takes samples of shape [m, 4], got [m, 5]");
    let error = model.predict(&Tensor::zeros([0, 4])).unwrap_err().to_string();
    assert_eq!(error, "a batch needs at least one sample");
    let error = model.predict(&Tensor::from(1.0)).unwrap_err().to_string();
    assert_eq!(error, "expected samples along the first axis, got a tensor of shape []");
}
