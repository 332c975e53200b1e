//! Pools whose windows all have one size, a line of places at a time.
//!
//! First the lines of pixels that a line of places sees become one, by their largest or their sum, pixel by pixel; then the taps along it
//! are taken on its phases ([`Strip`]), for all places at once. Both vectorise, and an image is read once.

use tensor_ops::{Real, simd};

use super::strip::Strip;
use super::window::{Grid, Span};

/// Elements of scratch for [`max`] and [`max_back`].
pub(super) fn max_scratch(grid: &Grid) -> usize {
    let strip = Strip::new(&grid.axes[2]);
    strip.len().saturating_mul(4).saturating_add(strip.places.saturating_mul(2))
}

/// Elements of scratch for [`mean`] and [`mean_back`].
pub(super) fn mean_scratch(grid: &Grid) -> usize {
    let strip = Strip::new(&grid.axes[2]);
    strip.len().saturating_mul(2).saturating_add(strip.places.saturating_mul(2))
}

/// The first pixel of line (p, q) of some spans in its channel, and the number of the first tap on it.
#[inline(always)]
fn line(grid: &Grid, [depth, height]: [Span; 2], p: usize, q: usize) -> (usize, usize) {
    let [_, y, x] = &grid.axes;
    let row = (depth.first + p * depth.step) * y.size() + height.first + q * height.step;
    (row * x.size(), ((depth.tap + p) * y.kernel() + height.tap + q) * x.kernel())
}

/// Where no pixel is, there is no tap; and no tap comes after this one.
const NONE: f64 = f64::INFINITY;

/// Whether `x` by tap `n` comes before `y` by tap `m`: the larger one, NaN being the largest of all, and of equals the first.
#[inline(always)]
#[allow(clippy::eq_op)] // a NaN, in a form that vectorises
fn comes_before<T: Real>(x: T, n: T, y: T, m: T) -> bool {
    (x > y) | ((n < m) & ((x == y) | (x != x))) | ((x != x) & (y == y))
}

/// y = max of x over the windows, and the number of the tap that it is.
pub(super) fn max<T: Real>(grid: &Grid, x: &[T], y: &mut [T], taps: &mut [T], scratch: &mut [T]) {
    simd::dispatch(
        #[inline(always)]
        || max_of_channels(grid, x, y, taps, scratch),
    );
}

#[inline(always)]
fn max_of_channels<T: Real>(grid: &Grid, x: &[T], y: &mut [T], taps: &mut [T], scratch: &mut [T]) {
    let (pixels, places) = grid.sizes();
    let [depth, height, along] = &grid.axes;
    let strip = Strip::new(along);
    let (values, rest) = scratch.split_at_mut(strip.len());
    let (numbers, rest) = rest.split_at_mut(strip.len());
    let (value_phases, rest) = rest.split_at_mut(strip.len());
    let (number_phases, rest) = rest.split_at_mut(strip.len());
    let (best, rest) = rest.split_at_mut(strip.places);
    let of_best = &mut rest[..strip.places];
    values.fill(-T::INFINITY);
    numbers.fill(T::from_f64(NONE));
    let inside = strip.before..strip.before + strip.used;
    let mut at = 0;
    for c in 0..x.len() / pixels {
        let x = &x[c * pixels..(c + 1) * pixels];
        debug_assert_eq!(at, c * places);
        for h in 0..depth.output() {
            for i in 0..height.output() {
                let spans = [depth.span(h), height.span(i)];
                let (values_inside, numbers_inside) =
                    (&mut values[inside.clone()], &mut numbers[inside.clone()]);
                if spans[0].count * spans[1].count == 0 {
                    values_inside.fill(-T::INFINITY);
                    numbers_inside.fill(T::from_f64(NONE));
                }
                for p in 0..spans[0].count {
                    for q in 0..spans[1].count {
                        let (first, tap) = line(grid, spans, p, q);
                        let (x, tap) = (&x[first..first + strip.used], T::from_usize(tap));
                        if p + q == 0 {
                            values_inside.copy_from_slice(x);
                            numbers_inside.fill(tap);
                        } else {
                            larger_of_rows(x, tap, values_inside, numbers_inside);
                        }
                    }
                }
                strip.part(values, value_phases);
                strip.part(numbers, number_phases);
                best.copy_from_slice(&value_phases[..strip.places]);
                of_best.copy_from_slice(&number_phases[..strip.places]);
                for r in 1..strip.kernel {
                    let seen = strip.seen(r)..strip.seen(r) + strip.places;
                    let (x, n) = (&value_phases[seen.clone()], &number_phases[seen]);
                    larger_of_taps(x, n, T::from_usize(r), best, of_best);
                }
                y[at..at + strip.output].copy_from_slice(&best[..strip.output]);
                taps[at..at + strip.output].copy_from_slice(&of_best[..strip.output]);
                at += strip.output;
            }
        }
    }
}

/// A further line of pixels, all by taps behind those that were there.
#[inline(always)]
#[allow(clippy::eq_op)] // a NaN, in a form that vectorises
fn larger_of_rows<T: Real>(x: &[T], tap: T, y: &mut [T], numbers: &mut [T]) {
    for j in 0..y.len().min(x.len()).min(numbers.len()) {
        let takes = (x[j] > y[j]) | ((x[j] != x[j]) & (y[j] == y[j]));
        y[j] = if takes { x[j] } else { y[j] };
        numbers[j] = if takes { tap } else { numbers[j] };
    }
}

/// A further tap of each line; `n` counts from the first tap of a line.
#[inline(always)]
fn larger_of_taps<T: Real>(x: &[T], n: &[T], r: T, y: &mut [T], numbers: &mut [T]) {
    for j in 0..y.len().min(x.len()).min(n.len()).min(numbers.len()) {
        let number = n[j] + r;
        let takes = comes_before(x[j], number, y[j], numbers[j]);
        y[j] = if takes { x[j] } else { y[j] };
        numbers[j] = if takes { number } else { numbers[j] };
    }
}

/// Whether every pixel belongs to one line of places at most: then it is written once.
fn lines_are_apart(grid: &Grid) -> bool {
    grid.axes[0].is_side_by_side() && grid.axes[1].is_side_by_side()
}

/// Whether every line of pixels belongs to some line of places.
fn lines_are_all(grid: &Grid) -> bool {
    lines_are_apart(grid) && grid.axes[..2].iter().all(|axis| axis.output() * axis.kernel() == axis.size())
}

/// dx of [`max`]: dy goes to the pixel of the tap.
pub(super) fn max_back<T: Real>(grid: &Grid, taps: &[T], dy: &[T], dx: &mut [T], scratch: &mut [T]) {
    simd::dispatch(
        #[inline(always)]
        || max_back_of_channels(grid, taps, dy, dx, scratch),
    );
}

#[inline(always)]
fn max_back_of_channels<T: Real>(grid: &Grid, taps: &[T], dy: &[T], dx: &mut [T], scratch: &mut [T]) {
    let (pixels, _) = grid.sizes();
    let [depth, height, along] = &grid.axes;
    let strip = Strip::new(along);
    let (phases, rest) = scratch.split_at_mut(strip.len());
    let (joined, rest) = rest.split_at_mut(strip.len());
    let (shares, rest) = rest.split_at_mut(strip.places);
    let numbers = &mut rest[..strip.places];
    shares.fill(T::ZERO);
    numbers.fill(T::from_f64(NONE));
    let (apart, mut at) = (lines_are_apart(grid), 0);
    if !lines_are_all(grid) || strip.used < along.size() {
        dx.fill(T::ZERO);
    }
    for c in 0..dx.len() / pixels {
        let dx = &mut dx[c * pixels..(c + 1) * pixels];
        for h in 0..depth.output() {
            for i in 0..height.output() {
                let spans = [depth.span(h), height.span(i)];
                shares[..strip.output].copy_from_slice(&dy[at..at + strip.output]);
                numbers[..strip.output].copy_from_slice(&taps[at..at + strip.output]);
                at += strip.output;
                for p in 0..spans[0].count {
                    for q in 0..spans[1].count {
                        let (first, tap) = line(grid, spans, p, q);
                        phases.fill(T::ZERO);
                        for r in 0..strip.kernel {
                            let seen = &mut phases[strip.seen(r)..][..strip.places];
                            add_chosen(T::from_usize(tap + r), numbers, shares, seen);
                        }
                        strip.join(phases, joined);
                        put(&joined[strip.before..], apart, &mut dx[first..first + strip.used]);
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn add_chosen<T: Real>(tap: T, numbers: &[T], shares: &[T], to: &mut [T]) {
    for j in 0..to.len().min(numbers.len()).min(shares.len()) {
        to[j] += if numbers[j] == tap { shares[j] } else { T::ZERO };
    }
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

/// y = Σ x over the windows, divided by `count(place, spans)`, which is one number for the places of a line inside the image.
pub(super) fn mean<T: Real>(
    grid: &Grid,
    count: impl Fn([usize; 3], [Span; 3]) -> usize,
    x: &[T],
    y: &mut [T],
    scratch: &mut [T],
) {
    simd::dispatch(
        #[inline(always)]
        || mean_of_channels(grid, count, x, y, scratch),
    );
}

#[inline(always)]
fn mean_of_channels<T: Real>(
    grid: &Grid,
    count: impl Fn([usize; 3], [Span; 3]) -> usize,
    x: &[T],
    y: &mut [T],
    scratch: &mut [T],
) {
    let (pixels, places) = grid.sizes();
    let [depth, height, along] = &grid.axes;
    let strip = Strip::new(along);
    let (sums, rest) = scratch.split_at_mut(strip.len());
    let (phases, rest) = rest.split_at_mut(strip.len());
    let (totals, rest) = rest.split_at_mut(strip.places);
    let counts = &mut rest[..strip.places];
    sums.fill(T::ZERO);
    counts.fill(T::ONE);
    let inside = strip.before..strip.before + strip.used;
    // The lines of all channels have the same divisors.
    for h in 0..depth.output() {
        for i in 0..height.output() {
            let spans = [depth.span(h), height.span(i)];
            divisors(grid, [h, i], spans, &count, counts);
            for c in 0..x.len() / pixels {
                let x = &x[c * pixels..(c + 1) * pixels];
                let at = c * places + (h * height.output() + i) * strip.output;
                let sums_inside = &mut sums[inside.clone()];
                if spans[0].count * spans[1].count == 0 {
                    sums_inside.fill(T::ZERO);
                }
                for p in 0..spans[0].count {
                    for q in 0..spans[1].count {
                        let (first, _) = line(grid, spans, p, q);
                        put(&x[first..first + strip.used], p + q == 0, sums_inside);
                    }
                }
                strip.part(sums, phases);
                totals.copy_from_slice(&phases[..strip.places]);
                for r in 1..strip.kernel {
                    put(&phases[strip.seen(r)..], false, totals);
                }
                for j in 0..totals.len().min(counts.len()) {
                    totals[j] /= counts[j];
                }
                y[at..at + strip.output].copy_from_slice(&totals[..strip.output]);
            }
        }
    }
}

/// dx of [`mean`].
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
                        let (first, _) = line(grid, spans, p, q);
                        put(&joined[strip.before..], apart, &mut dx[first..first + strip.used]);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
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
            mean(&grid, count, &x, &mut got, &mut fresh(mean_scratch(&grid)));
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
            max_back(&grid, &taps, &dy, &mut got, &mut fresh(max_scratch(&grid)));
            prop_assert_eq!(&got, &want);
        }
    }
}
