//! Whole positions of an axis by number.

use super::pick::{self, Wanted};
use crate::{Element, MAX_RANK, Shape, Tensor, TensorError};

impl<T: Element, S: AsRef<[T]>> Tensor<T, S> {
    /// The positions `indices` of an axis, in this order; one may come more than once.
    ///
    /// # Errors
    /// [`TensorError::AxisOutOfRange`]; [`TensorError::Index`] for a position beyond the axis.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let x = Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// assert_eq!(x.index_select(1, &[2, 0, 0])?, Tensor::from([[3.0, 1.0, 1.0], [6.0, 4.0, 4.0]]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn index_select(&self, axis: isize, indices: &[usize]) -> Result<Tensor<T>, TensorError> {
        let shape = self.shape();
        let axis = shape.axis(axis, "index_select")?;
        check_indices("index_select", indices, axis, shape)?;
        let mut lengths = shape.as_slice().to_vec();
        lengths[axis] = indices.len();
        pick::collect(Shape::new(&lengths)?, shape, &wanted(shape, axis, indices), self.as_slice())
    }

    /// The positions `indices` of an axis, whose place the axes of `indices` take: NumPy's `take`, ONNX's `Gather`.
    /// With a table of shape (words, n) and axis 0, an embedding.
    ///
    /// # Errors
    /// As [`Tensor::index_select`]; [`TensorError::RankTooLarge`] above eight axes, [`TensorError::TooLarge`].
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let table = Tensor::from([[0.0, 0.5], [1.0, 1.5], [2.0, 2.5]]);
    /// let words = Tensor::from([[2, 0], [1, 1usize]]);
    /// let y = table.take(0, &words)?;
    /// assert_eq!(y, Tensor::from([[[2.0, 2.5], [0.0, 0.5]], [[1.0, 1.5], [1.0, 1.5]]]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn take(
        &self,
        axis: isize,
        indices: &Tensor<usize, impl AsRef<[usize]>>,
    ) -> Result<Tensor<T>, TensorError> {
        let shape = self.shape();
        let axis = shape.axis(axis, "take")?;
        check_indices("take", indices.as_slice(), axis, shape)?;
        let rank = shape.rank() - 1 + indices.shape().rank();
        if rank > MAX_RANK {
            return Err(TensorError::RankTooLarge { rank });
        }
        let (before, after) = (&shape.as_slice()[..axis], &shape.as_slice()[axis + 1..]);
        let result = Shape::new(&[before, indices.shape().as_slice(), after].concat())?;
        pick::collect(result, shape, &wanted(shape, axis, indices.as_slice()), self.as_slice())
    }
}

fn wanted(shape: &Shape, axis: usize, indices: &[usize]) -> Vec<Wanted> {
    let mut wanted = vec![Wanted::Whole; shape.rank()];
    wanted[axis] = Wanted::These(indices.to_vec());
    wanted
}

/// Refuses the first index beyond an axis.
pub(super) fn check_indices(
    op: &'static str,
    indices: &[usize],
    axis: usize,
    shape: &Shape,
) -> Result<(), TensorError> {
    let n = shape[axis];
    // All of them are looked at, so that the loop has no way out and becomes vectors.
    if !indices.iter().fold(false, |is_beyond, &index| is_beyond | (index >= n)) {
        return Ok(());
    }
    let index = indices.iter().copied().find(|&index| index >= n).unwrap_or(n);
    Err(TensorError::Index { op, index, axis, shape: *shape })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shaping::testing::{check, counting, flat, shapes, shapes_of};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn selected_positions_are_those_named(shape in shapes(), axis in 0usize..8, keys in prop::collection::vec(0usize..100, 0..8)) {
            prop_assume!(axis < shape.rank() && shape[axis] > 0);
            let x = counting(shape);
            let indices: Vec<usize> = keys.iter().map(|key| key % shape[axis]).collect();
            let y = x.index_select(axis as isize, &indices).unwrap();
            prop_assert_eq!(y.shape()[axis], indices.len());
            check(&y, |index| {
                let mut source = index.to_vec();
                source[axis] = indices[index[axis]];
                flat(&source, &shape)
            });
        }

        #[test]
        fn taken_positions_have_the_shape_of_their_indices(shape in shapes_of(1..=4), at in shapes_of(0..=3), axis in 0usize..4, key in 0usize..100) {
            prop_assume!(axis < shape.rank() && shape[axis] > 0);
            let x = counting(shape);
            let indices = Tensor::new(at, (0..at.size()).map(|i| (i * 7 + key) % shape[axis]).collect()).unwrap();
            let y = x.take(axis as isize, &indices).unwrap();
            check(&y, |index| {
                let named = flat(&index[axis..axis + at.rank()], &at);
                let mut source = index[..axis].to_vec();
                source.push(indices.as_slice()[named]);
                source.extend(&index[axis + at.rank()..]);
                flat(&source, &shape)
            });
        }
    }

    #[test]
    fn positions_are_checked() {
        let x = Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
        let refused = x.index_select(-1, &[0, 3]).unwrap_err().to_string();
        assert_eq!(refused, "index_select: index 3 is out of range for axis 1 of shape [2, 3]");
        assert!(matches!(
            x.take(0, &Tensor::from(usize::MAX)),
            Err(TensorError::Index { index: usize::MAX, .. })
        ));
        assert_eq!(x.take(0, &Tensor::from(1usize)).unwrap(), Tensor::from([4.0, 5.0, 6.0]));
        assert_eq!(x.index_select(1, &[]).unwrap().shape(), &Shape::from([2, 0]));
        let deep = Tensor::full([1; 8], 0usize);
        assert!(matches!(x.take(0, &deep), Err(TensorError::RankTooLarge { rank: 9 })));
        assert!(matches!(Tensor::from(1.0).index_select(0, &[]), Err(TensorError::AxisOutOfRange { .. })));
        assert!(matches!(Tensor::<f32>::zeros([0]).index_select(0, &[0]), Err(TensorError::Index { .. })));
    }
}
