//! 256-bit vectors with fused multiply-add: 16 registers.
//!
//! The functions of the trait have its contract, and nothing to add to it.
#![allow(unsafe_op_in_unsafe_fn)]

use std::arch::x86_64::*;

use super::Product;
use super::blocks::drive;
use super::lanes::{Lanes, instructions, kernels};
use super::portable;
use super::tile::{Kernel, Tile, multiply};
use super::windows;

/// The product, compiled for AVX2 and FMA.
#[target_feature(enable = "avx2,fma")]
pub(super) unsafe fn product_f32(x: &Product<f32>) {
    drive::<F32x8>(x)
}

/// As above.
#[target_feature(enable = "avx2,fma")]
pub(super) unsafe fn product_f64(x: &Product<f64>) {
    drive::<F64x4>(x)
}

#[target_feature(enable = "avx2,fma")]
unsafe fn kernel_f32<const H: usize, const W: usize>(tile: &Tile<f32>) {
    multiply::<F32x8, H, W>(tile)
}

#[target_feature(enable = "avx2,fma")]
unsafe fn kernel_f64<const H: usize, const W: usize>(tile: &Tile<f64>) {
    multiply::<F64x4, H, W>(tile)
}

/// A window of these, -1 for lanes that count, is a mask.
static LANES: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];

/// A mask of the first `n <= 8` lanes of 32 bits.
#[inline(always)]
unsafe fn mask(n: usize) -> __m256i {
    _mm256_loadu_si256(LANES.as_ptr().add(8 - n).cast())
}

#[derive(Clone, Copy)]
pub(super) struct F32x8(__m256);

impl Lanes for F32x8 {
    type T = f32;
    type Mask = usize;
    const N: usize = 8;
    const KERNELS: &'static [[Kernel<f32>; 2]] = kernels!(kernel_f32: 1 2 3 4 5 6);

    instructions!(
        _mm256_setzero_ps,
        _mm256_set1_ps,
        _mm256_loadu_ps,
        _mm256_storeu_ps,
        _mm256_add_ps,
        _mm256_fmadd_ps
    );

    #[inline(always)]
    unsafe fn mask(n: usize) -> usize {
        n
    }
    #[inline(always)]
    unsafe fn load_first(p: *const f32, n: usize) -> Self {
        if n == 8 { Self::load(p) } else { F32x8(_mm256_maskload_ps(p, mask(n))) }
    }
    #[inline(always)]
    unsafe fn store_first(self, p: *mut f32, n: usize) {
        // Masked stores are slow on some processors.
        if n == 8 { self.store(p) } else { _mm256_maskstore_ps(p, mask(n), self.0) }
    }
    #[inline(always)]
    unsafe fn transpose(
        from: *const f32,
        stride: usize,
        height: usize,
        width: usize,
        to: *mut f32,
        step: usize,
    ) {
        let mut p = 0;
        while p + 4 <= width {
            // Half h of r[j] is row 4h + j: transposed 4 x 4 within the halves, these are whole columns.
            let mut r = [_mm256_setzero_ps(); 4];
            for j in 0..4 {
                r[j] = _mm256_set_m128(
                    quarter_ps(from.add(p), stride, j + 4, height),
                    quarter_ps(from.add(p), stride, j, height),
                );
            }
            let (x, y) = (low_ps(r[0], r[1]), low_ps(r[2], r[3]));
            let (z, w) = (high_ps(r[0], r[1]), high_ps(r[2], r[3]));
            let columns = [
                _mm256_unpacklo_pd(x, y),
                _mm256_unpackhi_pd(x, y),
                _mm256_unpacklo_pd(z, w),
                _mm256_unpackhi_pd(z, w),
            ];
            for q in 0..4 {
                _mm256_storeu_ps(to.add((p + q) * step), _mm256_castpd_ps(columns[q]));
            }
            p += 4;
        }
        portable::transpose::<f32, 8>(from.add(p), stride, height, width - p, to.add(p * step), step);
    }
}

#[derive(Clone, Copy)]
pub(super) struct F64x4(__m256d);

impl Lanes for F64x4 {
    type T = f64;
    type Mask = usize;
    const N: usize = 4;
    const KERNELS: &'static [[Kernel<f64>; 2]] = kernels!(kernel_f64: 1 2 3 4 5 6);

    instructions!(
        _mm256_setzero_pd,
        _mm256_set1_pd,
        _mm256_loadu_pd,
        _mm256_storeu_pd,
        _mm256_add_pd,
        _mm256_fmadd_pd
    );

    #[inline(always)]
    unsafe fn mask(n: usize) -> usize {
        n
    }
    #[inline(always)]
    unsafe fn load_first(p: *const f64, n: usize) -> Self {
        if n == 4 { Self::load(p) } else { F64x4(_mm256_maskload_pd(p, mask(2 * n))) }
    }
    #[inline(always)]
    unsafe fn store_first(self, p: *mut f64, n: usize) {
        // Masked stores are slow on some processors.
        if n == 4 { self.store(p) } else { _mm256_maskstore_pd(p, mask(2 * n), self.0) }
    }
    #[inline(always)]
    unsafe fn transpose(
        from: *const f64,
        stride: usize,
        height: usize,
        width: usize,
        to: *mut f64,
        step: usize,
    ) {
        let mut p = 0;
        while p + 2 <= width {
            // Half h of r[j] is row 2h + j.
            let mut r = [_mm256_setzero_pd(); 2];
            for j in 0..2 {
                r[j] = _mm256_set_m128d(
                    quarter_pd(from.add(p), stride, j + 2, height),
                    quarter_pd(from.add(p), stride, j, height),
                );
            }
            _mm256_storeu_pd(to.add(p * step), _mm256_unpacklo_pd(r[0], r[1]));
            _mm256_storeu_pd(to.add((p + 1) * step), _mm256_unpackhi_pd(r[0], r[1]));
            p += 2;
        }
        portable::transpose::<f64, 4>(from.add(p), stride, height, width - p, to.add(p * step), step);
    }
}

/// Four numbers of row i, zeros where there is no such row.
#[inline(always)]
unsafe fn quarter_ps(from: *const f32, stride: usize, i: usize, height: usize) -> __m128 {
    if i < height { _mm_loadu_ps(from.add(i * stride)) } else { _mm_setzero_ps() }
}

/// Two numbers of row i, zeros where there is no such row.
#[inline(always)]
unsafe fn quarter_pd(from: *const f64, stride: usize, i: usize, height: usize) -> __m128d {
    if i < height { _mm_loadu_pd(from.add(i * stride)) } else { _mm_setzero_pd() }
}

#[inline(always)]
unsafe fn low_ps(x: __m256, y: __m256) -> __m256d {
    _mm256_castps_pd(_mm256_unpacklo_ps(x, y))
}

#[inline(always)]
unsafe fn high_ps(x: __m256, y: __m256) -> __m256d {
    _mm256_castps_pd(_mm256_unpackhi_ps(x, y))
}

#[target_feature(enable = "avx2,fma")]
unsafe fn windows_f32<const H: usize, const W: usize>(tile: &windows::Tile<f32>) {
    windows::multiply::<F32x8, H, W>(tile)
}

#[target_feature(enable = "avx2,fma")]
unsafe fn dots_f32<const H: usize, const W: usize>(dots: &windows::Dots<f32>) {
    windows::correlate::<F32x8, H, W>(dots)
}

impl windows::Kernels for F32x8 {
    const TILES: &'static [[windows::Kernel<f32>; 3]] =
        windows::tiles!(windows_f32: 1 8, 2 4, 3 2, 4 2, 5 2, 6 2);
    const SUMS: &'static [[windows::DotKernel<f32>; windows::DOTS]] = windows::sums!(dots_f32: 1 2 3);

    fn wide(rows: usize) -> usize {
        [2, 8, 4][if rows < 3 { rows } else { 0 }]
    }
}

#[target_feature(enable = "avx2,fma")]
unsafe fn windows_f64<const H: usize, const W: usize>(tile: &windows::Tile<f64>) {
    windows::multiply::<F64x4, H, W>(tile)
}

#[target_feature(enable = "avx2,fma")]
unsafe fn dots_f64<const H: usize, const W: usize>(dots: &windows::Dots<f64>) {
    windows::correlate::<F64x4, H, W>(dots)
}

impl windows::Kernels for F64x4 {
    const TILES: &'static [[windows::Kernel<f64>; 3]] =
        windows::tiles!(windows_f64: 1 8, 2 4, 3 2, 4 2, 5 2, 6 2);
    const SUMS: &'static [[windows::DotKernel<f64>; windows::DOTS]] = windows::sums!(dots_f64: 1 2 3);

    fn wide(rows: usize) -> usize {
        [2, 8, 4][if rows < 3 { rows } else { 0 }]
    }
}
