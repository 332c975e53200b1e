//! Training without a trainer: a loop of ten lines around `Model::step`, which is what the trainer calls too.
//!
//! `cargo run --release --example by_hand`

use nn::optim::At;
use nn::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (train, _) = datasets::digits().split(0.8, 0)?;
    let train = Standardizer::fit(&train)?.apply(train)?;
    let net = Sequential::new().push(Dense::new(64)).push(Relu).push(Dense::new(10));
    let mut model: Model<f32> = net.init([64], 0)?;

    let (adam, loss) = (Adam::default(), SoftmaxCrossEntropy::new());
    let schedule = |_step: u64| 0.003; // a closure is a schedule; `CosineAnnealing` is another
    let mut ws = model.workspace(64)?; // every buffer of a step of up to 64 samples
    let mut memory = adam.init(model.theta().len());
    let mut batches = Batches::mini(&train, 64, 0)?; // 0 is the seed of their order
    let mut step = 0;
    for epoch in 0..20 {
        batches.enter(epoch, 0);
        let mut last = 0.0;
        while let Some(selection) = batches.next() {
            let batch = as_batch(&selection, train.sample_shape())?;
            let cx = Context::training(0, step);
            last = model.step(&batch, &loss, &cx, &mut ws, &mut memory, &|part| {
                let at = At { step, rate: schedule.rate(step), first: part.first };
                adam.update_part(at, part.memory, part.theta, part.gradient);
            });
            step += 1;
        }
        println!("epoch {epoch:2}: loss of the last batch {last:.4}");
    }
    println!("fingerprint: {:016x}", model.fingerprint());
    Ok(())
}
