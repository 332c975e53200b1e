//! More positions before and after those of each axis.

use super::layout::{Layout, strides};
use super::pick::{self, Wanted};
use crate::{Element, Shape, Tensor, TensorError, alloc};

/// What stands in positions that [`Tensor::pad`] adds. For (a b c d), padded by three on either side:
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Padding<T> {
    /// One value: `x x x a b c d x x x`.
    Constant(T),
    /// The tensor in a mirror, its edge not repeated: `d c b a b c d c b a`. Beyond the other edge it is mirrored
    /// again, as in NumPy; PyTorch refuses so much.
    Reflect,
    /// The edge: `a a a a b c d d d d`. `edge` in NumPy.
    Replicate,
    /// The tensor again, as often as need be: `b c d a b c d a b c`. `wrap` in NumPy.
    Circular,
}

impl<T: Element, S: AsRef<[T]>> Tensor<T, S> {
    /// This tensor with so many positions (before, after) added to each axis.
    ///
    /// # Errors
    /// [`TensorError::Setting`] where there is not one pair for each axis, or an axis of length 0 is to be continued
    /// with anything but a constant; [`TensorError::TooLarge`].
    ///
    /// ```
    /// use tensor_ops::{Padding, Tensor};
    /// let x = Tensor::from([1.0, 2.0, 3.0]);
    /// assert_eq!(x.pad(&[(1, 2)], Padding::Constant(0.0))?, Tensor::from([0.0, 1.0, 2.0, 3.0, 0.0, 0.0]));
    /// assert_eq!(x.pad(&[(1, 2)], Padding::Reflect)?, Tensor::from([2.0, 1.0, 2.0, 3.0, 2.0, 1.0]));
    /// assert_eq!(x.pad(&[(1, 2)], Padding::Replicate)?, Tensor::from([1.0, 1.0, 2.0, 3.0, 3.0, 3.0]));
    /// assert_eq!(x.pad(&[(1, 2)], Padding::Circular)?, Tensor::from([3.0, 1.0, 2.0, 3.0, 1.0, 2.0]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn pad(&self, pads: &[(usize, usize)], padding: Padding<T>) -> Result<Tensor<T>, TensorError> {
        pad(self.shape(), self.as_slice(), pads, padding)
    }
}

fn pad<T: Element>(
    from: &Shape,
    elements: &[T],
    pads: &[(usize, usize)],
    padding: Padding<T>,
) -> Result<Tensor<T>, TensorError> {
    let refuse = |what: String| Err(TensorError::Setting { op: "pad", what });
    if pads.len() != from.rank() {
        return refuse(format!("{} pairs for the axes of shape {from}", pads.len()));
    }
    let padded =
        |(&n, &(before, after)): (&usize, &(usize, usize))| n.saturating_add(before).saturating_add(after);
    let lengths: Vec<usize> = from.iter().zip(pads).map(padded).collect();
    let shape = Shape::new(&lengths)?;
    if let Padding::Constant(value) = padding {
        let mut data = alloc::filled(shape, value)?;
        if !elements.is_empty() {
            let steps = strides(&shape);
            let offset = pads.iter().zip(steps).map(|(&(before, _), step)| before * step).sum();
            let axes = from.iter().zip(steps);
            let layout = axes.fold(Layout::at(offset), |layout, (&n, step)| layout.axis(n, step as isize));
            T::assign_grid(&layout, elements, &mut data);
        }
        return Ok(Tensor::from_parts(shape, data));
    }
    if let Some(axis) = (0..from.rank()).find(|&axis| from[axis] == 0 && lengths[axis] > 0) {
        return refuse(format!("axis {axis} of shape {from} has nothing to continue"));
    }
    if shape.size() == 0 {
        return Ok(Tensor::from_parts(shape, Vec::new()));
    }
    alloc::check::<T>(shape)?;
    let wanted = from.iter().zip(pads).map(|(&n, &(before, after))| match (before, after) {
        (0, 0) => Wanted::Whole,
        _ => Wanted::These((0..before + n + after).map(|at| source(at, before, n, &padding)).collect()),
    });
    pick::collect(shape, from, &wanted.collect::<Vec<_>>(), elements)
}

/// Which of `n` positions is continued at position `at` of the padded axis.
fn source<T>(at: usize, before: usize, n: usize, padding: &Padding<T>) -> usize {
    // The remainder of at - before, which may be negative.
    let modulo = |period: usize| match at.checked_sub(before) {
        Some(behind) => behind % period,
        None => (period - (before - at) % period) % period,
    };
    match padding {
        Padding::Reflect if n > 1 => {
            let turn = modulo(2 * (n - 1));
            turn.min(2 * (n - 1) - turn)
        }
        Padding::Circular => modulo(n),
        _ => at.saturating_sub(before).min(n - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shaping::testing::{check, counting, flat, shapes_of};
    use proptest::prelude::*;

    /// By walking away from the edge step by step.
    fn naive(at: isize, n: isize, padding: Padding<usize>) -> Option<usize> {
        if n == 0 {
            return None;
        }
        let (mut place, mut step) = (0, at.signum());
        for _ in 0..at.abs() {
            let next = place + step;
            place = match padding {
                _ if (0..n).contains(&next) => next,
                Padding::Constant(_) => return None,
                Padding::Replicate => place,
                Padding::Circular => (next + n) % n,
                Padding::Reflect if n == 1 => 0,
                Padding::Reflect => {
                    step = -step;
                    place + step
                }
            };
        }
        Some(place as usize)
    }

    proptest! {
        #[test]
        fn padded_positions_are_numpys(shape in shapes_of(0..=4), pads in any::<[(u8, u8); 4]>(), which in 0usize..4) {
            let padding = [Padding::Constant(9999), Padding::Reflect, Padding::Replicate, Padding::Circular][which];
            let x = counting(shape);
            let pads: Vec<(usize, usize)> = pads[..shape.rank()].iter().map(|&(a, b)| (usize::from(a % 4) * 2, usize::from(b % 4))).collect();
            let is_refused = which > 0 && shape.iter().zip(&pads).any(|(&n, &(a, b))| n == 0 && a + b > 0);
            let y = match x.pad(&pads, padding) {
                Err(error) => {
                    prop_assert!(is_refused, "{}", error);
                    return Ok(());
                }
                Ok(y) => y,
            };
            prop_assert!(!is_refused);
            check(&y, |index| {
                let source: Option<Vec<usize>> = index.iter().zip(&pads).zip(shape.iter()).map(|((&i, pad), &n)| {
                    naive(i as isize - pad.0 as isize, n as isize, padding)
                }).collect();
                source.map_or(9999, |source| flat(&source, &shape))
            });
            let slices: Vec<crate::Slice> = pads.iter().zip(shape.iter()).map(|(pad, &n)| (pad.0 as isize..(pad.0 + n) as isize).into()).collect();
            prop_assert_eq!(y.slice_with(&slices).unwrap(), x);
        }
    }

    #[test]
    fn absurd_pads_are_refused() {
        let x = Tensor::from([1.0, 2.0]);
        for padding in [Padding::Constant(0.0), Padding::Reflect, Padding::Circular] {
            assert!(matches!(x.pad(&[(usize::MAX, 1)], padding), Err(TensorError::TooLarge { .. })));
            assert!(matches!(
                x.pad(&[(0, isize::MAX as usize - 2)], padding),
                Err(TensorError::TooLarge { .. })
            ));
            assert!(matches!(x.pad(&[], padding), Err(TensorError::Setting { .. })));
        }
        assert_eq!(Tensor::from([5.0]).pad(&[(1, 2)], Padding::Reflect).unwrap(), Tensor::from([5.0; 4]));
        let empty = Tensor::<f64>::zeros([0, 3]);
        assert!(matches!(empty.pad(&[(1, 0), (0, 0)], Padding::Reflect), Err(TensorError::Setting { .. })));
        assert_eq!(empty.pad(&[(0, 0), (0, 1 << 60)], Padding::Reflect).unwrap().shape()[1], 3 + (1 << 60));
        assert_eq!(empty.pad(&[(1, 0), (0, 0)], Padding::Constant(1.0)).unwrap(), Tensor::ones([1, 3]));
    }
}
