//! Forward and backward of the pools over channels.

use tensor_ops::Real;

use super::window::{Grid, Span};

/// The first of the largest pixels of a window; a NaN counts as larger than all. None where the window sees no pixel.
#[inline(always)]
fn largest<T: Real>(grid: &Grid, x: &[T], spans: [Span; 3]) -> Option<usize> {
    let mut best = None;
    grid.each_pixel(spans, |at| {
        if best.is_none_or(|best: usize| x[at] > x[best] || (x[at].is_nan() && !x[best].is_nan())) {
            best = Some(at);
        }
    });
    best
}

/// y = max of x over the windows; `x` and `y` are whole channels. -∞ where a window sees no pixel.
pub(super) fn max<T: Real>(grid: &Grid, x: &[T], y: &mut [T]) {
    let (pixels, places) = grid.sizes();
    for (x, y) in x.chunks_exact(pixels).zip(y.chunks_exact_mut(places)) {
        grid.each(|at, _, spans| y[at] = largest(grid, x, spans).map_or(-T::INFINITY, |best| x[best]));
    }
}

/// dx of [`max`]: dy goes to the first of the largest pixels.
pub(super) fn max_back<T: Real>(grid: &Grid, x: &[T], dy: &[T], dx: &mut [T]) {
    let (pixels, places) = grid.sizes();
    dx.fill(T::ZERO);
    for ((x, dy), dx) in x.chunks_exact(pixels).zip(dy.chunks_exact(places)).zip(dx.chunks_exact_mut(pixels))
    {
        grid.each(|at, _, spans| {
            if let Some(best) = largest(grid, x, spans) {
                dx[best] += dy[at];
            }
        });
    }
}

/// The positions in their channel of what [`max`] takes.
pub(super) fn max_positions<T: Real>(grid: &Grid, x: &[T], positions: &mut [usize]) {
    let (pixels, places) = grid.sizes();
    for (x, to) in x.chunks_exact(pixels).zip(positions.chunks_exact_mut(places)) {
        grid.each(|at, _, spans| to[at] = largest(grid, x, spans).unwrap_or(0));
    }
}

/// y = Σ x over the windows, divided by `count(place, spans)`.
pub(super) fn mean<T: Real>(
    grid: &Grid,
    count: impl Fn([usize; 3], [Span; 3]) -> usize,
    x: &[T],
    y: &mut [T],
) {
    let (pixels, places) = grid.sizes();
    for (x, y) in x.chunks_exact(pixels).zip(y.chunks_exact_mut(places)) {
        grid.each(|at, place, spans| {
            let mut sum = T::ZERO;
            grid.each_pixel(spans, |pixel| sum += x[pixel]);
            y[at] = sum / T::from_usize(count(place, spans));
        });
    }
}

/// dx of [`mean`].
pub(super) fn mean_back<T: Real>(
    grid: &Grid,
    count: impl Fn([usize; 3], [Span; 3]) -> usize,
    dy: &[T],
    dx: &mut [T],
) {
    let (pixels, places) = grid.sizes();
    dx.fill(T::ZERO);
    for (dy, dx) in dy.chunks_exact(places).zip(dx.chunks_exact_mut(pixels)) {
        grid.each(|at, place, spans| {
            let share = dy[at] / T::from_usize(count(place, spans));
            grid.each_pixel(spans, |pixel| dx[pixel] += share);
        });
    }
}

/// The pixels of a window.
pub(super) fn seen(_: [usize; 3], spans: [Span; 3]) -> usize {
    spans.iter().map(|span| span.count).product()
}
