//! Training without a trainer: a loop of ten lines that is as fast as the library gets.
//!
//! `cargo run --release --example by_hand`

use nn::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (train, _) = datasets::digits().split(0.8, 0)?;
    let train = Standardizer::fit(&train)?.apply(train)?;
    let batch = batch_of(&train)?;
    let net = Sequential::new().push(Dense::new(64)).push(Relu).push(Dense::new(10));
    let mut model: Model<f32> = net.init([64], 0)?;

    let (adam, loss) = (Adam::default(), SoftmaxCrossEntropy::new());
    let mut ws = model.workspace(train.len())?;
    let mut memory = adam.init(model.theta().len());
    for step in 0..300 {
        let cx = Context::training(0, step);
        let value = model.step(&batch, &loss, &cx, &mut ws, &mut memory, &|part| {
            adam.update_part(step, 0.01, part.memory, part.theta, part.gradient);
        });
        if step % 50 == 0 {
            println!("step {step:3}: loss {value:.4}");
        }
    }
    println!("fingerprint: {:016x}", model.fingerprint());
    Ok(())
}
