//! What a layer declares when it is bound to an input shape.

use std::sync::Arc;

use tensor_ops::Shape;

use crate::{Fan, Initializer, Mode};

/// What an operation needs and produces for given input shapes. Shapes are those of one sample.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Plan {
    /// Shape of a sample of the output.
    pub output: Shape,
    /// Learned tensors, in the order in which the kernel sees them.
    pub params: Vec<Param>,
    /// Observed tensors (running statistics), in the order in which the kernel sees them.
    pub state: Vec<State>,
    /// Elements per sample kept from forward to backward.
    pub saved: usize,
    /// Elements per batch that `summarize` writes.
    pub summary: usize,
    /// Elements per batch that `summarize_back` writes.
    pub summary_back: usize,
    /// Elements per sample kept from `backward_input` to `backward_params`.
    pub saved_back: usize,
    /// Elements of scratch for each call of `forward` or `backward_input`.
    pub scratch: usize,
    /// Elements of scratch for each call that sees the whole batch.
    pub batch_scratch: usize,
    /// Whether one sample's output depends on the other samples.
    pub mixing: Mixing,
    /// The fewest samples of a batch in a mode in which samples are mixed.
    pub min_batch: usize,
    /// Floating-point operations of forward per sample: what the work is split by.
    pub flops: usize,
    /// The fewest samples worth a call of their own, where a call has a fixed cost.
    pub min_rows: usize,
    /// Whether an activation before or after the operation may be computed with it.
    pub fuses: bool,
    /// Whether gradients of parameters are asked for by rows.
    pub by_rows: bool,
    /// The length of the table into which the elements of the input are indices.
    pub indices: Option<usize>,
    /// Whether the elements of the output are those of the one input, in another order at most.
    pub moves: bool,
}

impl Plan {
    /// The plan of an operation without parameters that treats each sample by itself.
    pub fn new(output: impl Into<Shape>) -> Plan {
        let output = output.into();
        Plan {
            output,
            params: Vec::new(),
            state: Vec::new(),
            saved: 0,
            summary: 0,
            summary_back: 0,
            saved_back: 0,
            scratch: 0,
            batch_scratch: 0,
            mixing: Mixing::Never,
            min_batch: 1,
            flops: output.size(),
            min_rows: 1,
            fuses: false,
            by_rows: false,
            indices: None,
            moves: false,
        }
    }

    /// Declares a learned tensor.
    #[must_use]
    pub fn param(
        mut self,
        name: &'static str,
        shape: impl Into<Shape>,
        fan: Fan,
        init: Arc<dyn Initializer>,
    ) -> Plan {
        self.params.push(Param { name, shape: shape.into(), fan, init });
        self
    }

    /// Declares an observed tensor that starts with all elements `initial`.
    #[must_use]
    pub fn state(mut self, name: &'static str, shape: impl Into<Shape>, initial: f64) -> Plan {
        self.state.push(State { name, shape: shape.into(), initial });
        self
    }

    /// Keeps `n` elements per sample from forward to backward.
    #[must_use]
    pub fn saved(mut self, n: usize) -> Plan {
        self.saved = n;
        self
    }

    /// Keeps `n` elements per sample from `backward_input` to `backward_params`, which therefore is always called, wanted
    /// or not: for layers whose two gradients share most of their work.
    #[must_use]
    pub fn saved_back(mut self, n: usize) -> Plan {
        self.saved_back = n;
        self
    }

    /// Asks for `n` elements of scratch in each call of `forward` and `backward_input`.
    #[must_use]
    pub fn scratch(mut self, n: usize) -> Plan {
        self.scratch = n;
        self
    }

    /// Asks for `n` elements of scratch in each call that sees the whole batch.
    #[must_use]
    pub fn batch_scratch(mut self, n: usize) -> Plan {
        self.batch_scratch = n;
        self
    }

    /// Says that samples are mixed, and how many elements the two summaries of a batch hold.
    #[must_use]
    pub fn mixing(mut self, mixing: Mixing, summary: usize, summary_back: usize) -> Plan {
        (self.mixing, self.summary, self.summary_back) = (mixing, summary, summary_back);
        self
    }

    /// Sets the fewest samples of a batch in a mode in which samples are mixed.
    #[must_use]
    pub fn min_batch(mut self, n: usize) -> Plan {
        self.min_batch = n;
        self
    }

    /// Sets the floating-point operations of forward per sample.
    #[must_use]
    pub fn flops(mut self, n: usize) -> Plan {
        self.flops = n;
        self
    }

    /// Sets the fewest samples worth a call of their own; `usize::MAX` asks for whole batches, where the kernel divides its
    /// work among threads by itself.
    #[must_use]
    pub fn min_rows(mut self, n: usize) -> Plan {
        self.min_rows = n;
        self
    }

    /// Says that an activation before or after this operation may be computed with it, in place. The kernel promises that
    /// its backward functions do not read `pass.y`, and that it hands every part of its results to [`Pass::then`](crate::Pass::then) and
    /// [`BackPass::below`](crate::BackPass::below) once, when it is done.
    #[must_use]
    pub fn fuses(mut self) -> Plan {
        self.fuses = true;
        self
    }

    /// Says that each parameter has a first axis of rows whose gradients may be computed apart: the kernel implements
    /// `backward_rows` in the place of `backward_params`.
    #[must_use]
    pub fn by_rows(mut self) -> Plan {
        self.by_rows = true;
        self
    }

    /// Says that the elements of a sample of the output are those of the sample of the one input, in another order at most: what a layer
    /// behind says of its [indices](Plan::indices) then holds of the input.
    #[must_use]
    pub fn moves(mut self) -> Plan {
        self.moves = true;
        self
    }

    /// Says that the elements of the input are whole numbers below `n`. [`Network::accepts`](crate::Network::accepts) checks
    /// them where they are the network's own input, moved or not; of what another operation computed, the kernel has to make what
    /// it can.
    #[must_use]
    pub fn indices(mut self, n: usize) -> Plan {
        self.indices = Some(n);
        self
    }
}

/// A learned tensor.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Param {
    /// Its name inside the layer: `"weight"`.
    pub name: &'static str,
    /// Its shape.
    pub shape: Shape,
    /// How many inputs and outputs each element connects.
    pub fan: Fan,
    /// How it starts.
    pub init: Arc<dyn Initializer>,
}

/// An observed tensor.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct State {
    /// Its name inside the layer: `"running_mean"`.
    pub name: &'static str,
    /// Its shape.
    pub shape: Shape,
    /// What every element starts as.
    pub initial: f64,
}

/// Whether one sample's output depends on the other samples of the batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Mixing {
    /// Each sample is treated by itself.
    #[default]
    Never,
    /// Samples are mixed in training only.
    InTraining,
    /// Samples are mixed in every mode.
    Always,
}

impl Mixing {
    /// Whether samples are mixed in this mode.
    pub fn applies(self, mode: Mode) -> bool {
        match self {
            Mixing::Never => false,
            Mixing::InTraining => mode == Mode::Training,
            Mixing::Always => true,
        }
    }
}
