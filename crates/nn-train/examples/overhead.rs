//! What the trainer costs beside its bare steps, and the doctor beside the trainer, on 784-128-10 with batches of 64.
//!
//! `cargo run --release -p nn-train --features progress --example overhead`
//!
//! Each pair is measured in turns, and the medians are compared: the steps of an epoch in a loop by hand, the same through `fit` with a bar,
//! a callback, metrics and a validation set of one batch, and that with a doctor.

use std::error::Error;
use std::time::Instant;

use nn_core::{Context, Layer, Model};
use nn_data::{Batches, Dataset, Targets};
use nn_layers::{Dense, Relu, Sequential, SoftmaxCrossEntropy};
use nn_optim::{Adam, At, Optimizer};
use nn_train::{Doctor, Epoch, Metric, Progress, Trainer, as_batch};
use tensor_ops::Tensor;
use tensor_ops::random::Stream;

const SAMPLES: usize = 64 * 400;
const ROUNDS: usize = 25;

fn main() -> Result<(), Box<dyn Error>> {
    let mut pixels = vec![0.0f32; 784 * SAMPLES];
    Stream::new(0, 0, 0).normal(0, 0.0, 1.0, &mut pixels);
    let labels = (0..SAMPLES).map(|i| i % 10).collect();
    let set = Dataset::new(Tensor::new([SAMPLES, 784], pixels)?, Targets::Classes { labels, classes: 10 })?;
    let few = set.take(64)?;
    let net = Sequential::new().push(Dense::new(128)).push(Relu).push(Dense::new(10));
    let first: Model<f32> = net.init([784], 0)?;

    let mut seconds = [const { Vec::new() }; 4];
    for _ in 0..ROUNDS {
        seconds[0].push(by_hand(first.clone(), &set)?);
        for (i, doctor) in [None, Some(Doctor::new())].into_iter().enumerate() {
            let mut trainer = Trainer::new(Adam::default(), SoftmaxCrossEntropy::new())
                .epochs(1)
                .metric(Metric::f1())
                .observe(Progress::every(1).quiet())
                .observe(|_: &Epoch| {});
            if let Some(doctor) = doctor {
                trainer = trainer.doctor(doctor);
            }
            let start = Instant::now();
            trainer.fit(&mut first.clone(), &set, &few)?;
            seconds[1 + i].push(start.elapsed().as_secs_f64());
        }
        seconds[3].push(by_hand(first.clone(), &set)?);
    }
    let [hand, fit, doctor, again] = seconds.map(|mut times| {
        times.sort_by(f64::total_cmp);
        1e6 * times[ROUNDS / 2] / (SAMPLES / 64) as f64
    });
    println!("by hand {hand:.1} and {again:.1} µs a step, fit {fit:.1}, with the doctor {doctor:.1}");
    let hand = hand.min(again);
    println!("fit: {:+.1}%, the doctor: {:+.1}%", 100.0 * (fit / hand - 1.0), 100.0 * (doctor / fit - 1.0));
    Ok(())
}

/// An epoch by hand: seconds.
fn by_hand(mut model: Model<f32>, set: &Dataset<f32>) -> Result<f64, Box<dyn Error>> {
    let (adam, loss) = (Adam::default(), SoftmaxCrossEntropy::new());
    let start = Instant::now();
    let mut ws = model.workspace(64)?;
    let mut memory = adam.init(model.theta().len());
    let mut batches = Batches::mini(set, 64, 0)?;
    let mut step = 0;
    while let Some(selection) = batches.next() {
        let batch = as_batch(&selection, set.sample_shape())?;
        model.step(&batch, &loss, &Context::training(0, step), &mut ws, &mut memory, &|part| {
            let at = At { step, rate: 0.001, first: part.first };
            adam.update_part(at, part.memory, part.theta, part.gradient);
        });
        step += 1;
    }
    Ok(start.elapsed().as_secs_f64())
}
