//! The three products of a dense layer with batch m, k inputs and n outputs: x·Wᵀ, dy·W and dyᵀ·x.
#![allow(missing_docs)] // criterion's macros

use benches::values;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use nn::tensor::matmul::{Matrix, Update, gemm, matmul_naive};

const SHAPES: [(usize, usize, usize); 5] =
    [(64, 64, 64), (64, 784, 128), (128, 784, 512), (64, 128, 10), (512, 1024, 1024)];

fn products(c: &mut Criterion) {
    for (m, k, n) in SHAPES {
        let (x, w, dy) = (values(0, m * k), values(1, n * k), values(2, m * n));
        let (x, w, dy) = (Matrix::new(&x, m, k), Matrix::new(&w, n, k), Matrix::new(&dy, m, n));
        let mut group = c.benchmark_group(format!("product {m}x{k}x{n}"));
        group.throughput(Throughput::ElementsAndBytes { elements: (2 * m * k * n) as u64, bytes: 0 });
        for (name, a, b) in [("x Wt", x, w.t()), ("dy W", dy, w), ("dyt x", dy.t(), x)] {
            let mut out = vec![0.0; a.rows() * b.cols()];
            gemm(a, b, Update::Assign, &mut out);
            if m * k * n < 1 << 20 {
                let close = |(got, want): (&f32, f32)| (got - want).abs() < 1e-3;
                assert!(out.iter().zip(matmul_naive(a, b)).all(close), "{name} is wrong");
            }
            group.bench_function(name, |bench| bench.iter(|| gemm(a, b, Update::Assign, &mut out)));
        }
        group.finish();
    }
}

criterion_group!(benches, products);
criterion_main!(benches);
