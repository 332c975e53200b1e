//! dx of means over windows that overlap: the shares of a line of places are spread along it once, by the phases of a [`Strip`], and added to
//! every line of pixels that it sees.

use tensor_ops::{Real, simd};

use super::strip::Strip;
use super::window::{Grid, Span};

/// Elements of scratch for [`mean_back`].
pub(super) fn mean_scratch(grid: &Grid) -> usize {
    let strip = Strip::new(&grid.axes[2]);
    strip.len().saturating_mul(2).saturating_add(strip.places.saturating_mul(2))
}

/// The first pixel of line (p, q) of some spans in its channel.
#[inline(always)]
fn line(grid: &Grid, [depth, height]: [Span; 2], p: usize, q: usize) -> usize {
    let [_, y, x] = &grid.axes;
    let row = (depth.first + p * depth.step) * y.size() + height.first + q * height.step;
    row * x.size()
}

/// Whether every pixel belongs to one line of places at most: then it is written once.
fn lines_are_apart(grid: &Grid) -> bool {
    grid.axes[0].is_side_by_side() && grid.axes[1].is_side_by_side()
}

/// Whether every line of pixels belongs to some line of places.
fn lines_are_all(grid: &Grid) -> bool {
    lines_are_apart(grid) && grid.axes[..2].iter().all(|axis| axis.output() * axis.kernel() == axis.size())
}

/// Writes a line, or adds it.
#[inline(always)]
fn put<T: Real>(line: &[T], apart: bool, to: &mut [T]) {
    if apart {
        return to.copy_from_slice(&line[..to.len()]);
    }
    for j in 0..to.len().min(line.len()) {
        to[j] += line[j];
    }
}

/// Divisors of a line of places: `count(place, spans)`, which is one number for all places whose windows lie inside the image.
#[inline(always)]
fn divisors<T: Real>(
    grid: &Grid,
    [h, i]: [usize; 2],
    spans: [Span; 2],
    count: &impl Fn([usize; 3], [Span; 3]) -> usize,
    to: &mut [T],
) {
    let axis = &grid.axes[2];
    let number = |j| T::from_usize(count([h, i, j], [spans[0], spans[1], axis.span(j)]));
    let (from, end) = axis.inside();
    for j in (0..from).chain(end..axis.output()) {
        to[j] = number(j);
    }
    if from < end {
        to[from..end].fill(number(from));
    }
}

/// dx of a mean, where windows are no pairs side by side.
pub(super) fn mean_back<T: Real>(
    grid: &Grid,
    count: impl Fn([usize; 3], [Span; 3]) -> usize,
    dy: &[T],
    dx: &mut [T],
    scratch: &mut [T],
) {
    simd::dispatch(
        #[inline(always)]
        || mean_back_of_channels(grid, count, dy, dx, scratch),
    );
}

#[inline(always)]
fn mean_back_of_channels<T: Real>(
    grid: &Grid,
    count: impl Fn([usize; 3], [Span; 3]) -> usize,
    dy: &[T],
    dx: &mut [T],
    scratch: &mut [T],
) {
    let (pixels, places) = grid.sizes();
    let [depth, height, along] = &grid.axes;
    let strip = Strip::new(along);
    let (phases, rest) = scratch.split_at_mut(strip.len());
    let (joined, rest) = rest.split_at_mut(strip.len());
    let (shares, rest) = rest.split_at_mut(strip.places);
    let counts = &mut rest[..strip.places];
    shares.fill(T::ZERO);
    counts.fill(T::ONE);
    let apart = lines_are_apart(grid);
    if !lines_are_all(grid) || strip.used < along.size() {
        dx.fill(T::ZERO);
    }
    for h in 0..depth.output() {
        for i in 0..height.output() {
            let spans = [depth.span(h), height.span(i)];
            divisors(grid, [h, i], spans, &count, counts);
            for c in 0..dx.len() / pixels {
                let dx = &mut dx[c * pixels..(c + 1) * pixels];
                let at = c * places + (h * height.output() + i) * strip.output;
                shares[..strip.output].copy_from_slice(&dy[at..at + strip.output]);
                for j in 0..shares.len().min(counts.len()) {
                    shares[j] /= counts[j];
                }
                phases.fill(T::ZERO);
                for r in 0..strip.kernel {
                    put(shares, false, &mut phases[strip.seen(r)..][..strip.places]);
                }
                strip.join(phases, joined);
                for p in 0..spans[0].count {
                    for q in 0..spans[1].count {
                        let first = line(grid, spans, p, q);
                        put(&joined[strip.before..], apart, &mut dx[first..first + strip.used]);
                    }
                }
            }
        }
    }
}
