//! Labels as unit vectors.

use super::join::insert_axis;
use crate::{Element, Real, Tensor, TensorError, alloc};

impl<S: AsRef<[usize]>> Tensor<usize, S> {
    /// For every label a row of `depth` numbers, 1 at the label and 0 elsewhere, on a new last axis.
    ///
    /// # Errors
    /// [`TensorError::Index`] for a label of `depth` or more, [`TensorError::RankTooLarge`], [`TensorError::TooLarge`].
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let labels = Tensor::from([2, 0usize]);
    /// assert_eq!(labels.one_hot(3)?, Tensor::from([[0.0f32, 0.0, 1.0], [1.0, 0.0, 0.0]]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn one_hot<T: Real>(&self, depth: usize) -> Result<Tensor<T>, TensorError> {
        encode(self.view(), depth, -1, T::ZERO, T::ONE, "one_hot")
    }

    /// As [`Tensor::one_hot`] with two values of choice, and the new axis at `axis` of the result.
    ///
    /// # Errors
    /// As [`Tensor::one_hot`]; [`TensorError::AxisOutOfRange`] beyond the rank of the result.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let labels = Tensor::from([2, 0usize]);
    /// let y = labels.one_hot_with(3, 0, false, true)?;
    /// assert_eq!(y, Tensor::from([[false, true], [false, false], [true, false]]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn one_hot_with<T: Element>(
        &self,
        depth: usize,
        axis: isize,
        off: T,
        on: T,
    ) -> Result<Tensor<T>, TensorError> {
        encode(self.view(), depth, axis, off, on, "one_hot_with")
    }
}

fn encode<T: Element>(
    labels: Tensor<usize, &[usize]>,
    depth: usize,
    axis: isize,
    off: T,
    on: T,
    op: &'static str,
) -> Result<Tensor<T>, TensorError> {
    let shape = insert_axis(labels.shape(), axis, depth, op)?;
    let axis = shape.axis(axis, op)?;
    if let Some(&index) = labels.as_slice().iter().find(|&&label| label >= depth) {
        return Err(TensorError::Index { op, index, axis, shape });
    }
    let mut data = alloc::filled(shape, off)?;
    let inner: usize = labels.shape().iter().skip(axis).product();
    for (i, &label) in labels.as_slice().iter().enumerate() {
        data[(i / inner * depth + label) * inner + i % inner] = on;
    }
    Ok(Tensor::from_parts(shape, data))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Shape;
    use crate::shaping::testing::{check, flat, shapes_of};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn there_is_one_where_the_label_is(shape in shapes_of(0..=7), depth in 1usize..6, axis in 0usize..8) {
            prop_assume!(axis <= shape.rank());
            let labels = Tensor::new(shape, (0..shape.size()).map(|i| i * 7 % depth).collect()).unwrap();
            let y = labels.one_hot_with(depth, axis as isize, 3, 8usize).unwrap();
            check(&y, |index| {
                let mut place = index.to_vec();
                let at = place.remove(axis);
                if labels.as_slice()[flat(&place, &shape)] == at { 8 } else { 3 }
            });
            let last = labels.one_hot::<f32>(depth).unwrap();
            prop_assert_eq!(last, labels.one_hot_with(depth, shape.rank() as isize, 0.0, 1.0).unwrap());
        }
    }

    #[test]
    fn a_label_out_of_range_is_named() {
        let labels = Tensor::from([1, 7, 2usize]);
        let refused = labels.one_hot::<f32>(3).unwrap_err().to_string();
        assert_eq!(refused, "one_hot: index 7 is out of range for axis 1 of shape [3, 3]");
        assert!(matches!(labels.one_hot::<f32>(0), Err(TensorError::Index { .. })));
        assert!(matches!(labels.one_hot::<f32>(usize::MAX), Err(TensorError::TooLarge { .. })));
        assert!(matches!(labels.one_hot_with(8, 2, 0.0, 1.0), Err(TensorError::AxisOutOfRange { .. })));
        assert!(matches!(
            Tensor::full([1; 8], 0usize).one_hot::<f32>(1),
            Err(TensorError::RankTooLarge { rank: 9 })
        ));
        assert_eq!(Tensor::from(1usize).one_hot::<f64>(2).unwrap(), Tensor::from([0.0, 1.0]));
        assert_eq!(Tensor::full([0], 0usize).one_hot::<f64>(0).unwrap().shape(), &Shape::from([0, 0]));
    }
}
