//! Shapes: up to eight axis lengths, kept inline so that a shape is `Copy` and never allocates.

use std::fmt;

use crate::TensorError;

/// The largest rank of a tensor.
pub const MAX_RANK: usize = 8;

/// The axis lengths of a tensor, outermost first; rank 0 is a scalar.
///
/// ```
/// use tensor_ops::Shape;
/// let s = Shape::from([2, 3]);
/// assert_eq!((s.rank(), s.size(), s.to_string()), (2, 6, "[2, 3]".to_string()));
/// assert_eq!(s[1], 3);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Shape {
    // Lengths beyond `rank` are 0, so that the derived comparison is right.
    lengths: [usize; MAX_RANK],
    rank: u8,
}

impl Shape {
    /// The shape of a scalar: rank 0, one element.
    pub const SCALAR: Shape = Shape { lengths: [0; MAX_RANK], rank: 0 };

    /// A shape from a slice of axis lengths.
    ///
    /// # Errors
    /// [`TensorError::RankTooLarge`] above [`MAX_RANK`] axes; [`TensorError::TooLarge`] where the number of elements
    /// does not fit in `isize`, which is the most that any allocation can hold.
    pub fn new(lengths: &[usize]) -> Result<Shape, TensorError> {
        if lengths.len() > MAX_RANK {
            return Err(TensorError::RankTooLarge { rank: lengths.len() });
        }
        let shape = Shape::collect(lengths);
        // Zero-sized axes hide a product that overflows, so they are left out of it.
        let product = lengths.iter().filter(|&&n| n > 0).try_fold(1usize, |p, &n| p.checked_mul(n));
        match product {
            Some(p) if p <= isize::MAX as usize => Ok(shape),
            _ => Err(TensorError::TooLarge { shape }),
        }
    }

    /// As [`Shape::new`] where the caller has made sure of the rank.
    pub(crate) fn collect(lengths: &[usize]) -> Shape {
        let mut shape = Shape { lengths: [0; MAX_RANK], rank: lengths.len() as u8 };
        shape.lengths[..lengths.len()].copy_from_slice(lengths);
        shape
    }

    /// The number of axes.
    #[doc(alias = "len")]
    #[doc(alias = "ndim")]
    pub fn rank(&self) -> usize {
        self.rank as usize
    }

    /// The number of elements: the product of the axis lengths, 1 for a scalar. A number beyond `usize` counts as
    /// `usize::MAX`, which is no length that anything has.
    // Not `len`, which could as well mean the number of axes; and no `Deref` to a slice, which would bring that `len`.
    #[doc(alias = "numel")]
    #[doc(alias = "volume")]
    pub fn size(&self) -> usize {
        if self.iter().any(|&n| n == 0) {
            return 0;
        }
        self.iter().fold(1, |product, &n| product.saturating_mul(n))
    }

    /// The axis lengths.
    pub fn as_slice(&self) -> &[usize] {
        &self.lengths[..self.rank()]
    }

    /// The axis lengths, one by one.
    pub fn iter(&self) -> std::slice::Iter<'_, usize> {
        self.as_slice().iter()
    }

    /// The length of the last axis; `None` for a scalar.
    pub fn last(&self) -> Option<usize> {
        self.as_slice().last().copied()
    }

    /// This shape with one more axis of length `n` before all others.
    ///
    /// # Errors
    /// As [`Shape::new`].
    ///
    /// ```
    /// use tensor_ops::Shape;
    /// assert_eq!(Shape::from([3]).prepend(2)?, Shape::from([2, 3]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn prepend(&self, n: usize) -> Result<Shape, TensorError> {
        let mut lengths = [0; MAX_RANK + 1];
        lengths[0] = n;
        lengths[1..=self.rank()].copy_from_slice(self.as_slice());
        Shape::new(&lengths[..=self.rank()])
    }

    /// Resolves an axis number, counted from the end when negative.
    ///
    /// # Errors
    /// [`TensorError::AxisOutOfRange`], with the name `op` of the operation that asked.
    pub fn axis(&self, axis: isize, op: &'static str) -> Result<usize, TensorError> {
        let rank = self.rank() as isize;
        let at = if axis < 0 { axis + rank } else { axis };
        if (0..rank).contains(&at) {
            Ok(at as usize)
        } else {
            Err(TensorError::AxisOutOfRange { op, axis, shape: *self })
        }
    }

    /// The shape two operands broadcast to, by NumPy's rule: aligned at the last axis, equal lengths or 1.
    ///
    /// # Errors
    /// [`TensorError::Broadcast`] with both shapes, where the lengths of an axis differ and neither is 1.
    ///
    /// ```
    /// use tensor_ops::Shape;
    /// let both = Shape::from([4, 1, 3]).broadcast(&Shape::from([2, 1]), "add")?;
    /// assert_eq!(both, Shape::from([4, 2, 3]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn broadcast(&self, other: &Shape, op: &'static str) -> Result<Shape, TensorError> {
        let rank = self.rank().max(other.rank());
        let mut out = Shape { lengths: [0; MAX_RANK], rank: rank as u8 };
        for i in (0..rank).rev() {
            let (a, b) = (self.aligned(i, rank), other.aligned(i, rank));
            out.lengths[i] = match (a, b) {
                (a, b) if a == b => a,
                (1, b) => b,
                (a, 1) => a,
                _ => {
                    let axis = i as isize - rank as isize;
                    return Err(TensorError::Broadcast { op, left: *self, right: *other, axis });
                }
            };
        }
        Shape::new(out.as_slice())
    }

    /// Makes sure that this shape broadcasts to exactly `to`.
    pub(crate) fn reach(&self, to: &Shape, op: &'static str) -> Result<(), TensorError> {
        let fits = |i| matches!(self.aligned(i, to.rank()), n if n == 1 || n == to[i]);
        if self.rank() > to.rank() || !(0..to.rank()).all(fits) {
            return Err(TensorError::BroadcastTo { op, from: *self, to: *to });
        }
        Shape::new(to.as_slice()).map(drop)
    }

    /// The length of axis `i` when this shape is padded with ones in front up to `rank` axes.
    fn aligned(&self, i: usize, rank: usize) -> usize {
        let missing = rank - self.rank();
        if i < missing { 1 } else { self.lengths[i - missing] }
    }

    /// Distances in memory between neighbours along each axis of `target`, to which this shape broadcasts:
    /// 0 where the axis is repeated.
    pub(crate) fn broadcast_strides(&self, target: &Shape) -> [usize; MAX_RANK] {
        let mut strides = [0; MAX_RANK];
        let mut step = 1;
        for i in (0..target.rank()).rev() {
            let n = self.aligned(i, target.rank());
            strides[i] = if n == 1 { 0 } else { step };
            step *= n;
        }
        strides
    }
}

impl std::ops::Index<usize> for Shape {
    type Output = usize;
    /// The length of an axis.
    fn index(&self, axis: usize) -> &usize {
        &self.as_slice()[axis]
    }
}

impl<const N: usize> From<[usize; N]> for Shape {
    fn from(lengths: [usize; N]) -> Shape {
        const { assert!(N <= MAX_RANK, "a shape has at most eight axes") };
        Shape::collect(&lengths)
    }
}

impl From<usize> for Shape {
    fn from(n: usize) -> Shape {
        Shape::from([n])
    }
}

impl From<&Shape> for Shape {
    fn from(shape: &Shape) -> Shape {
        *shape
    }
}

impl TryFrom<&[usize]> for Shape {
    type Error = TensorError;
    fn try_from(lengths: &[usize]) -> Result<Shape, TensorError> {
        Shape::new(lengths)
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_slice())
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broadcasting_takes_ones_and_refuses_the_rest() {
        let s = |v: &[usize]| Shape::new(v).unwrap();
        assert_eq!(s(&[2, 0]).broadcast(&s(&[1]), "add").unwrap(), s(&[2, 0]));
        assert_eq!(s(&[1]).broadcast(&s(&[0]), "add").unwrap(), s(&[0]));
        let refused = s(&[2, 3, 4]).broadcast(&s(&[2, 1]), "add").unwrap_err();
        assert_eq!(
            refused.to_string(),
            "add: shapes [2, 3, 4] and [2, 1] do not broadcast together at axis -2"
        );
    }

    #[test]
    fn what_one_shape_reaches() {
        let s = |v: &[usize]| Shape::new(v).unwrap();
        for (from, to) in [(&[3][..], &[2, 3][..]), (&[], &[0]), (&[1, 2], &[4, 0, 2]), (&[2], &[2])] {
            s(from).reach(&s(to), "add_in_place").unwrap();
        }
        for (from, to) in [(&[2, 3][..], &[3][..]), (&[3], &[1]), (&[2], &[3]), (&[1, 1], &[1])] {
            let refused = s(from).reach(&s(to), "add_in_place").unwrap_err().to_string();
            assert_eq!(refused, format!("add_in_place: {from:?} does not broadcast to {to:?}"));
        }
        assert!(matches!(
            s(&[1]).reach(&Shape::from([1 << 32, 1 << 32]), "broadcast_to"),
            Err(TensorError::TooLarge { .. })
        ));
    }

    #[test]
    fn absurd_sizes_are_refused_by_arithmetic() {
        assert!(matches!(Shape::new(&[usize::MAX, 2]), Err(TensorError::TooLarge { .. })));
        assert!(matches!(Shape::new(&[0, usize::MAX, 2]), Err(TensorError::TooLarge { .. })));
        assert_eq!(Shape::from([1 << 32, 1 << 32]).size(), usize::MAX);
        assert!(crate::Tensor::<f64>::new([1 << 32, 1 << 32], vec![]).is_err());
        assert!(matches!(Shape::new(&[1; 9]), Err(TensorError::RankTooLarge { rank: 9 })));
    }
}
