//! Arrays that the compiler maps to the vectors of the target's baseline: SSE2, NEON, or none.
//!
//! The functions of the trait have its contract, and nothing to add to it.
#![allow(unsafe_op_in_unsafe_fn)]

use super::Product;
use super::blocks::drive;
use super::lanes::Lanes;
use super::tile::{Kernel, Tile, multiply};
use super::windows;
use crate::Real;

/// The product, compiled for what every processor of the target has.
pub(super) unsafe fn product_f32(x: &Product<f32>) {
    drive::<Array<f32, 4>>(x)
}

/// As above.
pub(super) unsafe fn product_f64(x: &Product<f64>) {
    drive::<Array<f64, 2>>(x)
}

unsafe fn kernel<V: Lanes, const H: usize, const W: usize>(tile: &Tile<V::T>) {
    multiply::<V, H, W>(tile)
}

/// Whether the baseline has fused multiply-adds; without the instruction each would be a function call.
const FUSED: bool = cfg!(any(target_feature = "fma", target_arch = "aarch64"));

#[derive(Clone, Copy)]
pub(super) struct Array<T, const N: usize>([T; N]);

impl<T: Real, const N: usize> Lanes for Array<T, N> {
    type T = T;
    type Mask = usize;
    const N: usize = N;
    const KERNELS: &'static [[Kernel<T>; 2]] = &[
        [kernel::<Self, 1, 1>, kernel::<Self, 1, 2>],
        [kernel::<Self, 2, 1>, kernel::<Self, 2, 2>],
        [kernel::<Self, 3, 1>, kernel::<Self, 3, 2>],
        [kernel::<Self, 4, 1>, kernel::<Self, 4, 2>],
        [kernel::<Self, 5, 1>, kernel::<Self, 5, 2>],
        [kernel::<Self, 6, 1>, kernel::<Self, 6, 2>],
    ];

    #[inline(always)]
    unsafe fn mask(n: usize) -> usize {
        n
    }
    #[inline(always)]
    unsafe fn zero() -> Self {
        Array([T::ZERO; N])
    }
    #[inline(always)]
    unsafe fn splat(p: *const T) -> Self {
        Array([*p; N])
    }
    #[inline(always)]
    unsafe fn load(p: *const T) -> Self {
        Array(p.cast::<[T; N]>().read_unaligned())
    }
    #[inline(always)]
    unsafe fn load_first(p: *const T, n: usize) -> Self {
        if n == N {
            return Self::load(p);
        }
        let mut lanes = [T::ZERO; N];
        lanes.as_mut_ptr().copy_from_nonoverlapping(p, n);
        Array(lanes)
    }
    #[inline(always)]
    unsafe fn store(self, p: *mut T) {
        p.cast::<[T; N]>().write_unaligned(self.0)
    }
    #[inline(always)]
    unsafe fn store_first(self, p: *mut T, n: usize) {
        p.copy_from_nonoverlapping(self.0.as_ptr(), n)
    }
    #[inline(always)]
    unsafe fn add(mut self, other: Self) -> Self {
        for l in 0..N {
            self.0[l] += other.0[l];
        }
        self
    }
    #[inline(always)]
    unsafe fn mul_add(self, b: Self, mut c: Self) -> Self {
        for l in 0..N {
            c.0[l] = if FUSED { self.0[l].mul_add(b.0[l], c.0[l]) } else { c.0[l] + self.0[l] * b.0[l] };
        }
        c
    }
    #[inline(always)]
    unsafe fn prefetch(_: *const T) {}
    #[inline(always)]
    unsafe fn transpose(from: *const T, stride: usize, height: usize, width: usize, to: *mut T, step: usize) {
        transpose::<T, N>(from, stride, height, width, to, step)
    }
}

/// [`Lanes::transpose`] by the definition.
///
/// # Safety
/// As there.
#[inline(always)]
pub(super) unsafe fn transpose<T: Real, const N: usize>(
    from: *const T,
    stride: usize,
    height: usize,
    width: usize,
    to: *mut T,
    step: usize,
) {
    for p in 0..width {
        for i in 0..N {
            *to.add(p * step + i) = if i < height { *from.add(i * stride + p) } else { T::ZERO };
        }
    }
}

unsafe fn windows_of<V: Lanes, const H: usize, const W: usize>(tile: &windows::Tile<V::T>) {
    windows::multiply::<V, H, W>(tile)
}

unsafe fn dots_of<V: Lanes, const H: usize, const W: usize>(dots: &windows::Dots<V::T>) {
    windows::correlate::<V, H, W>(dots)
}

impl<T: Real, const N: usize> windows::Kernels for Array<T, N> {
    const TILES: &'static [[windows::Kernel<T>; 3]] = &[
        [windows_of::<Self, 1, 1>, windows_of::<Self, 1, 2>, windows_of::<Self, 1, 8>],
        [windows_of::<Self, 2, 1>, windows_of::<Self, 2, 2>, windows_of::<Self, 2, 4>],
        [windows_of::<Self, 3, 1>, windows_of::<Self, 3, 2>, windows_of::<Self, 3, 4>],
        [windows_of::<Self, 4, 1>, windows_of::<Self, 4, 2>, windows_of::<Self, 4, 2>],
        [windows_of::<Self, 5, 1>, windows_of::<Self, 5, 2>, windows_of::<Self, 5, 2>],
        [windows_of::<Self, 6, 1>, windows_of::<Self, 6, 2>, windows_of::<Self, 6, 2>],
    ];
    const SUMS: &'static [[windows::DotKernel<T>; windows::DOTS]] = &[
        [dots_of::<Self, 1, 1>, dots_of::<Self, 1, 2>, dots_of::<Self, 1, 3>, dots_of::<Self, 1, 4>],
        [dots_of::<Self, 2, 1>, dots_of::<Self, 2, 2>, dots_of::<Self, 2, 3>, dots_of::<Self, 2, 4>],
        [dots_of::<Self, 3, 1>, dots_of::<Self, 3, 2>, dots_of::<Self, 3, 3>, dots_of::<Self, 3, 4>],
    ];
}
