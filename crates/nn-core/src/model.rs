//! A network with its numbers: one flat θ and one flat observed state.

use std::sync::Arc;

use tensor_ops::Shape;
use tensor_ops::random::{FNV_START, fnv1a};

use crate::parts::Change;
use crate::run::InputGradient;
use crate::{
    Batch, BatchError, BindError, Context, Entry, Layout, Loss, MAX_MEMORY, Network, Scalar, ThetaPart,
    Workspace,
};

/// A network, its θ and its observed state.
///
/// Prediction takes `&self`: a model can be shared between threads without a lock.
///
/// ```
/// use nn_core::{Batch, Context, Layer, Model, Rows, Target};
/// use nn_layers::{Dense, MeanSquaredError};
/// let mut model: Model<f64> = Dense::new(1).init([1], 0)?;
/// let (x, t) = ([0.0, 1.0, 2.0], [1.0, 3.0, 5.0]); // t = 2 x + 1
/// let batch = Batch::new(Rows::new(&x, [1])?, Target::Values(Rows::new(&t, [1])?))?;
/// let mut ws = model.workspace(3)?;
/// for step in 0..200 {
///     model.loss_and_gradient(&batch, &MeanSquaredError::new(), &Context::training(0, step), &mut ws);
///     for (theta, d) in model.theta_mut().iter_mut().zip(ws.gradient()) {
///         *theta -= 0.2 * d; // gradient descent
///     }
/// }
/// let y = model.predict(&[[10.0]].into())?;
/// assert!((y.as_slice()[0] - 21.0).abs() < 1e-6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Model<T> {
    pub(crate) network: Arc<Network>,
    theta: Vec<T>,
    state: Vec<T>,
}

impl<T: Scalar> Model<T> {
    /// A network with its first θ: a function of the seed and the parameters' names.
    ///
    /// # Errors
    /// [`BindErrorKind::Memory`](crate::BindErrorKind::Memory), for more parameters than there is memory for.
    pub fn init(network: Network, seed: u64) -> Result<Model<T>, BindError> {
        let refuse = |kind| BindError::new("", "network", &[*network.input_shape()], kind);
        let theta = network.try_initial_theta(seed).map_err(refuse)?;
        let state = network.try_initial_state(seed).map_err(refuse)?;
        Ok(Model { theta, state, network: Arc::new(network) })
    }

    /// A network with given numbers.
    ///
    /// # Panics
    /// Where the lengths are not those of the network's layouts.
    pub fn from_parts(network: Arc<Network>, theta: Vec<T>, state: Vec<T>) -> Model<T> {
        assert_eq!(theta.len(), network.theta_layout().len(), "elements of θ");
        assert_eq!(state.len(), network.state_layout().len(), "elements of the state");
        Model { network, theta, state }
    }

    /// The bound network: shapes, layouts, kernels.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// θ: every learned number, in the order of [`Network::theta_layout`]. Its length is the number of parameters.
    #[doc(alias = "num_parameters")]
    #[doc(alias = "count_params")]
    #[doc(alias = "parameters")]
    pub fn theta(&self) -> &[T] {
        &self.theta
    }

    /// θ, to be changed: what an optimizer is given.
    pub fn theta_mut(&mut self) -> &mut [T] {
        &mut self.theta
    }

    /// Every observed number, in the order of [`Network::state_layout`].
    pub fn state(&self) -> &[T] {
        &self.state
    }

    /// Every observed number, to be changed.
    pub fn state_mut(&mut self) -> &mut [T] {
        &mut self.state
    }

    /// The learned or observed tensor of this name: its shape and its elements. Names are those of [`Network::theta_layout`] and
    /// [`Network::state_layout`]: `"2.weight"` belongs to the layer that errors and the summary call `2 (Dense)`; one
    /// layer that is the whole network has `"weight"`.
    pub fn parameter(&self, name: &str) -> Option<(&Shape, &[T])> {
        let learned = self.network.theta_layout().get(name).map(|entry| (entry, &self.theta));
        let (entry, flat) =
            learned.or_else(|| self.network.state_layout().get(name).map(|entry| (entry, &self.state)))?;
        Some((&entry.shape, &flat[entry.range()]))
    }

    /// The elements of the learned or observed tensor of this name, to be changed.
    pub fn parameter_mut(&mut self, name: &str) -> Option<&mut [T]> {
        let range = |layout: &Layout| layout.get(name).map(Entry::range);
        if let Some(range) = range(self.network.theta_layout()) {
            return Some(&mut self.theta[range]);
        }
        range(self.network.state_layout()).map(|range| &mut self.state[range])
    }

    /// The same network with every number rounded to another scalar type.
    pub fn cast<U: Scalar>(&self) -> Model<U> {
        let cast = |x: &[T]| x.iter().map(|x| U::from_f64(x.to_f64())).collect();
        Model { network: self.network.clone(), theta: cast(&self.theta), state: cast(&self.state) }
    }

    /// Buffers for training steps of up to `capacity` samples.
    ///
    /// # Errors
    /// As [`Workspace::training`].
    pub fn workspace(&self, capacity: usize) -> Result<Workspace<T>, BatchError> {
        Workspace::training(&self.network, capacity)
    }

    /// The loss of a batch, with its gradient left in the workspace; in training mode the observed state is updated,
    /// unless the loss is NaN or infinite. One training step is this and an optimizer's update of
    /// [`Model::theta_mut`] from [`Workspace::gradient`], to be left out where the loss is not finite. With all of the gradient at hand before the update:
    /// to clip it by its norm (`Optimizer::update_clipped` of `nn-optim`), say. Where no update needs that, [`Model::step`] is faster.
    ///
    /// # Panics
    /// Where the batch does not fit the network or the loss; [`Network::accepts`] and [`Loss::check`] tell before.
    #[track_caller]
    pub fn loss_and_gradient(
        &mut self,
        batch: &Batch<'_, T>,
        loss: &dyn Loss<T>,
        cx: &Context,
        ws: &mut Workspace<T>,
    ) -> T {
        let Model { network, theta, state } = self;
        let value = network.loss_and_gradient(theta, state, batch, loss, cx, ws, InputGradient::Skip);
        if value.is_finite() {
            network.observe(theta, state, batch.x, cx, ws);
        }
        value
    }

    /// One training step in one go: the loss of a batch, its gradient, and the update of θ, which is called for parts of θ
    /// on several threads, each as soon as its gradient is known. The gradient is left in the workspace. A loss that is NaN
    /// or infinite changes nothing.
    ///
    /// `memory` is what the update remembers: some vectors as long as θ, one behind the other, at most [`MAX_MEMORY`]. How θ is cut
    /// into parts depends on the network and the number of threads, so an update may look at numbers one by one (to bound each, say), but not
    /// at the norm of a part: what needs all of the gradient begins with [`Model::loss_and_gradient`].
    ///
    /// ```
    /// use nn_core::{Batch, Context, Layer, Model, Rows, Target};
    /// use nn_layers::{Dense, MeanSquaredError};
    /// let mut model: Model<f64> = Dense::new(1).init([1], 0)?;
    /// let (x, t) = ([0.0, 1.0, 2.0], [1.0, 3.0, 5.0]);
    /// let batch = Batch::new(Rows::new(&x, [1])?, Target::Values(Rows::new(&t, [1])?))?;
    /// let mut ws = model.workspace(3)?;
    /// let mut memory = vec![0.0; model.theta().len()]; // one number for each of θ
    /// for step in 0..200 {
    ///     model.step(&batch, &MeanSquaredError::new(), &Context::training(0, step), &mut ws, &mut memory, &|part| {
    ///         let [velocity, ..] = part.memory;
    ///         assert_eq!(velocity.len(), part.theta.len(), "a memory of one vector");
    ///         for ((theta, d), v) in part.theta.iter_mut().zip(part.gradient).zip(velocity) {
    ///             *v = 0.5 * *v + *d; // momentum
    ///             *theta -= 0.1 * *v;
    ///         }
    ///     });
    /// }
    /// assert!((model.predict(&[[10.0]].into())?.as_slice()[0] - 21.0).abs() < 1e-6);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    /// As [`Model::loss_and_gradient`], and where `memory` is no whole number of vectors, or more than [`MAX_MEMORY`]. Where `update`
    /// itself panics, some parts of θ have been updated, and the workspace is of no further use.
    #[track_caller]
    pub fn step(
        &mut self,
        batch: &Batch<'_, T>,
        loss: &dyn Loss<T>,
        cx: &Context,
        ws: &mut Workspace<T>,
        memory: &mut [T],
        update: &(dyn Fn(ThetaPart<'_, T>) + Sync),
    ) -> T {
        let Model { network, theta, state } = self;
        let (n, len) = (theta.len(), memory.len());
        assert!(
            len == 0 || (n > 0 && len.is_multiple_of(n) && len / n <= MAX_MEMORY),
            "the memory of an update has {len} elements, expected a whole number of vectors of {n}, at most {MAX_MEMORY}"
        );
        let value = network.value_and_output_gradient(theta, state, batch, loss, cx, ws);
        if value.is_finite() {
            network.backward_inputs(theta, state, batch.x, cx, ws, InputGradient::Skip);
            network.observe(theta, state, batch.x, cx, ws);
            network.backward_params(state, batch.x, cx, ws, Some(Change { theta, memory, update }));
        }
        value
    }

    /// A number that two models share if all their bits are equal, and hardly otherwise: FNV-1a over θ and state.
    pub fn fingerprint(&self) -> u64 {
        fingerprint(&self.theta, &self.state)
    }
}

pub(crate) fn fingerprint<T: Scalar>(theta: &[T], state: &[T]) -> u64 {
    let numbers = theta.iter().chain(state);
    numbers.fold(FNV_START, |hash, x| fnv1a(hash, &x.bits().to_le_bytes()[..size_of::<T>()]))
}
