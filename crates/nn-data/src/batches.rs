//! Walking a data set in batches, in an order that is a function of (seed, epoch).

use tensor_ops::random::Stream;
use tensor_ops::{Real, Shape, pool};

use crate::{DataError, Dataset, Targets};

/// Batches of a data set, copied one after the other into a buffer that is reused.
///
/// The course's three regimes have names: [`full`](Batches::full) (batch gradient descent), [`mini`](Batches::mini)
/// and [`stochastic`](Batches::stochastic) (one sample). The order is a function of the seed and the epoch alone, so
/// any place of any epoch can be entered directly. The last batch of an epoch may be smaller.
///
/// ```
/// # use nn_data::{Batches, Dataset, Targets};
/// # let labels = Targets::Classes { labels: vec![0; 5], classes: 1 };
/// # let set = Dataset::new([[0.0], [1.0], [2.0], [3.0], [4.0]].into(), labels)?;
/// let mut batches = Batches::mini(&set, 2, 7)?;
/// batches.enter(0, 0);
/// let mut sizes = Vec::new();
/// while let Some(batch) = batches.next() {
///     sizes.push(batch.samples);
/// }
/// assert_eq!(sizes, [2, 2, 1]);
/// # Ok::<(), nn_data::DataError>(())
/// ```
#[derive(Debug)]
pub struct Batches<'a, T> {
    set: &'a Dataset<T>,
    size: usize,
    seed: u64,
    shuffled: bool,
    last: Last,
    /// The sums of the weights of the samples up to each, where samples are drawn by weight.
    weights: Option<Vec<f64>>,
    order: Vec<usize>,
    /// The number of the next batch in the epoch.
    position: usize,
    inputs: Vec<T>,
    labels: Vec<usize>,
    values: Vec<T>,
}

/// What becomes of the last batch of an epoch where the samples do not fill it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Last {
    /// It is smaller.
    #[default]
    Keep,
    /// It is left out: its samples have their turn in other epochs, whose order is another one.
    Drop,
    /// It is filled with the first samples of the epoch, which have a second turn.
    Pad,
}

/// A batch in the buffer.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Selection<'b, T> {
    /// The number of samples.
    pub samples: usize,
    /// The samples, one after the other.
    pub inputs: &'b [T],
    /// Their targets.
    pub targets: SelectedTargets<'b, T>,
}

/// The targets of a batch.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum SelectedTargets<'b, T> {
    /// One class number a sample.
    Classes(&'b [usize]),
    /// Real values, with the shape of one sample's.
    Values(&'b [T], Shape),
}

impl<'a, T: Real> Batches<'a, T> {
    /// All samples in one batch, in their order.
    ///
    /// # Errors
    /// None but those of [`Batches::mini`].
    pub fn full(set: &'a Dataset<T>) -> Result<Batches<'a, T>, DataError> {
        Batches::new(set, set.len(), 0, false)
    }

    /// Shuffled batches of `size` samples; the course recommends a power of two from 64 to 512. A size beyond the number
    /// of samples gives one batch of all of them.
    ///
    /// # Errors
    /// [`DataError::BatchSize`] for 0.
    pub fn mini(set: &'a Dataset<T>, size: usize, seed: u64) -> Result<Batches<'a, T>, DataError> {
        Batches::new(set, size, seed, true)
    }

    /// Shuffled single samples.
    ///
    /// # Errors
    /// None but those of [`Batches::mini`].
    pub fn stochastic(set: &'a Dataset<T>, seed: u64) -> Result<Batches<'a, T>, DataError> {
        Batches::mini(set, 1, seed)
    }

    /// Batches of samples that are drawn with replacement, each as often as its weight says: an epoch draws as many as there
    /// are samples. Draw i of an epoch is a function of (seed, epoch, i).
    ///
    /// # Errors
    /// [`DataError::BatchSize`] for size 0, [`DataError::Length`] for another number of weights than samples,
    /// [`DataError::Setting`] for a weight that is negative or not finite, or where all are 0.
    ///
    /// ```
    /// # use nn_data::{Batches, Dataset, Targets};
    /// # let targets = Targets::Classes { labels: vec![0, 1], classes: 2 };
    /// let set = Dataset::new([[1.0], [2.0]].into(), targets)?;
    /// let mut batches = Batches::weighted(&set, 2, &[0.0, 3.0], 7)?;
    /// assert_eq!(batches.next().unwrap().inputs, [2.0, 2.0]);
    /// # Ok::<(), nn_data::DataError>(())
    /// ```
    pub fn weighted(
        set: &'a Dataset<T>,
        size: usize,
        weights: &[f64],
        seed: u64,
    ) -> Result<Batches<'a, T>, DataError> {
        if weights.len() != set.len() {
            return Err(DataError::Length { inputs: set.len(), targets: weights.len() });
        }
        let mut sum = 0.0;
        let mut sums = Vec::with_capacity(weights.len());
        for &weight in weights {
            if !(weight >= 0.0 && weight.is_finite()) {
                let (what, expected) = ("the weight of a sample", "a finite number >= 0");
                return Err(DataError::Setting { what, value: weight, expected });
            }
            sum += weight;
            sums.push(sum);
        }
        if !(sum > 0.0 && sum.is_finite()) {
            let (what, expected) = ("the sum of the weights", "a finite number > 0");
            return Err(DataError::Setting { what, value: sum, expected });
        }
        let mut batches = Batches::new(set, size, seed, true)?;
        batches.weights = Some(sums);
        batches.enter(0, 0);
        Ok(batches)
    }

    /// As [`Batches::weighted`], with every class drawn equally often.
    ///
    /// # Errors
    /// [`DataError::BatchSize`] for size 0, [`DataError::NotClasses`] for other targets.
    pub fn balanced(set: &'a Dataset<T>, size: usize, seed: u64) -> Result<Batches<'a, T>, DataError> {
        match (set.targets(), set.class_weights()) {
            (Targets::Classes { labels, .. }, Some(of_class)) => {
                let weights: Vec<f64> = labels.iter().map(|&label| of_class[label]).collect();
                Batches::weighted(set, size, &weights, seed)
            }
            _ => Err(DataError::NotClasses { what: "balanced sampling" }),
        }
    }

    /// Sets what becomes of a last batch that is not full; by default it is smaller.
    ///
    /// ```
    /// # use nn_data::{Batches, Dataset, Last, Targets};
    /// # let targets = Targets::Classes { labels: vec![0; 5], classes: 1 };
    /// # let set = Dataset::new([[0.0], [1.0], [2.0], [3.0], [4.0]].into(), targets)?;
    /// let count = |last| Ok::<_, nn_data::DataError>(Batches::mini(&set, 2, 7)?.last(last).per_epoch());
    /// assert_eq!((count(Last::Drop)?, count(Last::Pad)?), (2, 3));
    /// # Ok::<(), nn_data::DataError>(())
    /// ```
    #[must_use]
    pub fn last(self, last: Last) -> Batches<'a, T> {
        Batches { last, ..self }
    }

    fn new(set: &'a Dataset<T>, size: usize, seed: u64, shuffled: bool) -> Result<Batches<'a, T>, DataError> {
        let samples = set.len();
        if size == 0 {
            return Err(DataError::BatchSize { samples });
        }
        let size = size.min(samples);
        let (labels, values) = match set.targets() {
            Targets::Classes { .. } => (size, 0),
            Targets::Values(values) => (0, size * (values.as_slice().len() / samples)),
        };
        let mut batches = Batches {
            set,
            size,
            seed,
            shuffled,
            last: Last::Keep,
            weights: None,
            // Room for a batch that is filled up, so that nothing is allocated later.
            order: Vec::with_capacity(samples + size),
            position: 0,
            inputs: Vec::with_capacity(size * set.sample_shape().size()),
            labels: Vec::with_capacity(labels),
            values: Vec::with_capacity(values),
        };
        batches.enter(0, 0);
        Ok(batches)
    }

    /// The number of batches of an epoch.
    pub fn per_epoch(&self) -> usize {
        match self.last {
            Last::Drop => self.set.len() / self.size,
            Last::Keep | Last::Pad => self.set.len().div_ceil(self.size),
        }
    }

    /// The number of samples of the last batch of an epoch.
    pub fn last_size(&self) -> usize {
        match self.last {
            Last::Keep => self.set.len() - (self.per_epoch() - 1) * self.size,
            Last::Drop | Last::Pad => self.size,
        }
    }

    /// Goes to batch `position` of epoch `epoch`, both counted from 0.
    pub fn enter(&mut self, epoch: u64, position: usize) {
        self.order.clear();
        self.order.extend(0..self.set.len());
        let stream = Stream::new(self.seed, Stream::key("batches"), epoch);
        match &self.weights {
            Some(sums) => {
                let all = sums[sums.len() - 1];
                let mut draws = [0.0];
                for (i, sample) in self.order.iter_mut().enumerate() {
                    stream.uniform(i as u64, 0.0, all, &mut draws);
                    *sample = sums.partition_point(|sum| *sum <= draws[0]);
                }
            }
            None if self.shuffled => stream.shuffle(&mut self.order),
            None => {}
        }
        self.position = position;
    }

    /// The next batch of the epoch; `None` behind the last.
    // Not `Iterator`: the batch borrows the buffer.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Option<Selection<'_, T>> {
        if self.position >= self.per_epoch() {
            return None;
        }
        let from = self.position * self.size;
        let to = (from + self.size).min(self.set.len());
        self.position += 1;
        if self.last == Last::Pad && to - from < self.size {
            // A batch is at most as long as the order, so one turn is enough; the next `enter` makes the order anew.
            self.order.extend_from_within(..self.size - (to - from));
        }
        let to = if self.last == Last::Pad { from + self.size } else { to };
        let samples = &self.order[from..to];

        copy_rows(self.set.inputs().as_slice(), self.set.len(), samples, &mut self.inputs);
        let targets = match self.set.targets() {
            Targets::Classes { labels, .. } => {
                copy_rows(labels, self.set.len(), samples, &mut self.labels);
                SelectedTargets::Classes(&self.labels)
            }
            Targets::Values(values) => {
                copy_rows(values.as_slice(), self.set.len(), samples, &mut self.values);
                let sample = Shape::new(&values.shape().as_slice()[1..]).expect("part of a shape");
                SelectedTargets::Values(&self.values, sample)
            }
        };
        Some(Selection { samples: samples.len(), inputs: &self.inputs, targets })
    }
}

/// Bytes in a piece of a copy: 10 µs and more where rows lie anywhere in memory.
const PIECE: usize = 1 << 16;

/// The rows `samples` of `count` rows, one after the other, on several threads: rows in random places keep a core waiting
/// for memory.
fn copy_rows<U: Copy + Default + Send + Sync>(rows: &[U], count: usize, samples: &[usize], out: &mut Vec<U>) {
    let width = rows.len() / count;
    out.resize(samples.len() * width, U::default());
    let of_piece = (PIECE / size_of_val(&rows[..width]).max(1)).max(1);
    pool::split(samples.len().div_ceil(of_piece), [(&mut out[..], of_piece * width)], |piece, [out]| {
        let samples = samples[piece * of_piece..].iter();
        for (row, &i) in out.chunks_exact_mut(width.max(1)).zip(samples) {
            row.copy_from_slice(&rows[i * width..(i + 1) * width]);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tensor_ops::Tensor;

    fn numbered(m: usize) -> Dataset<f64> {
        let column = |k: f64| Tensor::new([m, 1], (0..m).map(|i| k * i as f64).collect()).unwrap();
        Dataset::new(column(1.0), Targets::Values(column(2.0))).unwrap()
    }

    fn walk(batches: &mut Batches<'_, f64>) -> Vec<Vec<f64>> {
        let mut seen = Vec::new();
        while let Some(batch) = batches.next() {
            let SelectedTargets::Values(targets, _) = batch.targets else { unreachable!() };
            assert!(
                batch.inputs.iter().zip(targets).all(|(x, t)| *t == 2.0 * x),
                "targets stay with samples"
            );
            seen.push(batch.inputs.to_vec());
        }
        seen
    }

    proptest! {
        #[test]
        fn an_epoch_is_a_permutation_that_can_be_entered_anywhere(m in 1usize..60, size in 1usize..20, seed: u64, epoch in 0u64..5, skip in 0usize..10) {
            let set = numbered(m);
            let size = size.min(m);
            let mut batches = Batches::mini(&set, size, seed).unwrap();
            batches.enter(epoch, 0);
            let walked = walk(&mut batches);
            prop_assert_eq!(walked.len(), batches.per_epoch());
            prop_assert_eq!(walked.last().unwrap().len(), batches.last_size());
            batches.enter(epoch, skip);
            let entered = walk(&mut batches);
            prop_assert_eq!(&entered[..], &walked[skip.min(walked.len())..]);
            let mut all = walked.concat();
            all.sort_by(f64::total_cmp);
            prop_assert_eq!(&all[..], set.inputs().as_slice());
        }
    }

    #[test]
    fn epochs_and_seeds_differ() {
        let set = numbered(50);
        let order = |seed, epoch| {
            let mut batches = Batches::mini(&set, 50, seed).unwrap();
            batches.enter(epoch, 0);
            walk(&mut batches)
        };
        assert_eq!(order(1, 1), order(1, 1));
        assert_ne!(order(1, 1), order(1, 2));
        assert_ne!(order(1, 1), order(2, 1));
        assert_eq!(walk(&mut Batches::full(&set).unwrap()).concat(), set.inputs().as_slice());
    }

    proptest! {
        #[test]
        fn the_last_batch_is_as_asked_for(m in 1usize..40, size in 1usize..12, seed: u64) {
            let set = numbered(m);
            let size = size.min(m);
            let all = walk(&mut Batches::mini(&set, size, seed).unwrap());
            let dropped = walk(&mut Batches::mini(&set, size, seed).unwrap().last(Last::Drop));
            prop_assert_eq!(&dropped[..], &all[..m / size]);
            let mut batches = Batches::mini(&set, size, seed).unwrap().last(Last::Pad);
            let padded = walk(&mut batches);
            prop_assert!(padded.iter().all(|batch| batch.len() == size) && padded.len() == all.len());
            prop_assert_eq!(&padded.concat()[..m], &all.concat()[..]);
            prop_assert_eq!(&padded.concat()[m..], &all.concat()[..padded.len() * size - m]);
            batches.enter(0, padded.len() - 1);
            prop_assert_eq!(&walk(&mut batches)[0], &padded[padded.len() - 1]);
        }
    }

    #[test]
    fn balanced_classes_come_equally_often() {
        let labels: Vec<usize> = (0..3000).map(|i| usize::from(i % 10 == 0)).collect();
        let inputs = Tensor::<f64>::ones([3000, 1]);
        let set = Dataset::new(inputs, Targets::Classes { labels, classes: 3 }).unwrap();
        let mut batches = Batches::balanced(&set, 3000, 1).unwrap();
        let SelectedTargets::Classes(labels) = batches.next().unwrap().targets else { unreachable!() };
        let ones = labels.iter().filter(|label| **label == 1).count();
        // 1,500 with a deviation of 27.
        assert!((1360..1640).contains(&ones), "{ones}");
        assert!(batches.next().is_none());
        let weights = |w: f64| Batches::weighted(&set, 8, &vec![w; 3000], 0).map(drop);
        assert!(weights(0.0).is_err() && weights(-1.0).is_err() && weights(f64::NAN).is_err());
        assert!(matches!(Batches::balanced(&numbered(3), 2, 0), Err(DataError::NotClasses { .. })));
    }

    #[test]
    fn no_samples_a_batch_are_refused_and_too_many_are_all() {
        assert_eq!(Batches::mini(&numbered(5), 0, 0).unwrap_err(), DataError::BatchSize { samples: 5 });
        assert_eq!(Batches::mini(&numbered(5), 6, 0).unwrap().last_size(), 5);
    }
}
