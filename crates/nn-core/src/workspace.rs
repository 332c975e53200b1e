//! Every buffer of a step, sized once: the caller owns it, the model only reads.

use std::sync::Arc;

use tensor_ops::Real;

use crate::parts::Cut;
use crate::{BatchError, MAX_INPUTS, Network, Profile, Rows};

/// The buffers of one thread of use. A model can be shared by many; each brings a workspace of its own.
///
/// ```
/// use nn_core::{Layer, Workspace};
/// let network = nn_layers::Dense::new(2).bind([3])?;
/// let ws = Workspace::<f32>::training(&network, 64)?; // up to 64 samples a step
/// assert_eq!((ws.capacity(), ws.gradient().len()), (64, 3 * 2 + 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Workspace<T> {
    pub(crate) capacity: usize,
    /// That of its network.
    pub(crate) signature: u64,
    pub(crate) trains: bool,
    /// Samples of the last forward pass.
    pub(crate) rows: usize,
    /// Whether the last backward pass wrote the gradient of the input.
    pub(crate) has_input_gradient: bool,
    /// The output of each kernel, `(capacity, width)`; entry 0 stays empty, the input is read where it is.
    pub(crate) values: Vec<Vec<T>>,
    /// The gradient of the loss with respect to each value.
    pub(crate) grads: Vec<Vec<T>>,
    pub(crate) saved: Vec<Vec<T>>,
    pub(crate) summaries: Vec<Vec<T>>,
    pub(crate) summaries_back: Vec<Vec<T>>,
    pub(crate) saved_back: Vec<Vec<T>>,
    pub(crate) scratch: Vec<T>,
    /// Where a gradient goes that is to be added to another.
    pub(crate) spare: Vec<Vec<T>>,
    pub(crate) gradient: Vec<T>,
    /// How θ is cut for its gradient, and the scratch memory of the parts.
    pub(crate) cut: Cut,
    pub(crate) part_scratch: Vec<T>,
    pub(crate) profile: Option<Arc<Profile>>,
    /// The terms of the loss before reduction.
    pub(crate) terms: Vec<T>,
}

impl<T: Real> Workspace<T> {
    /// The buffers of training steps of up to `capacity` samples.
    ///
    /// # Errors
    /// [`BatchError::Empty`] for no samples, [`BatchError::Memory`] where the memory cannot be had.
    pub fn training(network: &Network, capacity: usize) -> Result<Workspace<T>, BatchError> {
        Workspace::new(network, capacity, true)
    }

    /// The buffers of forward passes alone.
    ///
    /// # Errors
    /// As [`Workspace::training`].
    pub fn inference(network: &Network, capacity: usize) -> Result<Workspace<T>, BatchError> {
        Workspace::new(network, capacity, false)
    }

    fn new(network: &Network, capacity: usize, trains: bool) -> Result<Workspace<T>, BatchError> {
        if capacity == 0 {
            return Err(BatchError::Empty);
        }
        let buffer = |rows: usize, width: usize| -> Result<Vec<T>, BatchError> {
            let elements = rows.saturating_mul(width);
            let mut buffer = Vec::new();
            buffer.try_reserve_exact(elements).map_err(|_| BatchError::Memory { capacity, elements })?;
            buffer.resize(elements, T::ZERO);
            Ok(buffer)
        };
        let when = |condition: bool, n: usize| if condition { n } else { 0 };
        let nodes = &network.nodes;
        let widths = network.shapes.iter().map(|shape| shape.size());
        let of_nodes = |f: &dyn Fn(&crate::Node) -> (usize, usize)| -> Result<Vec<Vec<T>>, BatchError> {
            nodes.iter().map(f).map(|(rows, width)| buffer(rows, width)).collect()
        };
        let mut spare = Vec::new();
        for slot in 0..MAX_INPUTS {
            let width = nodes
                .iter()
                .filter(|node| node.accumulates.get(slot) == Some(&true))
                .map(|node| network.shapes[node.inputs[slot]].size())
                .max();
            spare.push(buffer(when(trains, capacity), width.unwrap_or(0))?);
        }
        let scratch_of = |node: &crate::Node| {
            capacity.div_ceil(node.slab).saturating_mul(node.scratch).max(node.batch_scratch)
        };
        let scratch = nodes.iter().map(scratch_of).max().unwrap_or(0);
        // What is computed in the place of something else has no buffer of its own.
        let own = |v: usize| network.buffers[v] == v;
        let cut = if trains { Cut::new(network, capacity) } else { Cut::default() };
        Ok(Workspace {
            capacity,
            signature: network.signature,
            trains,
            rows: 0,
            has_input_gradient: false,
            values: widths
                .clone()
                .enumerate()
                .map(|(v, width)| buffer(when(v > 0 && own(v), capacity), width))
                .collect::<Result<_, _>>()?,
            grads: widths
                .enumerate()
                .map(|(v, width)| buffer(when(trains && own(v), capacity), width))
                .collect::<Result<_, _>>()?,
            saved: of_nodes(&|node| (capacity, node.saved))?,
            summaries: of_nodes(&|node| (1, node.summary))?,
            summaries_back: of_nodes(&|node| (when(trains, 1), node.summary_back))?,
            saved_back: of_nodes(&|node| (when(trains, capacity), node.saved_back))?,
            scratch: buffer(1, scratch)?,
            spare,
            gradient: buffer(when(trains, 1), network.theta.len())?,
            part_scratch: buffer(1, when(trains, cut.scratch_len()))?,
            cut,
            profile: None,
            terms: Vec::new(),
        })
    }

    /// Overwrites every buffer. No result depends on what a buffer held before; tests fill it with NaN to see that.
    pub fn fill(&mut self, x: T) {
        let tables = [
            &mut self.values,
            &mut self.grads,
            &mut self.saved,
            &mut self.summaries,
            &mut self.summaries_back,
            &mut self.saved_back,
            &mut self.spare,
        ];
        let flat = [&mut self.scratch, &mut self.part_scratch, &mut self.gradient, &mut self.terms];
        tables.into_iter().flatten().chain(flat).for_each(|buffer| buffer.fill(x));
    }

    /// Puts the passes from now on under the clock, from 0. Clones of this workspace share the clock.
    ///
    /// ```
    /// use nn_core::{Batch, Context, Layer, Model, Phase, Rows, Target};
    /// use nn_layers::{Dense, Relu, Sequential, SoftmaxCrossEntropy};
    /// let mut model: Model<f32> = Sequential::new().push(Dense::new(8)).push(Relu).push(Dense::new(2)).init([2], 0)?;
    /// let batch = Batch::new(Rows::new(&[0.5, 1.0], [2])?, Target::Classes(&[1]))?;
    /// let mut ws = model.workspace(1)?;
    /// ws.start_profile(model.network());
    /// model.loss_and_gradient(&batch, &SoftmaxCrossEntropy::new(), &Context::training(0, 0), &mut ws);
    /// for (i, node) in model.network().nodes().iter().enumerate() {
    ///     println!("{} {}: forward {:?}", node.path(), node.name(), ws.profile().unwrap().node(i, Phase::Forward));
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn start_profile(&mut self, network: &Network) {
        self.profile = Some(Arc::new(Profile::new(network.nodes().len())));
    }

    /// Where the time has gone; `None` where nobody asked for it.
    pub fn profile(&self) -> Option<&Profile> {
        self.profile.as_deref()
    }

    /// Whether it was made for this network, or for one with the same buffers.
    pub fn is_of(&self, network: &Network) -> bool {
        self.signature == network.signature
    }

    /// The numbers of all buffers together: those of a loss are known after the first step.
    pub fn elements(&self) -> usize {
        let tables = [
            &self.values,
            &self.grads,
            &self.saved,
            &self.summaries,
            &self.summaries_back,
            &self.saved_back,
            &self.spare,
        ];
        let flat = [&self.scratch, &self.part_scratch, &self.gradient, &self.terms];
        tables.into_iter().flatten().chain(flat).map(Vec::len).sum()
    }

    /// The most samples of a pass.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// The samples of the last forward pass.
    pub fn samples(&self) -> usize {
        self.rows
    }

    /// The output of the last forward pass; `None` for a network that hands its input through.
    pub fn output(&self, network: &Network) -> Option<Rows<'_, T>> {
        self.value_of(network, network.output)
    }

    /// What operation `node` made of the samples of the last forward pass, `(m, ..)`. Where an activation is computed in the place of
    /// its input, both are the activation's. `None` where there is no such operation.
    ///
    /// ```
    /// use nn_core::{Context, Layer, Model, Rows, Workspace};
    /// use nn_layers::{Dense, Relu, Sequential};
    /// let model: Model<f32> = Sequential::new().push(Dense::new(8)).push(Relu).push(Dense::new(2)).init([2], 0)?;
    /// let mut ws = Workspace::inference(model.network(), 1)?;
    /// let x = Rows::new(&[0.5, 1.0], [2])?;
    /// model.network().forward(model.theta(), &[], x, &Context::inference(), &mut ws);
    /// assert!(ws.output_of(model.network(), 1).unwrap().data().iter().all(|y| *y >= 0.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn output_of(&self, network: &Network, node: usize) -> Option<Rows<'_, T>> {
        self.value_of(network, network.nodes.get(node)?.output)
    }

    fn value_of(&self, network: &Network, value: usize) -> Option<Rows<'_, T>> {
        let shape = *network.shapes.get(value)?;
        let buffer = self.values.get(*network.buffers.get(value)?)?;
        (value > 0).then_some(())?;
        Some(Rows::of(buffer.get(..self.rows * shape.size())?, shape))
    }

    /// dθ of the last backward pass, in the layout of θ.
    pub fn gradient(&self) -> &[T] {
        &self.gradient
    }

    /// dθ of the last backward pass, to be clipped or penalised in place.
    pub fn gradient_mut(&mut self) -> &mut [T] {
        &mut self.gradient
    }

    /// The gradient of the last backward pass with respect to the input; `None` where it was not asked for.
    pub fn input_gradient(&self, network: &Network) -> Option<Rows<'_, T>> {
        let shape = *network.input_shape();
        self.has_input_gradient.then(|| Rows::of(&self.grads[0][..self.rows * shape.size()], shape))
    }

    /// The gradient of the loss with respect to the network's output: to be written before a backward pass.
    pub fn output_gradient_mut(&mut self, network: &Network) -> &mut [T] {
        &mut self.grads[network.output][..self.rows * network.output_shape().size()]
    }
}
