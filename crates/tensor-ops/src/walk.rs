//! Walking several operands through one shape, each with strides of its own.

use crate::{MAX_RANK, Shape};

/// Yields the position in each of `N` operands for every element of a shape, in row-major order.
pub(crate) struct Walk<const N: usize> {
    shape: Shape,
    strides: [[usize; MAX_RANK]; N],
    index: [usize; MAX_RANK],
    at: [usize; N],
    left: usize,
}

impl<const N: usize> Walk<N> {
    pub(crate) fn new(shape: Shape, strides: [[usize; MAX_RANK]; N]) -> Self {
        Walk { shape, strides, index: [0; MAX_RANK], at: [0; N], left: shape.size() }
    }
}

impl<const N: usize> Iterator for Walk<N> {
    type Item = [usize; N];

    fn next(&mut self) -> Option<[usize; N]> {
        self.left = self.left.checked_sub(1)?;
        let here = self.at;
        for axis in (0..self.shape.rank()).rev() {
            self.index[axis] += 1;
            for n in 0..N {
                self.at[n] += self.strides[n][axis];
            }
            if self.index[axis] < self.shape[axis] {
                break;
            }
            for n in 0..N {
                self.at[n] -= self.strides[n][axis] * self.shape[axis];
            }
            self.index[axis] = 0;
        }
        Some(here)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}
