//! Running a network backward: one parallel region for each kernel's input gradient, from the last to the first, and one
//! for all parameter gradients together ([`parts`](crate::parts)). An activation that was computed in place is pulled
//! back in place: dy of its value becomes dy of the operation before it.

use std::mem::take;

use tensor_ops::{Real, pool};

use crate::profile::{Part, timed};
use crate::run::slice_all;
use crate::{
    BackPass, Context, InputGradient, Local, MAX_INPUTS, Network, Node, Params, Phase, Pointwise, Rows,
    RowsMut, Scalar, Workspace,
};

impl Network {
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
        self.backward_inputs(theta, state, x, cx, ws, input);
        self.backward_params(state, x, cx, ws, None);
    }

    /// The gradients of all values; those of the parameters can be computed afterwards.
    pub(crate) fn backward_inputs<T: Scalar>(
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
        for (i, node) in self.nodes.iter().enumerate().rev().filter(|(_, node)| !node.fused) {
            if !wanted(node.output) {
                continue;
            }
            // Buffers that are written are taken out for the while; this moves pointers, not numbers.
            let buffer = self.buffers[node.output];
            let mut grad = take(&mut ws.grads[buffer]);
            let mut summary_back = take(&mut ws.summaries_back[i]);
            let mut saved_back = take(&mut ws.saved_back[i]);
            let mut scratch = take(&mut ws.scratch);
            // A gradient that is the first of its value is assigned in place; one to be added goes to a spare buffer.
            let mut dx: [Vec<T>; MAX_INPUTS] = Default::default();
            for (slot, &value) in node.inputs.iter().enumerate().filter(|&(_, &value)| wanted(value)) {
                let from = if node.accumulates[slot] {
                    &mut ws.spare[slot]
                } else {
                    &mut ws.grads[self.buffers[value]]
                };
                dx[slot] = take(from);
            }

            timed(ws.profile.as_deref(), Part::Node(i, Phase::BackwardInput), || {
                let inputs = self.inputs(node, x, ws);
                if let Some(then) = self.pointwise(node.then).filter(|_| !node.pulled) {
                    let width = self.shapes[node.output].size();
                    pull_back(then, self.value(node.output, x, ws).data(), &mut grad[..m * width]);
                }
                let dy = self.gradient_of(node, m, &grad);
                let theta = self.params(node, theta, state);
                let mut pass = self.back_pass(i, theta, state, x, cx, ws, dy);
                pass.x = &inputs[..node.inputs.len()];
                if node.mixing.applies(cx.mode) {
                    let scratch = &mut scratch[..node.batch_scratch];
                    T::of(&*node.kernel).summarize_back(&pass, &mut summary_back, scratch);
                }
                pass.summary_back = &summary_back;
                if node.saved_back > 0 || node.inputs.iter().any(|&value| wanted(value)) {
                    let kept = [&mut saved_back[..], &mut scratch[..]];
                    self.backward_input(node, &pass, &inputs, &mut dx, kept, wanted);
                }
            });

            for (slot, &value) in node.inputs.iter().enumerate().filter(|&(_, &value)| wanted(value)) {
                let dx = take(&mut dx[slot]);
                if node.accumulates[slot] {
                    let n = m * self.shapes[value].size();
                    add(&mut ws.grads[self.buffers[value]][..n], &dx[..n]);
                    ws.spare[slot] = dx;
                } else {
                    ws.grads[self.buffers[value]] = dx;
                }
            }
            ws.grads[buffer] = grad;
            ws.summaries_back[i] = summary_back;
            ws.saved_back[i] = saved_back;
            ws.scratch = scratch;
        }
    }

    /// What a node's backward functions read, but for its inputs and what they keep.
    #[allow(clippy::too_many_arguments)] // what a step is about, each under its name
    pub(crate) fn back_pass<'a, T: Scalar>(
        &'a self,
        i: usize,
        theta: Params<'a, T>,
        state: &'a [T],
        x: Rows<'a, T>,
        cx: &Context,
        ws: &'a Workspace<T>,
        dy: Rows<'a, T>,
    ) -> BackPass<'a, T> {
        let node = &self.nodes[i];
        BackPass {
            theta,
            state: Params::new(state, &node.state),
            x: &[],
            y: self.value(node.output, x, ws),
            dy,
            saved: &ws.saved[i][..x.len() * node.saved],
            summary: &ws.summaries[i],
            saved_back: &[],
            summary_back: &[],
            first: 0,
            batch: x.len(),
            cx: *cx,
            random: self.random(node, cx),
            below: self.pointwise(node.below),
        }
    }

    /// The gradient of a node's output in its buffer.
    pub(crate) fn gradient_of<'a, T: Real>(
        &self,
        node: &Node,
        samples: usize,
        buffer: &'a [T],
    ) -> Rows<'a, T> {
        let shape = self.shapes[node.output];
        Rows::of(&buffer[..samples * shape.size()], shape)
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
}

/// Elements of a piece of work at memory speed: 64 KB of f32, some microseconds.
const PIECE: usize = 1 << 14;

/// dy ← f'(x) dy, where y = f(x).
fn pull_back<T: Real>(f: &dyn Pointwise<T>, y: &[T], dy: &mut [T]) {
    pool::split(dy.len().div_ceil(PIECE), [(dy, PIECE)], |i, [dy]| {
        f.pull_back(&y[i * PIECE..][..dy.len()], dy)
    });
}

fn add<T: Real>(sum: &mut [T], term: &[T]) {
    pool::split(sum.len().div_ceil(PIECE), [(sum, PIECE)], |i, [sum]| {
        for (s, t) in sum.iter_mut().zip(&term[i * PIECE..]) {
            *s += *t;
        }
    });
}
