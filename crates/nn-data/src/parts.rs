//! The guard against leakage: which samples may be fitted on is a matter of types.

use std::ops::Deref;

use tensor_ops::{Real, Tensor};

use crate::{DataError, Dataset};

/// The training part: what every `fit` takes, and the only thing that it takes.
///
/// What a test set knows must not leak into the training: a mean over all samples has seen the answers. So splits give a `Train`
/// and a [`Test`], and files that come in two parts do, too. Everything that a data set can do, both can.
///
/// Where no split has said it, `Train(..)` is the explicit word: it says that no sample to be tested on is inside. It takes a
/// value or a reference.
///
/// ```
/// use nn_data::{Standardizer, Train};
/// use tensor_ops::Tensor;
/// let everything = Tensor::from([[1.0], [3.0]]);
/// assert_eq!(Standardizer::fit(&Train(&everything))?.mean(), [2.0]);
/// # Ok::<(), nn_data::DataError>(())
/// ```
///
/// Without it nothing compiles: neither the test part,
///
/// ```compile_fail,E0308
/// # use nn_data::{Dataset, Standardizer, Targets};
/// # let set = Dataset::new([[1.0], [3.0]].into(), Targets::Values([[1.0], [2.0]].into())).unwrap();
/// let (train, test) = set.split(0.5, 0).unwrap();
/// Standardizer::fit(&test);
/// ```
///
/// nor a set that is still whole.
///
/// ```compile_fail,E0308
/// # use nn_data::{Dataset, Standardizer, Targets};
/// # let set = Dataset::new([[1.0], [3.0]].into(), Targets::Values([[1.0], [2.0]].into())).unwrap();
/// Standardizer::fit(&set);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Train<D>(pub D);

/// The part to validate or to test on: transformed as the training part is, and never fitted on.
///
/// ```
/// # use nn_data::{Dataset, Standardizer, Targets, Transform};
/// # let set = Dataset::new([[1.0], [3.0]].into(), Targets::Values([[1.0], [2.0]].into()))?;
/// let (train, test) = set.split(0.5, 0)?;
/// let test = Standardizer::fit(&train)?.apply(test)?;
/// assert_eq!(test.len(), 1); // as of any data set
/// # Ok::<(), nn_data::DataError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Test<D>(pub D);

/// What a split gives: the part to fit and train on, and the part to test on.
pub type Parts<D> = (Train<D>, Test<D>);

impl<D> Deref for Train<D> {
    type Target = D;

    fn deref(&self) -> &D {
        &self.0
    }
}

impl<D> Deref for Test<D> {
    type Target = D;

    fn deref(&self) -> &D {
        &self.0
    }
}

/// What has samples along the first axis of a tensor: a [`Dataset`], a table of a file, or a bare tensor.
///
/// ```
/// use nn_data::Samples;
/// use tensor_ops::Tensor;
/// let x = Tensor::from([[1.0, -4.0], [2.0, 3.0]]);
/// assert_eq!(x.samples().shape()[0], 2);
/// ```
pub trait Samples<T: Real> {
    /// The samples, `(m, ..)`.
    fn samples(&self) -> &Tensor<T>;
}

/// [`Samples`] that can be replaced by what a [`Transform`](crate::Transform) makes of them; targets stay, and so does the word
/// [`Train`] or [`Test`].
///
/// ```
/// use nn_data::{MapSamples, Test};
/// use tensor_ops::Tensor;
/// let x = Test(Tensor::from([[1.0], [2.0]]));
/// let y: Test<Tensor<f64>> = x.map_samples(|x| Ok(x.map(|x| 2.0 * x)))?;
/// assert_eq!(y.as_slice(), [2.0, 4.0]);
/// # Ok::<(), nn_data::DataError>(())
/// ```
pub trait MapSamples<T: Real>: Sized {
    /// The same with other samples, as many as there were.
    ///
    /// # Errors
    /// Those of `f`, and what is wrong with what it has made.
    fn map_samples(
        self,
        f: impl FnOnce(Tensor<T>) -> Result<Tensor<T>, DataError>,
    ) -> Result<Self, DataError>;
}

impl<T: Real> Samples<T> for Tensor<T> {
    fn samples(&self) -> &Tensor<T> {
        self
    }
}

impl<T: Real> Samples<T> for Dataset<T> {
    fn samples(&self) -> &Tensor<T> {
        self.inputs()
    }
}

impl<T: Real, S: Samples<T>> Samples<T> for &S {
    fn samples(&self) -> &Tensor<T> {
        (*self).samples()
    }
}

impl<T: Real> MapSamples<T> for Tensor<T> {
    fn map_samples(
        self,
        f: impl FnOnce(Tensor<T>) -> Result<Tensor<T>, DataError>,
    ) -> Result<Tensor<T>, DataError> {
        f(self)
    }
}

impl<T: Real> MapSamples<T> for Dataset<T> {
    fn map_samples(
        self,
        f: impl FnOnce(Tensor<T>) -> Result<Tensor<T>, DataError>,
    ) -> Result<Dataset<T>, DataError> {
        let (inputs, targets) = self.into_parts();
        Dataset::new(f(inputs)?, targets)
    }
}

impl<T: Real, S: MapSamples<T>> MapSamples<T> for Train<S> {
    fn map_samples(
        self,
        f: impl FnOnce(Tensor<T>) -> Result<Tensor<T>, DataError>,
    ) -> Result<Train<S>, DataError> {
        self.0.map_samples(f).map(Train)
    }
}

impl<T: Real, S: MapSamples<T>> MapSamples<T> for Test<S> {
    fn map_samples(
        self,
        f: impl FnOnce(Tensor<T>) -> Result<Tensor<T>, DataError>,
    ) -> Result<Test<S>, DataError> {
        self.0.map_samples(f).map(Test)
    }
}
