//! One element by its index.

use std::ops::{Index, IndexMut};

use crate::{Element, Shape, Tensor};

/// The row-major number of an index; `None` outside the shape.
fn position(shape: &Shape, index: &[usize]) -> Option<usize> {
    if index.len() != shape.rank() || index.iter().zip(shape.iter()).any(|(i, n)| i >= n) {
        return None;
    }
    Some(index.iter().zip(shape.iter()).fold(0, |at, (i, n)| at * n + i))
}

#[track_caller]
fn position_or_panic(shape: &Shape, index: &[usize]) -> usize {
    match position(shape, index) {
        Some(at) => at,
        None => panic!("index {index:?} of a tensor of shape {shape}"),
    }
}

impl<T: Element, S: AsRef<[T]>> Tensor<T, S> {
    /// The element at an index, one number an axis; `None` outside the shape. `x[[1, 0]]` is the form that panics.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!((x.get([1, 0]), x.get([0, 2])), (Some(3.0), None));
    /// ```
    pub fn get<const N: usize>(&self, index: [usize; N]) -> Option<T> {
        position(self.shape(), &index).map(|at| self.as_slice()[at])
    }
}

impl<T: Element, S: AsRef<[T]> + AsMut<[T]>> Tensor<T, S> {
    /// The element at an index, to be changed; `None` outside the shape.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let mut x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    /// if let Some(corner) = x.get_mut([1, 1]) {
    ///     *corner = 0.0;
    /// }
    /// assert_eq!(x, Tensor::from([[1.0, 2.0], [3.0, 0.0]]));
    /// ```
    pub fn get_mut<const N: usize>(&mut self, index: [usize; N]) -> Option<&mut T> {
        let at = position(self.shape(), &index)?;
        Some(&mut self.as_mut_slice()[at])
    }
}

/// The element at an index, one number an axis: `x[[0, 1]]`. Panics outside the shape; [`Tensor::get`] does not.
impl<T: Element, S: AsRef<[T]>, const N: usize> Index<[usize; N]> for Tensor<T, S> {
    type Output = T;
    #[track_caller]
    fn index(&self, index: [usize; N]) -> &T {
        &self.as_slice()[position_or_panic(self.shape(), &index)]
    }
}

/// The element at an index, to be changed. Panics outside the shape; [`Tensor::get_mut`] does not.
impl<T: Element, S: AsRef<[T]> + AsMut<[T]>, const N: usize> IndexMut<[usize; N]> for Tensor<T, S> {
    #[track_caller]
    fn index_mut(&mut self, index: [usize; N]) -> &mut T {
        let at = position_or_panic(self.shape(), &index);
        &mut self.as_mut_slice()[at]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_storage_is_indexed() {
        let mut x = Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
        assert_eq!((x[[0, 2]], x.view()[[1, 0]]), (3.0, 4.0));
        x[[1, 2]] += 0.5;
        x.view_mut()[[0, 0]] = 7.0;
        *x.view_mut().get_mut([0, 1]).unwrap() = 8.0;
        assert_eq!(x, Tensor::from([[7.0, 8.0, 3.0], [4.0, 5.0, 6.5]]));
        assert!(Tensor::from(true)[[]]);
        assert!(x.get_mut([2, 0]).is_none() && x.get_mut([0]).is_none() && x.get([0, 0, 0]).is_none());
    }

    #[test]
    #[should_panic(expected = "index [1, 3] of a tensor of shape [2, 3]")]
    fn a_panic_names_index_and_shape() {
        let _ = Tensor::<f32>::zeros([2, 3])[[1, 3]];
    }
}
