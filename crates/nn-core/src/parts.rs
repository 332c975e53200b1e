//! All parameter gradients in one parallel region, and with them, part by part, what becomes of θ.
//!
//! θ is cut where its tensors and their rows end. A part's gradient is computed by one thread, and handed to the update
//! while it is in that thread's cache. No gradient depends on the cut, so it may depend on the number of threads.

use std::ops::Range;

use tensor_ops::pool;

use crate::profile::{Part, timed};
use crate::{Context, Mode, Network, Params, ParamsMut, Phase, Rows, Scalar, Workspace};

/// The most numbers that an update may remember for each number of θ.
pub const MAX_MEMORY: usize = 4;

/// A part of θ with its gradient: what an update sees.
#[derive(Debug)]
#[non_exhaustive]
pub struct ThetaPart<'a, T> {
    /// The position of its first number in θ.
    pub first: usize,
    /// The part of θ, to be changed.
    pub theta: &'a mut [T],
    /// What is remembered for each number of θ, as many vectors as the memory holds; the others are empty.
    pub memory: [&'a mut [T]; MAX_MEMORY],
    /// dθ.
    pub gradient: &'a mut [T],
}

/// What happens to each part of θ when its gradient is known.
pub(crate) struct Change<'a, T> {
    pub(crate) theta: &'a mut [T],
    /// Vectors as long as θ, one behind the other.
    pub(crate) memory: &'a mut [T],
    pub(crate) update: &'a (dyn Fn(ThetaPart<'_, T>) + Sync),
}

/// The cut of θ for a workspace.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cut {
    pieces: Vec<Piece>,
    /// Where the pieces begin in θ, and where the last one ends; likewise in the scratch memory.
    theta: Vec<usize>,
    scratch: Vec<usize>,
    /// Floating-point operations a sample.
    flops: usize,
}

/// Rows of a parameter, or all parameters of an operation, which lie one behind the other.
#[derive(Debug, Clone)]
struct Piece {
    node: usize,
    rows: Option<(usize, Range<usize>)>,
}

/// Floating-point operations of a piece: 10 µs, beside which taking a piece costs nothing.
const PIECE: usize = 1 << 21;
/// Pieces for each thread, where there is work for so many: what a thread waits in the end is a share of one.
const PER_THREAD: usize = 6;
/// Floating-point operations up to which all is computed on the calling thread: 2 µs.
const ALONE: usize = 1 << 19;

impl Cut {
    pub(crate) fn new(network: &Network, samples: usize) -> Cut {
        let own = |node: &crate::Node| !node.params.is_empty() && !node.reuses;
        let with_params = || network.nodes.iter().enumerate().filter(|(_, node)| own(node));
        let flops = with_params().fold(0usize, |sum, (_, node)| sum.saturating_add(node.flops));
        let size = (flops.saturating_mul(samples) / (PER_THREAD * pool::threads())).max(PIECE);
        let mut cut = Cut { theta: vec![0], scratch: vec![0], flops, ..Cut::default() };
        for (i, node) in with_params() {
            let of_node: usize = node.params.iter().map(Range::len).sum();
            if !node.by_rows || node.flops.saturating_mul(samples) <= size {
                let uses = || node.also.iter().map(|&j| &network.nodes[j]).chain([node]);
                let scratch = uses().map(|node| if node.by_rows { 0 } else { node.batch_scratch }).max();
                let term = if node.also.is_empty() { 0 } else { of_node };
                cut.push(Piece { node: i, rows: None }, of_node, scratch.unwrap_or(0).saturating_add(term));
                continue;
            }
            for (param, span) in node.params.iter().enumerate() {
                let rows = node.rows[param];
                let share = node.flops as f64 * samples as f64 * span.len() as f64 / of_node.max(1) as f64;
                let count = ((share / size as f64).round() as usize).clamp(1, rows.max(1));
                for piece in 0..count {
                    let range = rows * piece / count..rows * (piece + 1) / count;
                    let len = range.len() * span.len() / rows.max(1);
                    let term = if node.also.is_empty() { 0 } else { len };
                    cut.push(Piece { node: i, rows: Some((param, range)) }, len, term);
                }
            }
        }
        cut
    }

    fn push(&mut self, piece: Piece, theta: usize, scratch: usize) {
        self.theta.push(self.theta[self.pieces.len()] + theta);
        self.scratch.push(self.scratch[self.pieces.len()].saturating_add(scratch));
        self.pieces.push(piece);
    }

    /// Elements of scratch memory for all pieces.
    pub(crate) fn scratch_len(&self) -> usize {
        self.scratch.last().copied().unwrap_or(0)
    }
}

impl Network {
    /// dθ, after the backward passes of all operations, and the change of θ that goes along, if any.
    pub(crate) fn backward_params<T: Scalar>(
        &self,
        state: &[T],
        x: Rows<'_, T>,
        cx: &Context,
        ws: &mut Workspace<T>,
        change: Option<Change<'_, T>>,
    ) {
        let mut gradient = std::mem::take(&mut ws.gradient);
        let mut scratch = std::mem::take(&mut ws.part_scratch);
        let (cut, n) = (&ws.cut, self.theta.len());
        // Gradient, scratch, θ, and the vectors that the update remembers; what there is not has no bounds.
        let mut parts: [(&mut [T], &[usize]); 3 + MAX_MEMORY] = Default::default();
        parts[0] = (&mut gradient, &cut.theta);
        parts[1] = (&mut scratch, &cut.scratch);
        let update = change.map(|Change { theta, memory, update }| {
            parts[2] = (theta, &cut.theta);
            for (part, vector) in parts[3..].iter_mut().zip(memory.chunks_exact_mut(n.max(1))) {
                *part = (vector, &cut.theta);
            }
            update
        });
        let profile = ws.profile.as_deref();
        let compute = || {
            pool::split_at(cut.pieces.len(), parts, |i, [gradient, scratch, theta, memory @ ..]| {
                let piece = &cut.pieces[i];
                timed(profile, Part::Node(piece.node, Phase::BackwardParams), || {
                    let at = (cut.theta[i], &mut *gradient);
                    if self.nodes[piece.node].also.is_empty() {
                        self.backward_piece(piece, piece.node, state, x, cx, ws, at, scratch);
                    } else {
                        self.backward_uses(piece, state, x, cx, ws, at, scratch);
                    }
                    if let Some(update) = update {
                        update(ThetaPart { first: cut.theta[i], theta, memory, gradient });
                    }
                });
            });
        };
        timed(profile, Part::ParamsRegion, || {
            // An update costs some operations a number.
            let work =
                cut.flops.saturating_mul(x.len()).saturating_add(if update.is_some() { 8 * n } else { 0 });
            if work <= ALONE { pool::in_place(compute) } else { compute() }
        });
        ws.gradient = gradient;
        ws.part_scratch = scratch;
    }

    /// As `backward_piece`, for what is used several times: the sum over the uses, in their order.
    #[allow(clippy::too_many_arguments)] // one caller, a few lines above
    #[cold]
    fn backward_uses<T: Scalar>(
        &self,
        piece: &Piece,
        state: &[T],
        x: Rows<'_, T>,
        cx: &Context,
        ws: &Workspace<T>,
        (first, gradient): (usize, &mut [T]),
        scratch: &mut [T],
    ) {
        let (term, scratch) = scratch.split_at_mut(gradient.len());
        self.backward_piece(piece, piece.node, state, x, cx, ws, (first, gradient), scratch);
        for &of in &self.nodes[piece.node].also {
            self.backward_piece(piece, of, state, x, cx, ws, (first, term), scratch);
            gradient.iter_mut().zip(&*term).for_each(|(sum, term)| *sum += *term);
        }
    }

    /// A piece's gradient by operation `of`.
    #[allow(clippy::too_many_arguments)] // two callers, a few lines above
    #[inline(always)] // into the loop over pieces, as the common case needs no call
    fn backward_piece<T: Scalar>(
        &self,
        piece: &Piece,
        of: usize,
        state: &[T],
        x: Rows<'_, T>,
        cx: &Context,
        ws: &Workspace<T>,
        (first, gradient): (usize, &mut [T]),
        scratch: &mut [T],
    ) {
        let node = &self.nodes[of];
        let inputs = self.inputs(node, x, ws);
        let dy = self.gradient_of(node, x.len(), &ws.grads[self.buffers[node.output]]);
        // θ may be changing by now, and a training step may have changed the state.
        let none = Params::new(&[], &[]);
        let mut pass = self.back_pass(of, none, state, x, cx, ws, dy);
        if cx.mode == Mode::Training {
            pass.state = none;
        }
        pass.x = &inputs[..node.inputs.len()];
        pass.saved_back = &ws.saved_back[of][..x.len() * node.saved_back];
        pass.summary_back = &ws.summaries_back[of];
        let kernel = T::of(&*node.kernel);
        match &piece.rows {
            Some((param, rows)) => kernel.backward_rows(&pass, *param, rows.clone(), gradient),
            None if node.by_rows => {
                let mut rest = gradient;
                for (param, span) in node.params.iter().enumerate() {
                    let (of_param, others) = rest.split_at_mut(span.len());
                    kernel.backward_rows(&pass, param, 0..node.rows[param], of_param);
                    rest = others;
                }
            }
            None => {
                kernel.backward_params(&pass, ParamsMut::of_part(gradient, first, &node.params), scratch);
            }
        }
    }
}
