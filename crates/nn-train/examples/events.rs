//! Writes a TensorBoard event file of a short training, which `benches/peers/tensorboard_events.py` reads back.
//!
//! `cargo run --release -p nn-train --features tensorboard --example events -- FOLDER`

use std::error::Error;

use nn_core::{Layer, Model};
use nn_layers::{Dense, SoftmaxCrossEntropy};
use nn_optim::Adam;
use nn_train::{TensorBoard, Trainer};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("the folder is missing")?;
    let (train, test) = nn_data::datasets::iris::<f32>().split(0.7, 0)?;
    let mut model: Model<f32> = Dense::new(3).init([4], 0)?;
    let history = Trainer::new(Adam::new(0.05), SoftmaxCrossEntropy::new())
        .epochs(5)
        .observe(TensorBoard::in_folder(folder)?.every(1))
        .fit(&mut model, &train, &test)?;
    print!("{}", history.to_json_lines());
    Ok(())
}
