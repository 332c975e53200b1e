//! What can be wrong with a network or with a batch.

use std::fmt;

use tensor_ops::{Shape, TensorError};

/// A network that cannot be built, with the layer that cannot. The parameters of `layers.3 (Dense)` are called `3.weight` and
/// `3.bias`, in [`Model::parameter`](crate::Model::parameter) and in files.
///
/// ```
/// use nn_core::{BindError, BindErrorKind};
/// let kind = BindErrorKind::Features { expected: 64, got: 32 };
/// let error = BindError::new("3", "Dense", &[[32].into()], kind);
/// assert_eq!(error.to_string(), "layers.3 (Dense): expected 64 input features, got 32 (input shape [m, 32])");
/// ```
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub struct BindError {
    /// Where the layer stands: `"3"` or `"1.0"`; empty for a layer that is the whole network.
    pub path: String,
    /// What the layer is: `"Dense"`.
    pub layer: &'static str,
    /// The shapes of a sample of each of its inputs.
    pub inputs: Vec<Shape>,
    /// What is wrong.
    #[source]
    pub kind: BindErrorKind,
}

impl BindError {
    /// An error of the layer at `path`, which was given `inputs`.
    pub fn new(path: &str, layer: &'static str, inputs: &[Shape], kind: BindErrorKind) -> BindError {
        BindError { path: path.to_string(), layer, inputs: inputs.to_vec(), kind }
    }
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let BindError { path, layer, inputs, kind } = self;
        write!(f, "{}: {kind}", place(path, layer))?;
        let shapes: Vec<String> = inputs.iter().map(batched).collect();
        let plural = if shapes.len() == 1 { "" } else { "s" };
        write!(f, " (input shape{plural} {})", shapes.join(" and "))
    }
}

/// What is wrong with a layer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BindErrorKind {
    /// Another number of features than the layer was made for.
    #[error("expected {expected} input features, got {got}")]
    Features {
        /// What the layer was made for.
        expected: usize,
        /// What came.
        got: usize,
    },
    /// An input of the wrong rank.
    #[error("expected {expected}")]
    Rank {
        /// What the layer takes, in words.
        expected: &'static str,
    },
    /// Inputs that should have the same shape.
    #[error("the shapes of the inputs differ")]
    Mismatch,
    /// Another number of inputs than the operation takes.
    #[error("takes {takes} inputs (at most {}), got {got}", crate::MAX_INPUTS)]
    Arity {
        /// How many it takes.
        takes: usize,
        /// How many came.
        got: usize,
    },
    /// Samples without elements.
    #[error("a sample of the {which} has no elements")]
    EmptySample {
        /// "input" or "output".
        which: &'static str,
    },
    /// A setting outside its range, or one that does not fit the input.
    #[error("{what}")]
    Setting {
        /// What is wrong, with the numbers.
        what: String,
    },
    /// Two parameters of one name.
    #[error("there is already a parameter {name:?}; give the parts of a block names of their own")]
    DuplicateName {
        /// The full name.
        name: String,
    },
    /// An output that nothing uses, so that its parameters could never learn.
    #[error("nothing uses its output")]
    Unused,
    /// More parameters than there is memory for.
    #[error("no memory for {elements} numbers of its parameters")]
    Memory {
        /// The size of the buffer that failed.
        elements: usize,
    },
    /// A tensor's shape that cannot be.
    #[error(transparent)]
    Shape(#[from] TensorError),
}

/// How an error names a layer: `layers.3 (Dense)`, or `Dense` where it is the whole network.
pub(crate) fn place(path: &str, layer: &str) -> String {
    if path.is_empty() { layer.to_string() } else { format!("layers.{path} ({layer})") }
}

/// A sample's shape with the sample axis in front: `[m, 64]`.
pub(crate) fn batched(shape: &Shape) -> String {
    let lengths: String = shape.iter().map(|n| format!(", {n}")).collect();
    format!("[m{lengths}]")
}

/// What is to be said to who hands over a sample by itself.
fn alone(expected: &Shape, got: &Shape) -> String {
    match expected.prepend(1) {
        Ok(one) if expected == got => format!(", one sample has shape {one}"),
        _ => String::new(),
    }
}

/// Samples that a network cannot take.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    /// No whole number of samples.
    #[error("{len} values are no whole number of samples of shape {shape}")]
    Ragged {
        /// The shape of a sample.
        shape: Shape,
        /// The number of values.
        len: usize,
    },
    /// A tensor without a sample axis.
    #[error("expected samples along the first axis, got a tensor of shape []")]
    NoSampleAxis,
    /// Samples of another shape than the network was bound to.
    #[error("the network takes samples of shape {}, got {}", batched(expected), batched(got))]
    Shape {
        /// What it was bound to.
        expected: Shape,
        /// What came.
        got: Shape,
    },
    /// A tensor with another number of axes than samples of the network's shape have, with the sample axis in front.
    #[error(
        "the network takes samples of shape {}, got a tensor of shape {got}: its first axis counts the samples{}",
        batched(expected),
        alone(expected, got)
    )]
    Rank {
        /// The shape of a sample that it was bound to.
        expected: Shape,
        /// The shape of the tensor.
        got: Shape,
    },
    /// No samples.
    #[error("a batch needs at least one sample")]
    Empty,
    /// Fewer samples than a layer that mixes samples needs.
    #[error("{}: needs a batch of at least {needed} samples here, got {got}", place(path, layer))]
    TooFew {
        /// Where the layer stands.
        path: String,
        /// What the layer is.
        layer: &'static str,
        /// The fewest it can work with.
        needed: usize,
        /// What came.
        got: usize,
    },
    /// A number that is no index into a layer's table.
    #[error(
        "{}: sample {sample} holds {got}, expected an index: a whole number below {below}",
        place(path, layer)
    )]
    Index {
        /// Where the layer stands.
        path: String,
        /// What the layer is.
        layer: &'static str,
        /// The position of the sample.
        sample: usize,
        /// What came.
        got: f64,
        /// The length of the table.
        below: usize,
    },
    /// Inputs and targets of different numbers.
    #[error("{inputs} samples with {targets} targets")]
    Targets {
        /// The number of samples.
        inputs: usize,
        /// The number of targets.
        targets: usize,
    },
    /// A place for the outputs that is too small or too large.
    #[error("{samples} samples have {} outputs in all, got room for {got}", samples.saturating_mul(*width))]
    Room {
        /// The number of samples.
        samples: usize,
        /// The outputs of a sample.
        width: usize,
        /// How many there is room for.
        got: usize,
    },
    /// A workspace that was made for another network.
    #[error("a workspace of another network")]
    Workspace,
    /// A workspace for fewer samples than have to go through the network together.
    #[error("this network mixes samples: {needed} go together, and the workspace holds {capacity}")]
    Capacity {
        /// What the workspace holds.
        capacity: usize,
        /// What came.
        needed: usize,
    },
    /// More memory than there is.
    #[error("no memory for a workspace of {capacity} samples ({elements} numbers in one buffer)")]
    Memory {
        /// What the workspace was to hold.
        capacity: usize,
        /// The size of the buffer that failed.
        elements: usize,
    },
    /// A tensor's shape that cannot be.
    #[error(transparent)]
    Tensor(#[from] TensorError),
}
