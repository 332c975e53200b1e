//! Running a network forward: for each kernel one parallel region, over slabs of samples whose size depends on the kernel
//! alone, so that results have the same bits on any number of threads. A kernel that asks for whole batches divides its
//! work by itself, and `summarize`, which sees the whole batch, may. An activation that is computed in place goes along
//! with the kernel before it.

use std::mem::take;

use tensor_ops::{Real, pool};

use crate::profile::{Part, timed};
use crate::{
    Context, Local, MAX_INPUTS, Mode, Network, Node, Params, ParamsMut, Pass, Phase, Pointwise, Rows,
    RowsMut, Scalar, Workspace,
};

/// Whether the gradient with respect to the network's input is wanted too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums)]
pub enum InputGradient {
    /// Not computed: the usual case in training.
    Skip,
    /// Computed.
    Compute,
}

impl Network {
    /// y = f(θ, x), left in the workspace and returned. The state is only read.
    ///
    /// # Panics
    /// Where `theta`, `state`, `x` or the workspace do not fit this network; see [`Network::accepts`].
    #[track_caller]
    pub fn forward<'w, T: Scalar>(
        &self,
        theta: &[T],
        state: &[T],
        x: Rows<'w, T>,
        cx: &Context,
        ws: &'w mut Workspace<T>,
    ) -> Rows<'w, T> {
        self.assert_fits(theta, state, x, cx, ws);
        let m = x.len();
        ws.rows = m;
        ws.has_input_gradient = false;
        for (i, node) in self.nodes.iter().enumerate().filter(|(_, node)| !node.fused) {
            let kernel = T::of(&*node.kernel);
            // Buffers that are written are taken out for the while; this moves pointers, not numbers.
            let buffer = self.buffers[node.output];
            let mut y = take(&mut ws.values[buffer]);
            let mut saved = take(&mut ws.saved[i]);
            let mut summary = take(&mut ws.summaries[i]);
            let mut scratch = take(&mut ws.scratch);
            let inputs = self.inputs(node, x, ws);
            let pass = Pass {
                theta: self.params(node, theta, state),
                state: Params::new(state, &node.state),
                x: &inputs[..node.inputs.len()],
                summary: &[],
                first: 0,
                batch: x.len(),
                cx: *cx,
                random: self.random(node, cx),
                then: self.pointwise(node.then),
            };
            timed(ws.profile.as_deref(), Part::Node(i, Phase::Forward), || {
                if node.mixing.applies(cx.mode) {
                    kernel.summarize(&pass, &mut summary, &mut scratch[..node.batch_scratch]);
                }
                let width = self.shapes[node.output].size();
                let pieces = m.div_ceil(node.slab);
                let parts = [
                    (&mut y[..m * width], node.slab.saturating_mul(width)),
                    (&mut saved[..m * node.saved], node.slab.saturating_mul(node.saved)),
                    (&mut scratch[..pieces * node.scratch], node.scratch),
                ];
                pool::split(pieces, parts, |piece, [y, saved, scratch]| {
                    let first = piece * node.slab;
                    let inputs = slice_all(&inputs, node, first, y.len() / width);
                    let pass = Pass { x: &inputs[..node.inputs.len()], summary: &summary, first, ..pass };
                    kernel.forward(&pass, RowsMut::of(y, self.shapes[node.output]), Local { saved, scratch });
                });
            });
            ws.values[buffer] = y;
            ws.saved[i] = saved;
            ws.summaries[i] = summary;
            ws.scratch = scratch;
        }
        self.value(self.output, x, ws)
    }

    /// Updates the observed state from the training batch of the last forward pass.
    ///
    /// # Panics
    /// As [`Network::forward`].
    pub fn observe<T: Scalar>(
        &self,
        theta: &[T],
        state: &mut [T],
        x: Rows<'_, T>,
        cx: &Context,
        ws: &Workspace<T>,
    ) {
        self.assert_fits(theta, state, x, cx, ws);
        assert_eq!(ws.rows, x.len(), "samples of the forward pass and of what is observed");
        for (i, node) in self.nodes.iter().enumerate() {
            if cx.mode != Mode::Training || node.state.is_empty() || node.fused {
                continue;
            }
            let inputs = self.inputs(node, x, ws);
            let pass = Pass {
                theta: Params::new(theta, &node.params),
                state: Params::new(&[], &[]),
                x: &inputs[..node.inputs.len()],
                summary: &ws.summaries[i],
                first: 0,
                batch: x.len(),
                cx: *cx,
                random: self.random(node, cx),
                then: None,
            };
            T::of(&*node.kernel).observe(&pass, ParamsMut::new(state, &node.state));
        }
    }

    /// The inputs of a node, all samples of them.
    pub(crate) fn inputs<'a, T: Real>(
        &self,
        node: &Node,
        x: Rows<'a, T>,
        ws: &'a Workspace<T>,
    ) -> [Rows<'a, T>; MAX_INPUTS] {
        let mut inputs = [Rows::none(); MAX_INPUTS];
        for (input, &value) in inputs.iter_mut().zip(&node.inputs) {
            *input = self.value(value, x, ws);
        }
        inputs
    }

    pub(crate) fn value<'a, T: Real>(
        &self,
        value: usize,
        x: Rows<'a, T>,
        ws: &'a Workspace<T>,
    ) -> Rows<'a, T> {
        if value == 0 {
            return x;
        }
        let shape = self.shapes[value];
        Rows::of(&ws.values[self.buffers[value]][..x.len() * shape.size()], shape)
    }

    /// The function of an activation that is computed with another operation.
    pub(crate) fn pointwise<T: Scalar>(&self, node: Option<usize>) -> Option<&dyn Pointwise<T>> {
        T::of(&*self.nodes[node?].kernel).pointwise()
    }

    #[track_caller]
    pub(crate) fn assert_fits<T: Real>(
        &self,
        theta: &[T],
        state: &[T],
        x: Rows<'_, T>,
        cx: &Context,
        ws: &Workspace<T>,
    ) {
        assert_eq!(theta.len(), self.theta.len(), "elements of θ");
        assert_eq!(state.len(), self.state.len(), "elements of the state");
        assert!(ws.signature == self.signature, "a workspace of another network");
        let error = self.accepts(&x, cx.mode).err();
        assert!(error.is_none(), "{}", error.map(|e| e.to_string()).unwrap_or_default());
        assert!(x.len() <= ws.capacity, "the workspace holds {} samples, got {}", ws.capacity, x.len());
    }
}

/// Samples `first..first + n` of every input.
pub(crate) fn slice_all<'a, T>(
    inputs: &[Rows<'a, T>; MAX_INPUTS],
    node: &Node,
    first: usize,
    n: usize,
) -> [Rows<'a, T>; MAX_INPUTS]
where
    T: Copy,
{
    let mut slices = [Rows::none(); MAX_INPUTS];
    for slot in 0..node.inputs.len() {
        slices[slot] = inputs[slot].slice(first..first + n);
    }
    slices
}
