//! Where in a source each element of a row-major result lies.

use crate::{MAX_RANK, Shape};

/// `tile` has two axes for each of its operand's.
const MOST: usize = 2 * MAX_RANK;

/// A grid in a source: result element (i₀, i₁, ...) is source element offset + i₀·stride₀ + i₁·stride₁ + ...
///
/// Axes of length 1 are left out and axes that follow on each other are one, so that a kernel sees the longest runs
/// there are.
// Invariant: lengths 2 or more, or some length 0; every element of the grid lies in the source.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    lengths: [usize; MOST],
    strides: [isize; MOST],
    rank: usize,
    pub(super) offset: usize,
}

impl Layout {
    /// One element, at `offset`.
    pub(super) fn at(offset: usize) -> Layout {
        Layout { lengths: [0; MOST], strides: [0; MOST], rank: 0, offset }
    }

    /// This grid with one more axis, inside all others.
    pub(super) fn axis(mut self, length: usize, stride: isize) -> Layout {
        if length == 1 {
            return self;
        }
        match self.rank.checked_sub(1) {
            // Where the result is empty, lengths need not have a product; of such a grid nothing is read.
            Some(last) if length > 0 && self.strides[last] == stride.wrapping_mul(length as isize) => {
                self.lengths[last] = self.lengths[last].saturating_mul(length);
                self.strides[last] = stride;
            }
            _ => {
                (self.lengths[self.rank], self.strides[self.rank]) = (length, stride);
                self.rank += 1;
            }
        }
        self
    }

    pub(super) fn lengths(&self) -> &[usize] {
        &self.lengths[..self.rank]
    }

    pub(super) fn strides(&self) -> &[isize] {
        &self.strides[..self.rank]
    }

    /// The number of elements that lie one after the other in the source, or are one and the same; 1 if neither.
    pub(super) fn run(&self) -> usize {
        match (self.lengths().last(), self.strides().last()) {
            (Some(&n), Some(0 | 1)) => n,
            _ => 1,
        }
    }

    /// The part of this grid with fixed indices on the first axes, `first` as their row-major number, and
    /// `from..from + length` on the axis `axis` that follows them.
    pub(super) fn part(&self, axis: usize, first: usize, from: usize, length: usize) -> Layout {
        let mut offset = self.offset as isize + from as isize * self.strides[axis];
        let mut rest = first;
        for i in (0..axis).rev() {
            offset += (rest % self.lengths[i]) as isize * self.strides[i];
            rest /= self.lengths[i];
        }
        let part = Layout::at(offset as usize).axis(length, self.strides[axis]);
        (axis + 1..self.rank).fold(part, |part, i| part.axis(self.lengths[i], self.strides[i]))
    }
}

/// Distances in memory between neighbours along each axis.
pub(super) fn strides(shape: &Shape) -> [usize; MAX_RANK] {
    let mut strides = [0; MAX_RANK];
    let mut step = 1;
    for axis in (0..shape.rank()).rev() {
        strides[axis] = step;
        step *= shape[axis];
    }
    strides
}

/// Two positions that go through a grid together, in row-major order, each with strides of its own.
pub(super) struct Odometer {
    axes: [(usize, [isize; 2]); MOST],
    rank: usize,
    index: [usize; MOST],
    at: [isize; 2],
    left: usize,
}

impl Odometer {
    /// From `start`, over axes of a length and two strides, outermost first.
    pub(super) fn new(start: [usize; 2], axes: impl Iterator<Item = (usize, [isize; 2])>) -> Odometer {
        let mut all = Odometer {
            axes: [(0, [0; 2]); MOST],
            rank: 0,
            index: [0; MOST],
            at: start.map(|at| at as isize),
            left: 1,
        };
        for axis in axes {
            all.axes[all.rank] = axis;
            all.left *= axis.0;
            all.rank += 1;
        }
        all
    }
}

impl Iterator for Odometer {
    type Item = [usize; 2];

    fn next(&mut self) -> Option<[usize; 2]> {
        self.left = self.left.checked_sub(1)?;
        let here = self.at;
        for axis in (0..self.rank).rev() {
            let (length, strides) = self.axes[axis];
            self.index[axis] += 1;
            self.at = [self.at[0] + strides[0], self.at[1] + strides[1]];
            if self.index[axis] < length {
                break;
            }
            self.index[axis] = 0;
            let back = length as isize;
            self.at = [self.at[0] - strides[0] * back, self.at[1] - strides[1] * back];
        }
        Some(here.map(|at| at as usize))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_that_follow_on_each_other_are_one() {
        let layout = Layout::at(0).axis(2, 12).axis(1, 99).axis(3, 4).axis(4, 1);
        assert_eq!((layout.lengths(), layout.strides()), (&[24][..], &[1][..]));
        let swapped = Layout::at(0).axis(4, 1).axis(2, 12).axis(3, 4);
        assert_eq!((swapped.lengths(), swapped.strides()), (&[4, 6][..], &[1, 4][..]));
        let repeated = Layout::at(5).axis(3, 0).axis(2, 0);
        assert_eq!((repeated.lengths(), repeated.strides()), (&[6][..], &[0][..]));
        assert_eq!(Layout::at(0).axis(3, 4).axis(0, 1).lengths(), [3, 0]);
    }

    #[test]
    fn a_part_starts_where_its_index_says() {
        let layout = Layout::at(100).axis(2, -7).axis(3, 20).axis(4, 3);
        let part = layout.part(1, 1, 2, 1);
        assert_eq!((part.offset, part.lengths(), part.strides()), (100 - 7 + 40, &[4][..], &[3][..]));
    }
}
