//! Every input of type f32.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use tensor_ops::simd::Isa;

use crate::error::{Exact, F32, Summary};
use crate::functions::Function;

const BLOCK: usize = 1 << 16;
const BLOCKS: u64 = 1 << 16;
/// Without a fused multiply-add the baseline calls a function for each: every so-many-th block is enough there.
const BASELINE_STRIDE: u64 = 1021;

/// Measures all inputs, on all cores.
pub(crate) fn run(function: &Function) -> Summary {
    on_all_cores(BLOCKS, |n, summary| block(function, n, n.is_multiple_of(BASELINE_STRIDE), summary))
}

fn block(function: &Function, n: u64, with_baseline: bool, summary: &mut Summary) {
    let start = n as u32 * BLOCK as u32;
    let x: Vec<f32> = (0..BLOCK as u32).map(|i| f32::from_bits(start + i)).collect();
    let mut results = Vec::new();
    for &isa in Isa::available() {
        if isa != Isa::Baseline || with_baseline || Isa::available().len() == 1 {
            let mut y = vec![0.0; BLOCK];
            (function.f32)(isa, &x, &mut y);
            results.push(y);
        }
    }
    for (&x, &y) in x.iter().zip(&results[0]) {
        let (x, y) = (f64::from(x), f64::from(y));
        summary.record(x, y, Exact { high: (function.close)(x), low: 0.0, scale: 0 }, F32);
    }
    for other in &results[1..] {
        for ((x, y), other) in x.iter().zip(&results[0]).zip(other) {
            if y.to_bits() != other.to_bits() && !(y.is_nan() && other.is_nan()) {
                summary.complain(format!("f({x:e}) is {y:e} and {other:e} on two sets of instructions"));
            }
        }
    }
}

/// Calls `work(n, …)` for n from 0 to `pieces`.
pub(crate) fn on_all_cores(pieces: u64, work: impl Fn(u64, &mut Summary) + Sync) -> Summary {
    let (next, total) = (AtomicU64::new(0), Mutex::new(Summary::default()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                let mut mine = Summary::default();
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= pieces {
                        break;
                    }
                    work(n, &mut mine);
                }
                total.lock().expect("no thread panics with the lock").merge(mine);
            });
        }
    });
    total.into_inner().expect("no thread panics with the lock")
}
