//! The matrix-product kernel: blocks that fit the caches, packed, under a micro-kernel that keeps its tile of C in
//! registers (Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008).
//!
//! One text for every instruction set: the compiler vectorises it for the one that is found at run time. This is one of
//! the rooms where unsafe code may stand: the calls into functions compiled for more than the baseline.
//!
//! Buffers for packing belong to the thread and grow once: a second product of the same size allocates nothing.
//! Element (i, j) of C is the sum of `KC` products at a time, each in order, whatever tile it lies in; so its bits
//! depend on row i of A, column j of B and the instruction set alone.
#![allow(unsafe_code)]

use std::ops::Range;

use crate::Real;
use crate::matrix::{Matrix, Update};

/// Inner length of a block: a packed tile of A (MR x KC) and of B (KC x NR) stay in the first-level cache.
const KC: usize = 256;
/// Rows of a block of A, a multiple of every MR below: 96 KB of f32, within the second-level cache.
const MC: usize = 96;
/// Columns of a block of B: 512 KB of f32.
const NC: usize = 512;

/// Which instructions a product is compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Isa {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    Baseline,
}

fn isa() -> Isa {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") {
            return Isa::Avx512;
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            return Isa::Avx2;
        }
    }
    Isa::Baseline
}

/// C = A·B or C += A·B on the calling thread, with C row-major and at least one product to sum.
pub(crate) fn gemm<T: Real>(a: Matrix<'_, T>, b: Matrix<'_, T>, update: Update, c: &mut [T]) {
    T::with_pack_buffer(|buffer| {
        let single = size_of::<T>() == 4;
        match isa() {
            // SAFETY: `isa` has found the instructions that the function is compiled for.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 if single => unsafe { avx512::<T, 12, 32>(a, b, update, c, buffer) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => unsafe { avx512::<T, 12, 16>(a, b, update, c, buffer) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 if single => unsafe { avx2::<T, 6, 16>(a, b, update, c, buffer) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => unsafe { avx2::<T, 6, 8>(a, b, update, c, buffer) },
            Isa::Baseline => blocked::<T, 4, 8, false>(a, b, update, c, buffer),
        }
    })
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn avx512<T: Real, const MR: usize, const NR: usize>(
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    update: Update,
    c: &mut [T],
    buffer: &mut Vec<T>,
) {
    blocked::<T, MR, NR, true>(a, b, update, c, buffer)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn avx2<T: Real, const MR: usize, const NR: usize>(
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    update: Update,
    c: &mut [T],
    buffer: &mut Vec<T>,
) {
    blocked::<T, MR, NR, true>(a, b, update, c, buffer)
}

/// The whole product, to be compiled into each of the callers above.
#[inline(always)]
fn blocked<T: Real, const MR: usize, const NR: usize, const FMA: bool>(
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    update: Update,
    c: &mut [T],
    buffer: &mut Vec<T>,
) {
    let (m, k, n) = (a.rows(), a.cols(), b.cols());
    let room = |length: usize, block: usize, tile: usize| length.min(block).next_multiple_of(tile);
    let size_a = room(m, MC, MR) * k.min(KC);
    let size = size_a + room(n, NC, NR) * k.min(KC);
    if buffer.len() < size {
        buffer.resize(size, T::ZERO);
    }
    let (packed_a, packed_b) = buffer.split_at_mut(size_a);

    for cols in blocks(0..n, NC) {
        for inner in blocks(0..k, KC) {
            let assign = update == Update::Assign && inner.start == 0;
            pack::<T, NR>(b.t(), cols.clone(), inner.clone(), packed_b);
            for rows in blocks(0..m, MC) {
                pack::<T, MR>(a, rows.clone(), inner.clone(), packed_a);
                for (tile_b, cols) in packed_b.chunks_exact(NR * inner.len()).zip(blocks(cols.clone(), NR)) {
                    for (tile_a, rows) in
                        packed_a.chunks_exact(MR * inner.len()).zip(blocks(rows.clone(), MR))
                    {
                        let tile = multiply::<T, MR, NR, FMA>(tile_a, tile_b);
                        for (i, sums) in rows.zip(&tile) {
                            let out = &mut c[i * n + cols.start..i * n + cols.end];
                            if assign {
                                out.copy_from_slice(&sums[..out.len()]);
                            } else {
                                out.iter_mut().zip(sums).for_each(|(out, sum)| *out += *sum);
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The ranges of `length` into which a range is cut; the last may be shorter.
#[inline(always)]
fn blocks(range: Range<usize>, length: usize) -> impl Iterator<Item = Range<usize>> {
    let end = range.end;
    range.step_by(length).map(move |from| from..(from + length).min(end))
}

/// Rows `rows` and columns `inner` of a matrix as tiles of R rows: column after column, R numbers each. Rows beyond the
/// last are 0; what they add to is thrown away.
#[inline(always)]
fn pack<T: Real, const R: usize>(
    matrix: Matrix<'_, T>,
    rows: Range<usize>,
    inner: Range<usize>,
    packed: &mut [T],
) {
    let [row, col] = matrix.strides();
    let data = matrix.data();
    for (tile, rows) in packed.chunks_exact_mut(R * inner.len()).zip(blocks(rows, R)) {
        let height = rows.len();
        if row == 1 {
            // The rows of a tile are neighbours in memory.
            for (out, p) in tile.chunks_exact_mut(R).zip(inner.clone()) {
                let from = rows.start + p * col;
                out[..height].copy_from_slice(&data[from..from + height]);
                out[height..].fill(T::ZERO);
            }
        } else {
            // A short run of each row at a time, through a block of fixed size: the lines written stay in the
            // first-level cache, and the compiler knows every distance in it.
            const RUN: usize = 16;
            for (out, inner) in tile.chunks_mut(R * RUN).zip(blocks(inner.clone(), RUN)) {
                let mut block = [[T::ZERO; RUN]; R];
                for (i, line) in block.iter_mut().enumerate().take(height) {
                    let from = (rows.start + i) * row + inner.start * col;
                    match data.get(from..from + RUN) {
                        Some(run) if col == 1 && inner.len() == RUN => line.copy_from_slice(run),
                        _ => (0..inner.len()).for_each(|q| line[q] = data[from + q * col]),
                    }
                }
                for (q, out) in out.as_chunks_mut::<R>().0.iter_mut().enumerate() {
                    for i in 0..R {
                        out[i] = block[i][q];
                    }
                }
            }
        }
    }
}

/// The micro-kernel: a tile of C, whose MR·NR sums stay in registers.
#[inline(always)]
fn multiply<T: Real, const MR: usize, const NR: usize, const FMA: bool>(a: &[T], b: &[T]) -> [[T; NR]; MR] {
    let mut sums = [[T::ZERO; NR]; MR];
    for (a, b) in a.as_chunks::<MR>().0.iter().zip(b.as_chunks::<NR>().0) {
        for i in 0..MR {
            for j in 0..NR {
                // Without the instruction a fused multiply-add would be a function call.
                sums[i][j] = if FMA { a[i].mul_add(b[j], sums[i][j]) } else { sums[i][j] + a[i] * b[j] };
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matmul::matmul_naive;

    #[test]
    fn every_instruction_set_agrees_with_the_definition() {
        agree::<f64, 6, 8>();
        agree::<f32, 6, 16>();
    }

    /// Every instruction set that this machine has, on sizes around the edges of tiles and blocks.
    fn agree<T: Real, const MR: usize, const NR: usize>() {
        let sizes = if cfg!(miri) {
            vec![(5, 3, 9)]
        } else {
            vec![(1, 1, 1), (13, 257, 33), (97, 3, 513), (12, 512, 32)]
        };
        for (m, k, n) in sizes {
            let a: Vec<T> = (0..m * k).map(|i| T::from_f64((i % 7) as f64 - 3.0)).collect();
            let b: Vec<T> = (0..k * n).map(|i| T::from_f64((i % 5) as f64 - 2.0)).collect();
            // Small integers: every order of summation gives the same, exact sum.
            for (a, b) in [
                (Matrix::new(&a, m, k), Matrix::new(&b, k, n)),
                (Matrix::new(&a, k, m).t(), Matrix::new(&b, n, k).t()),
            ] {
                let want = matmul_naive(a, b);
                let mut c = vec![T::from_f64(f64::NAN); m * n];
                blocked::<T, 4, 8, false>(a, b, Update::Assign, &mut c, &mut Vec::new());
                assert_eq!(c, want);
                #[cfg(target_arch = "x86_64")]
                if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                    // SAFETY: the instructions have just been found.
                    unsafe { avx2::<T, MR, NR>(a, b, Update::Assign, &mut c, &mut Vec::new()) };
                    assert_eq!(c, want);
                }
                gemm(a, b, Update::Assign, &mut c);
                assert_eq!(c, want);
                gemm(a, b, Update::Accumulate, &mut c);
                assert!(c.iter().zip(want).all(|(c, want)| *c == want + want));
            }
        }
    }
}
