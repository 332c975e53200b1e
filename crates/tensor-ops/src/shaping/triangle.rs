//! Triangles and diagonals of matrices, which lie in the last two axes.

use std::ops::Range;

use super::layout::{Layout, strides};
use super::strided;
use crate::{Element, Shape, Tensor, TensorError};

impl<T: Element, S: AsRef<[T]>> Tensor<T, S> {
    /// Matrices with 0 (`false`) below the diagonal `k`: the main one for 0, above it for a positive number.
    ///
    /// # Errors
    /// [`TensorError::Rank`] for less than two axes.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.triu(0)?, Tensor::from([[1.0, 2.0], [0.0, 4.0]]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn triu(&self, k: isize) -> Result<Tensor<T>, TensorError> {
        triangle(self.view(), "triu", |row, columns| diagonal_column(row, k, columns)..columns)
    }

    /// Matrices with 0 (`false`) above the diagonal `k`: the main one for 0, above it for a positive number.
    ///
    /// # Errors
    /// As [`Tensor::triu`].
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.tril(0)?, Tensor::from([[1.0, 0.0], [3.0, 4.0]]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn tril(&self, k: isize) -> Result<Tensor<T>, TensorError> {
        triangle(self.view(), "tril", |row, columns| 0..diagonal_column(row, k.saturating_add(1), columns))
    }

    /// The diagonal `k` of each matrix, on the last axis of the result; empty where it lies outside.
    ///
    /// # Errors
    /// As [`Tensor::triu`].
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let x = Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// assert_eq!(x.diagonal(0)?, Tensor::from([1.0, 5.0]));
    /// assert_eq!(x.diagonal(-1)?, Tensor::from([4.0]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn diagonal(&self, k: isize) -> Result<Tensor<T>, TensorError> {
        let [rows, columns] = matrix(self.shape(), "diagonal")?;
        let (row, column) = (k.min(0).unsigned_abs().min(rows), (k.max(0) as usize).min(columns));
        let n = (rows - row).min(columns - column);
        let batch = &self.shape().as_slice()[..self.shape().rank() - 2];
        let shape = Shape::new(&[batch, &[n]].concat())?;
        let start = Layout::at(row * columns + column);
        let layout = batch.iter().zip(strides(self.shape())).fold(start, |l, (&n, s)| l.axis(n, s as isize));
        strided::collect(shape, &layout.axis(n, columns as isize + 1), self.as_slice())
    }
}

/// The column in which diagonal `k` crosses a row, or the nearest end of the row.
fn diagonal_column(row: usize, k: isize, columns: usize) -> usize {
    (row as isize).saturating_add(k).clamp(0, columns as isize) as usize
}

fn matrix(shape: &Shape, op: &'static str) -> Result<[usize; 2], TensorError> {
    match *shape.as_slice() {
        [.., rows, columns] => Ok([rows, columns]),
        _ => Err(TensorError::Rank { op, expected: "rank 2 or more", shape: *shape }),
    }
}

fn triangle<T: Element>(
    x: Tensor<T, &[T]>,
    op: &'static str,
    stays: impl Fn(usize, usize) -> Range<usize>,
) -> Result<Tensor<T>, TensorError> {
    let [rows, columns] = matrix(x.shape(), op)?;
    let mut to = vec![T::default(); x.as_slice().len()];
    if !to.is_empty() {
        let pairs = to.chunks_exact_mut(columns).zip(x.as_slice().chunks_exact(columns));
        for (i, (to, from)) in pairs.enumerate() {
            let stays = stays(i % rows, columns);
            to[stays.clone()].copy_from_slice(&from[stays]);
        }
    }
    Ok(Tensor::from_parts(*x.shape(), to))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shaping::testing::{check, counting, flat, shapes_of};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn triangles_are_bounded_by_their_diagonal(shape in shapes_of(2..=5), k in prop_oneof![-6isize..7, Just(isize::MIN), Just(isize::MAX)]) {
            let x = counting(shape);
            let distance = |index: &[usize]| index[index.len() - 1] as isize - index[index.len() - 2] as isize;
            check(&x.triu(k).unwrap(), |index| if distance(index) >= k { flat(index, &shape) } else { 0 });
            check(&x.tril(k).unwrap(), |index| if distance(index) <= k { flat(index, &shape) } else { 0 });
            let diagonal = x.diagonal(k).unwrap();
            let all = (0..shape[shape.rank() - 2] as isize).flat_map(|i| (0..shape[shape.rank() - 1] as isize).map(move |j| (i, j)));
            let places: Vec<(isize, isize)> = all.filter(|&(i, j)| j - i == k).collect();
            prop_assert_eq!(diagonal.shape().last(), Some(places.len()));
            check(&diagonal, |index| {
                let (i, j) = places[index[index.len() - 1]];
                let mut source = index[..index.len() - 1].to_vec();
                source.extend([i as usize, j as usize]);
                flat(&source, &shape)
            });
        }
    }

    #[test]
    fn a_triangle_needs_a_matrix() {
        for refused in
            [Tensor::from([1.0]).triu(0), Tensor::from(1.0).tril(0), Tensor::from([1.0]).diagonal(0)]
        {
            assert!(matches!(refused, Err(TensorError::Rank { .. })));
        }
    }
}
