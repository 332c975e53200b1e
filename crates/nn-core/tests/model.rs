//! Models as a whole: prediction, tables, files, weights from elsewhere.

use nn_core::{BatchError, Layer, Model, Network, Rows, Workspace};
use nn_layers::{
    BatchNorm, Conv2d, Dense, Dropout, Flatten, Frozen, Relu, Repeat, Residual, Sequential, Shared,
};
use tensor_ops::Tensor;

/// Blocks of every kind.
fn everything() -> Sequential {
    let body = Sequential::new().push(Conv2d::new(3, [1, 1])).push(BatchNorm::new()).push(Relu);
    let cell = Repeat::new(2, Shared::new("cell", Dense::new(5)));
    Sequential::new()
        .push(Conv2d::new(3, [3, 3]))
        .push(Residual::new(body))
        .push(Flatten)
        .push(Dropout::new(0.5).expect("a probability"))
        .push(Frozen::new(Dense::new(5)))
        .push(cell)
}

#[test]
fn the_memory_of_a_summary_is_that_of_a_workspace() {
    let network = everything().bind([1, 5, 5]).unwrap();
    for samples in [1, 7, 64, 1000] {
        let ws = Workspace::<f32>::training(&network, samples).unwrap();
        assert_eq!(network.summary().samples(samples).memory(), 4 * ws.elements(), "{samples} samples");
    }
}

#[test]
fn what_is_shared_or_frozen_is_said_and_counted_once() {
    let network = everything().bind([1, 5, 5]).unwrap();
    let table = network.summary().to_string();
    let row = |start: &str| table.lines().find(|line| line.starts_with(start)).unwrap().to_string();
    assert!(row("4 (Dense)").contains("140 frozen"), "{table}");
    assert!(row("5.1 (Dense)").contains("shared"), "{table}");
    assert!(row("1 (Add)").ends_with("0 (Conv2d), 1.body.2 (Relu)"), "{table}");
    let theta = (3 * 9 + 3) + (3 * 3 + 3) + 6 + (5 * 5 + 5);
    assert_eq!(network.theta_layout().len(), theta);
    assert!(table.contains(&format!("Parameters: {} (", theta + 140)), "{table}");
    assert!(table.contains("frozen: 140; observed: 7"), "{table}");
}

#[test]
fn prediction_in_chunks_has_the_bits_of_one_by_one() {
    let model: Model<f32> = everything().init([1, 5, 5], 1).unwrap();
    let x: Vec<f32> = (0..600 * 25).map(|i| ((i * 37) % 101) as f32 / 50.0 - 1.0).collect();
    let all = model.predict(&Tensor::new([600, 1, 5, 5], x.clone()).unwrap()).unwrap();
    let mut predictor = model.predictor().unwrap();
    for (i, x) in x.chunks(25).enumerate().step_by(53) {
        let x = Rows::new(x, [1, 5, 5]).unwrap();
        assert_eq!(predictor.predict_rows(x).unwrap().as_slice(), &all.as_slice()[i * 5..][..5], "{i}");
    }
    let rows = Rows::new(&x, [1, 5, 5]).unwrap();
    assert_eq!(predictor.predict_rows(rows).unwrap().as_slice(), all.as_slice());
    let mut y = vec![0.0; 3000];
    // A workspace for training does as well.
    model.predict_into(rows, &mut y, &mut model.workspace(7).unwrap()).unwrap();
    assert_eq!(y, all.as_slice());
}

#[test]
fn later_predictions_allocate_nothing() {
    let model: Model<f32> = everything().init([1, 5, 5], 1).unwrap();
    let x = Tensor::<f32>::ones([300, 1, 5, 5]);
    let few = Rows::new(&x.as_slice()[..25 * 8], [1, 5, 5]).unwrap();
    let mut predictor = model.predictor().unwrap();
    predictor.predict(&x).unwrap();
    let count = nn_check::suite::count_allocations(|| {
        predictor.predict(&x).unwrap();
        predictor.predict_rows(few).unwrap();
    });
    assert_eq!(count, 0);
}

#[test]
fn prediction_refuses_what_does_not_fit() {
    let net = Sequential::new().push(Dense::new(2)).push(BatchNorm::new().without_statistics());
    let model: Model<f64> = net.init([3], 0).unwrap();
    let x = [0.5; 12];
    let rows = Rows::new(&x, [3]).unwrap();
    let mut ws = model.workspace(2).unwrap();
    let error = model.predict_into(rows, &mut [0.0; 8], &mut ws).unwrap_err();
    assert_eq!(error, BatchError::Capacity { capacity: 2, needed: 4 });
    let mut ws = model.workspace(4).unwrap();
    let error = model.predict_into(rows, &mut [0.0; 7], &mut ws).unwrap_err();
    assert_eq!(error.to_string(), "4 samples have 8 outputs in all, got room for 7");
    let mut other = Workspace::inference(&Dense::new(2).bind([3]).unwrap(), 4).unwrap();
    assert_eq!(model.predict_into(rows, &mut [0.0; 8], &mut other).unwrap_err(), BatchError::Workspace);
    assert!(model.predict_into(rows, &mut [0.0; 8], &mut ws).is_ok());
    // A predictor grows.
    assert!(model.predictor().unwrap().predict_rows(rows).is_ok());
}

#[cfg(feature = "safetensors")]
mod files {
    use super::*;
    use nn_core::{LoadError, Weights};
    use nn_layers::{
        ConvTranspose2d, LayerNorm, LeakyRelu, MaxPool2d, Padding, PaddingMode, Permute, Sigmoid, Softmax,
        Tanh, init,
    };
    use tensor_ops::Shape;
    use tensor_ops::file::TensorFile;

    #[test]
    fn a_file_knows_what_is_computed_from_its_numbers() {
        let model: Model<f32> = Sequential::new().push(Dense::new(2)).push(Tanh).init([3], 0).unwrap();
        let other = Sequential::new().push(Dense::new(2)).push(Sigmoid);
        match Model::<f32>::from_file(&other, &model.to_file()) {
            Err(LoadError::Architecture { expected, found }) => {
                assert_eq!([expected, found], ["1 Sigmoid [1] -> [2]", "1 Tanh [1] -> [2]"]);
            }
            other => panic!("{other:?}"),
        }
        let shorter = Sequential::new().push(Dense::new(2));
        let error = Model::<f32>::from_file(&shorter, &model.to_file()).unwrap_err().to_string();
        assert!(error.contains("\"1 Tanh [1] -> [2]\" in the file, \"nothing more\" here"), "{error}");
    }

    /// Settings that neither names nor shapes show are those of the file; how parameters would have started is no matter.
    #[test]
    fn a_file_knows_the_settings_of_its_layers() {
        let refusal = |saved: &dyn Layer, other: &dyn Layer, input: &[usize]| {
            let network = Network::bind(saved, Shape::new(input).unwrap()).unwrap();
            let file = Model::<f32>::init(network, 0).unwrap().to_file();
            assert!(Model::<f32>::from_file(saved, &file).is_ok());
            match Model::<f32>::from_file(other, &file) {
                Err(LoadError::Architecture { expected, found }) => [found, expected],
                other => panic!("{other:?}"),
            }
        };
        let lines = refusal(&LeakyRelu::new(0.9), &LeakyRelu::new(0.0), &[3]);
        let expected = [" LeakyRelu { slope: 0.9 } [0] -> [3]", " LeakyRelu { slope: 0.0 } [0] -> [3]"];
        assert_eq!(lines, expected);
        refusal(&Permute::new([1, 0]), &Permute::new([0, 1]), &[2, 2]);
        refusal(&Softmax::new(), &Softmax::new().axis(0), &[2, 2]);
        refusal(&LayerNorm::new(), &LayerNorm::new().eps(1e-3), &[4]);
        refusal(&MaxPool2d::new([1, 1]), &MaxPool2d::new([1, 1]).dilation([2, 2]), &[1, 4, 4]);
        let conv = || Conv2d::new(2, [3, 3]).padding(Padding::Same);
        refusal(&conv(), &conv().padding_mode(PaddingMode::Reflect), &[1, 5, 5]);
        let [transposed, _] = refusal(
            &ConvTranspose2d::new(2, [1, 3]).dilation([2, 1]),
            &ConvTranspose2d::new(2, [1, 3]),
            &[1, 4, 4],
        );
        assert!(transposed.contains("dilation: [2, 1]"), "{transposed}");

        let start = |weight: f64| Dense::new(2).init_weight(init::Constant(weight)).inputs(3);
        let file = start(1.0).init::<f32>([3], 0).unwrap().to_file();
        assert!(Model::<f32>::from_file(&Dense::new(2), &file).is_ok());
    }

    /// What travels with a model has names of its own.
    #[test]
    fn no_layer_is_called_attached() {
        for net in [
            Sequential::new().push_named("attached", Dense::new(1)),
            Sequential::new().push_named("attached", BatchNorm::new().without_affine()),
            Sequential::new().push(Shared::new("attached", Dense::new(1))),
        ] {
            let error = net.bind([1]).unwrap_err().to_string();
            assert!(error.contains("\"attached.") && error.contains("another name"), "{error}");
        }
        let inside = Sequential::new().push_named("attached", Dense::new(1));
        assert!(Sequential::new().push(inside).bind([1]).is_ok());
    }

    /// Also a NaN that warns comes back, and does not make a file a damaged one.
    #[test]
    fn a_signalling_nan_is_no_damage() {
        let mut model: Model<f32> = Dense::new(1).init([1], 0).unwrap();
        model.theta_mut()[0] = f32::from_bits(0x7f80_0001);
        let again: Model<f32> = Model::from_file(&Dense::new(1), &model.to_file()).unwrap();
        assert_eq!(again.theta()[0].to_bits(), 0x7f80_0001);
        assert!(Model::<f64>::from_file(&Dense::new(1), &model.to_file()).unwrap().theta()[0].is_nan());
    }

    #[test]
    fn shared_and_frozen_parameters_come_back() {
        let model: Model<f32> = everything().init([1, 5, 5], 3).unwrap();
        let file = TensorFile::from_bytes(&model.to_file().to_bytes().unwrap()).unwrap();
        let again: Model<f32> = Model::from_file(&everything(), &file).unwrap();
        assert_eq!(again.fingerprint(), model.fingerprint());
    }

    /// Frozen or learning, a tensor has the same name: the body of one model is the start of another.
    #[test]
    fn a_frozen_body_takes_the_weights_of_a_trained_one() {
        let body = || Sequential::new().push(Dense::new(4)).push(Tanh);
        let trained: Model<f32> = Sequential::new().push(body()).push(Dense::new(9)).init([3], 5).unwrap();
        let net = Sequential::new().push(Frozen::new(body())).push(Dense::new(2));
        let mut model: Model<f32> = net.init([3], 6).unwrap();
        let head = model.parameter("1.weight").unwrap().1.to_vec();
        let before = model.fingerprint();
        let error = model.take_weights(&trained.to_file(), &Weights::new()).unwrap_err().to_string();
        assert!(error.contains("1.weight (expected [2, 4], found [9, 4])"), "{error}");
        assert_eq!(model.fingerprint(), before, "nothing is half loaded");
        let report = model.take_weights(&trained.to_file(), &Weights::new().allow_misshapen()).unwrap();
        assert_eq!(report.loaded, ["0.0.weight", "0.0.bias"]);
        assert!(
            report.to_string().starts_with("2 tensors loaded; misshapen: 1.weight (expected"),
            "{report}"
        );
        assert_eq!(model.parameter("0.0.weight"), trained.parameter("0.0.weight"));
        assert_eq!(model.parameter("1.weight").unwrap().1, head);
    }

    #[test]
    fn every_difference_is_an_error_until_it_is_allowed() {
        let wide: Model<f64> = Dense::new(2).init([3], 1).unwrap();
        let mut narrow: Model<f32> = Dense::new(2).init([3], 2).unwrap();
        let before = narrow.fingerprint();
        let error = narrow.take_weights(&wide.to_file(), &Weights::new()).unwrap_err().to_string();
        assert!(error.contains("F64") && error.contains("f32"), "{error}");
        assert_eq!(narrow.fingerprint(), before);
        let report = narrow.take_weights(&wide.to_file(), &Weights::new().allow_rounding()).unwrap();
        assert_eq!(report.rounded, ["weight", "bias"]);
        assert_eq!(narrow.fingerprint(), wide.cast::<f32>().fingerprint());

        let mut file = TensorFile::default();
        file.insert("weight", &Tensor::<f32>::zeros([2, 3]));
        file.insert("more", &Tensor::from([1.0f32]));
        file.attach("normalizer", &Tensor::from([1.0f32]));
        let Err(LoadError::Names { missing, unexpected, misshapen }) =
            narrow.take_weights(&file, &Weights::new())
        else {
            panic!("names");
        };
        assert_eq!((missing, unexpected), (vec!["bias".to_string()], vec!["more".to_string()]));
        assert!(misshapen.is_empty());
        assert!(narrow.take_weights(&file, &Weights::new().allow_missing()).is_err());
        assert!(narrow.take_weights(&file, &Weights::new().allow_missing().allow_unexpected()).is_ok());
        assert_eq!(narrow.parameter("weight").unwrap().1, [0.0; 6]);
    }

    /// A PyTorch module that is used twice stands twice in its state dict.
    #[test]
    fn two_names_for_one_tensor_must_agree() {
        let net = Repeat::new(2, Shared::new("cell", Dense::new(1).without_bias()));
        let mut model: Model<f32> = net.init([1], 0).unwrap();
        let weights = Weights::new().rename(|name| format!("cell.{}", name.rsplit('.').next().unwrap_or("")));
        let mut file = TensorFile::default();
        file.insert("0.weight", &Tensor::from([[2.0f32]]));
        file.insert("1.weight", &Tensor::from([[2.0f32]]));
        assert_eq!(model.take_weights(&file, &weights).unwrap().loaded, ["cell.weight"]);
        assert_eq!(model.predict(&[[1.5]].into()).unwrap(), [[6.0]].into());
        file.insert("1.weight", &Tensor::from([[3.0f32]]));
        let error = model.take_weights(&file, &weights).unwrap_err().to_string();
        assert!(error.contains("\"0.weight\"") && error.contains("\"1.weight\""), "{error}");
    }
}

#[test]
fn a_network_of_nothing_has_a_table() {
    let network = Network::bind(&Sequential::new(), [2].into()).unwrap();
    assert!(network.summary().to_string().contains("Parameters: 0 (0 B)"));
}
