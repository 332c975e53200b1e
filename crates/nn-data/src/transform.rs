//! What is fitted on one set and applied to any.

use std::fmt::Debug;

use tensor_ops::{Real, Shape, Tensor};

use crate::dataset::check_finite;
use crate::{DataError, MapSamples};

/// A fitted change of the inputs: the same numbers for the training set, the test set, and whatever comes later.
pub trait Transform<T: Real>: Debug + Send + Sync {
    /// The transformed samples along the first axis of `inputs`.
    ///
    /// # Errors
    /// [`DataError::Features`] for samples of other features than it was fitted on; [`DataError::Category`] for a category
    /// that an encoder does not know.
    fn apply_tensor(&self, inputs: Tensor<T>) -> Result<Tensor<T>, DataError>;

    /// The samples that were transformed to these, up to rounding.
    ///
    /// # Errors
    /// As [`Transform::apply_tensor`], and [`DataError::NoInverse`] where the samples cannot be known.
    fn invert_tensor(&self, inputs: Tensor<T>) -> Result<Tensor<T>, DataError>;

    /// The same data set, table or tensor with transformed samples, a [`Train`](crate::Train) or [`Test`](crate::Test) as it was.
    ///
    /// # Errors
    /// As [`Transform::apply_tensor`].
    fn apply<S: MapSamples<T>>(&self, samples: S) -> Result<S, DataError>
    where
        Self: Sized,
    {
        samples.map_samples(|inputs| self.apply_tensor(inputs))
    }
}

impl<T: Real> Transform<T> for Box<dyn Transform<T>> {
    fn apply_tensor(&self, inputs: Tensor<T>) -> Result<Tensor<T>, DataError> {
        (**self).apply_tensor(inputs)
    }

    fn invert_tensor(&self, inputs: Tensor<T>) -> Result<Tensor<T>, DataError> {
        (**self).invert_tensor(inputs)
    }
}

/// The shape of a sample of a tensor `(m, ..)`; [`DataError::Rank`] where there is no feature axis.
pub(crate) fn sample_shape<T: Real>(x: &Tensor<T>) -> Result<Shape, DataError> {
    match x.shape().as_slice() {
        [_, sample @ ..] if !sample.is_empty() => Ok(Shape::new(sample)?),
        _ => Err(DataError::Rank { shape: *x.shape() }),
    }
}

/// The number of samples to fit on and of their features, neither of them 0.
pub(crate) fn dimensions<T: Real>(x: &Tensor<T>) -> Result<(usize, usize), DataError> {
    let width = sample_shape(x)?.size();
    match x.shape().size() {
        0 => Err(DataError::Empty { what: "a fit", shape: *x.shape() }),
        size => Ok((size / width, width)),
    }
}

/// As [`dimensions`], and every number is finite.
pub(crate) fn finite_dimensions<T: Real>(x: &Tensor<T>) -> Result<(usize, usize), DataError> {
    let (m, width) = dimensions(x)?;
    check_finite("input", x, m)?;
    Ok((m, width))
}

/// Refuses samples of another number of features than `fitted`.
pub(crate) fn check_features<T: Real>(x: &Tensor<T>, fitted: usize) -> Result<(), DataError> {
    let shape = Shape::new(x.shape().as_slice().get(1..).unwrap_or(&[]))?;
    match x.shape().rank() >= 2 && shape.size() == fitted {
        true => Ok(()),
        false => Err(DataError::Features { fitted, shape }),
    }
}

/// Column `j` of samples of `width` features, in f64.
pub(crate) fn column<T: Real>(x: &Tensor<T>, width: usize, j: usize) -> Vec<f64> {
    x.as_slice().iter().skip(j).step_by(width).map(|x| x.to_f64()).collect()
}
