//! Whole training steps: forward, softmax cross-entropy, backward, update.
#![allow(missing_docs)] // criterion's macros

use benches::network::{Rule, Start, Training};
use benches::values;
use criterion::{Criterion, criterion_group, criterion_main};

const SGD: Rule = Rule::Sgd { rate: 0.1 };
const ADAM: Rule = Rule::Adam { rate: 1e-3, betas: [0.9, 0.999], eps: 1e-8 };

fn step(c: &mut Criterion, name: &str, widths: &[usize], batch: usize, rule: Rule) {
    let (input, classes) = (widths[0], widths[widths.len() - 1]);
    let mut theta = Vec::new();
    for (key, w) in (1..).zip(widths.windows(2)) {
        // W uniform on ±√(6/in), as suits ReLU; b = 0.
        let bound = (6.0 / w[0] as f32).sqrt();
        theta.extend(values(key, w[0] * w[1]).iter().map(|x| bound * x));
        theta.resize(theta.len() + w[1], 0.0);
    }
    let labels = (0..batch).map(|i| i % classes).collect();
    let start = Start { theta, x: values(0, batch * input), labels };
    let mut training = Training::new(widths, rule, &start);
    let first = training.step(&start);
    let after = (0..20).map(|_| training.step(&start)).last().expect("twenty steps");
    assert!(after < first, "{name}: the loss does not fall: {first} -> {after}");
    c.bench_function(&format!("step {name}"), |bench| bench.iter(|| training.step(&start)));
}

fn steps(c: &mut Criterion) {
    step(c, "2-8-2 SGD b64", &[2, 8, 2], 64, SGD);
    step(c, "64-64-10 Adam b32", &[64, 64, 10], 32, ADAM);
    step(c, "784-128-10 SGD b64", &[784, 128, 10], 64, SGD);
    step(c, "784-128-10 Adam b64", &[784, 128, 10], 64, ADAM);
    step(c, "784-512-256-10 Adam b128", &[784, 512, 256, 10], 128, ADAM);
}

criterion_group!(benches, steps);
criterion_main!(benches);
