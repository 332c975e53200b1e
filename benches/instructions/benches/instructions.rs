//! Instructions, and misses of simulated caches, of small networks.
#![allow(missing_docs)] // gungraun's macros

use std::hint::black_box;

use gungraun::prelude::*;
use instructions::{Pass, Step, adam, pass, sgd, step};

#[library_benchmark]
#[bench::step_2_8_2_sgd_b64(args = (&[2, 8, 2], sgd()), setup = step)]
#[bench::step_784_128_10_sgd_b64(args = (&[784, 128, 10], sgd()), setup = step)]
#[bench::step_784_128_10_adam_b64(args = (&[784, 128, 10], adam()), setup = step)]
fn training((mut training, start): Step) -> (f32, Step) {
    (training.step(black_box(&start)), (training, start))
}

#[library_benchmark]
#[bench::infer_784_512_256_10_b1(args = (&[784, 512, 256, 10], 1), setup = pass)]
fn inference((mut network, x): Pass) -> (f32, Pass) {
    (network.forward(black_box(&x))[0], (network, x))
}

library_benchmark_group!(name = networks, benchmarks = [training, inference]);
main!(library_benchmark_groups = networks);
