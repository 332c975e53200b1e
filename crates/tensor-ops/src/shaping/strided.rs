//! Copies between a grid and consecutive memory.

use super::layout::{Layout, Odometer};
use super::transposition;
use crate::pool::{self, Sink};
use crate::{Element, MAX_RANK, Shape, Tensor, TensorError, alloc};

/// From this many bytes on the work is cut into pieces; under it, a piece would be done before a worker comes.
const PARALLEL_BYTES: usize = 1 << 18;
/// Elements that lie, or repeat, one after the other.
const LONG_RUN: usize = 16;
/// Elements that a piece has at least.
const PIECE: usize = 1 << 14;

/// A new tensor with the elements of a grid, which has as many as `shape`.
pub(super) fn collect<T: Element>(
    shape: Shape,
    layout: &Layout,
    from: &[T],
) -> Result<Tensor<T>, TensorError> {
    alloc::check::<T>(shape)?;
    Ok(Tensor::from_parts(shape, T::collect_grid(layout, from, shape.size())))
}

/// The elements of `from` for every index of a shape of these lengths, found by strides.
pub(crate) fn arrange<T: Element>(from: &[T], lengths: &[usize], strides: [usize; MAX_RANK]) -> Vec<T> {
    let axes = lengths.iter().zip(strides);
    let layout = axes.fold(Layout::at(0), |layout, (&n, stride)| layout.axis(n, stride as isize));
    T::collect_grid(&layout, from, Shape::collect(lengths).size())
}

/// The elements of a grid, `size` of them.
pub(super) fn copied<T: Element>(layout: &Layout, from: &[T], size: usize) -> Vec<T> {
    let cut = Cut::new::<T>(layout, size);
    pool::collect(size, cut.piece, |at, sink| {
        cut.for_each_part(at, sink.left(), |part, n| {
            if part.run() >= LONG_RUN {
                append(part, from, sink);
            } else {
                copy_part(part, from, sink.filled(T::default(), n));
            }
        });
    })
}

fn append<T: Element>(layout: &Layout, from: &[T], to: &mut Sink<'_, T>) {
    let (n, step) = (layout.run(), layout.strides().last());
    let outer = layout.lengths().len().saturating_sub(1);
    let axes = (0..outer).map(|i| (layout.lengths()[i], [layout.strides()[i], 0]));
    for [at, _] in Odometer::new([layout.offset, 0], axes) {
        match step {
            Some(0) => _ = to.filled(from[at], n),
            _ => to.extend_from_slice(&from[at..at + n]),
        }
    }
}

pub(super) fn copy<T: Element>(layout: &Layout, from: &[T], to: &mut [T]) {
    let cut = Cut::new::<T>(layout, to.len());
    pool::split(to.len().div_ceil(cut.piece), [(to, cut.piece)], |i, [mut to]| {
        cut.for_each_part(i * cut.piece, to.len(), |part, n| {
            let (here, rest) = std::mem::take(&mut to).split_at_mut(n);
            copy_part(part, from, here);
            to = rest;
        });
    });
}

/// A grid cut into pieces of consecutive results.
struct Cut<'a> {
    layout: &'a Layout,
    /// Pieces consist of whole units: what lies behind one index of the outermost axes, `depth` of them.
    depth: usize,
    unit: usize,
    /// Elements of a piece, at least 1.
    piece: usize,
}

impl<'a> Cut<'a> {
    fn new<T>(layout: &'a Layout, size: usize) -> Cut<'a> {
        let lengths = layout.lengths();
        if size.saturating_mul(size_of::<T>()) < PARALLEL_BYTES || lengths.is_empty() {
            return Cut { layout, depth: 0, unit: size, piece: size.max(1) };
        }
        // Of as few axes as give enough units. The number of pieces may depend on the number of threads, since no
        // element depends on the piece that moves it.
        let wanted = (size / PIECE).clamp(1, 2 * pool::threads());
        let depth = (1..lengths.len()).find(|&d| lengths[..d].iter().product::<usize>() >= wanted);
        let depth = depth.unwrap_or(lengths.len());
        let units: usize = lengths[..depth].iter().product();
        let unit: usize = lengths[depth..].iter().product();
        Cut { layout, depth, unit, piece: units.div_ceil(wanted) * unit }
    }

    /// The grids of `n` results from `at` on, each with the number of its elements.
    fn for_each_part(&self, at: usize, mut n: usize, mut f: impl FnMut(&Layout, usize)) {
        let Some(axis) = self.depth.checked_sub(1) else { return f(self.layout, n) };
        let (length, mut unit) = (self.layout.lengths()[axis], at / self.unit);
        while n > 0 {
            let (first, from) = (unit / length, unit % length);
            let here = (length - from).min(n / self.unit);
            f(&self.layout.part(axis, first, from, here), here * self.unit);
            unit += here;
            n -= here * self.unit;
        }
    }
}

fn copy_part<T: Element>(layout: &Layout, from: &[T], to: &mut [T]) {
    if to.is_empty() {
        return;
    }
    let (lengths, strides) = (layout.lengths(), layout.strides());
    let Some(last) = lengths.len().checked_sub(1) else {
        to[0] = from[layout.offset];
        return;
    };
    if strides[last] > 1 && transposition::copy(layout, from, to) {
        return;
    }
    let (n, stride) = (lengths[last], strides[last]);
    let starts = Odometer::new([layout.offset, 0], (0..last).map(|i| (lengths[i], [strides[i], 0])));
    let rows = to.chunks_exact_mut(n).zip(starts);
    match stride {
        1 => rows.for_each(|(row, [at, _])| row.copy_from_slice(&from[at..at + n])),
        0 => rows.for_each(|(row, [at, _])| row.fill(from[at])),
        -1 => rows.for_each(|(row, [at, _])| {
            row.copy_from_slice(&from[at + 1 - n..=at]);
            row.reverse();
        }),
        2.. => {
            let step = stride as usize;
            rows.for_each(|(row, [at, _])| {
                row.iter_mut().zip(from[at..].iter().step_by(step)).for_each(|(to, &x)| *to = x);
            });
        }
        ..0 => {
            let step = stride.unsigned_abs();
            rows.for_each(|(row, [at, _])| {
                row.iter_mut().zip(from[..=at].iter().rev().step_by(step)).for_each(|(to, &x)| *to = x);
            });
        }
    }
}

pub(super) fn assign<T: Element>(layout: &Layout, from: &[T], to: &mut [T]) {
    if from.is_empty() {
        return;
    }
    let (lengths, strides) = (layout.lengths(), layout.strides());
    let Some(last) = lengths.len().checked_sub(1) else {
        to[layout.offset] = from[0];
        return;
    };
    let (n, stride) = (lengths[last], strides[last]);
    let starts = Odometer::new([layout.offset, 0], (0..last).map(|i| (lengths[i], [strides[i], 0])));
    for (row, [at, _]) in from.chunks_exact(n).zip(starts) {
        if stride == 1 {
            to[at..at + n].copy_from_slice(row);
            continue;
        }
        let mut at = at as isize;
        for &x in row {
            to[at as usize] = x;
            at += stride;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A grid of a source with axes in any order, steps of either sign and repeated axes.
    fn grids() -> impl Strategy<Value = (Vec<(usize, isize)>, usize, usize)> {
        let axis = (1usize..40, -3isize..4);
        prop::collection::vec(axis, 0..5).prop_shuffle().prop_map(|axes| {
            let (mut size, mut offset, mut grid) = (1, 0, Vec::new());
            for (n, step) in axes {
                let n = n.min(1 + 20_000 / size);
                grid.push((n, step * size as isize));
                if step < 0 {
                    offset += (n - 1) * size * step.unsigned_abs();
                }
                size *= (n - 1) * step.unsigned_abs() + 1;
            }
            grid.reverse();
            (grid, offset, size)
        })
    }

    proptest! {
        #[test]
        fn a_grid_is_read_and_written_by_its_strides((grid, offset, size) in grids(), turn in 0usize..5) {
            let mut grid = grid;
            if !grid.is_empty() {
                let by = turn % grid.len();
                grid.rotate_left(by);
            }
            let layout = grid.iter().fold(Layout::at(offset), |l, &(n, s)| l.axis(n, s));
            let from: Vec<usize> = (0..size).collect();
            let total: usize = grid.iter().map(|a| a.0).product();
            let place = |flat: usize| {
                let (mut rest, mut at) = (flat, offset as isize);
                for &(n, s) in grid.iter().rev() {
                    at += (rest % n) as isize * s;
                    rest /= n;
                }
                at as usize
            };
            let mut to = vec![usize::MAX; total];
            copy(&layout, &from, &mut to);
            let shape = Shape::from([total]);
            prop_assert_eq!(collect(shape, &layout, &from).unwrap().into_vec(), to.clone());
            prop_assert!(to.iter().enumerate().all(|(flat, &x)| x == from[place(flat)]));
            let mut back = vec![usize::MAX; size];
            assign(&layout, &to, &mut back);
            for flat in 0..total {
                prop_assert_eq!(back[place(flat)], from[place(flat)]);
            }
        }
    }
}
