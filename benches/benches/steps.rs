//! Whole training steps: forward, softmax cross-entropy, backward, update.
#![allow(missing_docs)] // criterion's macros

use benches::values;
use criterion::{Criterion, criterion_group, criterion_main};
use nn::prelude::*;

fn step(c: &mut Criterion, name: &str, widths: &[usize], batch: usize, optimizer: &dyn Optimizer<f32>) {
    let [input, hidden @ .., classes] = widths else { unreachable!("at least two widths") };
    let mut net = Sequential::new();
    for width in hidden {
        net = net.push(Dense::new(*width)).push(Relu);
    }
    let mut model: Model<f32> = net.push(Dense::new(*classes)).init([*input], 0).expect("a network");
    let x = values(0, batch * input);
    let labels: Vec<usize> = (0..batch).map(|i| i % classes).collect();
    let rows = Rows::new(&x, [*input]).expect("whole samples");
    let batch = Batch::new(rows, Target::Classes(&labels)).expect("a batch");
    let mut ws = model.workspace(rows.len()).expect("a workspace");
    let mut state = optimizer.init(model.theta().len());
    let loss = SoftmaxCrossEntropy::new();
    let mut number = 0;
    let mut run = || {
        let value = model.loss_and_gradient(&batch, &loss, &Context::training(0, number), &mut ws);
        optimizer.update(number, optimizer.rate(), &mut state, model.theta_mut(), ws.gradient());
        number += 1;
        value
    };
    let first = run();
    let after = (0..20).map(|_| run()).last().expect("twenty steps");
    assert!(after < first, "{name}: the loss does not fall: {first} -> {after}");
    c.bench_function(&format!("step {name}"), |bench| bench.iter(&mut run));
}

fn steps(c: &mut Criterion) {
    step(c, "2-8-2 SGD b64", &[2, 8, 2], 64, &Sgd::new(0.1));
    step(c, "64-64-10 Adam b32", &[64, 64, 10], 32, &Adam::default());
    step(c, "784-128-10 SGD b64", &[784, 128, 10], 64, &Sgd::new(0.1));
    step(c, "784-128-10 Adam b64", &[784, 128, 10], 64, &Adam::default());
    step(c, "784-512-256-10 Adam b128", &[784, 512, 256, 10], 128, &Adam::default());
}

criterion_group!(benches, steps);
criterion_main!(benches);
