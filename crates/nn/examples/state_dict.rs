//! Weights to and from PyTorch: reads the state dict of a module from a safetensors file, predicts, and writes the model to
//! another. `benches/peers/state_dict.py` calls this and compares both sides.
//!
//! `cargo run --release --example state_dict -- mlp FROM.safetensors TO.safetensors`
//!
//! The samples are the tensor `attached.x` of the file, and the outputs become `attached.y`.

use std::path::PathBuf;

use argh::FromArgs;
use nn::core::Weights;
use nn::layers::{Gelu, LeakyRelu};
use nn::prelude::*;
use nn::tensor::file::TensorFile;

/// Loads the weights of a PyTorch module and predicts.
#[derive(FromArgs)]
struct Arguments {
    /// the network: mlp or conv
    #[argh(positional)]
    network: String,
    /// a safetensors file with the state dict and the samples
    #[argh(positional)]
    from: PathBuf,
    /// where to write the model and its outputs
    #[argh(positional)]
    to: PathBuf,
    /// draw the weights from this seed instead of reading them
    #[argh(option)]
    seed: Option<u64>,
    /// print the model as a table
    #[argh(switch)]
    summary: bool,
}

/// The modules of the script, layer by layer.
fn network(name: &str) -> Option<(Sequential, Shape)> {
    let net = Sequential::new();
    match name {
        "mlp" => Some((
            net.push(Dense::new(512)).push(Relu).push(Dense::new(256)).push(Relu).push(Dense::new(10)),
            [784].into(),
        )),
        "conv" => {
            let body = Sequential::new().push(Dense::new(32)).push(Gelu).push(Dense::new(64).without_bias());
            let net = net
                .push_named("conv1", Conv2d::new(6, [5, 5]).stride([2, 2]))
                .push_named("norm1", BatchNorm::new())
                .push(Relu)
                .push_named("conv2", Conv2d::new(16, [5, 5]).stride([2, 2]).without_bias())
                .push_named("norm2", BatchNorm::new())
                .push(LeakyRelu::new(0.1))
                .push(Flatten)
                .push_named("fc1", Dense::new(64))
                .push(Tanh)
                .push_named("block", Residual::new(body))
                .push_named("fc2", Dense::new(10));
            Some((net, [1, 28, 28].into()))
        }
        _ => None,
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Arguments { network: name, from, to, seed, summary } = argh::from_env();
    let (net, input) = network(&name).ok_or("the networks are mlp and conv")?;
    let mut model: Model<f32> = net.init(input, seed.unwrap_or(0))?;
    if summary {
        println!("{}", model.summary().samples(64));
    }
    let file = TensorFile::read(&from)?;
    if seed.is_none() {
        let report = model.take_weights(&file, &Weights::new())?; // any difference in names or shapes is an error
        println!("{name}: {report}");
    }
    let y = model.predict(&file.attached("x")?)?;
    let mut file = model.to_file();
    file.attach("y", &y);
    file.write(&to)?;
    Ok(())
}
