//! Other shapes for the same elements; `reshape` itself stands with the tensor.

use crate::{Axes, Element, MAX_RANK, Shape, Tensor, TensorError};

impl<T: Element, S: AsRef<[T]>> Tensor<T, S> {
    /// All elements on one axis, in row-major order; no copy.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([[1.0, 2.0], [3.0, 4.0]]).flatten(), Tensor::from([1.0, 2.0, 3.0, 4.0]));
    /// ```
    pub fn flatten(self) -> Self {
        let n = self.shape().size();
        self.with_shape(Shape::from([n]))
    }

    /// The axes from `start` to `end`, both included, as one; no copy. `flatten_axes(1, -1)` makes a row of every
    /// sample of a batch.
    ///
    /// # Errors
    /// [`TensorError::AxisOutOfRange`]; [`TensorError::Setting`] where `end` comes before `start`.
    ///
    /// ```
    /// use tensor_ops::{Shape, Tensor};
    /// let images = Tensor::<f32>::zeros([10, 3, 28, 32]);
    /// assert_eq!(images.flatten_axes(1, -1)?.shape(), &Shape::from([10, 3 * 28 * 32]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn flatten_axes(self, start: isize, end: isize) -> Result<Self, TensorError> {
        let shape = *self.shape();
        let (from, to) = (shape.axis(start, "flatten_axes")?, shape.axis(end, "flatten_axes")?);
        if from > to {
            let what = format!("axis {end} comes before axis {start} in shape {shape}");
            return Err(TensorError::Setting { op: "flatten_axes", what });
        }
        let lengths = shape.as_slice();
        // Where another axis has length 0, nothing bounds the product of these.
        let product = lengths[from..=to].iter().fold(1, |p: usize, &n| p.saturating_mul(n));
        let joined = if lengths[from..=to].contains(&0) { 0 } else { product };
        let shape = Shape::new(&[&lengths[..from], &[joined], &lengths[to + 1..]].concat())?;
        Ok(self.with_shape(shape))
    }

    /// Without the given axes, each of length 1; no copy. [`Axes::All`] means every axis that has length 1.
    ///
    /// # Errors
    /// [`TensorError::Setting`] where an axis has another length; an axis out of range or named twice.
    ///
    /// ```
    /// use tensor_ops::{Shape, Tensor};
    /// let x = Tensor::<f32>::zeros([1, 3, 1, 2]);
    /// assert_eq!(x.view().squeeze(0)?.shape(), &Shape::from([3, 1, 2]));
    /// assert_eq!(x.squeeze([0, -2])?.shape(), &Shape::from([3, 2]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn squeeze(self, axes: impl Into<Axes>) -> Result<Self, TensorError> {
        let (axes, shape) = (axes.into(), *self.shape());
        if axes == Axes::All {
            return Ok(self.squeeze_all());
        }
        let leaves = axes.resolve(&shape, "squeeze")?.is_reduced;
        if let Some(axis) = (0..shape.rank()).find(|&axis| leaves[axis] && shape[axis] != 1) {
            let what = format!("axis {axis} of shape {shape} has length {}, not 1", shape[axis]);
            return Err(TensorError::Setting { op: "squeeze", what });
        }
        let stay = (0..shape.rank()).filter(|&axis| !leaves[axis]).map(|axis| shape[axis]);
        Ok(self.with_shape(Shape::collect(&stay.collect::<Vec<_>>())))
    }

    /// Without any axis of length 1; no copy.
    ///
    /// ```
    /// use tensor_ops::{Shape, Tensor};
    /// assert_eq!(Tensor::<f32>::zeros([1, 3, 1, 2]).squeeze_all().shape(), &Shape::from([3, 2]));
    /// ```
    pub fn squeeze_all(self) -> Self {
        let stay: Vec<usize> = self.shape().iter().copied().filter(|&n| n != 1).collect();
        self.with_shape(Shape::collect(&stay))
    }

    /// With new axes of length 1, which have these numbers in the result; no copy.
    ///
    /// # Errors
    /// [`TensorError::AxisOutOfRange`] beyond the rank of the result, [`TensorError::DuplicateAxis`],
    /// [`TensorError::RankTooLarge`] above eight axes; [`TensorError::Setting`] for [`Axes::All`], which names none.
    ///
    /// ```
    /// use tensor_ops::{Shape, Tensor};
    /// let x = Tensor::<f32>::zeros([3, 2]);
    /// assert_eq!(x.view().unsqueeze(-1)?.shape(), &Shape::from([3, 2, 1]));
    /// assert_eq!(x.unsqueeze([0, 2])?.shape(), &Shape::from([1, 3, 1, 2]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    #[doc(alias = "expand_dims")]
    pub fn unsqueeze(self, axes: impl Into<Axes>) -> Result<Self, TensorError> {
        let shape = *self.shape();
        let Axes::These(list) = axes.into() else {
            let what = format!("all axes name no place in shape {shape}");
            return Err(TensorError::Setting { op: "unsqueeze", what });
        };
        let rank = shape.rank() + list.len();
        if rank > MAX_RANK {
            return Err(TensorError::RankTooLarge { rank });
        }
        let mut is_new = [false; MAX_RANK];
        for &axis in &list {
            let at = if axis < 0 { axis + rank as isize } else { axis };
            if !(0..rank as isize).contains(&at) {
                return Err(TensorError::AxisOutOfRange { op: "unsqueeze", axis, shape });
            }
            if std::mem::replace(&mut is_new[at as usize], true) {
                return Err(TensorError::DuplicateAxis { op: "unsqueeze", axis: at as usize, shape });
            }
        }
        let mut old = shape.iter();
        let lengths = is_new[..rank].iter().map(|&new| if new { 1 } else { *old.next().unwrap_or(&1) });
        let shape = Shape::collect(&lengths.collect::<Vec<_>>());
        Ok(self.with_shape(shape))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shaping::testing::{counting, shapes_of};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn squeezing_undoes_unsqueezing(shape in shapes_of(0..=5), places in prop::collection::btree_set(0isize..8, 0..4)) {
            let x = counting(shape);
            let rank = (shape.rank() + places.len()) as isize;
            let axes: Vec<isize> = places.into_iter().filter(|&at| at < rank).collect();
            // Places that were left out of the list make the result shorter, and the last ones may be beyond it.
            prop_assume!(axes.iter().all(|&at| at < (shape.rank() + axes.len()) as isize));
            let y = x.view().unsqueeze(&axes[..]).unwrap();
            prop_assert!(axes.iter().all(|&at| y.shape()[at as usize] == 1));
            prop_assert_eq!(y.squeeze(&axes[..]).unwrap(), x.view());
            prop_assert_eq!(x.to_owned().flatten(), Tensor::from(x.as_slice().to_vec()));
            prop_assert!(x.view().squeeze_all().shape().iter().all(|&n| n != 1));
            if shape.rank() > 0 {
                prop_assert_eq!(x.view().flatten_axes(0, -1).unwrap(), x.view().flatten());
                prop_assert_eq!(x.view().flatten_axes(-1, -1).unwrap(), x.view());
            }
        }
    }

    #[test]
    fn axes_are_checked() {
        let x = || Tensor::<f32>::zeros([1, 2, 1]);
        assert!(x().squeeze(1).unwrap_err().to_string().contains("axis 1 of shape [1, 2, 1] has length 2"));
        assert!(matches!(x().squeeze([0, -3]), Err(TensorError::DuplicateAxis { .. })));
        assert_eq!(x().squeeze(Axes::All).unwrap().shape(), &Shape::from([2]));
        assert!(matches!(x().unsqueeze(4), Err(TensorError::AxisOutOfRange { .. })));
        assert!(matches!(x().unsqueeze(isize::MIN), Err(TensorError::AxisOutOfRange { .. })));
        assert!(matches!(x().unsqueeze([0, -5]), Err(TensorError::DuplicateAxis { axis: 0, .. })));
        assert!(matches!(x().unsqueeze([0, 1, 2, 3, 4, 5]), Err(TensorError::RankTooLarge { rank: 9 })));
        assert!(matches!(x().unsqueeze(Axes::All), Err(TensorError::Setting { .. })));
        assert!(matches!(x().flatten_axes(2, 1), Err(TensorError::Setting { .. })));
        let wide = Tensor::<f32>::zeros([0, 1 << 40]).unsqueeze(1).unwrap();
        assert_eq!(wide.flatten_axes(0, 1).unwrap().shape(), &Shape::from([0, 1 << 40]));
        assert_eq!(Tensor::from(1.0).flatten(), Tensor::from([1.0]));
    }
}
