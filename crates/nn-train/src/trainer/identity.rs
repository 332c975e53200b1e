//! What makes a training this training: a checkpoint of another one is refused by it.

use std::fmt::Write;

use nn_core::{Loss, Model, Scalar};
use nn_data::{Dataset, Targets};
use nn_optim::Optimizer;
use tensor_ops::Real;
use tensor_ops::random::{FNV_START, fnv1a};

use super::Settings;

/// Numbers of the data that are looked at: reading all of a large set would take longer than what it is to save.
const LOOKED_AT: usize = 1 << 16;

/// Lines of "what: value", each of which has to be the same for a training to go on. How long it is, what is looked at and how often is
/// no part of it: that may change between the parts of a training.
pub(super) fn identity<O: Optimizer<T>, L: Loss<T>, T: Scalar>(
    set: &Settings<'_, L, T>,
    optimizer: &O,
    model: &Model<T>,
    train: &Dataset<T>,
) -> String {
    let network = model.network();
    let mut text = String::new();
    let mut line = |what: &str, value: &dyn std::fmt::Display| {
        writeln!(text, "{what}: {value}").expect("a string takes all");
    };
    line("numbers", &T::NAME);
    let tensors = network.theta_layout().entries().iter().chain(network.state_layout().entries());
    let tensors: Vec<String> = tensors.map(|entry| format!("{} {}", entry.name, entry.shape)).collect();
    line("tensors", &tensors.join(", "));
    let operations = network.nodes().iter().map(|node| format!("{} {}", node.path(), node.name()));
    line("operations", &operations.collect::<Vec<_>>().join(", "));
    line("optimizer", &format!("{optimizer:?}"));
    line("average of weights", &format!("{:?}", set.average));
    line("loss", &format!("{:?}", set.loss));
    line("batch size", &set.batch_size);
    line("accumulated batches", &set.accumulate);
    line("seed", &set.seed);
    line("clipping", &format!("{:?} {:?}", set.clip_norm, set.clip_value));
    line("penalties", &format!("{:?}", set.penalty));
    line("samples", &train.len());
    line("shape of a sample", &train.sample_shape());
    line("data", &format!("{:016x}", sampled(train)));
    text
}

/// A number that changes when the data do: of numbers spread over inputs and targets.
fn sampled<T: Real>(set: &Dataset<T>) -> u64 {
    let values = |hash: u64, values: &[T]| {
        let stride = values.len().div_ceil(LOOKED_AT).max(1);
        values.iter().step_by(stride).fold(hash, |hash, x| fnv1a(hash, &x.bits().to_le_bytes()))
    };
    let hash = values(FNV_START, set.inputs().as_slice());
    match set.targets() {
        Targets::Classes { labels, .. } => {
            let stride = labels.len().div_ceil(LOOKED_AT).max(1);
            labels.iter().step_by(stride).fold(hash, |hash, label| fnv1a(hash, &label.to_le_bytes()))
        }
        Targets::Values(targets) => values(hash, targets.as_slice()),
        _ => hash,
    }
}
