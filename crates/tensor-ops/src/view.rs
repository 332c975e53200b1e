//! Tensors over borrowed elements: a part of a data set, of θ, of a workspace, without a copy.

use std::ops::Range;

use crate::{Element, Shape, Tensor, TensorError};

/// A tensor that borrows its elements.
///
/// ```
/// use tensor_ops::{Axes, View};
/// let pixels = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
/// let images = View::from_slice([3, 2], &pixels)?;
/// assert_eq!(images.rows(1..3)?.sum(Axes::All)?.item()?, 18.0);
/// # Ok::<(), tensor_ops::TensorError>(())
/// ```
pub type View<'a, T> = Tensor<T, &'a [T]>;

/// A tensor that borrows its elements, to be changed.
///
/// ```
/// use tensor_ops::{Tensor, ViewMut};
/// let mut theta = [1.0, 2.0, 3.0, 4.0, 5.0];
/// ViewMut::from_mut_slice([2, 2], &mut theta[1..])?.add_in_place(&Tensor::from([10.0, 20.0]))?;
/// assert_eq!(theta, [1.0, 12.0, 23.0, 14.0, 25.0]);
/// # Ok::<(), tensor_ops::TensorError>(())
/// ```
pub type ViewMut<'a, T> = Tensor<T, &'a mut [T]>;

impl<'a, T: Element> View<'a, T> {
    /// A view of elements in row-major order.
    ///
    /// # Errors
    /// [`TensorError::Length`] where there are not as many elements as `shape` has.
    pub fn from_slice(shape: impl Into<Shape>, data: &'a [T]) -> Result<View<'a, T>, TensorError> {
        Tensor::with_storage(shape.into(), data, "from_slice")
    }
}

impl<'a, T: Element> ViewMut<'a, T> {
    /// A view of elements in row-major order, to be changed.
    ///
    /// # Errors
    /// As [`View::from_slice`].
    pub fn from_mut_slice(shape: impl Into<Shape>, data: &'a mut [T]) -> Result<ViewMut<'a, T>, TensorError> {
        Tensor::with_storage(shape.into(), data, "from_mut_slice")
    }
}

impl<T: Element, S: AsRef<[T]>> Tensor<T, S> {
    /// This tensor, borrowed.
    pub fn view(&self) -> View<'_, T> {
        Tensor::from_parts(*self.shape(), self.as_slice())
    }

    /// Element `i` of the first axis: row `i` of a matrix, image `i` of a batch. Of rank one less; no copy.
    ///
    /// # Errors
    /// [`TensorError::Rank`] for a scalar, [`TensorError::Index`] beyond the last.
    pub fn row(&self, i: usize) -> Result<View<'_, T>, TensorError> {
        let rows = self.rows_for("row", i..i.saturating_add(1))?;
        Ok(Tensor::from_parts(Shape::collect(&self.shape().as_slice()[1..]), rows))
    }

    /// Elements `range` of the first axis; no copy.
    ///
    /// # Errors
    /// As [`Tensor::row`].
    pub fn rows(&self, range: Range<usize>) -> Result<View<'_, T>, TensorError> {
        let rows = self.rows_for("rows", range.clone())?;
        let mut lengths = self.shape().as_slice().to_vec();
        lengths[0] = range.len();
        Ok(Tensor::from_parts(Shape::collect(&lengths), rows))
    }

    fn rows_for(&self, op: &'static str, range: Range<usize>) -> Result<&[T], TensorError> {
        let shape = *self.shape();
        let Some((&n, rest)) = shape.as_slice().split_first() else {
            return Err(TensorError::Rank { op, expected: "rank 1 or more", shape });
        };
        if range.end > n || range.start > range.end {
            let index = if range.start > n { range.start } else { range.end.saturating_sub(1) };
            return Err(TensorError::Index { op, index, axis: 0, shape });
        }
        let row: usize = rest.iter().product();
        Ok(&self.as_slice()[range.start * row..range.end * row])
    }
}

impl<T: Element, S: AsRef<[T]> + AsMut<[T]>> Tensor<T, S> {
    /// This tensor, borrowed to be changed.
    pub fn view_mut(&mut self) -> ViewMut<'_, T> {
        let shape = *self.shape();
        Tensor::from_parts(shape, self.as_mut_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_checked() {
        let x = Tensor::new([3, 2, 1], vec![1, 2, 3, 4, 5, 6usize]).unwrap();
        assert_eq!(x.row(1).unwrap(), Tensor::from([[3], [4usize]]));
        assert_eq!(x.rows(3..3).unwrap().shape(), &Shape::from([0, 2, 1]));
        for refused in [x.row(3).map(|_| ()), x.rows(2..4).map(|_| ()), x.row(usize::MAX).map(|_| ())] {
            assert!(refused.unwrap_err().to_string().contains("[3, 2, 1]"));
        }
        assert!(Tensor::from(1.0).row(0).is_err());
        assert_eq!(Tensor::<f32>::zeros([0, 3]).rows(0..0).unwrap().shape(), &Shape::from([0, 3]));
    }
}
