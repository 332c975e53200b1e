//! Our matrix kernel beside those of other crates: one thread, f32, the three forms of a dense layer, interleaved.
//!
//! `cargo run --release [-- SHAPE...]`, a shape being `64x784x128` (m x k x n), prints GFLOP/s by form, medians of many
//! short runs in turn, and the geometric means of ours over theirs. With `ours` it times ours alone, with `2` on two
//! threads.
#![deny(missing_docs)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use tensor_ops::matmul::{Matrix, Update, gemm as ours};

const SHAPES: [(usize, usize, usize); 22] = [
    (64, 784, 128),
    (128, 784, 512),
    (64, 128, 10),
    (512, 1024, 1024),
    (512, 2048, 2048),
    (128, 512, 256),
    (128, 256, 10),
    (8, 8, 8),
    (16, 16, 16),
    (32, 32, 32),
    (37, 65, 33),
    (64, 64, 64),
    (128, 128, 128),
    (256, 256, 256),
    (512, 512, 512),
    (1024, 1024, 1024),
    (2048, 2048, 2048),
    (1, 784, 512),
    (1, 1024, 1024),
    (1024, 1024, 1),
    (1000, 10, 3),
    (2048, 1, 2048),
];
const FORMS: [&str; 3] = ["x·Wᵀ", "dy·W", "dyᵀ·x"];
const NAMES: [&str; 4] = ["ours", "faer", "gemm", "matrixmultiply"];

/// C = A·B with A of shape (m, k), B of shape (k, n), at these strides (row, column), and C row-major.
struct Problem {
    sizes: (usize, usize, usize),
    a: (Vec<f32>, [usize; 2]),
    b: (Vec<f32>, [usize; 2]),
    c: Vec<f32>,
}

impl Problem {
    fn new(sizes: (usize, usize, usize), form: usize) -> Self {
        let (m, k, n) = sizes;
        let values = |n: usize, s: usize| (0..n).map(|i| ((i * s) % 61) as f32 / 30.0 - 1.0).collect();
        Problem {
            sizes,
            a: (values(m * k, 37), if form == 2 { [1, m] } else { [k, 1] }),
            b: (values(k * n, 23), if form == 0 { [1, k] } else { [n, 1] }),
            c: vec![f32::NAN; m * n],
        }
    }

    fn run(&mut self, kernel: usize) {
        let (m, k, n) = self.sizes;
        let ((a, [ar, ac]), (b, [br, bc]), c) = (&self.a, &self.b, &mut self.c);
        let [ars, acs, brs, bcs] = [*ar, *ac, *br, *bc].map(|s| s as isize);
        match kernel {
            0 => {
                let a = if *ac == 1 { Matrix::new(a, m, k) } else { Matrix::new(a, k, m).t() };
                let b = if *bc == 1 { Matrix::new(b, k, n) } else { Matrix::new(b, n, k).t() };
                ours(a, b, Update::Assign, c);
            }
            // SAFETY: the strides are those of the slices, by `new`; the same below.
            1 => unsafe {
                let a = MatRef::from_raw_parts(a.as_ptr(), m, k, ars, acs);
                let b = MatRef::from_raw_parts(b.as_ptr(), k, n, brs, bcs);
                let c = MatMut::from_raw_parts_mut(c.as_mut_ptr(), m, n, n as isize, 1);
                matmul(c, Accum::Replace, a, b, 1.0, Par::Seq);
            },
            2 => unsafe {
                gemm::gemm(
                    m,
                    n,
                    k,
                    c.as_mut_ptr(),
                    1,
                    n as isize,
                    false,
                    a.as_ptr(),
                    acs,
                    ars,
                    b.as_ptr(),
                    bcs,
                    brs,
                    0.0,
                    1.0,
                    false,
                    false,
                    false,
                    gemm::Parallelism::None,
                );
            },
            _ => unsafe {
                matrixmultiply::sgemm(
                    m,
                    k,
                    n,
                    1.0,
                    a.as_ptr(),
                    ars,
                    acs,
                    b.as_ptr(),
                    brs,
                    bcs,
                    0.0,
                    c.as_mut_ptr(),
                    n as isize,
                    1,
                );
            },
        }
        black_box(c);
    }
}

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|s| s.contains('x')).collect();
    let only_ours = std::env::args().any(|s| s == "ours");
    let threads = if std::env::args().any(|s| s == "2") { 2 } else { 1 };
    tensor_ops::pool::set_threads(threads);
    let kernels = if only_ours { 1 } else { NAMES.len() };
    println!("| m x k x n | form | {} |", NAMES[..kernels].join(" | "));
    println!("|---|---|{}", "---|".repeat(kernels));
    let mut logs = vec![vec![0.0; kernels]; 3];
    let mut shapes = 0.0;
    for (m, k, n) in SHAPES {
        if !(asked.is_empty() || asked.contains(&format!("{m}x{k}x{n}"))) {
            continue;
        }
        shapes += 1.0;
        for form in 0..3 {
            let mut problem = Problem::new((m, k, n), form);
            let flops = 2.0 * (m * k * n) as f64;
            // Answers before times.
            problem.run(3);
            let want = problem.c.clone();
            for kernel in 0..kernels {
                problem.c.fill(f32::NAN);
                problem.run(kernel);
                let bound = 1e-6 * (k as f32 + 8.0);
                assert!(
                    problem.c.iter().zip(&want).all(|(x, y)| (x - y).abs() < bound),
                    "{} is wrong",
                    NAMES[kernel]
                );
            }
            let calls = (2e4 / flops * 1e3).ceil().max(1.0) as usize;
            let mut times = vec![Vec::new(); kernels];
            let start = Instant::now();
            while start.elapsed() < Duration::from_millis(if only_ours { 30 } else { 60 * kernels as u64 })
                || times[0].len() < 5
            {
                for (kernel, times) in times.iter_mut().enumerate() {
                    let start = Instant::now();
                    (0..calls).for_each(|_| problem.run(kernel));
                    times.push(start.elapsed().as_secs_f64() / calls as f64);
                }
            }
            let speeds = times.iter_mut().map(|times| {
                times.sort_by(f64::total_cmp);
                flops / times[times.len() / 2] / 1e9
            });
            let speeds: Vec<f64> = speeds.collect();
            for kernel in 0..kernels {
                logs[form][kernel] += (speeds[0] / speeds[kernel]).ln();
            }
            let cells: Vec<String> = speeds.iter().map(|s| format!("{s:.1}")).collect();
            println!("| {m} x {k} x {n} | {} | {} |", FORMS[form], cells.join(" | "));
        }
    }
    println!("\nOurs over theirs, geometric means:");
    for kernel in 1..kernels {
        let form = |f: usize| format!("{} {:.2}", FORMS[f], (logs[f][kernel] / shapes).exp());
        let all = (logs.iter().map(|l| l[kernel]).sum::<f64>() / shapes / 3.0).exp();
        println!("- {}: {}, all {all:.2}", NAMES[kernel], [0, 1, 2].map(form).join(", "));
    }
}
