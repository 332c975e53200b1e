//! Loops over the elements of slices: for short functions one loop, for long ones blocks that stay in the first-level cache
//! between the vectorised functions they go through.
//!
//! A function given to them is short, has no branch but selects, and is a `move` closure: a number that is captured by reference is
//! read again for each element, since a result might lie where it lies (ELU's backward of 10⁶ f32: 288 µs, so 127).

use tensor_ops::{Real, simd};

/// Elements of a block: with four slices of f64 half of a first-level cache.
const BLOCK: usize = 512;

/// y = f(x).
#[inline(always)]
pub(super) fn map<T: Real>(x: &[T], y: &mut [T], f: impl Fn(T) -> T) {
    simd::dispatch(
        #[inline(always)]
        move || {
            for (y, x) in y.iter_mut().zip(x) {
                *y = f(*x);
            }
        },
    );
}

/// y = f(y).
#[inline(always)]
pub(super) fn map_in_place<T: Real>(y: &mut [T], f: impl Fn(T) -> T) {
    simd::dispatch(
        #[inline(always)]
        move || {
            for y in y {
                *y = f(*y);
            }
        },
    );
}

/// y = f(x, y): from what a function left in y to the result.
#[inline(always)]
pub(super) fn combine<T: Real>(x: &[T], y: &mut [T], f: impl Fn(T, T) -> T) {
    simd::dispatch(
        #[inline(always)]
        move || {
            for (y, x) in y.iter_mut().zip(x) {
                *y = f(*x, *y);
            }
        },
    );
}

/// dx = f(dy, x, y).
#[inline(always)]
pub(super) fn pull<T: Real>([dy, x, y]: [&[T]; 3], dx: &mut [T], f: impl Fn(T, T, T) -> T) {
    simd::dispatch(
        #[inline(always)]
        move || {
            for (((dx, dy), x), y) in dx.iter_mut().zip(dy).zip(x).zip(y) {
                *dx = f(*dy, *x, *y);
            }
        },
    );
}

/// dx = f(dy, x, y, dx): from what a function left in dx to the result.
#[inline(always)]
pub(super) fn combine_back<T: Real>([dy, x, y]: [&[T]; 3], dx: &mut [T], f: impl Fn(T, T, T, T) -> T) {
    simd::dispatch(
        #[inline(always)]
        move || {
            for (((dx, dy), x), y) in dx.iter_mut().zip(dy).zip(x).zip(y) {
                *dx = f(*dy, *x, *y, *dx);
            }
        },
    );
}

/// dy = f(dy, y).
#[inline(always)]
pub(super) fn pull_in_place<T: Real>(y: &[T], dy: &mut [T], f: impl Fn(T, T) -> T) {
    combine(
        y,
        dy,
        #[inline(always)]
        move |y, dy| f(dy, y),
    );
}

/// `f(read, write)` of blocks of slices of one length.
pub(super) fn by_blocks<T: Real, const N: usize>(
    read: [&[T]; N],
    write: &mut [T],
    mut f: impl FnMut([&[T]; N], &mut [T]),
) {
    for (i, write) in write.chunks_mut(BLOCK).enumerate() {
        f(read.map(|slice| &slice[i * BLOCK..][..write.len()]), write);
    }
}

/// `f(read, old, new)` of blocks, where `old` is what stood in the place of `new`.
pub(super) fn in_place<T: Real, const N: usize>(
    read: [&[T]; N],
    place: &mut [T],
    mut f: impl FnMut([&[T]; N], &[T], &mut [T]),
) {
    let mut block = [T::ZERO; BLOCK];
    by_blocks(read, place, |read, new| {
        let old = &mut block[..new.len()];
        old.copy_from_slice(new);
        f(read, old, new);
    });
}
