//! Means over windows that all have one size, a line of places at a time.
//!
//! Along a line the places whose windows lie inside the image take their taps one after the other, each tap for all places at once,
//! which vectorises; those at the edges, and lines that have only edges, are computed place by place. The order in which a place meets
//! its pixels is row-major both ways.

use tensor_ops::{Real, simd};

use super::spread;
use super::window::{Axis, Grid, Span};

/// The places of a line whose windows lie inside the image, and where they stand.
#[derive(Clone, Copy)]
struct Inside {
    from: usize,
    to: usize,
    stride: usize,
    dilation: usize,
    kernel: usize,
    /// The pixel of the first tap of place `from`.
    first: usize,
}

impl Inside {
    fn of(axis: &Axis) -> Inside {
        let Axis::Windows { size, output, kernel, stride, dilation, before, .. } = *axis else {
            return Inside { from: 0, to: 0, stride: 1, dilation: 1, kernel: 1, first: 0 };
        };
        let from = before.div_ceil(stride).min(output);
        let room = (size + before).checked_sub((kernel - 1) * dilation + 1);
        let to = room.map_or(0, |room| room / stride + 1).clamp(from, output);
        Inside { from, to, stride, dilation, kernel, first: (from * stride).saturating_sub(before) }
    }

    /// A line's pixels from the one that tap `r` of the first place sees.
    #[inline(always)]
    fn seen<'a, T>(&self, line: &'a [T], r: usize) -> &'a [T] {
        &line[self.first + r * self.dilation..]
    }

    fn edges(&self, output: usize) -> impl Iterator<Item = usize> + use<> {
        (0..self.from).chain(self.to..output)
    }
}

/// Adds to every place the pixel that it sees, `stride` apart.
#[inline(always)]
fn add_line<T: Real>(stride: usize, y: &mut [T], x: &[T]) {
    match stride {
        1 => add_line_by::<T, 1>(y, x),
        2 => add_line_by::<T, 2>(y, x),
        3 => add_line_by::<T, 3>(y, x),
        _ => {
            for (y, x) in y.iter_mut().zip(x.iter().step_by(stride)) {
                *y += *x;
            }
        }
    }
}

#[inline(always)]
fn add_line_by<T: Real, const S: usize>(y: &mut [T], x: &[T]) {
    let (steps, n) = (x.as_chunks::<S>().0, y.len());
    for (y, x) in y.iter_mut().zip(steps) {
        *y += x[0];
    }
    // The last step may be cut off.
    for j in steps.len()..n {
        y[j] += x[j * S];
    }
}

/// Lines of a channel: their spans of planes and rows, for every line of places.
pub(super) fn lines(grid: &Grid) -> impl Iterator<Item = (usize, [usize; 2], [Span; 2])> + use<> {
    let [z, y, x] = grid.axes;
    (0..z.output() * y.output()).map(move |line| {
        let (h, i) = (line / y.output(), line % y.output());
        (line * x.output(), [h, i], [z.span(h), y.span(i)])
    })
}

/// Calls `f(first pixel of a line, number of its first tap)` for the lines of pixels that a line of places sees.
#[inline(always)]
pub(super) fn each_line(grid: &Grid, [depth, height]: [Span; 2], mut f: impl FnMut(usize, usize)) {
    let [_, y, x] = grid.axes;
    for p in 0..depth.count {
        let plane = (depth.first + p * depth.step) * y.size();
        for q in 0..height.count {
            let tap = ((depth.tap + p) * y.kernel() + height.tap + q) * x.kernel();
            f((plane + height.first + q * height.step) * x.size(), tap);
        }
    }
}

/// y = Σ x over the windows, divided by `count(place, spans)`, which is one number for the places of a line inside the image.
pub(super) fn mean<T: Real>(
    grid: &Grid,
    count: impl Fn([usize; 3], [Span; 3]) -> usize,
    x: &[T],
    y: &mut [T],
) {
    let (pixels, places) = grid.sizes();
    let [_, _, along] = grid.axes;
    let inside = Inside::of(&along);
    let channels = x.chunks_exact(pixels).zip(y.chunks_exact_mut(places));
    simd::dispatch(
        #[inline(always)]
        || {
            for (x, y) in channels {
                for (at, [h, i], spans) in lines(grid) {
                    let y = &mut y[at..at + along.output()];
                    y.fill(T::ZERO);
                    each_line(grid, spans, |first, _| {
                        let line = &x[first..first + along.size()];
                        for j in inside.edges(y.len()) {
                            let span = along.span(j);
                            for r in 0..span.count {
                                y[j] += line[span.first + r * span.step];
                            }
                        }
                        for r in 0..inside.kernel {
                            if inside.from == inside.to {
                                break;
                            }
                            let y = &mut y[inside.from..inside.to];
                            add_line(inside.stride, y, inside.seen(line, r));
                        }
                    });
                    let number = |j| T::from_usize(count([h, i, j], [spans[0], spans[1], along.span(j)]));
                    for j in inside.edges(y.len()) {
                        y[j] /= number(j);
                    }
                    if inside.from < inside.to {
                        let number = number(inside.from);
                        for y in &mut y[inside.from..inside.to] {
                            *y /= number;
                        }
                    }
                }
            }
        },
    );
}

/// dx of [`mean`]; `shares` has room for [`spread::mean_scratch`].
pub(super) fn mean_back<T: Real>(
    grid: &Grid,
    count: impl Fn([usize; 3], [Span; 3]) -> usize,
    dy: &[T],
    dx: &mut [T],
    shares: &mut [T],
) {
    let (pixels, places) = grid.sizes();
    let [z, y, along] = grid.axes;
    let inside = Inside::of(&along);
    let pairs = along.is_pairs() && y.is_side_by_side() && z.is_side_by_side();
    if !pairs {
        return spread::mean_back(grid, count, dy, dx, shares);
    }
    let channels = dy.chunks_exact(places).zip(dx.chunks_exact_mut(pixels));
    let shares = &mut shares[..along.output()];
    simd::dispatch(
        #[inline(always)]
        || {
            for (dy, dx) in channels {
                if pixels != places * grid.axes.iter().map(Axis::kernel).product::<usize>() {
                    dx.fill(T::ZERO);
                }
                for (at, [h, i], spans) in lines(grid) {
                    let dy = &dy[at..at + along.output()];
                    let number = |j| T::from_usize(count([h, i, j], [spans[0], spans[1], along.span(j)]));
                    for j in inside.edges(dy.len()) {
                        shares[j] = dy[j] / number(j);
                    }
                    if inside.from < inside.to {
                        let number = number(inside.from);
                        let all = inside.from..inside.to;
                        for (share, dy) in shares[all.clone()].iter_mut().zip(&dy[all]) {
                            *share = *dy / number;
                        }
                    }
                    each_line(grid, spans, |first, _| {
                        let line = &mut dx[first..first + along.size()];
                        let places = line.as_chunks_mut::<2>().0[..shares.len()].iter_mut();
                        for (pair, share) in places.zip(&*shares) {
                            *pair = [*share; 2];
                        }
                    });
                }
            }
        },
    );
}

#[cfg(test)]
mod tests {
    use super::super::largest::{max, max_back, max_scratch};
    use super::super::spread::mean_scratch;
    use super::super::sweep;
    use super::super::window::Windows;
    use super::*;
    use proptest::prelude::*;
    use tensor_ops::Shape;

    proptest! {
        /// Small integers, so that sums are exact, with ties and a NaN.
        #[test]
        fn pools_are_those_of_the_definition(
            lengths in [1usize..5, 1usize..6, 1usize..24], kernel in [1usize..4, 1usize..4, 1usize..6],
            stride in [1usize..4, 1usize..4, 1usize..5], dilation in [1usize..3, 1usize..3, 1usize..4],
            padding in [(0usize..3, 0usize..3), (0usize..3, 0usize..3), (0usize..4, 0usize..4)],
            touching: bool, ceil: bool, nan in 0usize..40,
        ) {
            let mut windows = Windows { kernel, stride: Some(stride), padding, dilation, ceil };
            if touching {
                windows = Windows { ceil, ..Windows::new([kernel[0], kernel[1], 2]) };
            }
            let input = Shape::new(&[2, lengths[0], lengths[1], lengths[2]]).unwrap();
            let Ok(grid) = windows.over(&input) else { return Ok(()) };
            let (pixels, places) = grid.sizes();
            let values = |n: usize, modulus: usize| -> Vec<f64> {
                (0..n).map(|i| (i * 7 % modulus) as f64 - 3.0).collect()
            };
            let (mut x, dy) = (values(2 * pixels, 11), values(2 * places, 5));
            let count = |place: [usize; 3], spans: [Span; 3]| {
                let _ = spans;
                1 << (0..3).map(|a| grid.axes[a].padded_count(place[a])).sum::<usize>().min(9)
            };

            let fresh = |n: usize| vec![f64::NAN; n];
            let (mut want, mut got) = (fresh(2 * places), fresh(2 * places));
            sweep::mean(&grid, count, &x, &mut want);
            mean(&grid, count, &x, &mut got);
            prop_assert_eq!(&got, &want);
            let (mut want, mut got) = (fresh(2 * pixels), fresh(2 * pixels));
            sweep::mean_back(&grid, count, &dy, &mut want);
            mean_back(&grid, count, &dy, &mut got, &mut fresh(mean_scratch(&grid)));
            prop_assert_eq!(&got, &want);

            if nan < x.len() {
                x[nan] = f64::NAN;
            }
            let same = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| a == b || (a.is_nan() && b.is_nan()));
            let (mut want, mut got, mut taps) = (fresh(2 * places), fresh(2 * places), fresh(2 * places));
            sweep::max(&grid, &x, &mut want);
            max(&grid, &x, &mut got, &mut taps, &mut fresh(max_scratch(&grid)));
            prop_assert!(same(&got, &want), "{:?} {:?}", got, want);
            let (mut want, mut got) = (fresh(2 * pixels), fresh(2 * pixels));
            sweep::max_back(&grid, &x, &dy, &mut want);
            max_back(&grid, &taps, &dy, &mut got);
            prop_assert_eq!(&got, &want);
        }
    }
}
