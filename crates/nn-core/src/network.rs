//! A network bound to an input shape: a flat list of kernels in the order in which they run.

use std::ops::Range;
use std::sync::Arc;

use tensor_ops::random::{FNV_START, Stream, fnv1a};
use tensor_ops::{Real, Shape};

use crate::{
    AnyKernel, BatchError, BindErrorKind, Context, Entry, Fan, Initializer, Layout, Mixing, Mode, Params,
    Rows,
};

/// A network bound to an input shape. It holds no scalar type and no numbers: θ and state are handed to it.
///
/// ```
/// use nn_core::{Context, Layer, Rows, Workspace};
/// use nn_layers::{Dense, Sequential, Tanh};
/// let network = Sequential::new().push(Dense::new(2)).push(Tanh).bind([3])?;
/// let names: Vec<&str> = network.theta_layout().entries().iter().map(|e| e.name.as_str()).collect();
/// assert_eq!(names, ["0.weight", "0.bias"]);
///
/// let theta: Vec<f32> = network.initial_theta(7); // a function of the seed and the names
/// let mut ws = Workspace::inference(&network, 1)?;
/// let x = Rows::new(&[0.5, -1.0, 2.0], [3])?;
/// let y = network.forward(&theta, &[], x, &Context::inference(), &mut ws);
/// assert_eq!(y.shape(), network.output_shape());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Network {
    pub(crate) nodes: Vec<Node>,
    /// The shape of a sample of each value; value 0 is the input.
    pub(crate) shapes: Vec<Shape>,
    /// Where each value lies: an activation that is computed in place has its input's buffer, under its own number.
    pub(crate) buffers: Vec<usize>,
    /// Whether a value depends on a parameter.
    pub(crate) trainable: Vec<bool>,
    pub(crate) output: usize,
    pub(crate) theta: Layout,
    pub(crate) state: Layout,
    /// Tells networks apart whose workspaces are not of the same sizes.
    pub(crate) signature: u64,
    pub(crate) theta_start: Vec<ThetaStart>,
    pub(crate) state_start: Vec<StateStart>,
}

/// How a tensor of θ starts.
#[derive(Debug)]
pub(crate) struct ThetaStart {
    pub(crate) init: Arc<dyn Initializer>,
    pub(crate) fan: Fan,
    /// That of the operation that follows.
    pub(crate) gain: f64,
    /// The operation that it belongs to.
    pub(crate) node: usize,
}

impl ThetaStart {
    fn values(&self, entry: &Entry, seed: u64) -> Result<Vec<f64>, BindErrorKind> {
        let mut values = reserved(entry.shape.size())?;
        values.resize(entry.shape.size(), 0.0);
        let mut random = Stream::new(seed, Stream::key(&entry.name), 0).rng(0);
        self.init.fill_before(self.gain, &entry.shape, self.fan, &mut random, &mut values);
        Ok(values)
    }
}

/// Room for so many numbers, where there is so much.
fn reserved<T>(elements: usize) -> Result<Vec<T>, BindErrorKind> {
    let mut numbers = Vec::new();
    numbers.try_reserve_exact(elements).map_err(|_| BindErrorKind::Memory { elements })?;
    Ok(numbers)
}

/// How a tensor of the state starts.
#[derive(Debug)]
pub(crate) enum StateStart {
    /// An observed one: with all elements equal.
    Constant(f64),
    /// A frozen parameter: as it would start in θ.
    Drawn(ThetaStart),
}

impl StateStart {
    pub(crate) fn drawn_mut(&mut self) -> Option<&mut ThetaStart> {
        match self {
            StateStart::Constant(_) => None,
            StateStart::Drawn(start) => Some(start),
        }
    }
}

/// One kernel of a network, with everything that binding found out about it.
#[derive(Debug)]
pub struct Node {
    pub(crate) path: String,
    pub(crate) name: &'static str,
    pub(crate) kernel: Arc<dyn AnyKernel>,
    /// The values it reads; all of them come before `output`.
    pub(crate) inputs: Vec<usize>,
    /// For each input: whether another use has written the gradient of that value before.
    pub(crate) accumulates: Vec<bool>,
    pub(crate) output: usize,
    /// Its tensors in θ and in the state.
    pub(crate) params: Vec<Range<usize>>,
    /// Its parameters in the state, where they do not learn; then `params` is empty.
    pub(crate) frozen: Vec<Range<usize>>,
    /// Whether its parameters are those of an operation before, and which operations use its own again.
    pub(crate) reuses: bool,
    pub(crate) also: Vec<usize>,
    pub(crate) state: Vec<Range<usize>>,
    /// The length of the first axis of each parameter.
    pub(crate) rows: Vec<usize>,
    pub(crate) saved: usize,
    pub(crate) summary: usize,
    pub(crate) summary_back: usize,
    pub(crate) saved_back: usize,
    pub(crate) scratch: usize,
    pub(crate) batch_scratch: usize,
    pub(crate) mixing: Mixing,
    pub(crate) min_batch: usize,
    pub(crate) flops: usize,
    /// Samples of a piece of work.
    pub(crate) slab: usize,
    pub(crate) fuses: bool,
    pub(crate) by_rows: bool,
    pub(crate) indices: Option<usize>,
    pub(crate) moves: bool,
    /// Whether an input is the network's own, moved or not.
    pub(crate) reads_input: bool,
    /// Who computes this operation, which is an activation: the one before.
    pub(crate) fused: bool,
    /// The activation that is computed with this operation, in place: the number of its node.
    pub(crate) then: Option<usize>,
    /// Whether that activation's backward is left to the one operation that reads it.
    pub(crate) pulled: bool,
    /// The activation of another operation whose backward is part of this one's: the number of its node.
    pub(crate) below: Option<usize>,
    /// Names its random numbers.
    pub(crate) key: u64,
}

impl Node {
    /// Where the layer stands: `"3"` or `"1.0"`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What the layer is: `"Dense"`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Floating-point operations of its forward pass per sample.
    pub fn flops(&self) -> usize {
        self.flops
    }
}

impl Network {
    /// The shape of an input sample.
    pub fn input_shape(&self) -> &Shape {
        &self.shapes[0]
    }

    /// The shape of an output sample.
    pub fn output_shape(&self) -> &Shape {
        &self.shapes[self.output]
    }

    /// The table of the learned tensors in θ.
    pub fn theta_layout(&self) -> &Layout {
        &self.theta
    }

    /// The table of the observed tensors in the state.
    pub fn state_layout(&self) -> &Layout {
        &self.state
    }

    /// The kernels in the order in which they run.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Whether a sample's output depends on the other samples of the batch in this mode.
    pub fn mixes_samples(&self, mode: Mode) -> bool {
        self.nodes.iter().any(|node| node.mixing.applies(mode))
    }

    /// Sets how many samples make a piece of work in every kernel, from 1 up. Results do not depend on it: this is for
    /// the tests that say so, and to be called before a workspace is made.
    pub fn set_slab(&mut self, samples: usize) {
        self.nodes.iter_mut().for_each(|node| node.slab = samples.max(1));
        self.sign();
    }

    /// Finds the signature, once everything else is known.
    pub(crate) fn sign(&mut self) {
        let mut all =
            format!("{:?} {:?} {} {}", self.shapes, self.buffers, self.theta.len(), self.state.len());
        for node in &self.nodes {
            let Node { inputs, output, params, frozen, also, rows, state, slab, fused, then, .. } = node;
            let sizes = [
                node.saved,
                node.saved_back,
                node.summary,
                node.summary_back,
                node.scratch,
                node.batch_scratch,
            ];
            all += &format!(
                "{inputs:?} {output} {params:?} {frozen:?} {also:?} {rows:?} {state:?} {slab} {fused} {then:?} {sizes:?}"
            );
            all += &format!("{} {:?} {}", node.by_rows, node.accumulates, node.name);
        }
        self.signature = fnv1a(FNV_START, all.as_bytes());
    }

    /// A first θ. Each tensor is a function of the seed and its name, so that adding a layer at the end does not
    /// change the others (but for the one before an activation, where its rule fits what follows).
    ///
    /// # Panics
    /// Without the memory for it, which [`Layer::init`](crate::Layer::init) reports.
    #[track_caller]
    pub fn initial_theta<T: Real>(&self, seed: u64) -> Vec<T> {
        self.try_initial_theta(seed).unwrap_or_else(|kind| panic!("{kind}"))
    }

    /// A first state, with frozen parameters drawn for seed 0.
    ///
    /// # Panics
    /// As [`Network::initial_theta`].
    #[track_caller]
    pub fn initial_state<T: Real>(&self) -> Vec<T> {
        self.initial_state_for(0)
    }

    /// A first state: observed tensors start as their layers say, frozen parameters as they would in
    /// [`Network::initial_theta`].
    ///
    /// # Panics
    /// As [`Network::initial_theta`].
    #[track_caller]
    pub fn initial_state_for<T: Real>(&self, seed: u64) -> Vec<T> {
        self.try_initial_state(seed).unwrap_or_else(|kind| panic!("{kind}"))
    }

    pub(crate) fn try_initial_theta<T: Real>(&self, seed: u64) -> Result<Vec<T>, BindErrorKind> {
        let mut theta = reserved(self.theta.len())?;
        for (entry, start) in self.theta.entries().iter().zip(&self.theta_start) {
            theta.extend(start.values(entry, seed)?.into_iter().map(T::from_f64));
        }
        Ok(theta)
    }

    pub(crate) fn try_initial_state<T: Real>(&self, seed: u64) -> Result<Vec<T>, BindErrorKind> {
        let mut state = reserved(self.state.len())?;
        for (entry, start) in self.state.entries().iter().zip(&self.state_start) {
            match start {
                StateStart::Constant(x) => state.resize(entry.range().end, T::from_f64(*x)),
                StateStart::Drawn(start) => {
                    state.extend(start.values(entry, seed)?.into_iter().map(T::from_f64));
                }
            }
        }
        Ok(state)
    }

    /// Checks that the network can take these samples in this mode.
    ///
    /// # Errors
    /// [`BatchError`]: another sample shape, no samples, fewer than a layer that mixes samples needs, or what is no index
    /// where a layer reads indices.
    pub fn accepts<T: Real>(&self, x: &Rows<'_, T>, mode: Mode) -> Result<(), BatchError> {
        if x.shape() != self.input_shape() {
            return Err(BatchError::Shape { expected: *self.input_shape(), got: *x.shape() });
        }
        if x.is_empty() {
            return Err(BatchError::Empty);
        }
        let readers = self.nodes.iter().filter(|node| node.reads_input);
        for (node, below) in readers.filter_map(|node| Some((node, node.indices?))) {
            if let Some(at) = x.data().iter().position(|&x| !is_index(x, below)) {
                return Err(BatchError::Index {
                    path: node.path.clone(),
                    layer: node.name,
                    sample: at / x.width(),
                    got: x.data()[at].to_f64(),
                    below,
                });
            }
        }
        let needing = self.nodes.iter().find(|node| node.mixing.applies(mode) && node.min_batch > x.len());
        match needing {
            Some(node) => Err(BatchError::TooFew {
                path: node.path.clone(),
                layer: node.name,
                needed: node.min_batch,
                got: x.len(),
            }),
            None => Ok(()),
        }
    }

    /// An operation's parameters, wherever they are.
    pub(crate) fn params<'a, T>(&self, node: &'a Node, theta: &'a [T], state: &'a [T]) -> Params<'a, T> {
        match node.frozen.is_empty() {
            true => Params::new(theta, &node.params),
            false => Params::new(state, &node.frozen),
        }
    }

    pub(crate) fn random(&self, node: &Node, cx: &Context) -> Stream {
        Stream::new(cx.seed, node.key, cx.step)
    }
}

/// Whether a number is whole and in `0..below`.
fn is_index<T: Real>(x: T, below: usize) -> bool {
    x >= T::ZERO && x.to_f64() < below as f64 && x.floor() == x
}
