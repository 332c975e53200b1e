//! What a newcomer reads when something is wrong.

use nn::core::{LoadError, loss_value};
use nn::prelude::*;
use nn::tensor::file::TensorFile;

/// An image network, with what comes behind its convolution.
fn images(rest: impl FnOnce(Sequential) -> Sequential) -> Sequential {
    rest(Sequential::new().push(Conv2d::new(8, [3, 3])).push(Relu))
}

#[test]
fn debug_of_what_is_large_is_short() {
    let model: Model<f32> = Dense::new(10).init([784], 0).unwrap();
    let ws = model.workspace(64).unwrap();
    let predictor = model.predictor().unwrap();
    for text in [format!("{model:?}"), format!("{ws:?}"), format!("{predictor:?}")] {
        assert!(text.len() < 300, "{} bytes: {text}", text.len());
    }
    assert!(format!("{model:?}").contains("Model<f32>") && format!("{model:?}").contains("parameters: 7850"));
}

#[test]
fn a_sample_by_itself_is_told_what_the_first_axis_is() {
    let model: Model<f32> = Dense::new(3).init([4], 0).unwrap();
    let said = |x: &Tensor<f32>| model.predict(x).unwrap_err().to_string();
    assert_eq!(
        said(&Tensor::zeros([4])),
        "the network takes samples of shape [m, 4], got a tensor of shape [4]: its first axis counts the samples, one sample has shape [1, 4]"
    );
    assert_eq!(
        said(&Tensor::zeros([2, 2, 2])),
        "the network takes samples of shape [m, 4], got a tensor of shape [2, 2, 2]: its first axis counts the samples"
    );
    let error = model.predictor().unwrap().predict(&Tensor::zeros([4])).unwrap_err().to_string();
    assert_eq!(error, said(&Tensor::zeros([4])));
}

#[test]
fn a_loss_says_what_it_expected() {
    let said = |loss: &dyn Loss<f32>, shape: &[usize], samples, target| {
        loss.check(&Shape::new(shape).unwrap(), samples, &target).unwrap_err().to_string()
    };
    let net = images(|net| net.push(Dense::new(4))).bind([1, 28, 28]).unwrap(); // the forgotten Flatten
    let (classes, values) = (vec![0; 300], [1.0, 2.0]);
    let error =
        said(&SoftmaxCrossEntropy::new(), net.output_shape().as_slice(), 300, Target::Classes(&classes));
    assert!(error.contains("expected 31200 (300 times 104)") && error.contains("`Flatten`"), "{error}");
    let error = said(&SoftmaxCrossEntropy::new(), &[4], 299, Target::Classes(&classes));
    assert!(error.ends_with("do not fit 300 class numbers: expected 299, one for each sample"), "{error}");

    let of_rank_one = Target::Values(Rows::new(&values, []).unwrap());
    let error = said(&MeanSquaredError::new(), &[1], 2, of_rank_one);
    assert!(error.ends_with("do not fit 2 targets of shape [2]: expected [2, 1]"), "{error}");
    let error = said(&MeanSquaredError::new(), &[1], 2, Target::Classes(&[0, 1]));
    assert!(error.contains("`Targets::Values`"), "{error}");
    let error = said(&nn::layers::NegativeLogLikelihood::new(), &[3], 2, of_rank_one);
    assert!(error.contains("`Targets::Classes`"), "{error}");
}

#[test]
fn a_boxed_loss_is_a_loss() {
    let set: Dataset<f32> =
        Dataset::new(Tensor::ones([4, 2]), Targets::Classes { labels: vec![0, 1, 1, 0], classes: 2 })
            .unwrap();
    let fit = |boxed: bool| {
        let mut model: Model<f32> = Dense::new(2).init([2], 0).unwrap();
        let loss = SoftmaxCrossEntropy::new().label_smoothing(0.1);
        if boxed {
            let loss: Box<dyn Loss<f32>> = Box::new(loss);
            Trainer::new(Adam::default(), loss).epochs(3).fit(&mut model, &set, &set).unwrap();
        } else {
            Trainer::new(Adam::default(), loss).epochs(3).fit(&mut model, &set, &set).unwrap();
        }
        model.fingerprint()
    };
    assert_eq!(fit(true), fit(false));
    // The methods with a default are passed on too.
    let boxed: Box<dyn Loss<f32>> = Box::new(BinaryCrossEntropy::new());
    let y = Rows::new(&[0.5, 2.0], [1]).unwrap();
    assert!(boxed.check_outputs(y).is_err());
    assert!(loss_value(&boxed, y.slice(0..1), Target::Values(y.slice(0..1)), None, &mut Vec::new()) > 0.0);
}

#[test]
fn a_file_with_other_names_says_what_to_do() {
    let net = Sequential::new().push(Dense::new(3)).push(Relu).push(Dense::new(2));
    let model: Model<f32> = net.init([4], 0).unwrap();
    let mut file = TensorFile::default();
    for entry in model.network().theta_layout().entries() {
        let (shape, values) = model.parameter(&entry.name).unwrap();
        file.insert(format!("model.{}", entry.name), &Tensor::new(*shape, values.to_vec()).unwrap());
    }
    let mut other: Model<f32> = net.init([4], 1).unwrap();
    let error = other.take_weights(&file, &Weights::new()).unwrap_err();
    assert!(matches!(error, LoadError::Names { .. }));
    assert!(error.to_string().contains("begin with \"model.\": strip it with `Weights::rename`"), "{error}");
    let strip = Weights::new().rename(|name| name.trim_start_matches("model.").to_string());
    other.take_weights(&file, &strip).unwrap();
    assert_eq!(other.fingerprint(), model.fingerprint());

    let mut file = model.to_file();
    file.insert("0.weight", &Tensor::<f32>::zeros([4, 3]));
    let error = other.take_weights(&file, &Weights::new()).unwrap_err().to_string();
    assert!(error.contains("its axes the other way round") && error.contains("transpose"), "{error}");
}

#[test]
fn channels_at_the_wrong_end_are_told_where_they_belong() {
    let net = images(|net| net.push(MaxPool2d::new([2, 2])));
    let error = net.bind([28, 28, 1]).unwrap_err().to_string();
    assert!(error.starts_with("layers.0 (Conv2d)") && error.contains("[m, C, H, W]"), "{error}");
    let error = MaxPool2d::new([2, 2]).bind([28, 28, 1]).unwrap_err().to_string();
    assert!(error.contains("[m, C, H, W]"), "{error}");
    let expecting = Conv2d::new(8, [1, 1]).inputs(1);
    assert!(
        expecting.bind([28, 28, 1]).unwrap_err().to_string().contains("expected 1 input channels, got 28")
    );
    assert!(expecting.bind([1, 28, 28]).is_ok());
}

#[test]
fn the_tensors_of_a_model_are_those_of_its_layout() {
    let net = Sequential::new().push(Dense::new(3)).push(Relu).push(Dense::new(2));
    let model: Model<f32> = net.init([4], 0).unwrap();
    let tensors = tensors_of(&model);
    assert_eq!(tensors.len(), model.theta().len());
    for (name, entry) in tensors.names().zip(model.network().theta_layout().entries()) {
        assert_eq!(name, entry.name);
        assert_eq!(tensors.name_at(entry.offset), Some(name));
    }
}

#[test]
fn an_optimizer_with_a_state_of_another_length_says_both() {
    let caught = std::panic::catch_unwind(|| {
        Adam::default().update(0, 0.1, &mut [0.0f64; 3], &mut [0.0; 3], &[0.0; 3]);
    });
    let message = *caught.unwrap_err().downcast::<String>().unwrap();
    assert!(message.contains("remembers 6 numbers for 3 parameters, got a state of 3"), "{message}");
}
