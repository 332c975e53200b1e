//! Copies between a grid and consecutive memory.

use super::layout::{Layout, Odometer};
use super::transposition;
use crate::{Element, Shape, Tensor, TensorError, alloc, pool};

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
    if layout.run() < LONG_RUN {
        let mut to = alloc::filled(shape, T::default())?;
        T::copy_grid(layout, from, &mut to);
        return Ok(Tensor::from_parts(shape, to));
    }
    // Where memory is copied in long runs, to write it once costs less than to clear it and divide the work.
    alloc::check::<T>(shape)?;
    let mut to = Vec::with_capacity(shape.size());
    if shape.size() > 0 {
        T::append_grid(layout, from, &mut to);
    }
    Ok(Tensor::from_parts(shape, to))
}

pub(super) fn append<T: Element>(layout: &Layout, from: &[T], to: &mut Vec<T>) {
    let (n, step) = (layout.run(), layout.strides().last());
    let outer = layout.lengths().len().saturating_sub(1);
    let axes = (0..outer).map(|i| (layout.lengths()[i], [layout.strides()[i], 0]));
    for [at, _] in Odometer::new([layout.offset, 0], axes) {
        match step {
            Some(0) => to.resize(to.len() + n, from[at]),
            _ => to.extend_from_slice(&from[at..at + n]),
        }
    }
}

pub(super) fn copy<T: Element>(layout: &Layout, from: &[T], to: &mut [T]) {
    if size_of_val(to) < PARALLEL_BYTES || layout.lengths().is_empty() {
        return copy_part(layout, from, to);
    }
    // A unit is what lies behind one index of the outermost axes: of as few of them as give enough units. The number
    // of pieces may depend on the number of threads, since no element depends on the piece that moves it.
    let wanted = (to.len() / PIECE).clamp(1, 2 * pool::threads());
    let lengths = layout.lengths();
    let depth = (1..lengths.len()).find(|&d| lengths[..d].iter().product::<usize>() >= wanted);
    let depth = depth.unwrap_or(lengths.len());
    let units: usize = lengths[..depth].iter().product();
    let unit: usize = lengths[depth..].iter().product();
    let each = units.div_ceil(wanted);
    pool::split(units.div_ceil(each), [(to, each * unit)], |piece, [mut to]| {
        let mut at = piece * each;
        while !to.is_empty() {
            let (first, from_index) = (at / lengths[depth - 1], at % lengths[depth - 1]);
            let length = (lengths[depth - 1] - from_index).min(to.len() / unit);
            let (here, rest) = to.split_at_mut(length * unit);
            copy_part(&layout.part(depth - 1, first, from_index, length), from, here);
            to = rest;
            at += length;
        }
    });
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
