//! Data sets made of others, and the weights of their classes.

use tensor_ops::{Real, Tensor};

use crate::{DataError, Dataset, Targets};

impl<T: Real> Dataset<T> {
    /// Every sample changed by `f`, in place.
    ///
    /// # Errors
    /// [`DataError::NotFinite`] where `f` leaves NaN or infinity.
    ///
    /// ```
    /// # use nn_data::{Dataset, Targets};
    /// # let targets = Targets::Classes { labels: vec![0, 1], classes: 2 };
    /// let set = Dataset::new([[0.0, 8.0], [16.0, 4.0]].into(), targets)?;
    /// let scaled = set.map(|sample| sample.iter_mut().for_each(|x| *x /= 16.0))?;
    /// assert_eq!(scaled.inputs(), &[[0.0, 0.5], [1.0, 0.25]].into());
    /// # Ok::<(), nn_data::DataError>(())
    /// ```
    pub fn map(self, f: impl FnMut(&mut [T])) -> Result<Dataset<T>, DataError> {
        let width = self.sample_shape().size();
        let (mut inputs, targets) = self.into_parts();
        inputs.as_mut_slice().chunks_exact_mut(width).for_each(f);
        Dataset::new(inputs, targets)
    }

    /// The samples for which `f`, given their number and their features, is true.
    ///
    /// # Errors
    /// [`DataError::Empty`] where there are none.
    ///
    /// ```
    /// # use nn_data::{Dataset, Targets};
    /// # let targets = Targets::Classes { labels: vec![0, 1, 0], classes: 2 };
    /// let set = Dataset::new([[1.0], [2.0], [3.0]].into(), targets)?;
    /// assert_eq!(set.filter(|_, x| x[0] > 1.0)?.len(), 2);
    /// # Ok::<(), nn_data::DataError>(())
    /// ```
    pub fn filter(&self, mut f: impl FnMut(usize, &[T]) -> bool) -> Result<Dataset<T>, DataError> {
        let samples = self.inputs().as_slice().chunks_exact(self.sample_shape().size());
        let kept: Vec<usize> = samples.enumerate().filter(|(i, x)| f(*i, x)).map(|(i, _)| i).collect();
        self.select(&kept)
    }

    /// The samples of all sets, one set after the other.
    ///
    /// # Errors
    /// [`DataError::Empty`] for no sets, [`DataError::Concat`] for samples or targets of different kinds.
    ///
    /// ```
    /// # use nn_data::{Dataset, Targets};
    /// # let targets = Targets::Classes { labels: vec![0, 1, 0], classes: 2 };
    /// let set = Dataset::new([[1.0], [2.0], [3.0]].into(), targets)?;
    /// assert_eq!(Dataset::concat(&[&set, &set.take(2)?])?.len(), 5);
    /// # Ok::<(), nn_data::DataError>(())
    /// ```
    pub fn concat(sets: &[&Dataset<T>]) -> Result<Dataset<T>, DataError> {
        let Some(first) = sets.first() else {
            return Err(DataError::Empty { what: "a concatenation", shape: [0].into() });
        };
        let sample = first.sample_shape();
        for (set, part) in sets.iter().enumerate() {
            let fits = part.sample_shape() == sample
                && match (first.targets(), part.targets()) {
                    (Targets::Classes { classes: a, .. }, Targets::Classes { classes: b, .. }) => a == b,
                    (Targets::Values(a), Targets::Values(b)) => {
                        a.shape().as_slice()[1..] == b.shape().as_slice()[1..]
                    }
                    _ => false,
                };
            if !fits {
                return Err(DataError::Concat { set, expected: sample, shape: part.sample_shape() });
            }
        }
        let samples = sets.iter().map(|set| set.len()).sum();
        let inputs = sets.iter().map(|set| set.inputs().as_slice()).collect::<Vec<_>>().concat();
        let targets = match first.targets() {
            Targets::Classes { classes, .. } => {
                let of = |set: &&Dataset<T>| match set.targets() {
                    Targets::Classes { labels, .. } => labels.clone(),
                    Targets::Values(_) => Vec::new(),
                };
                Targets::Classes { labels: sets.iter().flat_map(of).collect(), classes: *classes }
            }
            Targets::Values(values) => {
                let of = |set: &&Dataset<T>| match set.targets() {
                    Targets::Values(values) => values.as_slice().to_vec(),
                    Targets::Classes { .. } => Vec::new(),
                };
                let target = tensor_ops::Shape::new(&values.shape().as_slice()[1..])?;
                Targets::Values(Tensor::new(target.prepend(samples)?, sets.iter().flat_map(of).collect())?)
            }
        };
        Dataset::new(Tensor::new(sample.prepend(samples)?, inputs)?, targets)
    }

    /// Weights under which all classes count the same, m / (classes · samples of the class), as scikit-learn's "balanced";
    /// 0 for a class without samples. `None` where the targets are no classes.
    ///
    /// ```
    /// # use nn_data::{Dataset, Targets};
    /// let targets = Targets::Classes { labels: vec![0, 0, 0, 1], classes: 2 };
    /// let set = Dataset::new([[1.0], [2.0], [3.0], [4.0]].into(), targets)?;
    /// assert_eq!(set.class_weights().unwrap(), [4.0 / 6.0, 2.0]);
    /// # Ok::<(), nn_data::DataError>(())
    /// ```
    pub fn class_weights(&self) -> Option<Vec<f64>> {
        let counts = self.class_counts()?;
        let occurring = counts.iter().filter(|count| **count > 0).count();
        let weight = |count: usize| match count {
            0 => 0.0,
            _ => self.len() as f64 / (occurring * count) as f64,
        };
        Some(counts.into_iter().map(weight).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_one_set_join_to_it_and_others_do_not() {
        let targets = Targets::Values([[1.0], [2.0], [3.0]].into());
        let set = Dataset::new([[1.0], [2.0], [3.0]].into(), targets).unwrap();
        let parts = [set.select(&[0]).unwrap(), set.select(&[1, 2]).unwrap()];
        assert_eq!(Dataset::concat(&[&parts[0], &parts[1]]).unwrap(), set);
        let classes = Targets::Classes { labels: vec![0], classes: 1 };
        let other = Dataset::new([[1.0]].into(), classes.clone()).unwrap();
        assert!(matches!(Dataset::concat(&[&set, &other]), Err(DataError::Concat { set: 1, .. })));
        let wide = Dataset::new([[1.0, 2.0]].into(), classes).unwrap();
        assert!(Dataset::concat(&[&other, &wide]).is_err() && Dataset::<f64>::concat(&[]).is_err());
        assert!(matches!(set.filter(|_, _| false), Err(DataError::Empty { .. })));
        assert!(set.map(|x| x[0] = f64::NAN).is_err());
    }
}
