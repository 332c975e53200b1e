//! Running a network forward and backward: for each kernel one parallel region forward and one for its input gradient,
//! over slabs of samples whose size depends on the kernel alone, so that results have the same bits on any number of
//! threads. What sees the whole batch (`summarize`, `backward_params`) is called once, and splits inside if it likes.

use std::mem::take;

use tensor_ops::{Real, pool};

use crate::{
    BackPass, Context, Local, MAX_INPUTS, Mode, Network, Node, Params, ParamsMut, Pass, Rows, RowsMut,
    Scalar, Workspace,
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
        for (i, node) in self.nodes.iter().enumerate() {
            let kernel = T::of(&*node.kernel);
            // Buffers that are written are taken out for the while; this moves pointers, not numbers.
            let mut y = take(&mut ws.values[node.output]);
            let mut saved = take(&mut ws.saved[i]);
            let mut summary = take(&mut ws.summaries[i]);
            let mut scratch = take(&mut ws.scratch);
            let inputs = self.inputs(node, x, ws);
            let pass = Pass {
                theta: Params::new(theta, &node.params),
                state: Params::new(state, &node.state),
                x: &inputs[..node.inputs.len()],
                summary: &[],
                first: 0,
                batch: x.len(),
                cx: *cx,
                random: self.random(node, cx),
            };
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
            ws.values[node.output] = y;
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
            if cx.mode != Mode::Training || node.state.is_empty() {
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
            };
            T::of(&*node.kernel).observe(&pass, ParamsMut::new(state, &node.state));
        }
    }

    /// dθ = (∂y/∂θ)ᵀ dy, where dy was written to [`Workspace::output_gradient_mut`] after a forward pass on the same
    /// `theta`, `state`, `x` and `cx`. The results are in the workspace.
    ///
    /// # Panics
    /// As [`Network::forward`].
    pub fn backward<T: Scalar>(
        &self,
        theta: &[T],
        state: &[T],
        x: Rows<'_, T>,
        cx: &Context,
        ws: &mut Workspace<T>,
        input: InputGradient,
    ) {
        self.assert_fits(theta, state, x, cx, ws);
        assert!(ws.trains, "a workspace for inference has no gradients");
        assert_eq!(ws.rows, x.len(), "samples of the forward pass and of the backward pass");
        ws.has_input_gradient = input == InputGradient::Compute;
        let m = x.len();
        let wanted = |value: usize| self.trainable[value] || input == InputGradient::Compute;
        for (i, node) in self.nodes.iter().enumerate().rev() {
            if !wanted(node.output) {
                continue;
            }
            let kernel = T::of(&*node.kernel);
            let grad = take(&mut ws.grads[node.output]);
            let mut summary_back = take(&mut ws.summaries_back[i]);
            let mut saved_back = take(&mut ws.saved_back[i]);
            let mut gradient = take(&mut ws.gradient);
            let mut scratch = take(&mut ws.scratch);
            // A gradient that is the first of its value is assigned in place; one to be added goes to a spare buffer.
            let mut dx: [Vec<T>; MAX_INPUTS] = Default::default();
            for (slot, &value) in node.inputs.iter().enumerate().filter(|&(_, &value)| wanted(value)) {
                let from = if node.accumulates[slot] { &mut ws.spare[slot] } else { &mut ws.grads[value] };
                dx[slot] = take(from);
            }

            let inputs = self.inputs(node, x, ws);
            let shape = self.shapes[node.output];
            let pass = BackPass {
                theta: Params::new(theta, &node.params),
                state: Params::new(state, &node.state),
                x: &inputs[..node.inputs.len()],
                y: self.value(node.output, x, ws),
                dy: Rows::of(&grad[..m * shape.size()], shape),
                saved: &ws.saved[i][..m * node.saved],
                summary: &ws.summaries[i],
                saved_back: &[],
                summary_back: &[],
                first: 0,
                batch: x.len(),
                cx: *cx,
                random: self.random(node, cx),
            };
            if node.mixing.applies(cx.mode) {
                kernel.summarize_back(&pass, &mut summary_back, &mut scratch[..node.batch_scratch]);
            }
            let pass = BackPass { summary_back: &summary_back, ..pass };
            if node.saved_back > 0 || node.inputs.iter().any(|&value| wanted(value)) {
                self.backward_input(node, &pass, &inputs, &mut dx, [&mut saved_back, &mut scratch], wanted);
            }
            if !node.params.is_empty() {
                let pass = BackPass { saved_back: &saved_back[..m * node.saved_back], ..pass };
                let dtheta = ParamsMut::new(&mut gradient, &node.params);
                kernel.backward_params(&pass, dtheta, &mut scratch[..node.batch_scratch]);
            }

            for (slot, &value) in node.inputs.iter().enumerate().filter(|&(_, &value)| wanted(value)) {
                let dx = take(&mut dx[slot]);
                if node.accumulates[slot] {
                    let n = m * self.shapes[value].size();
                    add(&mut ws.grads[value][..n], &dx[..n]);
                    ws.spare[slot] = dx;
                } else {
                    ws.grads[value] = dx;
                }
            }
            ws.grads[node.output] = grad;
            ws.summaries_back[i] = summary_back;
            ws.saved_back[i] = saved_back;
            ws.gradient = gradient;
            ws.scratch = scratch;
        }
    }

    /// The parallel region of one kernel's `backward_input`.
    fn backward_input<T: Scalar>(
        &self,
        node: &Node,
        pass: &BackPass<'_, T>,
        inputs: &[Rows<'_, T>; MAX_INPUTS],
        dx: &mut [Vec<T>; MAX_INPUTS],
        [saved, scratch]: [&mut [T]; 2],
        wanted: impl Fn(usize) -> bool + Sync,
    ) {
        let m = pass.dy.len();
        let pieces = m.div_ceil(node.slab);
        let width = |slot: usize| node.inputs.get(slot).map_or(0, |&value| self.shapes[value].size());
        let mut parts: [(&mut [T], usize); MAX_INPUTS + 2] = Default::default();
        for (slot, dx) in dx.iter_mut().enumerate().filter(|(_, dx)| !dx.is_empty()) {
            parts[slot] = (&mut dx[..m * width(slot)], node.slab.saturating_mul(width(slot)));
        }
        parts[MAX_INPUTS] = (&mut saved[..m * node.saved_back], node.slab.saturating_mul(node.saved_back));
        parts[MAX_INPUTS + 1] = (&mut scratch[..pieces * node.scratch], node.scratch);
        pool::split(pieces, parts, |piece, [dx @ .., saved, scratch]: [&mut [T]; MAX_INPUTS + 2]| {
            let first = piece * node.slab;
            let n = node.slab.min(m - first);
            let inputs = slice_all(inputs, node, first, n);
            let pass = BackPass {
                x: &inputs[..node.inputs.len()],
                y: pass.y.slice(first..first + n),
                dy: pass.dy.slice(first..first + n),
                saved: &pass.saved[first * node.saved..(first + n) * node.saved],
                first,
                ..*pass
            };
            let mut slot = 0;
            let mut dx = dx.map(|dx| {
                let value = node.inputs.get(slot).filter(|&&value| wanted(value));
                slot += 1;
                value.map_or_else(RowsMut::unwanted, |&value| RowsMut::of(dx, self.shapes[value]))
            });
            T::of(&*node.kernel).backward_input(
                &pass,
                &mut dx[..node.inputs.len()],
                Local { saved, scratch },
            );
        });
    }

    /// The inputs of a node, all samples of them.
    fn inputs<'a, T: Real>(
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

    fn value<'a, T: Real>(&self, value: usize, x: Rows<'a, T>, ws: &'a Workspace<T>) -> Rows<'a, T> {
        if value == 0 {
            return x;
        }
        let shape = self.shapes[value];
        Rows::of(&ws.values[value][..x.len() * shape.size()], shape)
    }

    #[track_caller]
    fn assert_fits<T: Real>(
        &self,
        theta: &[T],
        state: &[T],
        x: Rows<'_, T>,
        cx: &Context,
        ws: &Workspace<T>,
    ) {
        assert_eq!(theta.len(), self.theta.len(), "elements of θ");
        assert_eq!(state.len(), self.state.len(), "elements of the state");
        assert_eq!(ws.values.len(), self.shapes.len(), "a workspace of another network");
        let error = self.accepts(&x, cx.mode).err();
        assert!(error.is_none(), "{}", error.map(|e| e.to_string()).unwrap_or_default());
        assert!(x.len() <= ws.capacity, "the workspace holds {} samples, got {}", ws.capacity, x.len());
    }
}

/// Samples `first..first + n` of every input.
fn slice_all<'a, T>(
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

fn add<T: Real>(sum: &mut [T], term: &[T]) {
    /// Elements of a piece: 64 KB of f32, some microseconds at memory speed.
    const PIECE: usize = 1 << 14;
    pool::split(sum.len().div_ceil(PIECE), [(sum, PIECE)], |i, [sum]| {
        for (s, t) in sum.iter_mut().zip(&term[i * PIECE..]) {
            *s += *t;
        }
    });
}
