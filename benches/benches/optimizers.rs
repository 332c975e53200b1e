//! The update of every optimizer: one row each.
#![allow(missing_docs)] // criterion's macros

use benches::values;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use nn::optim::*;

/// Numbers of θ: 4 MB, more than the caches near a core hold.
const N: usize = 1_000_000;

/// `bytes` are those that one number of θ costs: 4 for each vector that is read, and 4 for each that is written.
fn row(c: &mut Criterion, name: &str, optimizer: &dyn Optimizer<f32>, bytes: u64) {
    let (gradient, mut theta, mut state) = (values(0, N), values(1, N), optimizer.init(N));
    optimizer.update(0, optimizer.rate(), &mut state, &mut theta, &gradient);
    assert!(theta.iter().all(|x| x.is_finite()), "{name} is wrong");

    let mut group = c.benchmark_group(format!("update {name} 10^6"));
    group.throughput(Throughput::Bytes(N as u64 * bytes));
    let mut step = 0;
    group.bench_function("f32", |bench| {
        bench.iter(|| {
            step += 1;
            optimizer.update(step, optimizer.rate(), &mut state, &mut theta, &gradient);
        })
    });
    group.finish();
}

fn optimizers(c: &mut Criterion) {
    let tensors = Tensors::new([("a", 0..N / 3), ("b", N / 3..N)]).expect("no gap");
    let adamw = AdamW::default();
    let groups =
        Groups::new(adamw, &tensors).group("b", adamw.weight_decay(0.0)).expect("a name that is there");
    row(c, "Sgd", &Sgd::new(1e-3), 12);
    row(c, "Momentum", &Momentum::summed(1e-3, 0.9), 20);
    row(c, "RmsProp", &RmsProp::new(1e-3), 20);
    row(c, "Adagrad", &Adagrad::new(1e-3), 20);
    row(c, "Adadelta", &Adadelta::new(1e-3), 28);
    row(c, "Adam", &Adam::new(1e-3), 28);
    row(c, "AdamW", &adamw, 28);
    row(c, "Adamax", &Adamax::new(1e-3), 28);
    row(c, "NAdam", &NAdam::new(1e-3), 28);
    row(c, "RAdam", &RAdam::new(1e-3), 28);
    row(c, "Lion", &Lion::new(1e-4), 20);
    row(c, "Rprop", &Rprop::new(1e-4), 28);
    // Twice over θ, m and s.
    row(c, "Lamb", &Lamb::new(1e-3, &tensors), 40);
    row(c, "Groups of AdamW", &groups, 28);
    row(c, "Averaged AdamW", &Averaged::exponential(adamw, 0.999), 40);
}

criterion_group!(benches, optimizers);
criterion_main!(benches);
