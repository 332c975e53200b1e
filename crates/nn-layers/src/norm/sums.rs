//! Sums over rows and over columns, vectorised, in an order that the lengths alone decide: equal bits on every set of
//! instructions. To be called inside `simd::dispatch`.

use std::ops::Range;

use tensor_ops::Real;

/// Accumulators side by side: four 512-bit vectors of f32, as many as hide the latency of an addition.
const LANES: usize = 64;
/// Elements of a row that are summed by themselves before they join the total: 64 additions to each lane, so that rounding
/// grows with the number of blocks and not of elements.
const BLOCK: usize = 64 * LANES;
/// Rows of fewer elements are summed one by one.
const SHORT: usize = 16;
/// Rows of a matrix that are summed by themselves before they join the total, side by side: so many streams from memory.
const ROWS: usize = 8;

/// K sums over the elements of N slices of equal length.
#[inline(always)]
pub(super) fn sums<T: Real, const N: usize, const K: usize>(
    x: [&[T]; N],
    of: impl Fn([T; N]) -> [T; K] + Copy,
) -> [T; K] {
    let n = x[0].len();
    let mut total = [T::ZERO; K];
    if n < SHORT {
        for i in 0..n {
            let mut values = [T::ZERO; N];
            for k in 0..N {
                values[k] = x[k][i];
            }
            let term = of(values);
            for k in 0..K {
                total[k] += term[k];
            }
        }
        return total;
    }
    let mut from = 0;
    while from < n {
        let to = n.min(from + BLOCK);
        let mut part = x;
        for k in 0..N {
            part[k] = &x[k][from..to];
        }
        let lanes = rest(part, lines(part, of), of);
        for k in 0..K {
            total[k] += across(lanes[k]);
        }
        from = to;
    }
    total
}

/// The sums of whole lines of 64, lane by lane.
#[inline(always)]
fn lines<T: Real, const N: usize, const K: usize>(
    x: [&[T]; N],
    of: impl Fn([T; N]) -> [T; K] + Copy,
) -> [[T; LANES]; K] {
    let mut lines = [x[0].as_chunks::<LANES>().0; N];
    for k in 1..N {
        lines[k] = x[k].as_chunks().0;
    }
    let mut lanes = [[T::ZERO; LANES]; K];
    for i in 0..lines[0].len() {
        let mut line = [&lines[0][i]; N];
        for k in 1..N {
            line[k] = &lines[k][i];
        }
        meet(&mut lanes, line, LANES, of);
    }
    lanes
}

/// What is left of the slices behind the last whole line joins the first lanes.
#[inline(always)]
fn rest<T: Real, const N: usize, const K: usize>(
    x: [&[T]; N],
    mut lanes: [[T; LANES]; K],
    of: impl Fn([T; N]) -> [T; K] + Copy,
) -> [[T; LANES]; K] {
    let len = x[0].len() % LANES;
    if len > 0 {
        let mut padded = [[T::ZERO; LANES]; N];
        for k in 0..N {
            padded[k][..len].copy_from_slice(&x[k][x[k].len() - len..]);
        }
        let mut line = [&padded[0]; N];
        for k in 1..N {
            line[k] = &padded[k];
        }
        meet(&mut lanes, line, len, of);
    }
    lanes
}

#[inline(always)]
fn meet<T: Real, const N: usize, const K: usize>(
    lanes: &mut [[T; LANES]; K],
    line: [&[T; LANES]; N],
    len: usize,
    of: impl Fn([T; N]) -> [T; K] + Copy,
) {
    for l in 0..LANES {
        let mut values = [T::ZERO; N];
        for k in 0..N {
            values[k] = line[k][l];
        }
        let term = of(values);
        for k in 0..K {
            lanes[k][l] += if l < len { term[k] } else { T::ZERO };
        }
    }
}

/// The sum of the lanes, in a tree.
#[inline(always)]
fn across<T: Real>(mut lanes: [T; LANES]) -> T {
    let mut half = LANES / 2;
    while half > 0 {
        for l in 0..half {
            lanes[l] += lanes[l + half];
        }
        half /= 2;
    }
    lanes[0]
}

/// Mean and biased variance. Two passes, the second about the mean of the first, whose rounding the sum of the deviations
/// corrects (Chan, Golub and LeVeque, "Algorithms for computing the sample variance", 1983, equation 1.7).
#[inline(always)]
pub(super) fn moments<T: Real>(x: &[T]) -> (T, T) {
    let n = T::from_usize(x.len());
    let [sum] = sums(
        [x],
        #[inline(always)]
        |[x]| [x],
    );
    let about = sum / n;
    let deviations = sums(
        [x],
        #[inline(always)]
        |[x]| [x - about, (x - about) * (x - about)],
    );
    corrected(about, deviations[0] / n, deviations[1] / n)
}

/// Mean and variance from the means of the deviations and of their squares about a number near the mean.
#[inline(always)]
pub(super) fn corrected<T: Real>(about: T, first: T, second: T) -> (T, T) {
    (about + first, (second - first * first).maximum(T::ZERO))
}

/// K sums over the rows of N matrices `(rows, cols)`, for each of the columns from `first` on that have a place in `out`.
/// `about` holds a number for each of these columns, or nothing; `by_row` some numbers for each row, or nothing.
#[inline(always)]
pub(super) fn columns<T: Real, const N: usize, const R: usize, const K: usize>(
    x: [&[T]; N],
    (cols, first): (usize, usize),
    about: &[T],
    by_row: &[[T; R]],
    mut out: [&mut [T]; K],
    of: impl Fn([T; N], T, [T; R]) -> [T; K] + Copy,
) {
    for out in &mut out {
        out.fill(T::ZERO);
    }
    let rows = x[0].len() / cols;
    let mut row = 0;
    while row < rows {
        let group = row..rows.min(row + ROWS);
        let mut at = 0;
        at = tiles::<T, N, R, K, 64>(x, (cols, first), group.clone(), about, by_row, &mut out, at, of);
        at = tiles::<T, N, R, K, 16>(x, (cols, first), group.clone(), about, by_row, &mut out, at, of);
        tiles::<T, N, R, K, 1>(x, (cols, first), group, about, by_row, &mut out, at, of);
        row += ROWS;
    }
}

/// Adds a group of rows to as many tiles of W results as there are from place `at` on; returns where it stopped.
#[allow(clippy::too_many_arguments)] // one caller, a few lines above
#[inline(always)]
fn tiles<T: Real, const N: usize, const R: usize, const K: usize, const W: usize>(
    x: [&[T]; N],
    (cols, first): (usize, usize),
    rows: Range<usize>,
    about: &[T],
    by_row: &[[T; R]],
    out: &mut [&mut [T]; K],
    mut at: usize,
    of: impl Fn([T; N], T, [T; R]) -> [T; K] + Copy,
) -> usize {
    while at + W <= out[0].len() {
        let mut center = [T::ZERO; W];
        if !about.is_empty() {
            center.copy_from_slice(&about[at..][..W]);
        }
        let mut part = [[T::ZERO; W]; K];
        for row in rows.clone() {
            let scalars = if by_row.is_empty() { [T::ZERO; R] } else { by_row[row] };
            let mut line = [&x[0][row * cols + first + at..][..W]; N];
            for k in 1..N {
                line[k] = &x[k][row * cols + first + at..][..W];
            }
            for l in 0..W {
                let mut values = [T::ZERO; N];
                for k in 0..N {
                    values[k] = line[k][l];
                }
                let term = of(values, center[l], scalars);
                for k in 0..K {
                    part[k][l] += term[k];
                }
            }
        }
        for k in 0..K {
            let out = &mut out[k][at..][..W];
            for l in 0..W {
                out[l] += part[k][l];
            }
        }
        at += W;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use tensor_ops::simd::{Isa, dispatch_to};

    /// Numbers about 1000, with a variance of 1/12.
    fn numbers(n: usize) -> Vec<f32> {
        let mut x = vec![0.0; n];
        tensor_ops::random::Stream::new(n as u64, 0, 0).uniform(0, 1000.0, 1001.0, &mut x);
        x
    }

    #[test]
    fn moments_are_those_of_f64_at_any_length_and_on_any_instructions() {
        for n in [1, 2, 15, 16, 63, 64, 65, 1000, 4096, 4097, 100_000] {
            let x = numbers(n);
            let mean = x.iter().map(|&x| f64::from(x)).sum::<f64>() / n as f64;
            let var = x.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / n as f64;
            let all = Isa::available().iter().map(|&isa| {
                dispatch_to(
                    isa,
                    #[inline(always)]
                    || moments(&x),
                )
            });
            let all: Vec<(f32, f32)> = all.collect();
            assert!(all.iter().all(|of| *of == all[0]), "{n}: {all:?}");
            // Half a unit in the last place of 1000, and some roundings of the deviations.
            assert!((f64::from(all[0].0) - mean).abs() < 6e-5, "{n}: {} for {mean}", all[0].0);
            assert!((f64::from(all[0].1) - var).abs() <= 1e-5 * var, "{n}: {} for {var}", all[0].1);
        }
    }

    #[test]
    fn equal_numbers_have_no_variance() {
        for n in [3, 100, 5000] {
            assert_eq!(moments(&vec![0.1f32; n]), (0.1, 0.0), "{n}");
            assert_eq!(moments(&vec![1e6f32 / 3.0; n]).0, 1e6 / 3.0, "{n}");
        }
    }

    #[test]
    fn columns_are_summed_whatever_range_they_come_in() {
        let (rows, cols) = (150, 90);
        let x = numbers(rows * cols);
        let of = |[x]: [f32; 1], about: f32, [scale]: [f32; 1]| [(x - about) * scale, scale];
        let scales: Vec<[f32; 1]> = (0..rows).map(|r| [r as f32]).collect();
        let about = vec![1000.0; cols];
        let (mut all, mut count) = (vec![0.0; cols], vec![0.0; cols]);
        columns([&x], (cols, 0), &about, &scales, [&mut all, &mut count], of);
        for (first, len) in [(0, 64), (3, 17), (89, 1)] {
            let (mut part, mut count) = (vec![0.0; len], vec![0.0; len]);
            columns([&x], (cols, first), &about[..len], &scales, [&mut part, &mut count], of);
            assert_eq!(part, all[first..first + len]);
            assert!(count.iter().all(|&n| n == (0..rows).sum::<usize>() as f32));
        }
        let expected: f32 = (0..rows).map(|r| (x[r * cols + 7] - 1000.0) * r as f32).sum();
        assert!((all[7] - expected).abs() < 1e-2);
    }
}
