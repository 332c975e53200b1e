//! Prediction: any number of samples, in chunks of what a workspace holds.

use tensor_ops::{Tensor, View};

use crate::{BatchError, Context, Mode, Model, Rows, Scalar, Workspace};

/// Samples that go through the network at once, unless it mixes samples.
const CHUNK: usize = 256;

impl<T: Scalar> Model<T> {
    /// The outputs for samples along the first axis of `x`, in inference mode. The bits of an output do not depend on the other
    /// samples. Who predicts often keeps a [`Predictor`], or a workspace for [`Model::predict_into`].
    ///
    /// # Errors
    /// [`BatchError`] where the samples have another shape than the network takes, or there are none.
    #[doc(alias = "forward")]
    #[doc(alias = "eval")]
    pub fn predict(&self, x: &Tensor<T>) -> Result<Tensor<T>, BatchError> {
        let rows = self.rows(x)?;
        let output = self.network().output_shape().prepend(rows.len())?;
        let mut y = Tensor::zeros(output);
        self.network().accepts(&rows, Mode::Inference)?;
        let mut ws = Workspace::inference(self.network(), self.chunk(rows.len()))?;
        self.predict_into(rows, y.as_mut_slice(), &mut ws)?;
        Ok(y)
    }

    /// As [`Model::predict`], into `y`, `(m, output..)`, without an allocation: in chunks of as many samples as the workspace holds,
    /// which may be one for training.
    ///
    /// ```
    /// use nn_core::{Layer, Model, Rows, Workspace};
    /// let model: Model<f64> = nn_layers::Dense::new(1).init([2], 0)?;
    /// let mut ws = Workspace::inference(model.network(), 8)?;
    /// let (x, mut y) = (vec![0.5; 2 * 100], vec![0.0; 100]);
    /// model.predict_into(Rows::new(&x, [2])?, &mut y, &mut ws)?;
    /// assert_eq!(y[99], model.predict(&[[0.5, 0.5]].into())?.as_slice()[0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Model::predict`]; [`BatchError::Room`] where `y` has another length, [`BatchError::Workspace`] where the workspace is
    /// another network's, [`BatchError::Capacity`] where it is too small for a network that mixes samples in inference too.
    pub fn predict_into(&self, x: Rows<'_, T>, y: &mut [T], ws: &mut Workspace<T>) -> Result<(), BatchError> {
        let network = self.network();
        network.accepts(&x, Mode::Inference)?;
        let width = network.output_shape().size();
        if Some(y.len()) != x.len().checked_mul(width) {
            return Err(BatchError::Room { samples: x.len(), width, got: y.len() });
        }
        if !ws.is_of(network) {
            return Err(BatchError::Workspace);
        }
        let capacity = ws.capacity();
        if network.mixes_samples(Mode::Inference) && x.len() > capacity {
            return Err(BatchError::Capacity { capacity, needed: x.len() });
        }
        let cx = Context::inference();
        for (i, y) in y.chunks_mut(capacity.saturating_mul(width)).enumerate() {
            let first = i * capacity;
            let chunk = x.slice(first..first + y.len() / width);
            y.copy_from_slice(network.forward(self.theta(), self.state(), chunk, &cx, ws).data());
        }
        Ok(())
    }

    /// Prediction again and again, with buffers that are kept.
    ///
    /// # Errors
    /// [`BatchError::Memory`] where the memory cannot be had.
    pub fn predictor(&self) -> Result<Predictor<'_, T>, BatchError> {
        let ws = Workspace::inference(self.network(), 1)?;
        Ok(Predictor { model: self, ws, y: Vec::new() })
    }

    /// The samples along the first axis of a tensor that has as many axes as they should have.
    fn rows<'x>(&self, x: &'x Tensor<T>) -> Result<Rows<'x, T>, BatchError> {
        let expected = *self.network().input_shape();
        match x.shape().rank() {
            rank if rank > 0 && rank != expected.rank() + 1 => {
                Err(BatchError::Rank { expected, got: *x.shape() })
            }
            _ => Rows::of_tensor(x),
        }
    }

    /// How many of `samples` go through the network at once.
    fn chunk(&self, samples: usize) -> usize {
        if self.network().mixes_samples(Mode::Inference) { samples } else { samples.min(CHUNK) }
    }
}

/// A model with the buffers of prediction. They grow to the largest batch; a batch that is no larger than one before
/// allocates nothing.
///
/// ```
/// use nn_core::{Layer, Model};
/// use tensor_ops::Tensor;
/// let model: Model<f32> = nn_layers::Dense::new(2).init([3], 0)?;
/// let mut predictor = model.predictor()?;
/// for m in [5, 1, 3] {
///     let y = predictor.predict(&Tensor::ones([m, 3]))?;
///     assert_eq!(y.shape(), &[m, 2].into());
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Predictor<'a, T> {
    pub(crate) model: &'a Model<T>,
    pub(crate) ws: Workspace<T>,
    y: Vec<T>,
}

impl<T: Scalar> Predictor<'_, T> {
    /// The outputs for samples along the first axis of `x`, in inference mode.
    ///
    /// # Errors
    /// As [`Model::predict`].
    pub fn predict(&mut self, x: &Tensor<T>) -> Result<View<'_, T>, BatchError> {
        self.predict_rows(self.model.rows(x)?)
    }

    /// The outputs for these samples.
    ///
    /// # Errors
    /// As [`Model::predict`].
    pub fn predict_rows(&mut self, x: Rows<'_, T>) -> Result<View<'_, T>, BatchError> {
        let Predictor { model, ws, y } = self;
        let network = model.network();
        network.accepts(&x, Mode::Inference)?;
        let output = network.output_shape();
        let shape = output.prepend(x.len())?;
        let chunk = model.chunk(x.len());
        if chunk > ws.capacity() {
            *ws = Workspace::inference(network, chunk)?;
        }
        if y.len() < shape.size() {
            y.resize(shape.size(), T::ZERO);
        }
        let y = &mut y[..shape.size()];
        model.predict_into(x, y, ws)?;
        Ok(View::from_slice(shape, y)?)
    }
}
