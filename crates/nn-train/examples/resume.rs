//! A training that may be killed at any moment: it goes on from its checkpoints, and ends with the bits of one that was not.
//!
//! `cargo run --release -p nn-train --example resume -- FOLDER [EPOCHS]`
//!
//! `cargo xtask kill` does that, again and again.

use std::error::Error;

use nn_core::{Layer, Model};
use nn_data::{Standardizer, Transform, datasets};
use nn_layers::{BatchNorm, Dense, Dropout, Relu, Sequential, SoftmaxCrossEntropy};
use nn_optim::{AdamW, ReduceOnPlateau};
use nn_train::{Checkpoints, Divergence, EarlyStopping, Trainer};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("the folder of the checkpoints is missing")?;
    let epochs = arguments.next().map_or(Ok(30), |text| text.parse())?;
    let (train, test) = datasets::digits().split(0.75, 0)?;
    let scale = Standardizer::fit(&train)?;
    let (train, test) = (scale.apply(train)?, scale.apply(test)?);
    let net = Sequential::new()
        .push(Dense::new(64))
        .push(BatchNorm::new())
        .push(Relu)
        .push(Dropout::new(0.2)?)
        .push(Dense::new(10));
    let mut model: Model<f32> = net.init([64], 0)?;
    // Everything on that has a state to lose.
    let history = Trainer::new(AdamW::new(0.003), SoftmaxCrossEntropy::new())
        .epochs(epochs)
        .accumulate(2)
        .average_weights(0.95)
        .reduce_on_plateau(ReduceOnPlateau::new(0.003)?.patience(2).factor(0.5)?)
        .early_stopping(EarlyStopping::new(epochs))
        .on_divergence(Divergence::GoBack { factor: 0.5, most: 3 })
        .checkpoints(Checkpoints::in_folder(folder).every_steps(3))
        .resume(&mut model, &train, &test)?;
    for warning in &history.warnings {
        eprintln!("{warning}");
    }
    println!("epochs: {}", history.epochs.len());
    println!("losses: {:016x}", losses(&history));
    println!("fingerprint: {:016x}", model.fingerprint());
    Ok(())
}

/// All losses in one number.
fn losses(history: &nn_train::History) -> u64 {
    let steps = history.steps.iter().map(|step| step.loss);
    let epochs = history.epochs.iter().filter_map(|epoch| epoch.metric("loss"));
    steps.chain(epochs).fold(0, |hash: u64, loss| hash.rotate_left(5) ^ loss.to_bits())
}
