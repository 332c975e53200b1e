//! Samples and their targets, in memory.

use tensor_ops::random::Stream;
use tensor_ops::{Real, Shape, Tensor};

use crate::splits::first_part;
use crate::{DataError, Parts, Test, Train};

/// What the samples are to be mapped to.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Targets<T> {
    /// One class number a sample, each below `classes`.
    Classes {
        /// The class of each sample.
        labels: Vec<usize>,
        /// The number of classes.
        classes: usize,
    },
    /// Real values, the first axis counting samples.
    Values(Tensor<T>),
}

impl<T: Real> Targets<T> {
    /// Those of the samples with these numbers, which are there.
    pub(crate) fn select(&self, samples: &[usize]) -> Result<Targets<T>, DataError> {
        Ok(match self {
            Targets::Classes { labels, classes } => {
                Targets::Classes { labels: samples.iter().map(|&i| labels[i]).collect(), classes: *classes }
            }
            Targets::Values(values) => Targets::Values(select_rows(values, samples)?),
        })
    }
}

/// Samples and their targets: checked once, so that nothing behind has to.
///
/// ```
/// use nn_data::{Dataset, Targets};
/// let x = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
/// let set = Dataset::new(x.into(), Targets::Classes { labels: vec![1, 1, 0], classes: 2 })?;
/// assert_eq!((set.len(), set.class_counts()), (3, Some(vec![1, 2])));
/// # Ok::<(), nn_data::DataError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset<T> {
    inputs: Tensor<T>,
    targets: Targets<T>,
}

impl<T: Real> Dataset<T> {
    /// Samples along the first axis of `inputs`, with their targets.
    ///
    /// # Errors
    /// [`DataError`]: no samples or features, different numbers of samples and targets, NaN or infinity (with its
    /// place), a class number out of range.
    pub fn new(inputs: Tensor<T>, targets: Targets<T>) -> Result<Dataset<T>, DataError> {
        let shape = *inputs.shape();
        if shape.rank() < 2 {
            return Err(DataError::Rank { shape });
        }
        if shape.size() == 0 {
            return Err(DataError::Empty { what: "a data set of shape [samples, features..]", shape });
        }
        let samples = shape[0];
        check_finite("input", &inputs, samples)?;
        let count = match &targets {
            Targets::Classes { labels, .. } => labels.len(),
            Targets::Values(values) => values.shape().as_slice().first().copied().unwrap_or(0),
        };
        if count != samples {
            return Err(DataError::Length { inputs: samples, targets: count });
        }
        match &targets {
            Targets::Values(values) => check_finite("target", values, samples)?,
            &Targets::Classes { ref labels, classes } => {
                if let Some(sample) = labels.iter().position(|&label| label >= classes) {
                    return Err(DataError::Class { sample, class: labels[sample], classes });
                }
            }
        }
        Ok(Dataset { inputs, targets })
    }

    /// The number of samples, at least 1.
    #[allow(clippy::len_without_is_empty)] // a data set is never empty
    pub fn len(&self) -> usize {
        self.inputs.shape()[0]
    }

    /// The shape of a sample.
    pub fn sample_shape(&self) -> Shape {
        Shape::new(&self.inputs.shape().as_slice()[1..]).expect("part of a shape")
    }

    /// The samples, `(m, ..)`.
    pub fn inputs(&self) -> &Tensor<T> {
        &self.inputs
    }

    /// The targets.
    pub fn targets(&self) -> &Targets<T> {
        &self.targets
    }

    /// How many samples each class has; `None` where the targets are no classes.
    pub fn class_counts(&self) -> Option<Vec<usize>> {
        let Targets::Classes { labels, classes } = &self.targets else { return None };
        let mut counts = vec![0; *classes];
        labels.iter().for_each(|&label| counts[label] += 1);
        Some(counts)
    }

    /// The samples with these numbers, in this order.
    ///
    /// # Errors
    /// [`DataError::Empty`] for no numbers, [`DataError::Index`] for one that no sample has.
    pub fn select(&self, samples: &[usize]) -> Result<Dataset<T>, DataError> {
        if samples.is_empty() {
            return Err(DataError::Empty { what: "a selection", shape: *self.inputs.shape() });
        }
        if let Some(&index) = samples.iter().find(|&&i| i >= self.len()) {
            return Err(DataError::Index { index, samples: self.len() });
        }
        let targets = self.targets.select(samples)?;
        Ok(Dataset { inputs: select_rows(&self.inputs, samples)?, targets })
    }

    /// The first `n` samples, or all where there are fewer.
    ///
    /// # Errors
    /// [`DataError::Empty`] for n = 0.
    pub fn take(&self, n: usize) -> Result<Dataset<T>, DataError> {
        let samples: Vec<usize> = (0..n.min(self.len())).collect();
        self.select(&samples)
    }

    /// Two parts, the first with this fraction of the samples (rounded down), drawn at random: a function of the seed.
    ///
    /// # Errors
    /// [`DataError::Split`] where a part would have no samples.
    pub fn split(&self, fraction: f64, seed: u64) -> Result<Parts<Dataset<T>>, DataError> {
        let samples = self.len();
        let first = first_part(samples, fraction)?;
        let mut order: Vec<usize> = (0..samples).collect();
        Stream::new(seed, Stream::key("split"), 0).shuffle(&mut order);
        let (first, second) = order.split_at(first);
        Ok((Train(self.select(first)?), Test(self.select(second)?)))
    }

    /// The samples and their targets, without a copy.
    pub fn into_parts(self) -> (Tensor<T>, Targets<T>) {
        (self.inputs, self.targets)
    }
}

pub(crate) fn check_finite<T: Real>(
    what: &'static str,
    values: &Tensor<T>,
    samples: usize,
) -> Result<(), DataError> {
    let Some(at) = values.as_slice().iter().position(|x| !x.is_finite()) else { return Ok(()) };
    let width = values.as_slice().len() / samples;
    let value = values.as_slice()[at].to_f64();
    Err(DataError::NotFinite { what, sample: at / width, feature: at % width, value })
}

pub(crate) fn select_rows<T: Real>(rows: &Tensor<T>, samples: &[usize]) -> Result<Tensor<T>, DataError> {
    let [count, sample @ ..] = rows.shape().as_slice() else { unreachable!("a data set has a sample axis") };
    let width = rows.as_slice().len() / count;
    let mut data = Vec::with_capacity(samples.len() * width);
    for &i in samples {
        data.extend_from_slice(&rows.as_slice()[i * width..(i + 1) * width]);
    }
    Ok(Tensor::new(Shape::new(sample)?.prepend(samples.len())?, data)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn numbered(m: usize) -> Dataset<f64> {
        let inputs = Tensor::new([m, 1], (0..m).map(|i| i as f64).collect()).unwrap();
        Dataset::new(inputs, Targets::Classes { labels: (0..m).map(|i| i % 3).collect(), classes: 3 })
            .unwrap()
    }

    proptest! {
        #[test]
        fn a_split_is_a_partition(m in 2usize..200, fraction in 0.01f64..0.99, seed: u64) {
            let set = numbered(m);
            match set.split(fraction, seed) {
                Err(error) => prop_assert!(matches!(error, DataError::Split { .. }), "an unexpected error"),
                Ok((a, b)) => {
                    let mut all = [a.inputs().as_slice(), b.inputs().as_slice()].concat();
                    all.sort_by(f64::total_cmp);
                    prop_assert_eq!(&all[..], set.inputs().as_slice());
                    prop_assert_eq!(a.len(), (m as f64 * fraction) as usize);
                    // Targets stay with their samples.
                    let Targets::Classes { labels, .. } = a.targets() else { unreachable!() };
                    prop_assert!(a.inputs().as_slice().iter().zip(labels).all(|(x, &l)| *x as usize % 3 == l));
                }
            }
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let classes = |labels| Targets::Classes { labels, classes: 2 };
        let nan = Dataset::new([[1.0, 2.0], [3.0, f64::NAN]].into(), classes(vec![0, 1])).unwrap_err();
        assert!(matches!(nan, DataError::NotFinite { what: "input", sample: 1, feature: 1, .. }));
        let class = Dataset::new([[1.0], [3.0]].into(), classes(vec![0, 2])).unwrap_err();
        assert_eq!(class, DataError::Class { sample: 1, class: 2, classes: 2 });
        let length = Dataset::new([[1.0], [3.0]].into(), classes(vec![0])).unwrap_err();
        assert_eq!(length, DataError::Length { inputs: 2, targets: 1 });
        let empty = Dataset::new(Tensor::<f64>::zeros([0, 3]), classes(vec![])).unwrap_err();
        assert!(matches!(empty, DataError::Empty { .. }));
        assert!(matches!(numbered(5).split(f64::NAN, 0), Err(DataError::Split { .. })));
    }
}
