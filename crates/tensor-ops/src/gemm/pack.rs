//! Packing: what a block of the loops reads many times is copied once to where it lies in the order of reading.

use super::Product;
use super::lanes::Lanes;

/// Places between the rows of a packed block of A beyond their length: with a power of two between them all rows would
/// fall into the same few sets of the first-level cache.
pub(super) const PAD: usize = 16;

/// Rows of A, row-major, `to_row` apart.
///
/// # Safety
/// `from` has `rows` rows of k numbers at distance `from_row`, `to` room for as many; so below.
#[inline(always)]
pub(super) unsafe fn copy_rows<T: Copy>(
    from: *const T,
    from_row: usize,
    rows: usize,
    k: usize,
    to: *mut T,
    to_row: usize,
) {
    for i in 0..rows {
        // SAFETY: by the contract.
        unsafe { to.add(i * to_row).copy_from_nonoverlapping(from.add(i * from_row), k) };
    }
}

/// Rows of A, of which column p begins at `from + p·from_col`, as tiles that end at the rows `ends`: the k columns of
/// a tile one after the other.
///
/// # Safety
/// As above.
#[inline(always)]
pub(super) unsafe fn copy_columns<V: Lanes>(
    from: *const V::T,
    from_col: usize,
    k: usize,
    to: *mut V::T,
    ends: impl Iterator<Item = usize> + Clone,
) {
    // Some columns of a tile at a time: whole lines of the cache are written, and few streams are read.
    const RUN: usize = 8;
    let mut first = 0;
    while first < k {
        let run = RUN.min(k - first);
        let mut i = 0;
        for end in ends.clone() {
            let height = end - i;
            for p in first..first + run {
                let mut done = 0;
                while done < height {
                    // SAFETY: by the contract.
                    unsafe {
                        let mask = V::mask(V::N.min(height - done));
                        let x = V::load_first(from.add(p * from_col + i + done), mask);
                        x.store_first(to.add(i * k + p * height + done), mask);
                    }
                    done += V::N;
                }
            }
            i = end;
        }
        first += run;
    }
}

/// Columns `j..j + width` of k rows of B as panels of two vectors, line after line, zeros beyond the last column.
///
/// # Safety
/// B has them from row `p` on, and `to` room for whole panels.
#[inline(always)]
pub(super) unsafe fn panels<V: Lanes>(
    x: &Product<V::T>,
    p: usize,
    k: usize,
    j: usize,
    width: usize,
    to: *mut V::T,
) {
    let panel = 2 * V::N;
    let place = |v: usize| v / 2 * panel * k + v % 2 * V::N;
    let (vectors, last) = (width.div_ceil(V::N), (width - 1) % V::N + 1);
    // SAFETY: by the contract.
    unsafe {
        let from = x.b.add(p * x.b_row + j * x.b_col);
        if x.b_col != 1 {
            for v in 0..vectors {
                let height = if v + 1 < vectors { V::N } else { last };
                V::transpose(from.add(v * V::N * x.b_col), x.b_col, height, k, to.add(place(v)), panel);
            }
            return;
        }
        let whole = width / panel;
        let mask = V::mask(last);
        for p in 0..k {
            let (from, to) = (from.add(p * x.b_row), to.add(p * panel));
            for q in 0..whole {
                let (from, to) = (from.add(q * panel), to.add(q * panel * k));
                V::load(from).store(to);
                V::load(from.add(V::N)).store(to.add(V::N));
            }
            for v in 2 * whole..vectors {
                let x = from.add(v * V::N);
                (if v + 1 < vectors { V::load(x) } else { V::load_first(x, mask) }).store(to.add(place(v)));
            }
        }
    }
}
