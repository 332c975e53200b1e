//! The transposition of blocks: memory is read along one axis and written along another.
//!
//! Element by element, either the reads or the writes would touch a cache line and a page for each element. Here a
//! block of [`RUN_BYTES`] by [`COLUMNS`] results is read in runs along the source, woven four rows at a time into a buffer
//! that fits in the second cache, and written in runs along the result. The buffer keeps rows at a distance of a power
//! of two, which fall on the same cache set, from driving each other out before they have been used.
//!
//! 2048×2048 f32 on one thread: 2.3 ms this way, 3.0 ms with runs of 512 bytes in the source, 2.6 ms in register tiles
//! of 8×8, 24 ms by two plain loops; a copy without transposition takes 0.6 ms. Blocks that begin at cache lines gain
//! nothing.

use super::layout::{Layout, Odometer};
use crate::Element;
use crate::simd::dispatch;

/// Bytes along the axis that is consecutive in the source: half a page, for every visit of a page costs a walk.
const RUN_BYTES: usize = 2048;
/// Results along the axis that is consecutive in the result.
const COLUMNS: usize = 64;
/// Source rows woven at once: a vector of four goes from four registers into one.
const WEAVE: usize = 4;
/// Shorter runs in the source do not pay for their way through the buffer.
const FEWEST_ROWS: usize = 8;

/// Copies a grid whose last axis is not consecutive in the source, where another axis is; or does nothing, and says so.
pub(super) fn copy<T: Element>(layout: &Layout, from: &[T], to: &mut [T]) -> bool {
    let (lengths, strides) = (layout.lengths(), layout.strides());
    let last = lengths.len() - 1;
    let Some(row) = (0..last).rev().find(|&i| strides[i] == 1) else { return false };
    let (rows, columns) = (lengths[row], lengths[last]);
    if rows < FEWEST_ROWS || strides[last] <= 0 {
        return false;
    }
    let mut steps = [1; 2 * crate::MAX_RANK];
    for i in (0..last).rev() {
        steps[i] = steps[i + 1] * lengths[i + 1];
    }
    let others = (0..last).filter(|&i| i != row).map(|i| (lengths[i], [strides[i], steps[i] as isize]));
    let matrix = Matrix { rows, columns, from: strides[last] as usize, to: steps[row] };
    let starts = Odometer::new([layout.offset, 0], others);
    dispatch(
        #[inline(always)]
        || matrix.transpose_each(starts, from, to),
    );
    true
}

/// Result (r, c) at r·to + c is source element c·from + r.
struct Matrix {
    rows: usize,
    columns: usize,
    from: usize,
    to: usize,
}

impl Matrix {
    #[inline(always)]
    fn transpose_each<T: Element>(&self, starts: Odometer, from: &[T], to: &mut [T]) {
        let most = RUN_BYTES / size_of::<T>();
        let mut buffer = vec![T::default(); most.min(self.rows) * COLUMNS.min(self.columns)];
        for [from_at, to_at] in starts {
            for r in (0..self.rows).step_by(most) {
                let rows = most.min(self.rows - r);
                for c in (0..self.columns).step_by(COLUMNS) {
                    let columns = COLUMNS.min(self.columns - c);
                    let block = Matrix { rows, columns, from: self.from, to: self.to };
                    let (from_at, to_at) = (from_at + c * self.from + r, to_at + r * self.to + c);
                    block.transpose(&from[from_at..], &mut to[to_at..], &mut buffer);
                }
            }
        }
    }

    #[inline(always)]
    fn transpose<T: Element>(&self, from: &[T], to: &mut [T], buffer: &mut [T]) {
        let (rows, columns) = (self.rows, self.columns);
        let bands = columns / WEAVE;
        let (bundles, _) = buffer.as_chunks_mut::<WEAVE>();
        for (band, bundles) in bundles.chunks_exact_mut(rows).take(bands).enumerate() {
            let [a, b, c, d] =
                std::array::from_fn(|k| &from[(band * WEAVE + k) * self.from..][..bundles.len()]);
            for (r, bundle) in bundles.iter_mut().enumerate() {
                *bundle = [a[r], b[r], c[r], d[r]];
            }
        }
        for r in 0..rows {
            let (row, _) = to[r * self.to..][..columns].as_chunks_mut::<WEAVE>();
            for (band, bundle) in row.iter_mut().enumerate() {
                *bundle = bundles[band * rows + r];
            }
        }
        for c in bands * WEAVE..columns {
            let column = &from[c * self.from..][..rows];
            for (r, &x) in column.iter().enumerate() {
                to[r * self.to + c] = x;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_and_their_edges_are_transposed() {
        let sizes: &[usize] = if cfg!(miri) { &[8, 9] } else { &[8, 9, 63, 64, 66, 255, 256, 259, 520] };
        for &rows in sizes {
            for &columns in [2, 3].iter().chain(sizes) {
                let from: Vec<usize> = (0..2 * columns * rows).collect();
                let mut to = vec![0; from.len()];
                let layout = Layout::at(0)
                    .axis(rows, 1)
                    .axis(2, (columns * rows) as isize)
                    .axis(columns, rows as isize);
                assert!(copy(&layout, &from, &mut to));
                for (at, &x) in to.iter().enumerate() {
                    let (r, half, c) = (at / columns / 2, at / columns % 2, at % columns);
                    assert_eq!(x, half * columns * rows + c * rows + r);
                }
            }
        }
    }
}
