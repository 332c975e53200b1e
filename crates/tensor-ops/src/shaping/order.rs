//! The order of elements, and rows in that order.

use std::cmp::Ordering;

use crate::pool;

/// Rows that a piece of work has at least as many elements of; sorting them takes some 100 µs.
const PIECE: usize = 1 << 12;

/// Which end of the order comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The smallest.
    Ascending,
    /// The largest.
    Descending,
}

/// The order of numbers; NaN is larger than all of them and as large as NaN, and -0 is as large as 0.
fn compare<T: PartialOrd>(a: &T, b: &T) -> Ordering {
    // An element that does not compare with itself is NaN.
    let is_nan = |x: &T| x.partial_cmp(x).is_none();
    a.partial_cmp(b).unwrap_or_else(|| is_nan(a).cmp(&is_nan(b)))
}

/// The direction is asked for in each comparison: a sort for each of the two would be compiled for every element type, a
/// hundred kilobytes more.
fn compare_in<T: PartialOrd>(direction: Direction, a: &T, b: &T) -> Ordering {
    match direction {
        Direction::Ascending => compare(a, b),
        Direction::Descending => compare(b, a),
    }
}

pub(super) fn sort_rows<T: PartialOrd + Send>(rows: &mut [T], n: usize, direction: Direction) {
    let rows_each = PIECE.div_ceil(n);
    let pieces = rows.len().div_ceil(n * rows_each);
    pool::split(pieces, [(rows, n * rows_each)], |_, [rows]| {
        for row in rows.chunks_exact_mut(n) {
            row.sort_by(|a, b| compare_in(direction, a, b));
        }
    });
}

pub(super) fn argsort_rows<T: PartialOrd + Sync>(
    rows: &[T],
    n: usize,
    direction: Direction,
    to: &mut [usize],
) {
    let rows_each = PIECE.div_ceil(n);
    pool::split(rows.len().div_ceil(n * rows_each), [(to, n * rows_each)], |piece, [to]| {
        let rows = &rows[piece * n * rows_each..];
        for (row, to) in rows.chunks_exact(n).zip(to.chunks_exact_mut(n)) {
            to.iter_mut().enumerate().for_each(|(i, to)| *to = i);
            to.sort_by(|&i, &j| compare_in(direction, &row[i], &row[j]));
        }
    });
}

pub(super) fn top_k_rows<T: PartialOrd + Sync>(
    rows: &[T],
    n: usize,
    k: usize,
    direction: Direction,
    to: &mut [usize],
) {
    let rows_each = PIECE.div_ceil(n);
    pool::split(rows.len().div_ceil(n * rows_each), [(to, k * rows_each)], |piece, [to]| {
        let mut order: Vec<usize> = Vec::with_capacity(n);
        let rows = &rows[piece * n * rows_each..];
        for (row, to) in rows.chunks_exact(n).zip(to.chunks_exact_mut(k)) {
            order.clear();
            order.extend(0..n);
            select(&mut order, k, |i, j| compare_in(direction, &row[i], &row[j]));
            to.copy_from_slice(&order[..k]);
        }
    });
}

/// Puts the first `k` positions in front, in order; of equal elements, the lower position comes first.
fn select(order: &mut [usize], k: usize, compare: impl Fn(usize, usize) -> Ordering) {
    let by = |&i: &usize, &j: &usize| compare(i, j).then(i.cmp(&j));
    if k < order.len() {
        order.select_nth_unstable_by(k, by);
    }
    order[..k].sort_unstable_by(by);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nan_is_the_largest() {
        let nan = f64::NAN;
        assert_eq!(compare(&nan, &f64::INFINITY), Ordering::Greater);
        assert_eq!(compare(&1.0, &nan), Ordering::Less);
        assert_eq!(compare(&nan, &-nan), Ordering::Equal);
        assert_eq!(compare(&-0.0, &0.0), Ordering::Equal);
        assert_eq!(compare(&true, &false), Ordering::Greater);
    }
}
