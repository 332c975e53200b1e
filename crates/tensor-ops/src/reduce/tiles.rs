//! Rows shorter than the lanes: 16 of them side by side, one a lane.

use super::fold::Fold;
use super::rows::SHORT;
use crate::Real;

/// `tile[c][r]` is column c of row r.
pub(super) type Tile<T> = [[T; SHORT]; SHORT];

/// Elements of at most 16 rows of at most 16 columns into their lanes.
#[inline(always)]
pub(super) fn load<T: Real>(x: &[T], cols: usize, tile: &mut Tile<T>) {
    for (r, row) in x.chunks_exact(cols).take(SHORT).enumerate() {
        for (column, &x) in tile.iter_mut().zip(row) {
            column[r] = x;
        }
    }
}

/// The other way round.
#[inline(always)]
pub(super) fn store<T: Real>(tile: &Tile<T>, y: &mut [T], cols: usize) {
    for (r, row) in y.chunks_exact_mut(cols).take(SHORT).enumerate() {
        for (column, y) in tile.iter().zip(row) {
            *y = column[r];
        }
    }
}

/// Each row joined, in the order of the tree over 16 lanes that a row alone would take.
#[inline(always)]
pub(super) fn join<T: Real, F: Fold>(tile: &Tile<T>, cols: usize) -> [T; SHORT] {
    let mut tree = *tile;
    let mut n = SHORT;
    while n > 1 {
        n /= 2;
        for c in 0..cols.saturating_sub(n).min(n) {
            for l in 0..SHORT {
                tree[c][l] = F::join(tree[c][l], tree[c + n][l]);
            }
        }
    }
    tree[0]
}
