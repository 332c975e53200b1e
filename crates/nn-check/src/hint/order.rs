//! The right numbers in the wrong places: transposed, or rows in another order.

use super::{Case, Hint};

/// Rows that are compared with each other, at most: the cost is their square.
const MOST_ROWS: usize = 512;

pub(super) fn hints(case: &Case<'_>) -> Vec<Hint> {
    let lengths: Vec<usize> = case.shape.iter().copied().collect();
    let n = case.numeric();
    if !case.is_whole() || n.len() < 2 || n.iter().any(|n| n.is_nan()) {
        return Vec::new();
    }
    let mut hints = Vec::new();
    let rank = lengths.len();
    let is_transposed =
        (0..rank).any(|p| (p + 1..rank).any(|q| case.explains(&exchanged(&n, &lengths, p, q))));
    if is_transposed {
        hints.push(Hint::Transposed);
    }
    let first = lengths.first().copied().unwrap_or(1);
    let last = lengths.last().copied().unwrap_or(1);
    // Axes in between and at the end: an order of columns, of channels, or a kernel upside down.
    let is_permuted = is_reordered(case, &n, first, n.len() / first)
        || rank > 1 && {
            let columns = transposed(&n, n.len() / last, last);
            let analytic = transposed(&case.analytic(), n.len() / last, last);
            are_reordered(case, &analytic, &columns, last, n.len() / last)
        }
        || rank > 2
            && case.explains(
                &n.chunks(n.len() / (lengths[0] * lengths[1]))
                    .flat_map(|k| k.iter().rev().copied())
                    .collect::<Vec<_>>(),
            );
    if is_permuted {
        hints.push(Hint::Permuted);
    }
    hints
}

/// The elements in the order in which they lie when axes `p` and `q` are exchanged.
fn exchanged(n: &[f64], lengths: &[usize], p: usize, q: usize) -> Vec<f64> {
    let mut order: Vec<usize> = (0..lengths.len()).collect();
    order.swap(p, q);
    let mut strides = vec![1; lengths.len()];
    for axis in (0..lengths.len().saturating_sub(1)).rev() {
        strides[axis] = strides[axis + 1] * lengths[axis + 1];
    }
    let mut out = Vec::with_capacity(n.len());
    let mut at = vec![0; lengths.len()];
    for _ in 0..n.len() {
        out.push(n[order.iter().zip(&at).map(|(&axis, &i)| strides[axis] * i).sum::<usize>()]);
        for k in (0..at.len()).rev() {
            at[k] += 1;
            if at[k] < lengths[order[k]] {
                break;
            }
            at[k] = 0;
        }
    }
    out
}

fn transposed(x: &[f64], rows: usize, columns: usize) -> Vec<f64> {
    (0..columns).flat_map(|j| (0..rows).map(move |i| x[i * columns + j])).collect()
}

fn is_reordered(case: &Case<'_>, n: &[f64], rows: usize, width: usize) -> bool {
    are_reordered(case, &case.analytic(), n, rows, width)
}

/// Whether the rows of a are those of n in another order.
fn are_reordered(case: &Case<'_>, a: &[f64], n: &[f64], rows: usize, width: usize) -> bool {
    if !(2..=MOST_ROWS).contains(&rows) || width == 0 {
        return false;
    }
    let error: f64 = a.iter().zip(n).map(|(a, n)| (a - n).powi(2)).sum();
    let noise: f64 = case.elements.iter().map(|e| e.noise.powi(2)).sum();
    let size: f64 = a.iter().map(|a| a * a).sum();
    // What a row may be off: as in `Case::explains`, shared among the rows.
    let allowed = (1e-10 * size).min(1e-4 * error / rows as f64).max(noise.min(1e-4 * error / rows as f64));
    let mut free: Vec<usize> = (0..rows).collect();
    let mut moved = 0;
    for i in 0..rows {
        let row = &a[i * width..][..width];
        let off = |j: usize| -> f64 {
            row.iter().zip(&n[j * width..][..width]).map(|(a, n)| (a - n).powi(2)).sum()
        };
        // Its own place first, so that equal rows are not said to have moved.
        let own = free.iter().position(|&j| j == i).filter(|_| off(i) <= allowed);
        let Some(k) = own.or_else(|| free.iter().position(|&j| off(j) <= allowed)) else { return false };
        moved += usize::from(free.swap_remove(k) != i);
    }
    moved > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_exchanged() {
        let n: Vec<f64> = (0..6).map(f64::from).collect();
        assert_eq!(exchanged(&n, &[2, 3], 0, 1), [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]);
        assert_eq!(exchanged(&n, &[1, 2, 3], 1, 2), [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]);
        assert_eq!(exchanged(&n, &[2, 3, 1], 1, 2), n);
    }
}
