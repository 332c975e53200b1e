//! Basic slicing: every so many positions of each axis, forwards or backwards.

use std::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};

use super::layout::{Layout, strides};
use super::strided;
use crate::{Element, Shape, Tensor, TensorError};

/// Which positions of an axis: from `start` up to but without `end`, every `step`-th, as `start:end:step` in Python.
///
/// Positions count from the end when negative; those beyond an end of the axis mean that end. A negative step goes
/// backwards. `None` is the end at which the step begins, or the one to which it goes. `start` below and `end` above
/// the axis and the smallest numbers of ONNX's `Slice` mean the same here.
///
/// ```
/// use tensor_ops::{Slice, Tensor};
/// let x = Tensor::from([0.0, 1.0, 2.0, 3.0, 4.0]);
/// assert_eq!(x.slice(0, 1..3)?, Tensor::from([1.0, 2.0]));
/// assert_eq!(x.slice(0, -2..)?, Tensor::from([3.0, 4.0]));
/// assert_eq!(x.slice(0, Slice::new(1, -1))?, Tensor::from([1.0, 2.0, 3.0]));
/// assert_eq!(x.slice(0, Slice::from(..).step(-2))?, Tensor::from([4.0, 2.0, 0.0]));
/// assert_eq!(x.slice(0, Slice { start: Some(-1), end: Some(1), step: -3 })?, Tensor::from([4.0]));
/// # Ok::<(), tensor_ops::TensorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Slice {
    /// The first position.
    pub start: Option<isize>,
    /// The position before which it ends.
    pub end: Option<isize>,
    /// The distance to the next position; not 0.
    pub step: isize,
}

impl Slice {
    /// The whole axis.
    pub const ALL: Slice = Slice { start: None, end: None, step: 1 };

    /// `start..end`, also where Clippy would take such a range for an empty one: `Slice::new(1, -1)`.
    pub fn new(start: isize, end: isize) -> Slice {
        Slice { start: Some(start), end: Some(end), step: 1 }
    }

    /// The same bounds with another step. As in Python, a slice that goes backwards starts at its larger bound.
    pub fn step(self, step: isize) -> Slice {
        Slice { step, ..self }
    }

    /// The first position and the number of positions on an axis of length `n`, as CPython's `PySlice_AdjustIndices`
    /// is documented: bounds are clamped to 0..=n, or -1..=n-1 backwards.
    fn resolve(&self, n: usize, op: &'static str) -> Result<(usize, usize), TensorError> {
        let n = n as isize;
        let (low, high) = if self.step > 0 { (0, n) } else { (-1, n - 1) };
        let clamp = |at: isize| if at < 0 { at + n } else { at }.clamp(low, high);
        let (first, last) = if self.step > 0 { (low, high) } else { (high, low) };
        let (start, end) = (self.start.map_or(first, clamp), self.end.map_or(last, clamp));
        let distance = match self.step {
            0 => return Err(TensorError::Setting { op, what: format!("{self:?} has a step of 0") }),
            1.. => end - start,
            ..0 => start - end,
        };
        let length = usize::try_from(distance).unwrap_or(0).div_ceil(self.step.unsigned_abs());
        Ok((start.max(0) as usize, length))
    }
}

impl From<RangeFull> for Slice {
    fn from(_: RangeFull) -> Slice {
        Slice::ALL
    }
}

impl From<Range<isize>> for Slice {
    fn from(range: Range<isize>) -> Slice {
        Slice::new(range.start, range.end)
    }
}

impl From<RangeFrom<isize>> for Slice {
    fn from(range: RangeFrom<isize>) -> Slice {
        Slice { start: Some(range.start), ..Slice::ALL }
    }
}

impl From<RangeTo<isize>> for Slice {
    fn from(range: RangeTo<isize>) -> Slice {
        Slice { end: Some(range.end), ..Slice::ALL }
    }
}

impl From<RangeInclusive<isize>> for Slice {
    fn from(range: RangeInclusive<isize>) -> Slice {
        Slice { start: Some(*range.start()), ..Slice::from(..=*range.end()) }
    }
}

impl From<RangeToInclusive<isize>> for Slice {
    fn from(range: RangeToInclusive<isize>) -> Slice {
        // Behind position -1 comes the end of the axis, not position 0.
        Slice { end: if range.end == -1 { None } else { range.end.checked_add(1) }, ..Slice::ALL }
    }
}

impl<T: Element, S: AsRef<[T]>> Tensor<T, S> {
    /// Part of one axis, the others whole. A copy; parts of the first axis can be had without one, by
    /// [`rows`](Tensor::rows).
    ///
    /// # Errors
    /// [`TensorError::AxisOutOfRange`]; [`TensorError::Setting`] for a step of 0.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let x = Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// assert_eq!(x.slice(1, 1..)?, Tensor::from([[2.0, 3.0], [5.0, 6.0]]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn slice(&self, axis: isize, part: impl Into<Slice>) -> Result<Tensor<T>, TensorError> {
        let axis = self.shape().axis(axis, "slice")?;
        let mut slices = [Slice::ALL; crate::MAX_RANK];
        slices[axis] = part.into();
        let (shape, layout) = sliced(self.shape(), &slices[..=axis], "slice")?;
        strided::collect(shape, &layout, self.as_slice())
    }

    /// Part of each axis, from the first on; axes behind the last slice are whole. A copy.
    ///
    /// # Errors
    /// [`TensorError::Setting`] for more slices than axes, or a step of 0.
    ///
    /// ```
    /// use tensor_ops::{Slice, Tensor};
    /// let x = Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// let y = x.slice_with(&[(1..).into(), Slice::ALL.step(2)])?; // x[1:, ::2]
    /// assert_eq!(y, Tensor::from([[4.0, 6.0]]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn slice_with(&self, slices: &[Slice]) -> Result<Tensor<T>, TensorError> {
        let (shape, layout) = sliced(self.shape(), slices, "slice_with")?;
        strided::collect(shape, &layout, self.as_slice())
    }
}

/// The shape of a part, and where it lies.
pub(super) fn sliced(
    shape: &Shape,
    slices: &[Slice],
    op: &'static str,
) -> Result<(Shape, Layout), TensorError> {
    if slices.len() > shape.rank() {
        let what = format!("{} slices for the axes of shape {shape}", slices.len());
        return Err(TensorError::Setting { op, what });
    }
    let steps = strides(shape);
    let (mut lengths, mut offset) = (shape.as_slice().to_vec(), 0);
    for (axis, slice) in slices.iter().enumerate() {
        let (start, length) = slice.resolve(shape[axis], op)?;
        lengths[axis] = length;
        offset += start * steps[axis];
    }
    let part = Shape::new(&lengths)?;
    if part.size() == 0 {
        return Ok((part, Layout::at(0).axis(0, 1)));
    }
    let axes = lengths.iter().enumerate();
    let layout = axes.fold(Layout::at(offset), |layout, (axis, &n)| {
        // A step far beyond the axis leads to a single position, from which nobody steps.
        let step = slices.get(axis).map_or(1, |slice| slice.step);
        layout.axis(n, step.wrapping_mul(steps[axis] as isize))
    });
    Ok((part, layout))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shaping::testing::{check, counting, flat, shapes};
    use proptest::prelude::*;

    /// The positions by Python's definition, one by one.
    fn naive(slice: &Slice, n: usize) -> Vec<usize> {
        let n = n as isize;
        let wrap = |at: isize| if at < 0 { at + n } else { at };
        let (mut at, end) = if slice.step > 0 {
            (slice.start.map_or(0, |at| wrap(at).max(0)), slice.end.map_or(n, wrap))
        } else {
            (slice.start.map_or(n - 1, |at| wrap(at).min(n - 1)), slice.end.map_or(-1, wrap))
        };
        let mut positions = Vec::new();
        while if slice.step > 0 { at < end.min(n) } else { at > end.max(-1) } {
            positions.push(at as usize);
            at += slice.step;
        }
        positions
    }

    pub(crate) fn slices() -> impl Strategy<Value = Slice> {
        let bound = || prop::option::of(-7isize..8);
        (bound(), bound(), prop_oneof![Just(1isize), 1isize..4, -3isize..0])
            .prop_map(|(start, end, step)| Slice { start, end, step })
    }

    proptest! {
        #[test]
        fn a_slice_is_pythons(shape in shapes(), slices in prop::collection::vec(slices(), 0..9)) {
            let x = counting(shape);
            let slices = &slices[..slices.len().min(shape.rank())];
            let positions: Vec<Vec<usize>> = shape.iter().enumerate().map(|(axis, &n)| naive(slices.get(axis).unwrap_or(&Slice::ALL), n)).collect();
            let y = x.slice_with(slices).unwrap();
            prop_assert!(y.shape().iter().zip(&positions).all(|(&n, p)| n == p.len()));
            check(&y, |index| flat(&index.iter().zip(&positions).map(|(&i, p)| p[i]).collect::<Vec<_>>(), &shape));
            // Written back, a part leaves the rest alone.
            let mut z = x.to_owned();
            z.slice_assign(slices, &Tensor::full(*y.shape(), 9999)).unwrap();
            check(&z, |index| {
                let is_in = index.iter().zip(&positions).all(|(i, p)| p.contains(i));
                if is_in { 9999 } else { flat(index, &shape) }
            });
            z.slice_assign(slices, &y).unwrap();
            prop_assert_eq!(&z, &x);
            if let Some((first, [])) = slices.split_first() {
                prop_assert_eq!(x.slice(0, *first).unwrap(), y);
            }
        }
    }

    #[test]
    fn extremes_are_clamped() {
        let x = counting(Shape::from([5]));
        let (min, max) = (isize::MIN, isize::MAX);
        assert_eq!(x.slice(0, min..max).unwrap(), x);
        assert_eq!(x.slice(0, max..min).unwrap().shape(), &Shape::from([0]));
        // How ONNX writes "to the beginning, inclusive".
        let reversed = x.slice(0, Slice { start: Some(max), end: Some(min), step: -1 }).unwrap();
        assert_eq!(reversed, Tensor::from([4, 3, 2, 1, 0usize]));
        assert_eq!(x.slice(0, Slice::ALL.step(min)).unwrap(), Tensor::from([4usize]));
        assert_eq!(x.slice(0, Slice::ALL.step(max)).unwrap(), Tensor::from([0usize]));
        let last = -1;
        assert_eq!(x.slice(0, 1..=last).unwrap(), x.slice(0, 1..).unwrap());
        assert_eq!(x.slice(0, ..=max).unwrap(), x);
        assert_eq!(x.slice(0, ..-3).unwrap(), Tensor::from([0, 1usize]));
        assert_eq!(x.slice(0, -2..=3).unwrap(), Tensor::from([3usize]));
        assert!(matches!(x.slice(0, Slice::ALL.step(0)), Err(TensorError::Setting { op: "slice", .. })));
        assert!(matches!(x.slice_with(&[Slice::ALL; 2]), Err(TensorError::Setting { .. })));
        assert!(matches!(x.slice(1, ..), Err(TensorError::AxisOutOfRange { .. })));
        assert_eq!(Tensor::from(1.0).slice_with(&[]).unwrap(), Tensor::from(1.0));
    }
}
