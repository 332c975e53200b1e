//! What binding refuses, and what it promises.

use nn_core::{
    Batch, BindError, BindErrorKind, Builder, Context, Layer, Loss, LossError, Model, Network, Rows, Target,
    Value, Workspace,
};
use nn_layers::{Add, BatchNorm, Dense, MeanSquaredError, Relu, Sequential, SoftmaxCrossEntropy};
use tensor_ops::Tensor;

/// A block that is wired by a function.
struct Wired(fn(&mut Builder, Value) -> Result<Value, BindError>);

impl std::fmt::Debug for Wired {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Wired")
    }
}

impl Layer for Wired {
    fn build(&self, net: &mut Builder, x: Value) -> Result<Value, BindError> {
        (self.0)(net, x)
    }
}

#[test]
fn wiring_that_cannot_be_is_refused() {
    let forgotten = Wired(|net, x| {
        net.child("lost", &Dense::new(2), x)?;
        net.child("kept", &Dense::new(2), x)
    });
    let error = forgotten.bind([3]).unwrap_err();
    assert_eq!((error.path.as_str(), &error.kind), ("lost", &BindErrorKind::Unused));

    let twice = Wired(|net, x| {
        let y = net.apply(Dense::new(3), &[x])?;
        net.apply(Dense::new(3), &[y])
    });
    assert!(
        matches!(twice.bind([3]).unwrap_err().kind, BindErrorKind::DuplicateName { name } if name == "weight")
    );

    let alone = Wired(|net, x| net.apply(Add, &[x]));
    assert_eq!(alone.bind([3]).unwrap_err().kind, BindErrorKind::Arity { takes: 2, got: 1 });
}

#[test]
fn absurd_sizes_are_refused_by_arithmetic() {
    let huge = usize::MAX / 4;
    assert!(Dense::new(huge).bind([huge]).is_err());
    assert!(Dense::new(2).bind([huge, 8]).is_err());
    assert!(Sequential::new().push(BatchNorm::new()).push(Dense::new(8)).bind([huge]).is_err());
    let network = Relu.bind([1 << 40]).unwrap();
    let error = Workspace::<f64>::training(&network, 1 << 30).unwrap_err().to_string();
    assert!(error.contains("no memory"), "{error}");
    let error = Workspace::<f64>::training(&network, 0).unwrap_err().to_string();
    assert!(error.contains("at least one sample"), "{error}");
    assert!(Dense::new(2).bind([0]).unwrap_err().to_string().contains("no elements"));
}

#[cfg(feature = "safetensors")]
#[test]
fn a_hostile_input_shape_in_a_file_is_an_error() {
    for shape in
        ["4611686018427387904", "18446744073709551615,18446744073709551615", "-1", "1,1,1,1,1,1,1,1,1", "0"]
    {
        let mut file = tensor_ops::file::TensorFile::default();
        file.set_metadata("nn.input_shape", shape);
        assert!(Model::<f32>::from_file(&BatchNorm::new(), &file).is_err(), "{shape}");
    }
}

#[cfg(feature = "safetensors")]
#[test]
fn f32_read_as_f64_is_the_same_numbers() {
    let net = Dense::new(3);
    let model: Model<f32> = net.init([2], 5).unwrap();
    let wide: Model<f64> = Model::from_file(&net, &model.to_file()).unwrap();
    assert_eq!(wide.cast::<f32>().fingerprint(), model.fingerprint());
    let error = Model::<f32>::from_file(&net, &wide.to_file()).unwrap_err().to_string();
    assert!(error.contains("F64") && error.contains("f32"), "{error}");
}

#[test]
fn a_layer_at_the_end_does_not_change_the_others() {
    let short: Model<f32> = Sequential::new().push(Dense::new(4)).init([3], 9).unwrap();
    let long: Model<f32> = Sequential::new().push(Dense::new(4)).push(Dense::new(2)).init([3], 9).unwrap();
    assert_eq!(short.theta(), &long.theta()[..short.theta().len()]);
    let other: Model<f32> = Sequential::new().push(Dense::new(4)).init([3], 10).unwrap();
    assert_ne!(short.theta(), other.theta());
}

/// A value with three uses, two of them inputs of one operation.
#[test]
fn gradients_of_all_uses_add_up() {
    let block = Wired(|net, x| {
        let h = net.child("in", &Dense::new(3), x)?;
        let double = net.child("double", &Wired(|net, h| net.apply(Add, &[h, h])), h)?;
        let bent = net.child("out", &Sequential::new().push(nn_layers::Tanh).push(Dense::new(3)), h)?;
        net.apply(Add, &[double, bent])
    });
    nn_check::layer(&block, [2], 4).unwrap().assert();
}

#[test]
fn a_layer_chosen_at_run_time_is_a_layer() {
    let chosen: Box<dyn Layer> =
        if std::env::args().count() > 100 { Box::new(Relu) } else { Box::new(Dense::new(2)) };
    let net = Sequential::new().push(chosen).push(Relu);
    assert_eq!(net.bind([3]).unwrap().output_shape(), &[2].into());
}

#[test]
fn a_batch_that_does_not_fit_is_named_or_panics_with_the_same_words() {
    let mut model: Model<f64> = Dense::new(2).init([3], 0).unwrap();
    let x = [0.5; 12];
    let rows = Rows::new(&x, [3]).unwrap();
    let batch = Batch::new(rows, Target::Classes(&[0, 1, 5, 0])).unwrap();
    let loss = SoftmaxCrossEntropy::new();
    let words = Loss::<f64>::check_batch(&loss, &[2].into(), &batch).unwrap_err().to_string();
    assert!(words.contains("target 2 (from 0) is class 5"), "{words}");
    let mut ws = model.workspace(4).unwrap();
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        model.loss_and_gradient(&batch, &loss, &Context::training(0, 0), &mut ws)
    }));
    assert_eq!(*caught.unwrap_err().downcast::<String>().unwrap(), words);

    // A loss alone refuses as well, and an old gradient of the input is not handed out for new samples.
    let one = Rows::new(&x[..4], [1]).unwrap();
    let narrow = Batch::new(rows, Target::Values(one)).unwrap();
    let network = model.network();
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let cx = Context::inference();
        network.loss(model.theta(), &[], &narrow, &MeanSquaredError::new(), &cx, &mut ws)
    }));
    assert!(
        caught.unwrap_err().downcast::<String>().unwrap().contains("do not fit 4 targets of shape [4, 1]")
    );

    let few = Rows::new(&[1.0, 2.0], [1]).unwrap();
    assert!(Batch::new(rows, Target::Values(few)).is_err(), "four samples and two targets");
    assert!(Batch::new(Rows::new(&x[..0], [3]).unwrap(), Target::Classes(&[])).is_err());
    assert!(Rows::new(&x[..5], [3]).is_err() && Rows::of_tensor(&Tensor::from(1.0)).is_err());
}

#[test]
fn weights_are_one_a_sample_or_one_a_term() {
    let (x, t) = ([0.5; 4], [1.0; 4]);
    let batch =
        || Batch::new(Rows::new(&x, [2]).unwrap(), Target::Values(Rows::new(&t, [2]).unwrap())).unwrap();
    let check = |weights: &[f64]| {
        MeanSquaredError::new().check_batch(&[2].into(), &batch().weighted(weights).expect("a multiple"))
    };
    assert!(check(&[1.0, 2.0]).is_ok() && check(&[1.0, 2.0, 3.0, 4.0]).is_ok());
    assert!(matches!(check(&[1.0; 6]), Err(LossError::Weights { .. })));
    assert!(check(&[1.0, f64::NAN]).is_err() && check(&[-1.0, f64::INFINITY]).is_err());
    assert!(batch().weighted(&[1.0; 3]).is_err());
}

#[test]
fn a_workspace_of_another_network_is_noticed() {
    let (one, two) =
        (Dense::new(2).bind([3]).unwrap(), Sequential::new().push(Relu).push(Relu).bind([3]).unwrap());
    let mut ws = Workspace::inference(&two, 1).unwrap();
    let x = [0.0f32; 3];
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        forward(&one, &x, &mut ws);
    }));
    assert!(caught.is_err());

    // As many numbers in all, but not in the same places.
    let net = |first: Dense, second: Dense| Sequential::new().push(first).push(second).bind([4]).unwrap();
    let one = net(Dense::new(4), Dense::new(4).without_bias());
    let two = net(Dense::new(4).without_bias(), Dense::new(4));
    let mut ws = Workspace::<f32>::inference(&two, 1).unwrap();
    let theta: Vec<f32> = one.initial_theta(0);
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        one.forward(&theta, &[], Rows::new(&[0.0; 4], [4]).unwrap(), &Context::inference(), &mut ws);
    }));
    assert!(caught.is_err());
}

fn forward(network: &Network, x: &[f32], ws: &mut Workspace<f32>) {
    let theta: Vec<f32> = network.initial_theta(0);
    network.forward(&theta, &[], Rows::new(x, [3]).unwrap(), &Context::inference(), ws);
}
