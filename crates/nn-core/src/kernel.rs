//! What a layer author writes: `Op`, which checks and sizes, and `Kernel`, which computes.

use std::fmt::Debug;
use std::ops::Range;

use tensor_ops::random::Stream;
use tensor_ops::{Real, Shape};

use crate::{BindErrorKind, Context, Params, ParamsMut, Plan, Rows, RowsMut};

/// An operation with arithmetic of its own: sizes and settings, never numbers, and no scalar type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no operation of a network",
    label = "not an `Op`",
    note = "is a `?` or an `.unwrap()` missing? some layers are made by a `new` that returns a `Result`"
)]
pub trait Op: Debug + Send + Sync + 'static {
    /// What errors and summaries call it: `"Dense"`.
    fn name(&self) -> &'static str;

    /// Checks the shapes of the inputs (of one sample each; one input, unless [`Op::arity`] says otherwise) and
    /// declares everything the operation needs.
    ///
    /// # Errors
    /// Says what was expected and what came; the builder adds which layer it was and where it stands.
    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind>;

    /// What is computed, as far as neither the name says it nor the names and shapes of parameters and outputs: a slope, an ε, a stride. It
    /// is part of [`Network::architecture`](crate::Network::architecture), and a model is not loaded into a network with other settings. An
    /// operation with fields that decide nothing of the kind, such as an initialiser, writes this by itself.
    fn settings(&self) -> String {
        format!("{self:?}")
    }

    /// The number of inputs.
    fn arity(&self) -> usize {
        1
    }

    /// What the deviation of the weights before this operation is to be multiplied by, compared with Var(W) = 1/n, so that
    /// signals keep their scale: √2 for a rectifier, which loses half of them, and 1 where the operation is about the
    /// identity near 0. [`Initializer::fill_before`](crate::Initializer::fill_before) is told.
    fn gain(&self) -> f64 {
        1.0
    }
}

/// The arithmetic of an operation, for one scalar type.
///
/// Every function is pure: it reads what it is given and assigns its result, all of it. Nothing allocates, nothing
/// fails; [`Op::plan`] has checked the shapes. `forward` and `backward_input` are called for ranges of samples, in any
/// order and on any thread, and a sample's result must not depend on the range it comes in.
///
/// An operation that mixes samples has a word before: `summarize` sees the whole batch and writes what any sample must
/// know of the others (batch norm: mean and variance); `forward` then works on ranges again. Likewise backward.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no layer: it has no arithmetic for `{T}`",
    label = "not a layer",
    note = "is a `?` or an `.unwrap()` missing? some layers are made by a `new` that returns a `Result`, such as `Dropout::new(0.5)?`",
    note = "a layer of your own implements `Op`, `Kernel<f32>` and `Kernel<f64>` (or `impl<T: Real> Kernel<T>`) and `Clone`: docs/custom-layer.md"
)]
pub trait Kernel<T: Real>: Op {
    /// Writes what a sample must know of the whole batch. Called before `forward` where the plan says that samples
    /// are mixed; `pass.x` holds all samples, and `pass.summary` is empty.
    fn summarize(&self, _pass: &Pass<'_, T>, _summary: &mut [T], _scratch: &mut [T]) {}

    /// y = f(θ, x) for a range of samples.
    fn forward(&self, pass: &Pass<'_, T>, y: RowsMut<'_, T>, local: Local<'_, T>);

    /// Updates the observed state from a training batch whose `forward` has run, with the θ of that pass. The only function that
    /// changes state, which is why `pass.state` is empty here: what was observed so far is in `state`. `pass.theta` is empty where
    /// the layer is frozen, for then its parameters are state too.
    fn observe(&self, _pass: &Pass<'_, T>, _state: ParamsMut<'_, T>) {}

    /// As `summarize`, before `backward_input` and `backward_params`: writes what is to be known of all of dy.
    fn summarize_back(&self, _pass: &BackPass<'_, T>, _summary: &mut [T], _scratch: &mut [T]) {}

    /// dx = (∂y/∂x)ᵀ dy for a range of samples: one `dx` for each input, assigned and not accumulated. Not called
    /// where nobody wants any of them, unless the plan keeps something here for `backward_params`; then each `dx` says
    /// whether it is wanted.
    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], local: Local<'_, T>);

    /// dθ = (∂y/∂θ)ᵀ dy over all samples: assigned, not accumulated. Called after `backward_input` of every operation;
    /// by then θ may be changing and `observe` may have run, so that `pass.theta` is empty, and in training `pass.state` too. It runs
    /// on one thread, beside the gradients of other operations: where there is much to compute, [`Plan::by_rows`] divides it.
    fn backward_params(&self, _pass: &BackPass<'_, T>, _dtheta: ParamsMut<'_, T>, _scratch: &mut [T]) {
        panic!("{} declares parameters and has no `backward_params`", self.name());
    }

    /// As `backward_params`, for a range of rows of one parameter: called in its place where [`Plan::by_rows`] says so.
    /// A row's gradient must not depend on the range it comes in.
    fn backward_rows(&self, _pass: &BackPass<'_, T>, _param: usize, _rows: Range<usize>, _dtheta: &mut [T]) {
        panic!("{} declares parameters by rows and has no `backward_rows`", self.name());
    }

    /// The function that this operation is, where it is one of each element by itself whose result may take the place
    /// of its input: then it may be computed together with a neighbour, unless it has parameters or keeps anything, or makes the
    /// network's output.
    fn pointwise(&self) -> Option<&dyn Pointwise<T>> {
        None
    }
}

/// A function of each element by itself, in place, whose derivative is a function of its value.
pub trait Pointwise<T: Real>: Debug + Sync {
    /// y ← f(y)
    fn apply(&self, y: &mut [T]);

    /// dy ← f'(x) dy, where y = f(x).
    fn pull_back(&self, y: &[T], dy: &mut [T]);
}

/// What `forward` reads.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Pass<'a, T> {
    /// The layer's learned tensors, in the order of the plan.
    pub theta: Params<'a, T>,
    /// The layer's observed tensors, in the order of the plan.
    pub state: Params<'a, T>,
    /// The inputs, each with the same number of samples.
    pub x: &'a [Rows<'a, T>],
    /// What `summarize` wrote.
    pub summary: &'a [T],
    /// The position in the batch of the first sample of this range.
    pub first: usize,
    /// The number of samples of the batch.
    pub batch: usize,
    /// Mode, seed and step.
    pub cx: Context,
    /// This layer's random numbers in this step.
    pub random: Stream,
    /// What comes after, on every part of y. Only an operation that [fuses](Plan::fuses) ever sees one.
    pub then: Option<&'a dyn Pointwise<T>>,
}

/// What `forward` and `backward_input` may write besides their results.
#[derive(Debug)]
#[non_exhaustive]
pub struct Local<'a, T> {
    /// Kept for later: from `forward` to backward, or from `backward_input` to `backward_params`; as many elements per
    /// sample as the plan asked for.
    pub saved: &'a mut [T],
    /// Of no meaning before or after the call.
    pub scratch: &'a mut [T],
}

/// What the backward functions read.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct BackPass<'a, T> {
    /// The layer's learned tensors, in the order of the plan; empty in `backward_params` and `backward_rows`, where θ may be changing: what
    /// they need of it is to be kept by `forward` or `backward_input` ([`Local::saved`]).
    pub theta: Params<'a, T>,
    /// The layer's observed tensors, in the order of the plan; empty in `backward_params` and `backward_rows` of a training step, where
    /// [`Kernel::observe`] may have changed them: otherwise as `theta`.
    pub state: Params<'a, T>,
    /// The inputs of forward.
    pub x: &'a [Rows<'a, T>],
    /// The output of forward.
    pub y: Rows<'a, T>,
    /// The gradient of the loss with respect to the output.
    pub dy: Rows<'a, T>,
    /// What `forward` kept.
    pub saved: &'a [T],
    /// What `backward_input` kept; empty before and in it.
    pub saved_back: &'a [T],
    /// What `summarize` wrote.
    pub summary: &'a [T],
    /// What `summarize_back` wrote.
    pub summary_back: &'a [T],
    /// The position in the batch of the first sample of this range.
    pub first: usize,
    /// The number of samples of the batch.
    pub batch: usize,
    /// Mode, seed and step of the forward pass.
    pub cx: Context,
    /// This layer's random numbers in this step: the same as in forward.
    pub random: Stream,
    /// What made `x[0]` and is to be pulled back on every part of `dx[0]`. Only an operation that [fuses](Plan::fuses)
    /// ever sees one.
    pub below: Option<&'a dyn Pointwise<T>>,
}

/// A kernel for both scalar types, behind one pointer: what a [`Network`](crate::Network) holds.
pub trait AnyKernel: Kernel<f32> + Kernel<f64> {}

impl<K: Kernel<f32> + Kernel<f64>> AnyKernel for K {}

/// A scalar type that picks its own half of a kernel: `f32` or `f64`.
pub trait Scalar: Real {
    /// The kernel for this scalar type.
    #[doc(hidden)]
    fn of(kernel: &dyn AnyKernel) -> &dyn Kernel<Self>;
}

impl Scalar for f32 {
    fn of(kernel: &dyn AnyKernel) -> &dyn Kernel<f32> {
        kernel
    }
}

impl Scalar for f64 {
    fn of(kernel: &dyn AnyKernel) -> &dyn Kernel<f64> {
        kernel
    }
}
