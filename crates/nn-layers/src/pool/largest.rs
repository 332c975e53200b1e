//! The largest pixels of windows that all have one size, and the way back to them, a line of places at a time.
//!
//! The taps along a line of pixels are taken on its phases ([`Strip`]), each for all places at once, in whole blocks, which vectorises; in
//! row-major order, so that the first of equals is found.

use tensor_ops::{Real, simd};

use super::lines::{each_line, lines};
use super::strip::{BLOCK, Strip};
use super::window::{Axis, Grid, Span};

/// Elements of scratch for [`max`].
pub(super) fn max_scratch(grid: &Grid) -> usize {
    let strip = Strip::new(&grid.axes[2]);
    strip.len().saturating_mul(2).saturating_add(strip.places.saturating_mul(2))
}

/// Where no pixel is, there is no tap.
const NONE: f64 = -1.0;

/// y = max of x over the windows, and the number of the tap that it is.
pub(super) fn max<T: Real>(grid: &Grid, x: &[T], y: &mut [T], taps: &mut [T], scratch: &mut [T]) {
    simd::dispatch(
        #[inline(always)]
        || max_of_channels(grid, x, y, taps, scratch),
    );
}

#[inline(always)]
fn max_of_channels<T: Real>(grid: &Grid, x: &[T], y: &mut [T], taps: &mut [T], scratch: &mut [T]) {
    let (pixels, _) = grid.sizes();
    let [depth, height, along] = &grid.axes;
    let strip = Strip::new(along);
    let (padded, rest) = scratch.split_at_mut(strip.len());
    let (phases, rest) = rest.split_at_mut(strip.len());
    let (best, rest) = rest.split_at_mut(strip.places);
    let numbers = &mut rest[..strip.places];
    padded.fill(-T::INFINITY);
    let mut at = 0;
    for x in x.chunks_exact(pixels) {
        for h in 0..depth.output() {
            for i in 0..height.output() {
                let spans = [depth.span(h), height.span(i)];
                best.fill(-T::INFINITY);
                numbers.fill(T::from_f64(NONE));
                for p in 0..spans[0].count {
                    let plane = (spans[0].first + p * spans[0].step) * height.size();
                    for q in 0..spans[1].count {
                        let first = (plane + spans[1].first + q * spans[1].step) * along.size();
                        let tap = ((spans[0].tap + p) * height.kernel() + spans[1].tap + q) * strip.kernel;
                        padded[strip.before..strip.before + strip.used]
                            .copy_from_slice(&x[first..first + strip.used]);
                        strip.part(padded, phases);
                        for r in 0..strip.kernel {
                            let seen = &phases[strip.seen(r)..][..strip.places];
                            take_larger(seen, T::from_usize(tap + r), best, numbers);
                        }
                    }
                }
                y[at..at + strip.output].copy_from_slice(&best[..strip.output]);
                let numbers = &mut numbers[..strip.output];
                if any_is_none(numbers) {
                    first_of_infinite(grid, spans, numbers);
                }
                taps[at..at + strip.output].copy_from_slice(numbers);
                at += strip.output;
            }
        }
    }
}

/// A further tap takes the place of those before it where its pixel is larger, or the first NaN.
#[inline(always)]
#[allow(clippy::neg_cmp_op_on_partial_ord, clippy::eq_op)] // forms that vectorise: a NaN is not at most y
fn take_larger<T: Real>(x: &[T], tap: T, y: &mut [T], numbers: &mut [T]) {
    let (x, y, numbers) =
        (x.as_chunks::<BLOCK>().0, y.as_chunks_mut::<BLOCK>().0, numbers.as_chunks_mut::<BLOCK>().0);
    for ((x, y), numbers) in x.iter().zip(y).zip(numbers) {
        let (mut larger, mut taps) = (*y, *numbers);
        for l in 0..BLOCK {
            let takes = !(x[l] <= y[l]) & (y[l] == y[l]);
            larger[l] = if takes { x[l] } else { larger[l] };
            taps[l] = if takes { tap } else { taps[l] };
        }
        (*y, *numbers) = (larger, taps);
    }
}

#[inline(always)]
fn any_is_none<T: Real>(numbers: &[T]) -> bool {
    let mut none = false;
    for n in numbers {
        none |= *n < T::ZERO;
    }
    none
}

/// Where all pixels of a window are -∞, the first one is the largest.
#[cold]
fn first_of_infinite<T: Real>(grid: &Grid, [depth, height]: [Span; 2], numbers: &mut [T]) {
    let [_, y, x] = &grid.axes;
    for (j, n) in numbers.iter_mut().enumerate().filter(|(_, n)| **n < T::ZERO) {
        let span = x.span(j);
        // A window may see no pixel, where dilation is larger than what it looks at.
        if depth.count * height.count * span.count > 0 {
            *n = T::from_usize((depth.tap * y.kernel() + height.tap) * x.kernel() + span.tap);
        }
    }
}

/// Taps whose positions are looked up.
const TABLE: usize = 64;

/// dx of [`max`]: dy goes to the pixel of the tap.
pub(super) fn max_back<T: Real>(grid: &Grid, taps: &[T], dy: &[T], dx: &mut [T]) {
    let (pixels, places) = grid.sizes();
    let [z, y, x] = grid.axes;
    if x.is_pairs() && y.is_side_by_side() && z.is_side_by_side() {
        return max_back_pairs(grid, taps, dy, dx);
    }
    let offset = |tap: usize| {
        let (p, q, r) = (tap / (y.kernel() * x.kernel()), tap / x.kernel() % y.kernel(), tap % x.kernel());
        (p * z.dilation() * y.size() + q * y.dilation()) * x.size() + r * x.dilation()
    };
    let mut table = [0; TABLE];
    table.iter_mut().enumerate().for_each(|(tap, to)| *to = offset(tap));
    dx.fill(T::ZERO);
    for ((taps, dy), dx) in
        taps.chunks_exact(places).zip(dy.chunks_exact(places)).zip(dx.chunks_exact_mut(pixels))
    {
        for (at, [h, i], _) in lines(grid) {
            let line = (z.start(h) * y.size() as isize + y.start(i)) * x.size() as isize;
            let of_line = taps[at..at + x.output()].iter().zip(&dy[at..at + x.output()]);
            for (j, (tap, dy)) in of_line.enumerate() {
                if *tap >= T::ZERO {
                    let tap = tap.to_f64() as usize;
                    let offset = if tap < TABLE { table[tap] } else { offset(tap) };
                    // The window may begin before the image, its largest pixel is in it.
                    dx[(line + x.start(j)).wrapping_add_unsigned(offset) as usize] += *dy;
                }
            }
        }
    }
}

/// The same for windows of two columns, side by side both ways: every pixel is written once.
fn max_back_pairs<T: Real>(grid: &Grid, taps: &[T], dy: &[T], dx: &mut [T]) {
    let (pixels, places) = grid.sizes();
    let [_, _, along] = grid.axes;
    let (width, output) = (along.size(), along.output());
    simd::dispatch(
        #[inline(always)]
        || {
            for c in 0..dx.len() / pixels {
                let dx = &mut dx[c * pixels..(c + 1) * pixels];
                // What no window sees.
                if pixels != places * grid.axes.iter().map(Axis::kernel).product::<usize>() {
                    dx.fill(T::ZERO);
                }
                for (at, _, spans) in lines(grid) {
                    let at = c * places + at;
                    each_line(grid, spans, |first, tap| {
                        let (left, right) = (T::from_usize(tap), T::from_usize(tap + 1));
                        let pairs = &mut dx[first..first + width].as_chunks_mut::<2>().0[..output];
                        let taps = &taps[at..at + output];
                        for ((pair, tap), dy) in pairs.iter_mut().zip(taps).zip(&dy[at..at + output]) {
                            *pair = [
                                if *tap == left { *dy } else { T::ZERO },
                                if *tap == right { *dy } else { T::ZERO },
                            ];
                        }
                    });
                }
            }
        },
    );
}
