//! Axes shifted in a circle.

use super::pick::{self, Wanted};
use crate::{Element, Tensor, TensorError};

impl<T: Element, S: AsRef<[T]>> Tensor<T, S> {
    /// Every element moved on by `shifts[i]` positions along `axes[i]`, backwards where that is negative; what leaves
    /// at one end comes in at the other. Shifts of an axis named twice add up, as in NumPy.
    ///
    /// # Errors
    /// [`TensorError::AxisOutOfRange`]; [`TensorError::Setting`] where there are not as many shifts as axes.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([1.0, 2.0, 3.0]).roll(&[1], &[0])?, Tensor::from([3.0, 1.0, 2.0]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn roll(&self, shifts: &[isize], axes: &[isize]) -> Result<Tensor<T>, TensorError> {
        let shape = *self.shape();
        if shifts.len() != axes.len() {
            let what = format!("{} shifts for {} axes of shape {shape}", shifts.len(), axes.len());
            return Err(TensorError::Setting { op: "roll", what });
        }
        let mut first = vec![0; shape.rank()];
        for (shift, &axis) in shifts.iter().zip(axes) {
            let axis = shape.axis(axis, "roll")?;
            let n = shape[axis];
            if n > 0 {
                // The position that comes to stand first.
                let back = shift.rem_euclid(n as isize) as usize;
                first[axis] = (first[axis] + n - back) % n;
            }
        }
        // The table of an axis may be long where there is nothing to move.
        if shape.size() == 0 {
            return Ok(Tensor::from_parts(shape, Vec::new()));
        }
        let wanted = first.iter().zip(shape.iter()).map(|(&first, &n)| match first {
            0 => Wanted::Whole,
            _ => Wanted::These((first..n).chain(0..first).collect()),
        });
        pick::collect(shape, &shape, &wanted.collect::<Vec<_>>(), self.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shaping::testing::{check, counting, flat, shapes};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn rolled_positions_count_in_a_circle(shape in shapes(), shifts in prop::collection::vec((-9isize..10, 0usize..5), 0..5)) {
            let (shifts, axes): (Vec<isize>, Vec<isize>) = shifts.into_iter().filter(|&(_, axis)| axis < shape.rank())
                .map(|(shift, axis)| (shift, axis as isize)).unzip();
            let x = counting(shape);
            let y = x.roll(&shifts, &axes).unwrap();
            check(&y, |index| {
                let mut source: Vec<isize> = index.iter().map(|&i| i as isize).collect();
                for (shift, &axis) in shifts.iter().zip(&axes) {
                    source[axis as usize] -= shift;
                }
                let wrapped = source.iter().zip(shape.iter()).map(|(i, &n)| i.rem_euclid(n as isize) as usize);
                flat(&wrapped.collect::<Vec<_>>(), &shape)
            });
            let back: Vec<isize> = shifts.iter().map(|shift| -shift).collect();
            prop_assert_eq!(y.roll(&back, &axes).unwrap(), x);
        }
    }

    #[test]
    fn extremes_and_refusals() {
        let x = Tensor::from([1.0, 2.0, 3.0]);
        assert_eq!(x.roll(&[isize::MIN], &[0]).unwrap(), x.roll(&[isize::MIN.rem_euclid(3)], &[-1]).unwrap());
        assert_eq!(x.roll(&[], &[]).unwrap(), x);
        assert!(matches!(x.roll(&[1], &[]), Err(TensorError::Setting { op: "roll", .. })));
        assert!(matches!(x.roll(&[1], &[1]), Err(TensorError::AxisOutOfRange { .. })));
        assert_eq!(Tensor::<f32>::zeros([0]).roll(&[5], &[0]).unwrap(), Tensor::zeros([0]));
    }
}
