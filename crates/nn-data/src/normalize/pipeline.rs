//! Transforms one after the other.

use tensor_ops::{Real, Tensor};

use crate::{DataError, Samples, Train, Transform};

/// Transforms that are applied in their order, each fitted on what those before it have made of the training set, and
/// inverted in the other order.
///
/// ```
/// use nn_data::{Components, Imputer, Pca, Pipeline, Standardizer, Train, Transform};
/// use tensor_ops::Tensor;
/// let train = Train(Tensor::from([[1.0, 10.0], [f64::NAN, 30.0], [3.0, 20.0]]));
/// let (pipeline, train) = Pipeline::fit(&train)
///     .then(Imputer::median)?
///     .then(Standardizer::fit)?
///     .then(|x| Pca::fit(x, Components::Count(1)))?
///     .done();
/// assert_eq!(train.shape().as_slice(), [3, 1]);
/// assert_eq!(pipeline.apply_tensor([[f64::NAN, 15.0]].into())?.shape().as_slice(), [1, 1]);
/// # Ok::<(), nn_data::DataError>(())
/// ```
#[derive(Debug)]
pub struct Pipeline<T> {
    steps: Vec<Box<dyn Transform<T>>>,
}

/// A [`Pipeline`] that is being fitted, with the training samples as its steps so far have left them.
#[derive(Debug)]
pub struct PipelineFit<T> {
    train: Train<Tensor<T>>,
    steps: Vec<Box<dyn Transform<T>>>,
}

impl<T: Real> Pipeline<T> {
    /// Begins with a copy of the training samples.
    pub fn fit(train: &Train<impl Samples<T>>) -> PipelineFit<T> {
        PipelineFit { train: Train(train.samples().clone()), steps: Vec::new() }
    }

    /// Of steps that are fitted already, such as those that were read from a file.
    pub fn of(steps: Vec<Box<dyn Transform<T>>>) -> Pipeline<T> {
        Pipeline { steps }
    }

    /// The number of steps.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether there are no steps, so that nothing changes.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

impl<T: Real> PipelineFit<T> {
    /// Adds what `fit` makes of the training samples.
    ///
    /// # Errors
    /// Those of `fit` and of [`Transform::apply_tensor`].
    pub fn then<F: Transform<T> + 'static>(
        mut self,
        fit: impl FnOnce(&Train<Tensor<T>>) -> Result<F, DataError>,
    ) -> Result<PipelineFit<T>, DataError> {
        let step = fit(&self.train)?;
        self.train = step.apply(self.train)?;
        self.steps.push(Box::new(step));
        Ok(self)
    }

    /// The fitted pipeline, and the training samples behind it.
    pub fn done(self) -> (Pipeline<T>, Train<Tensor<T>>) {
        (Pipeline { steps: self.steps }, self.train)
    }
}

impl<T: Real> Transform<T> for Pipeline<T> {
    fn apply_tensor(&self, inputs: Tensor<T>) -> Result<Tensor<T>, DataError> {
        self.steps.iter().try_fold(inputs, |x, step| step.apply_tensor(x))
    }

    fn invert_tensor(&self, inputs: Tensor<T>) -> Result<Tensor<T>, DataError> {
        self.steps.iter().rev().try_fold(inputs, |x, step| step.invert_tensor(x))
    }
}
