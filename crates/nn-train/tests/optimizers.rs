//! Optimizers that know the tensors of a model: by part, and as a whole.

use nn_core::{Layer, Model};
use nn_data::{Dataset, Standardizer, Transform, datasets};
use nn_layers::{BatchNorm, Dense, Relu, Sequential, SoftmaxCrossEntropy};
use nn_optim::{Adam, AdamW, Groups, Lamb, Optimizer, Tensors};
use nn_train::{TrainError, Trainer};

fn digits() -> (Dataset<f32>, Dataset<f32>) {
    let (train, test) = datasets::digits().split(0.75, 0).unwrap();
    let scale = Standardizer::fit(&train).unwrap();
    (scale.apply(train).unwrap().0, scale.apply(test).unwrap().0)
}

fn model() -> Model<f32> {
    let net = Sequential::new().push(Dense::new(64)).push(BatchNorm::new()).push(Relu).push(Dense::new(10));
    net.init([64], 1).unwrap()
}

fn tensors(model: &Model<f32>) -> Tensors {
    let entries = model.network().theta_layout().entries();
    Tensors::with_shapes(entries.iter().map(|entry| (&*entry.name, entry.shape.as_slice()))).unwrap()
}

fn trained(optimizer: impl Optimizer<f32>) -> (Model<f32>, f64) {
    let ((train, test), mut model) = (digits(), model());
    let mut trainer = Trainer::new(optimizer, SoftmaxCrossEntropy::new()).epochs(5);
    let history = trainer.fit(&mut model, &train, &test).unwrap();
    let accuracy = history.accuracy().unwrap();
    (model, accuracy)
}

#[test]
fn whole_tensors_are_updated_after_the_gradient() {
    let lamb = Lamb::new(0.02, &tensors(&model()));
    let (_, accuracy) = trained(lamb);
    assert!(accuracy > 0.93, "{accuracy}");
}

#[test]
fn groups_train_what_is_not_frozen() {
    let tensors = tensors(&model());
    let adamw = AdamW::new(0.01);
    let groups = Groups::new(adamw, &tensors)
        .group("*.bias", adamw.weight_decay(0.0))
        .and_then(|groups| groups.freeze("0.*"))
        .unwrap();
    let (model, accuracy) = trained(groups);
    assert!(accuracy > 0.9, "{accuracy}");
    let first = self::model();
    assert_eq!(model.parameter("0.weight"), first.parameter("0.weight"));
    assert_ne!(model.parameter("3.weight"), first.parameter("3.weight"));
}

#[test]
fn one_group_has_the_bits_of_no_groups() {
    let adam = Adam::new(0.01);
    let (grouped, _) = trained(Groups::new(adam, &tensors(&model())));
    assert_eq!(grouped.fingerprint(), trained(adam).0.fingerprint());
}

#[test]
fn an_optimizer_for_another_model_is_refused_before_the_first_step() {
    let ((train, test), mut model) = (digits(), model());
    let other = Tensors::new([("weight", 0..10)]).unwrap();
    let mut trainer = Trainer::new(Groups::new(Adam::new(0.1), &other), SoftmaxCrossEntropy::new());
    let error = trainer.fit(&mut model, &train, &test).unwrap_err();
    assert!(matches!(error, TrainError::Setting(_)), "{error}");
    assert!(error.to_string().contains("parameters = 10"), "{error}");
}
