//! Which axes a reduction goes over, and whether they stay behind with length 1.

use std::fmt;

use crate::{MAX_RANK, Shape, TensorError};

/// The axes of a reduction, as NumPy's `axis` and `keepdims`.
///
/// ```
/// use tensor_ops::{Axes, Tensor};
/// let x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
/// assert_eq!(x.sum(Axes::All)?, Tensor::from(10.0));
/// assert_eq!(x.sum(0)?, Tensor::from([4.0, 6.0]));
/// assert_eq!(x.sum(Axes::from(-1).keepdims())?, Tensor::from([[3.0], [7.0]]));
/// # Ok::<(), tensor_ops::TensorError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Axes {
    /// Every axis; the result is a scalar.
    All,
    /// The axes with these numbers, counted from the end when negative. No axis at all reduces nothing.
    These(Vec<isize>),
    /// As the axes inside, which stay behind with length 1.
    Keep(Box<Axes>),
}

impl Axes {
    /// The same axes, left behind with length 1, so that the result broadcasts against the operand.
    pub fn keepdims(self) -> Axes {
        match self {
            Axes::Keep(_) => self,
            axes => Axes::Keep(Box::new(axes)),
        }
    }

    /// Checks against a shape: which axes are reduced, and the two forms of the result's shape.
    pub(crate) fn resolve(&self, shape: &Shape, op: &'static str) -> Result<Reduced, TensorError> {
        let (mut axes, mut keep) = (self, false);
        while let Axes::Keep(inner) = axes {
            (axes, keep) = (inner, true);
        }
        let mut is_reduced = [false; MAX_RANK];
        match axes {
            Axes::These(list) => {
                for &axis in list {
                    let axis = shape.axis(axis, op)?;
                    if std::mem::replace(&mut is_reduced[axis], true) {
                        return Err(TensorError::DuplicateAxis { op, axis, shape: *shape });
                    }
                }
            }
            _ => is_reduced = [true; MAX_RANK],
        }
        let mut result = Vec::new();
        for (axis, &n) in shape.iter().enumerate() {
            match (is_reduced[axis], keep) {
                (false, _) => result.push(n),
                (true, true) => result.push(1),
                (true, false) => {}
            }
        }
        Ok(Reduced { is_reduced, result: Shape::collect(&result) })
    }
}

/// Axes that were checked against a shape.
pub(crate) struct Reduced {
    pub(crate) is_reduced: [bool; MAX_RANK],
    /// The shape of the result.
    pub(crate) result: Shape,
}

impl Reduced {
    /// The number of elements behind each result.
    pub(crate) fn count(&self, shape: &Shape) -> usize {
        shape
            .iter()
            .zip(&self.is_reduced)
            .filter(|(_, is)| **is)
            .fold(1, |n, (&len, _)| n.saturating_mul(len))
    }
}

impl From<isize> for Axes {
    fn from(axis: isize) -> Axes {
        Axes::These(vec![axis])
    }
}

impl<const N: usize> From<[isize; N]> for Axes {
    fn from(axes: [isize; N]) -> Axes {
        Axes::These(axes.to_vec())
    }
}

impl From<&[isize]> for Axes {
    fn from(axes: &[isize]) -> Axes {
        Axes::These(axes.to_vec())
    }
}

impl From<Vec<isize>> for Axes {
    fn from(axes: Vec<isize>) -> Axes {
        Axes::These(axes)
    }
}

// There is no `From<usize>`: beside `From<isize>`, the literal in `x.sum(0)` would have no type.

impl fmt::Display for Axes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Axes::All => f.write_str("all axes"),
            Axes::These(list) => write!(f, "axes {list:?}"),
            Axes::Keep(inner) => write!(f, "{inner} (kept)"),
        }
    }
}
