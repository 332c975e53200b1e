//! Axes backwards.

use super::layout::{Layout, strides};
use super::strided;
use crate::{Axes, Element, Tensor, TensorError};

impl<T: Element, S: AsRef<[T]>> Tensor<T, S> {
    /// The positions of the given axes in reverse order. A copy.
    ///
    /// # Errors
    /// An axis out of range or named twice.
    ///
    /// ```
    /// use tensor_ops::{Axes, Tensor};
    /// let x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.flip(0)?, Tensor::from([[3.0, 4.0], [1.0, 2.0]]));
    /// assert_eq!(x.flip(Axes::All)?, Tensor::from([[4.0, 3.0], [2.0, 1.0]]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn flip(&self, axes: impl Into<Axes>) -> Result<Tensor<T>, TensorError> {
        let shape = *self.shape();
        let turned = axes.into().resolve(&shape, "flip")?.is_reduced;
        let steps = strides(&shape);
        let ends = (0..shape.rank()).filter(|&axis| turned[axis]);
        let offset = ends.map(|axis| shape[axis].saturating_sub(1) * steps[axis]).sum();
        let layout = (0..shape.rank()).fold(Layout::at(offset), |layout, axis| {
            let step = steps[axis] as isize;
            layout.axis(shape[axis], if turned[axis] { -step } else { step })
        });
        strided::collect(shape, &layout, self.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shaping::testing::{check, counting, flat, shapes};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn flipped_positions_count_from_the_end(shape in shapes(), turned in any::<[bool; 8]>()) {
            let x = counting(shape);
            let axes: Vec<isize> = (0..shape.rank()).filter(|&axis| turned[axis]).map(|axis| axis as isize).collect();
            let y = x.flip(&axes[..]).unwrap();
            check(&y, |index| {
                let source = (0..shape.rank()).map(|axis| if turned[axis] { shape[axis] - 1 - index[axis] } else { index[axis] });
                flat(&source.collect::<Vec<_>>(), &shape)
            });
            prop_assert_eq!(y.flip(&axes[..]).unwrap(), x);
        }
    }

    #[test]
    fn axes_are_checked() {
        let x = Tensor::<f32>::zeros([2, 3]);
        assert!(matches!(x.flip([0, -2]), Err(TensorError::DuplicateAxis { op: "flip", axis: 0, .. })));
        assert!(matches!(x.flip(2), Err(TensorError::AxisOutOfRange { .. })));
        assert_eq!(Tensor::from(1.0).flip(Axes::All).unwrap(), Tensor::from(1.0));
    }
}
