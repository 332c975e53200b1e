//! What can be wrong with a call: each error names the operation and the shapes.

use crate::{Axes, Shape};

/// A tensor operation that could not be carried out.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TensorError {
    /// Two shapes that NumPy's rule does not bring together.
    #[error("{op}: shapes {left} and {right} do not broadcast together at axis {axis}")]
    Broadcast {
        /// The operation.
        op: &'static str,
        /// Shape of the left operand.
        left: Shape,
        /// Shape of the right operand.
        right: Shape,
        /// The last axis whose lengths differ, counted from the end: -1 is the last.
        axis: isize,
    },
    /// A shape that NumPy's rule does not bring to another one, which is given.
    #[error("{op}: {from} does not broadcast to {to}")]
    BroadcastTo {
        /// The operation.
        op: &'static str,
        /// The shape that would be repeated.
        from: Shape,
        /// The shape that it would have to reach.
        to: Shape,
    },
    /// An axis number outside the rank.
    #[error("{op}: axis {axis} is out of range for shape {shape} of rank {}", shape.rank())]
    AxisOutOfRange {
        /// The operation.
        op: &'static str,
        /// The axis as given.
        axis: isize,
        /// The shape it was asked of.
        shape: Shape,
    },
    /// The same axis named twice.
    #[error("{op}: axis {axis} is named twice for shape {shape}")]
    DuplicateAxis {
        /// The operation.
        op: &'static str,
        /// The axis, counted from the front.
        axis: usize,
        /// The shape it was asked of.
        shape: Shape,
    },
    /// A reduction without identity over no elements.
    #[error("{op}: no element to choose from over {axes} of shape {shape}")]
    EmptyReduction {
        /// The operation.
        op: &'static str,
        /// The axes as given.
        axes: Axes,
        /// The shape of the operand.
        shape: Shape,
    },
    /// Shapes that do not fit a matrix product.
    #[error("{op}: shapes {left} and {right} do not multiply: {reason}")]
    MatMul {
        /// The operation.
        op: &'static str,
        /// Shape of the left operand.
        left: Shape,
        /// Shape of the right operand.
        right: Shape,
        /// Which rule is broken.
        reason: &'static str,
    },
    /// As many values as the shape has elements were expected.
    #[error("{op}: shape {shape} has {} elements, got {len} values", shape.size())]
    Length {
        /// The operation.
        op: &'static str,
        /// The shape.
        shape: Shape,
        /// The number of values given.
        len: usize,
    },
    /// A new shape with another number of elements.
    #[error("{op}: {from} has {} elements, which do not fill {to:?}", from.size())]
    Reshape {
        /// The operation.
        op: &'static str,
        /// The old shape.
        from: Shape,
        /// The new lengths as given; -1 is to be inferred.
        to: Vec<isize>,
    },
    /// An operand of another rank than the operation is defined for.
    #[error("{op}: expected {expected}, got shape {shape}")]
    Rank {
        /// The operation.
        op: &'static str,
        /// The rank it is defined for, in words.
        expected: &'static str,
        /// The shape given.
        shape: Shape,
    },
    /// More axes than a shape can hold.
    #[error("a shape has at most 8 axes, got {rank}")]
    RankTooLarge {
        /// The rank asked for.
        rank: usize,
    },
    /// More elements than memory can address.
    #[error("shape {shape} has more elements than memory can address")]
    TooLarge {
        /// The shape.
        shape: Shape,
    },
    /// A position beyond the end of an axis.
    #[error("{op}: index {index} is out of range for axis {axis} of shape {shape}")]
    Index {
        /// The operation.
        op: &'static str,
        /// The position asked for.
        index: usize,
        /// The axis, counted from the front.
        axis: usize,
        /// The shape it was asked of.
        shape: Shape,
    },
    /// A place for the result that has another shape than the result.
    #[error("{op}: the result has shape {expected}, the place for it {got}")]
    Output {
        /// The operation.
        op: &'static str,
        /// The shape of the result.
        expected: Shape,
        /// The shape of the place given.
        got: Shape,
    },
    /// Two shapes that had to agree off one axis, or altogether.
    #[error("{op}: shapes {left} and {right} do not fit together: {reason}")]
    Mismatch {
        /// The operation.
        op: &'static str,
        /// Shape of the left, or first, operand.
        left: Shape,
        /// Shape of the other operand.
        right: Shape,
        /// Which rule is broken.
        reason: &'static str,
    },
    /// Subscripts of an `einsum` that cannot be read, or do not fit the operands.
    #[error("{op}: {what} at position {position} of {subscripts:?}")]
    Subscripts {
        /// The operation.
        op: &'static str,
        /// The subscripts as given.
        subscripts: String,
        /// Where in them, in bytes from the start.
        position: usize,
        /// What is wrong, with the label and the shapes concerned.
        what: String,
    },
    /// A setting outside its range.
    #[error("{op}: {what}")]
    Setting {
        /// The operation.
        op: &'static str,
        /// What is wrong, with the value.
        what: String,
    },
}
