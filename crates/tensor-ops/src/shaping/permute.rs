//! The axes in another order.

use super::layout::{Layout, strides};
use super::strided;
use crate::{Element, Shape, Tensor, TensorError};

impl<T: Element, S: AsRef<[T]>> Tensor<T, S> {
    /// The axes in reverse order: rows become columns. A copy.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let x = Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// assert_eq!(x.transpose(), Tensor::from([[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]));
    /// ```
    #[doc(alias = "t")]
    pub fn transpose(&self) -> Tensor<T> {
        let (shape, layout) = permuted(self.shape(), &reversed(self.shape()));
        Tensor::from_parts(shape, T::collect_grid(&layout, self.as_slice(), shape.size()))
    }

    /// As [`Tensor::transpose`], into a place for the result.
    ///
    /// # Errors
    /// [`TensorError::Output`] where `out` has another shape than the result.
    pub fn transpose_into(
        &self,
        out: &mut Tensor<T, impl AsRef<[T]> + AsMut<[T]>>,
    ) -> Result<(), TensorError> {
        self.permute_to(&reversed(self.shape()), "transpose_into", out)
    }

    /// Two axes exchanged, the others where they were. A copy.
    ///
    /// # Errors
    /// [`TensorError::AxisOutOfRange`].
    ///
    /// ```
    /// use tensor_ops::{Shape, Tensor};
    /// let images = Tensor::<f32>::zeros([10, 28, 32]);
    /// assert_eq!(images.swap_axes(-1, -2)?.shape(), &Shape::from([10, 32, 28]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    #[doc(alias = "swapaxes")]
    pub fn swap_axes(&self, a: isize, b: isize) -> Result<Tensor<T>, TensorError> {
        self.permute_new(&swapped(self.shape(), a, b, "swap_axes")?)
    }

    /// As [`Tensor::swap_axes`], into a place for the result.
    ///
    /// # Errors
    /// As [`Tensor::swap_axes`]; [`TensorError::Output`] where `out` has another shape than the result.
    pub fn swap_axes_into(
        &self,
        a: isize,
        b: isize,
        out: &mut Tensor<T, impl AsRef<[T]> + AsMut<[T]>>,
    ) -> Result<(), TensorError> {
        self.permute_to(&swapped(self.shape(), a, b, "swap_axes_into")?, "swap_axes_into", out)
    }

    /// The axes reordered: axis i of the result is axis `order[i]` of this tensor. A copy.
    ///
    /// # Errors
    /// [`TensorError::Setting`] where `order` has not as many axes as this tensor, [`TensorError::AxisOutOfRange`],
    /// [`TensorError::DuplicateAxis`].
    ///
    /// ```
    /// use tensor_ops::{Shape, Tensor};
    /// let images = Tensor::<f32>::zeros([10, 3, 28, 32]);
    /// assert_eq!(images.permute(&[0, 2, 3, 1])?.shape(), &Shape::from([10, 28, 32, 3]));
    /// assert_eq!(images.permute(&[0, -2, -1, 1])?.shape(), &Shape::from([10, 28, 32, 3]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn permute(&self, order: &[isize]) -> Result<Tensor<T>, TensorError> {
        self.permute_new(&checked(self.shape(), order, "permute")?)
    }

    /// As [`Tensor::permute`], into a place for the result.
    ///
    /// # Errors
    /// As [`Tensor::permute`]; [`TensorError::Output`] where `out` has another shape than the result.
    pub fn permute_into(
        &self,
        order: &[isize],
        out: &mut Tensor<T, impl AsRef<[T]> + AsMut<[T]>>,
    ) -> Result<(), TensorError> {
        self.permute_to(&checked(self.shape(), order, "permute_into")?, "permute_into", out)
    }

    fn permute_new(&self, order: &[usize]) -> Result<Tensor<T>, TensorError> {
        let (shape, layout) = permuted(self.shape(), order);
        strided::collect(shape, &layout, self.as_slice())
    }

    fn permute_to(
        &self,
        order: &[usize],
        op: &'static str,
        out: &mut Tensor<T, impl AsRef<[T]> + AsMut<[T]>>,
    ) -> Result<(), TensorError> {
        let (expected, layout) = permuted(self.shape(), order);
        if *out.shape() != expected {
            return Err(TensorError::Output { op, expected, got: *out.shape() });
        }
        T::copy_grid(&layout, self.as_slice(), out.as_mut_slice());
        Ok(())
    }
}

fn reversed(shape: &Shape) -> Vec<usize> {
    (0..shape.rank()).rev().collect()
}

fn swapped(shape: &Shape, a: isize, b: isize, op: &'static str) -> Result<Vec<usize>, TensorError> {
    let mut order: Vec<usize> = (0..shape.rank()).collect();
    order.swap(shape.axis(a, op)?, shape.axis(b, op)?);
    Ok(order)
}

fn checked(shape: &Shape, order: &[isize], op: &'static str) -> Result<Vec<usize>, TensorError> {
    if order.len() != shape.rank() {
        let what = format!("{order:?} is no permutation of the axes of shape {shape}");
        return Err(TensorError::Setting { op, what });
    }
    let mut axes = Vec::with_capacity(order.len());
    for &axis in order {
        let axis = shape.axis(axis, op)?;
        if axes.contains(&axis) {
            return Err(TensorError::DuplicateAxis { op, axis, shape: *shape });
        }
        axes.push(axis);
    }
    Ok(axes)
}

fn permuted(shape: &Shape, order: &[usize]) -> (Shape, Layout) {
    let steps = strides(shape);
    let layout =
        order.iter().fold(Layout::at(0), |layout, &axis| layout.axis(shape[axis], steps[axis] as isize));
    (Shape::collect(&order.iter().map(|&axis| shape[axis]).collect::<Vec<_>>()), layout)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shaping::testing::{check, counting, on_any_threads, shapes};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_permutation_moves_every_element(shape in shapes(), key in prop::array::uniform8(any::<u16>())) {
            let x = counting(shape);
            let mut order: Vec<isize> = (0..shape.rank() as isize).collect();
            order.sort_by_key(|&axis| key[axis as usize]);
            let y = x.permute(&order).unwrap();
            check(&y, |index| {
                let mut source = vec![0; index.len()];
                index.iter().zip(&order).for_each(|(&i, &axis)| source[axis as usize] = i);
                x.as_slice()[crate::shaping::testing::flat(&source, &shape)]
            });
            let mut inverse = vec![0isize; order.len()];
            order.iter().enumerate().for_each(|(i, &axis)| inverse[axis as usize] = i as isize - order.len() as isize);
            prop_assert_eq!(&y.permute(&inverse).unwrap(), &x);
            let mut out = Tensor::full(*y.shape(), 0);
            x.permute_into(&order, &mut out).unwrap();
            prop_assert_eq!(&out, &y);
            let backwards: Vec<isize> = (0..shape.rank() as isize).rev().collect();
            prop_assert_eq!(x.transpose(), x.permute(&backwards).unwrap());
        }
    }

    #[test]
    fn threads_and_sizes_do_not_matter() {
        let sizes: &[[usize; 3]] = if cfg!(miri) {
            &[[2, 9, 10]]
        } else {
            &[[1, 300, 517], [3, 200, 129], [70, 5, 513], [2, 3, 40_000]]
        };
        for &size in sizes {
            let x = counting(Shape::from(size));
            for order in [[2, 1, 0], [0, 2, 1], [1, 0, 2], [2, 0, 1], [1, 2, 0]] {
                let y = on_any_threads(|| x.permute(&order).unwrap());
                let steps = [size[1] * size[2], size[2], 1];
                check(&y, |i| (0..3).map(|k| i[k] * steps[order[k] as usize]).sum());
            }
        }
    }

    #[test]
    fn an_order_is_checked() {
        let x = Tensor::<f32>::zeros([2, 3]);
        assert!(matches!(x.permute(&[0]), Err(TensorError::Setting { .. })));
        assert!(matches!(x.permute(&[0, -2]), Err(TensorError::DuplicateAxis { axis: 0, .. })));
        assert!(matches!(x.permute(&[0, isize::MIN]), Err(TensorError::AxisOutOfRange { .. })));
        assert!(matches!(x.swap_axes(0, 2), Err(TensorError::AxisOutOfRange { op: "swap_axes", .. })));
        let refused = x.transpose_into(&mut Tensor::zeros([2, 3])).unwrap_err().to_string();
        assert!(refused.contains("[3, 2]") && refused.contains("[2, 3]"), "{refused}");
    }
}
