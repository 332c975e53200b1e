//! 512-bit vectors: 32 registers, masks.
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

/// The product, compiled for AVX-512.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
pub(super) unsafe fn product_f32(x: &Product<f32>) {
    drive::<F32x16>(x)
}

/// As above.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
pub(super) unsafe fn product_f64(x: &Product<f64>) {
    drive::<F64x8>(x)
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
unsafe fn kernel_f32<const H: usize, const W: usize>(tile: &Tile<f32>) {
    multiply::<F32x16, H, W>(tile)
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
unsafe fn kernel_f64<const H: usize, const W: usize>(tile: &Tile<f64>) {
    multiply::<F64x8, H, W>(tile)
}

#[derive(Clone, Copy)]
pub(super) struct F32x16(__m512);

impl Lanes for F32x16 {
    type T = f32;
    type Mask = __mmask16;
    const N: usize = 16;
    const KERNELS: &'static [[Kernel<f32>; 2]] = kernels!(kernel_f32: 1 2 3 4 5 6 7 8 9 10 11 12 13 14);

    instructions!(
        _mm512_setzero_ps,
        _mm512_set1_ps,
        _mm512_loadu_ps,
        _mm512_storeu_ps,
        _mm512_add_ps,
        _mm512_fmadd_ps
    );

    #[inline(always)]
    unsafe fn mask(n: usize) -> __mmask16 {
        (0xffff_u32 >> (16 - n)) as __mmask16
    }
    #[inline(always)]
    unsafe fn load_first(p: *const f32, mask: __mmask16) -> Self {
        F32x16(_mm512_maskz_loadu_ps(mask, p))
    }
    #[inline(always)]
    unsafe fn store_first(self, p: *mut f32, mask: __mmask16) {
        _mm512_mask_storeu_ps(p, mask, self.0)
    }
    #[inline(always)]
    unsafe fn add_block<const R: usize>(
        a: *const f32,
        a_row: usize,
        a_col: usize,
        b: *const f32,
        b_row: usize,
        mut sums: [Self; R],
    ) -> [Self; R] {
        let lines = turned(b, b_row);
        for p in 0..16 {
            for i in 0..R {
                sums[i] = Self::splat(a.add(i * a_row + p * a_col)).mul_add(F32x16(lines[p]), sums[i]);
            }
        }
        sums
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
        // Whole lines of the cache where the rows begin at the same place of one; split ones would be slower.
        let head = (16 - from.addr() / 4 % 16) % 16;
        let mut done = 0;
        if height == 16 && stride.is_multiple_of(16) && width >= head + 16 {
            columns(from, stride, height, head, to, step);
            done = head;
            while done + 16 <= width {
                let lines = turned(from.add(done), stride);
                for q in 0..16 {
                    _mm512_storeu_ps(to.add((done + q) * step), lines[q]);
                }
                done += 16;
            }
        }
        columns(from.add(done), stride, height, width - done, to.add(done * step), step);
    }
}

#[derive(Clone, Copy)]
pub(super) struct F64x8(__m512d);

impl Lanes for F64x8 {
    type T = f64;
    type Mask = __mmask8;
    const N: usize = 8;
    const KERNELS: &'static [[Kernel<f64>; 2]] = kernels!(kernel_f64: 1 2 3 4 5 6 7 8 9 10 11 12 13 14);

    instructions!(
        _mm512_setzero_pd,
        _mm512_set1_pd,
        _mm512_loadu_pd,
        _mm512_storeu_pd,
        _mm512_add_pd,
        _mm512_fmadd_pd
    );

    #[inline(always)]
    unsafe fn mask(n: usize) -> __mmask8 {
        (0xff_u32 >> (8 - n)) as __mmask8
    }
    #[inline(always)]
    unsafe fn load_first(p: *const f64, mask: __mmask8) -> Self {
        F64x8(_mm512_maskz_loadu_pd(mask, p))
    }
    #[inline(always)]
    unsafe fn store_first(self, p: *mut f64, mask: __mmask8) {
        _mm512_mask_storeu_pd(p, mask, self.0)
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
            // Quarter q of r[j] is row 2q + j.
            let mut r = [_mm512_setzero_pd(); 2];
            for j in 0..2 {
                r[j] = _mm512_castpd128_pd512(quarter_pd(from.add(p), stride, j, height));
                r[j] = _mm512_insertf64x2::<1>(r[j], quarter_pd(from.add(p), stride, j + 2, height));
                r[j] = _mm512_insertf64x2::<2>(r[j], quarter_pd(from.add(p), stride, j + 4, height));
                r[j] = _mm512_insertf64x2::<3>(r[j], quarter_pd(from.add(p), stride, j + 6, height));
            }
            _mm512_storeu_pd(to.add(p * step), _mm512_unpacklo_pd(r[0], r[1]));
            _mm512_storeu_pd(to.add((p + 1) * step), _mm512_unpackhi_pd(r[0], r[1]));
            p += 2;
        }
        portable::transpose::<f64, 8>(from.add(p), stride, height, width - p, to.add(p * step), step);
    }
}

/// [`Lanes::transpose`], four columns at a time.
#[inline(always)]
unsafe fn columns(from: *const f32, stride: usize, height: usize, width: usize, to: *mut f32, step: usize) {
    let done = if height == 16 {
        transpose_ps::<true>(from, stride, height, width, to, step)
    } else {
        transpose_ps::<false>(from, stride, height, width, to, step)
    };
    portable::transpose::<f32, 16>(from.add(done), stride, height, width - done, to.add(done * step), step);
}

/// Sixteen rows of sixteen numbers, transposed.
#[inline(always)]
unsafe fn turned(from: *const f32, stride: usize) -> [__m512; 16] {
    // Rows 4g to 4g + 3 transposed 4 x 4 within their quarters: quarter h of r[4g + c] is column 4h + c of these rows.
    let mut r = [_mm512_setzero_ps(); 16];
    for g in 0..4 {
        let mut x = [_mm512_setzero_ps(); 4];
        for i in 0..4 {
            x[i] = _mm512_loadu_ps(from.add((4 * g + i) * stride));
        }
        let (l, m) = (low_ps(x[0], x[1]), low_ps(x[2], x[3]));
        let (h, i) = (high_ps(x[0], x[1]), high_ps(x[2], x[3]));
        r[4 * g] = _mm512_castpd_ps(_mm512_unpacklo_pd(l, m));
        r[4 * g + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(l, m));
        r[4 * g + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(h, i));
        r[4 * g + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(h, i));
    }
    let mut lines = r;
    for c in 0..4 {
        // 0x88 takes quarters 0 and 2 of both, 0xdd quarters 1 and 3.
        let even = _mm512_shuffle_f32x4::<0x88>(r[c], r[c + 4]);
        let even_too = _mm512_shuffle_f32x4::<0x88>(r[c + 8], r[c + 12]);
        let odd = _mm512_shuffle_f32x4::<0xdd>(r[c], r[c + 4]);
        let odd_too = _mm512_shuffle_f32x4::<0xdd>(r[c + 8], r[c + 12]);
        lines[c] = _mm512_shuffle_f32x4::<0x88>(even, even_too);
        lines[c + 4] = _mm512_shuffle_f32x4::<0x88>(odd, odd_too);
        lines[c + 8] = _mm512_shuffle_f32x4::<0xdd>(even, even_too);
        lines[c + 12] = _mm512_shuffle_f32x4::<0xdd>(odd, odd_too);
    }
    lines
}

/// As many columns of the transpose as there are in groups of four.
#[inline(always)]
unsafe fn transpose_ps<const FULL: bool>(
    from: *const f32,
    stride: usize,
    height: usize,
    width: usize,
    to: *mut f32,
    step: usize,
) -> usize {
    let mut p = 0;
    while p + 4 <= width {
        // Quarter q of r[j] is row 4q + j: transposed 4 x 4 within the quarters, these are whole columns.
        let mut r = [_mm512_setzero_ps(); 4];
        for j in 0..4 {
            let from = from.add(p);
            if FULL || j < height {
                r[j] = _mm512_maskz_broadcast_f32x4(0x000f, _mm_loadu_ps(from.add(j * stride)));
            }
            if FULL || j + 4 < height {
                r[j] = _mm512_mask_broadcast_f32x4(r[j], 0x00f0, _mm_loadu_ps(from.add((j + 4) * stride)));
            }
            if FULL || j + 8 < height {
                r[j] = _mm512_mask_broadcast_f32x4(r[j], 0x0f00, _mm_loadu_ps(from.add((j + 8) * stride)));
            }
            if FULL || j + 12 < height {
                r[j] = _mm512_mask_broadcast_f32x4(r[j], 0xf000, _mm_loadu_ps(from.add((j + 12) * stride)));
            }
        }
        let (x, y) = (low_ps(r[0], r[1]), low_ps(r[2], r[3]));
        let (z, w) = (high_ps(r[0], r[1]), high_ps(r[2], r[3]));
        let columns = [
            _mm512_unpacklo_pd(x, y),
            _mm512_unpackhi_pd(x, y),
            _mm512_unpacklo_pd(z, w),
            _mm512_unpackhi_pd(z, w),
        ];
        for q in 0..4 {
            _mm512_storeu_ps(to.add((p + q) * step), _mm512_castpd_ps(columns[q]));
        }
        p += 4;
    }
    p
}

/// Two numbers of row i, zeros where there is no such row.
#[inline(always)]
unsafe fn quarter_pd(from: *const f64, stride: usize, i: usize, height: usize) -> __m128d {
    if i < height { _mm_loadu_pd(from.add(i * stride)) } else { _mm_setzero_pd() }
}

#[inline(always)]
unsafe fn low_ps(x: __m512, y: __m512) -> __m512d {
    _mm512_castps_pd(_mm512_unpacklo_ps(x, y))
}

#[inline(always)]
unsafe fn high_ps(x: __m512, y: __m512) -> __m512d {
    _mm512_castps_pd(_mm512_unpackhi_ps(x, y))
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
unsafe fn windows_f32<const H: usize, const W: usize>(tile: &windows::Tile<f32>) {
    windows::multiply::<F32x16, H, W>(tile)
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
unsafe fn dots_f32<const H: usize, const W: usize>(dots: &windows::Dots<f32>) {
    windows::correlate::<F32x16, H, W>(dots)
}

impl windows::Kernels for F32x16 {
    const TILES: &'static [[windows::Kernel<f32>; 3]] = windows::tiles!(windows_f32: 1 8, 2 4, 3 4, 4 2, 5 2, 6 2, 7 2, 8 2, 9 2, 10 2, 11 2, 12 2, 13 2, 14 2);
    const SUMS: &'static [[windows::DotKernel<f32>; windows::DOTS]] = windows::sums!(dots_f32: 1 2 3 4 5 6);
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
unsafe fn windows_f64<const H: usize, const W: usize>(tile: &windows::Tile<f64>) {
    windows::multiply::<F64x8, H, W>(tile)
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
unsafe fn dots_f64<const H: usize, const W: usize>(dots: &windows::Dots<f64>) {
    windows::correlate::<F64x8, H, W>(dots)
}

impl windows::Kernels for F64x8 {
    const TILES: &'static [[windows::Kernel<f64>; 3]] = windows::tiles!(windows_f64: 1 8, 2 4, 3 4, 4 2, 5 2, 6 2, 7 2, 8 2, 9 2, 10 2, 11 2, 12 2, 13 2, 14 2);
    const SUMS: &'static [[windows::DotKernel<f64>; windows::DOTS]] = windows::sums!(dots_f64: 1 2 3 4 5 6);
}
