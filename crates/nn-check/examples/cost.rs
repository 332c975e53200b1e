//! What a check costs: a 784-128-10 network with 101,770 parameters on a batch of 8, element by element, and sampled with
//! random directions; then the same with one element of the gradient spoilt.
//!
//! `cargo run --release -p nn-check --example cost`

use std::time::Instant;

use nn_check::Check;
use nn_core::{Batch, Context, Layer, Model, Rows, Target};
use nn_layers::{Dense, Relu, Sequential, SoftmaxCrossEntropy};
use tensor_ops::random::Stream;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let net = Sequential::new().push(Dense::new(128)).push(Relu).push(Dense::new(10));
    let model: Model<f32> = net.init([784], 0)?;
    let mut x = vec![0f32; 8 * 784];
    Stream::new(1, 0, 0).uniform(0, 0.0, 1.0, &mut x);
    let classes = [3, 1, 4, 1, 5, 9, 2, 6];
    let batch = Batch::new(Rows::new(&x, [784])?, Target::Classes(&classes))?;
    let loss = SoftmaxCrossEntropy::new();
    let time = |what: &str, check: Check| -> Result<(), nn_check::CheckError> {
        let start = Instant::now();
        let report = check.model_with_loss(&model, &loss, &batch)?;
        println!("{what}: {:.2} s\n{report}", start.elapsed().as_secs_f64());
        Ok(())
    };
    time("sampled", Check::new())?;
    time("every element", Check::new().all())?;

    // The same gradient as a plain vector, with one element off by a hundredth.
    let mut wide = model.cast::<f64>();
    let x: Vec<f64> = x.iter().map(|x| f64::from(*x)).collect();
    let batch = Batch::new(Rows::new(&x, [784])?, Target::Classes(&classes))?;
    let (cx, mut ws) = (Context::training(0, 0), wide.workspace(8)?);
    wide.loss_and_gradient(&batch, &loss, &cx, &mut ws);
    let mut gradient = ws.gradient().to_vec();
    gradient[54_321] *= 1.01;
    let f = |theta: &[f64]| wide.network().loss(theta, wide.state(), &batch, &loss, &cx, &mut ws);
    let start = Instant::now();
    let report = Check::new().gradient(f, wide.theta(), &gradient);
    println!("one element spoilt, on one thread: {:.2} s\n{report}", start.elapsed().as_secs_f64());
    Ok(())
}
