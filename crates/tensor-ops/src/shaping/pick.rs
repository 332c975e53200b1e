//! Copies by a table of positions an axis.

use crate::{Element, Shape, Tensor, TensorError, alloc, pool};

/// From this many bytes on the work is cut into pieces.
const PARALLEL_BYTES: usize = 1 << 18;
/// Elements of a run, on average, that make it worth a copy of its own.
const LONG_RUN: usize = 16;
/// Elements that a piece has at least.
const PIECE: usize = 1 << 14;

/// Which positions of an axis are wanted, in order; repeated ones too.
#[derive(Debug, Clone)]
pub(super) enum Wanted {
    /// All, as they are.
    Whole,
    /// These.
    These(Vec<usize>),
}

/// Which elements of a source a result consists of: for each combination of the outer axes, runs of consecutive ones.
#[derive(Debug)]
pub struct Picks {
    /// For each outer axis, the distance of each of its positions from the start.
    outer: Vec<Vec<usize>>,
    /// Start and length.
    runs: Vec<(usize, usize)>,
    /// Elements in all runs.
    width: usize,
}

impl Picks {
    /// `wanted` positions of each axis of a source of a shape, every one within its axis; the result not empty.
    fn new(shape: &Shape, wanted: &[Wanted]) -> Picks {
        // From the last axis to the first: what is wanted whole joins the runs, or the axis before it.
        let mut step = 1;
        let mut runs = vec![(0, 1)];
        let mut outer: Vec<Vec<usize>> = Vec::new();
        let mut whole_outer = false;
        for (axis, wanted) in wanted.iter().enumerate().rev() {
            let n = shape[axis];
            let is_one_run = outer.is_empty() && runs.len() == 1;
            match wanted {
                Wanted::Whole if n == 1 => {}
                Wanted::Whole if is_one_run && runs[0] == (0, step) => runs[0].1 *= n,
                Wanted::Whole if whole_outer => {
                    let inner = outer.pop().unwrap_or_default();
                    let more = (0..n).flat_map(|i| inner.iter().map(move |at| i * step + at));
                    outer.push(more.collect());
                }
                Wanted::Whole => {
                    outer.push((0..n).map(|i| i * step).collect());
                    whole_outer = true;
                }
                Wanted::These(these) => {
                    let merged = if is_one_run { join_runs(these, step, runs[0]) } else { Vec::new() };
                    // One run for each position is the same as an outer axis, over which work can be divided.
                    if !merged.is_empty() && (merged.len() < these.len() || runs[0].1 == 1) {
                        runs = merged;
                    } else {
                        outer.push(these.iter().map(|i| i * step).collect());
                    }
                    whole_outer = false;
                }
            }
            step *= n;
        }
        outer.reverse();
        let width = runs.iter().map(|run| run.1).sum();
        Picks { outer, runs, width }
    }

    /// Where the row with this row-major number begins in the source.
    fn start(&self, row: usize) -> usize {
        let mut rest = row;
        self.outer.iter().rev().fold(0, |start, table| {
            let at = table[rest % table.len()];
            rest /= table.len();
            start + at
        })
    }
}

/// `run` at each of the positions `these`, those that follow on each other as one.
fn join_runs(these: &[usize], step: usize, run: (usize, usize)) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for &i in these {
        let start = i * step + run.0;
        match runs.last_mut() {
            Some(last) if last.0 + last.1 == start => last.1 += run.1,
            _ => runs.push((start, run.1)),
        }
    }
    runs
}

/// A new tensor of the `wanted` positions of each axis, all within their axes.
pub(super) fn collect<T: Element>(
    shape: Shape,
    source: &Shape,
    wanted: &[Wanted],
    from: &[T],
) -> Result<Tensor<T>, TensorError> {
    alloc::check::<T>(shape)?;
    let data = match shape.size() {
        0 => Vec::new(),
        size => T::copy_picks(&Picks::new(source, wanted), from, size),
    };
    Ok(Tensor::from_parts(shape, data))
}

pub(super) fn copy<T: Element>(picks: &Picks, from: &[T], size: usize) -> Vec<T> {
    let rows = size / picks.width;
    let is_large = size.saturating_mul(size_of::<T>()) >= PARALLEL_BYTES;
    let wanted = if is_large { (size / PIECE).clamp(1, 2 * pool::threads()) } else { 1 };
    let has_long_runs = picks.width >= LONG_RUN * picks.runs.len();
    pool::collect(size, rows.div_ceil(wanted) * picks.width, |at, sink| {
        let first = at / picks.width;
        if has_long_runs {
            for row in first..first + sink.left() / picks.width {
                let start = picks.start(row);
                for &(at, length) in &picks.runs {
                    sink.extend_from_slice(&from[start + at..start + at + length]);
                }
            }
            return;
        }
        let to = sink.filled(T::default(), sink.left());
        for (i, mut row) in to.chunks_exact_mut(picks.width).enumerate() {
            let start = picks.start(first + i);
            for &(at, length) in &picks.runs {
                let (run, rest) = row.split_at_mut(length);
                match length {
                    1 => run[0] = from[start + at],
                    _ => run.copy_from_slice(&from[start + at..start + at + length]),
                }
                row = rest;
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shaping::testing::{check, counting, flat, on_any_threads, shapes};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn picks_are_the_positions_wanted(shape in shapes(), keys in prop::collection::vec(prop::option::of(prop::collection::vec(0usize..9, 0..6)), 8)) {
            let x = counting(shape);
            let wanted: Vec<Wanted> = shape.iter().zip(&keys).map(|(&n, key)| match key {
                Some(these) if n > 0 => Wanted::These(these.iter().map(|i| i % n).collect()),
                _ => Wanted::Whole,
            }).collect();
            let lengths: Vec<usize> = wanted.iter().zip(shape.iter()).map(|(w, &n)| match w {
                Wanted::Whole => n,
                Wanted::These(these) => these.len(),
            }).collect();
            let y = collect(Shape::new(&lengths).unwrap(), &shape, &wanted, x.as_slice()).unwrap();
            check(&y, |index| {
                let source: Vec<usize> = index.iter().zip(&wanted).map(|(&i, w)| match w {
                    Wanted::Whole => i,
                    Wanted::These(these) => these[i],
                }).collect();
                flat(&source, &shape)
            });
        }
    }

    #[test]
    fn threads_do_not_matter() {
        let (rows, columns) = if cfg!(miri) { (5, 4) } else { (400, 300) };
        let x = counting(Shape::from([rows, columns, 2]));
        let these = Wanted::These((0..rows).map(|i| i * 7 % rows).collect());
        let shape = *x.shape();
        let y = on_any_threads(|| {
            collect(shape, &shape, &[these.clone(), Wanted::Whole, Wanted::Whole], x.as_slice()).unwrap()
        });
        check(&y, |i| (i[0] * 7 % rows * columns + i[1]) * 2 + i[2]);
    }
}
