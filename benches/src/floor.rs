//! What no program on this machine can do better: measured in the same run as everything else.

use std::collections::HashMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use nn::tensor::matmul::{Matrix, Update, gemm};
use nn::tensor::simd::{Isa, dispatch};
use nn::tensor::{Tensor, pool};

use crate::workload::Workload;

/// The peaks of the machine on the number of threads that is set.
pub(crate) struct Floors {
    threads: usize,
    /// Floating-point operations per microsecond.
    peak: f64,
    /// Bytes per microsecond, by the way of moving and the size of the working set.
    bandwidths: HashMap<(Way, usize), f64>,
}

/// What is done to memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Way {
    /// As many bytes are written as read.
    Copy,
    /// Next to nothing is written.
    Read,
}

/// The best of so many tries: a floor is what can be reached, so that noise may only be left out.
const TRIES: usize = 7;
/// Threads that were asleep may wake up on one core, and share it until the scheduler moves one of them.
const WARM_UP: Duration = Duration::from_millis(20);
/// Far beyond every cache.
const LARGEST: usize = 256 << 20;

impl Floors {
    pub(crate) fn new(threads: usize) -> Floors {
        Floors { threads, peak: fma_peak(threads).max(gemm_peak()), bandwidths: HashMap::new() }
    }

    /// The operations at the peak, or the bytes that must be moved at the bandwidth that a copy (or a mere reading) of as large a
    /// working set reaches: the larger of the two, in microseconds. For a training step the sum of its operations at the
    /// peak and its update at the bandwidth of a copy: the update waits for the last gradient.
    pub(crate) fn of(&mut self, workload: &Workload) -> f64 {
        if let Some(steps) = &workload.steps {
            let bytes = steps.update[0] + steps.update[1];
            return workload.flops / self.peak + bytes / self.bandwidth(Way::Copy, bytes);
        }
        let [read, written] = workload.traffic();
        let way = if written < read / 4.0 { Way::Read } else { Way::Copy };
        let bytes = read + written;
        (bytes / self.bandwidth(way, bytes)).max(workload.flops / self.peak)
    }

    /// Floating-point operations per microsecond.
    pub(crate) fn peak(&self) -> f64 {
        self.peak
    }

    /// What was found, for the head of the table.
    pub(crate) fn describe(&mut self) -> String {
        let copy = self.bandwidth(Way::Copy, LARGEST as f64);
        let (peak, copy) = (self.peak / 1e3, copy / 1e3);
        format!("peak {peak:.0} GFLOP/s, copy of 256 MB {copy:.1} GB/s read and written")
    }

    fn bandwidth(&mut self, way: Way, bytes: f64) -> f64 {
        let size = (bytes as usize).next_power_of_two().clamp(1 << 13, LARGEST);
        let threads = self.threads;
        *self.bandwidths.entry((way, size)).or_insert_with(|| {
            // Small sets are faster on one thread.
            let pieces = [1, threads, 4 * threads];
            pieces.map(|pieces| bandwidth(way, size, pieces)).into_iter().fold(0.0, f64::max)
        })
    }
}

/// The shortest time of `f` in microseconds, called `reps` times a try.
fn best(reps: usize, mut f: impl FnMut()) -> f64 {
    let start = Instant::now();
    while start.elapsed() < WARM_UP {
        f();
    }
    let mut shortest = f64::INFINITY;
    for _ in 0..TRIES {
        let start = Instant::now();
        (0..reps).for_each(|_| f());
        shortest = shortest.min(start.elapsed().as_nanos() as f64 / 1e3 / reps as f64);
    }
    shortest
}

fn bandwidth(way: Way, size: usize, pieces: usize) -> f64 {
    let reps = (4 << 20) / size + 1;
    let moved = match way {
        Way::Copy => size / 8,
        Way::Read => size / 4,
    };
    let source = vec![1.0f32; moved];
    let chunk = moved.div_ceil(pieces);
    let mut target = vec![0.0f32; if way == Way::Copy { moved } else { pieces }];
    let target_chunk = if way == Way::Copy { chunk } else { 1 };
    let time = best(reps, || {
        let source = black_box(&source[..]);
        pool::split(pieces, [(black_box(&mut target[..]), target_chunk)], |i, [to]| {
            let from = &source[(i * chunk).min(moved)..((i + 1) * chunk).min(moved)];
            match way {
                Way::Copy => to.copy_from_slice(from),
                Way::Read => {
                    to[0] = dispatch(
                        #[inline(always)]
                        || largest(from),
                    )
                }
            }
        });
    });
    size as f64 / time
}

/// Reads all of `x`, with enough chains that no instruction waits for another.
#[inline(always)]
fn largest(x: &[f32]) -> f32 {
    let mut most = [0.0f32; 128];
    for chunk in x.as_chunks::<128>().0 {
        for l in 0..128 {
            most[l] = if chunk[l] > most[l] { chunk[l] } else { most[l] };
        }
    }
    most.into_iter().fold(0.0, |a, b| if b > a { b } else { a })
}

/// Multiply-adds in registers alone.
fn fma_peak(threads: usize) -> f64 {
    const TURNS: usize = 20_000;
    // As many chains of 16 lanes as fit the registers, and enough to hide the latency of a multiply-add.
    let (chains, run): (usize, fn() -> f32) = match Isa::best() {
        Isa::Baseline => return 0.0, // it may have no such instruction; the product speaks for it
        isa if format!("{isa:?}") == "Avx512" => (12, || {
            dispatch(
                #[inline(always)]
                || fma::<12>(TURNS),
            )
        }),
        _ => (5, || {
            dispatch(
                #[inline(always)]
                || fma::<5>(TURNS),
            )
        }),
    };
    let time = best(1, || pool::for_each(threads, |_| assert!(run().is_finite())));
    (2 * 16 * chains * TURNS * threads) as f64 / time
}

#[inline(always)]
fn fma<const CHAINS: usize>(turns: usize) -> f32 {
    let (a, b) = black_box(([0.999f32; 16], [0.001f32; 16]));
    let mut sums = [[1.0f32; 16]; CHAINS];
    for _ in 0..turns {
        for sum in &mut sums {
            for l in 0..16 {
                sum[l] = sum[l].mul_add(a[l], b[l]);
            }
        }
    }
    sums.iter().flatten().sum()
}

/// The best that our own products reach.
fn gemm_peak() -> f64 {
    let fastest = [256, 512].map(|n| {
        let (a, b) = (Tensor::<f32>::ones([n, n]), Tensor::<f32>::ones([n, n]));
        let (a, b) = (Matrix::new(a.as_slice(), n, n), Matrix::new(b.as_slice(), n, n));
        let mut c = vec![0.0; n * n];
        let time = best(2, || gemm(a, b, Update::Assign, black_box(&mut c)));
        (2 * n * n * n) as f64 / time
    });
    fastest.into_iter().fold(0.0, f64::max)
}
