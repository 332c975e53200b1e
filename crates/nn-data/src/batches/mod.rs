//! Walking a data set in batches, in an order that is a function of (seed, epoch).

mod augment;
mod batch;

use tensor_ops::random::Stream;
use tensor_ops::{Real, Shape};

pub use self::augment::Augment;
use self::augment::Epoch;
use self::batch::copy_rows;
pub use self::batch::{Batch, SelectedTargets, Selection};
use crate::{Ahead, DataError, Dataset, Targets};

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
    augment: Option<Augment>,
    /// The shape of a sample as it comes out.
    sample: Shape,
    epoch: u64,
    order: Vec<usize>,
    /// The number of the next batch in the epoch.
    position: usize,
    /// The second one is used by [`Batches::ahead`] alone.
    buffers: [Batch<T>; 2],
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

    /// The same batches of samples that are varied, each time anew.
    ///
    /// # Errors
    /// [`DataError::Setting`] for what cannot be: images to be flipped, shifted or cropped that have no height and width, a crop
    /// larger than they are, a deviation below 0, an α beyond 1.
    pub fn augmented(self, augment: Augment) -> Result<Batches<'a, T>, DataError> {
        let sample = augment.sample_shape(self.set.sample_shape())?;
        let room = |room| Batch::with_room(room, sample.size(), self.set.targets(), augment.mixes());
        let buffers = [self.size, 0].map(room);
        Ok(Batches { augment: Some(augment), sample, buffers, ..self })
    }

    fn new(set: &'a Dataset<T>, size: usize, seed: u64, shuffled: bool) -> Result<Batches<'a, T>, DataError> {
        let samples = set.len();
        if size == 0 {
            return Err(DataError::BatchSize { samples });
        }
        let size = size.min(samples);
        let sample = set.sample_shape();
        let mut batches = Batches {
            set,
            size,
            seed,
            shuffled,
            last: Last::Keep,
            weights: None,
            augment: None,
            sample,
            epoch: 0,
            // Room for a batch that is filled up, so that nothing is allocated later.
            order: Vec::with_capacity(samples + size),
            position: 0,
            buffers: [size, 0].map(|room| Batch::with_room(room, sample.size(), set.targets(), false)),
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
        (self.epoch, self.position) = (epoch, position);
    }

    /// The next batch of the epoch; `None` behind the last.
    // Not `Iterator`: the batch borrows the buffer.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Option<Selection<'_, T>> {
        let [mut buffer, second] = std::mem::take(&mut self.buffers);
        let is_filled = self.fill(&mut buffer);
        self.buffers = [buffer, second];
        is_filled.then(|| self.buffers[0].selection())
    }

    /// Walks on to the end of the epoch with a worker thread that makes the next batch while `run` uses the present one: the same
    /// batches in the same order as by [`Batches::next`]. It pays where making a batch takes time, as augmentation does, and a
    /// core is free. Afterwards [`Batches::enter`] begins anew; how far the worker has come is not said.
    ///
    /// ```
    /// # use nn_data::{Augment, Batches, Dataset, Targets};
    /// # let targets = Targets::Classes { labels: vec![0; 5], classes: 1 };
    /// # let set = Dataset::new([[0.0], [1.0], [2.0], [3.0], [4.0]].into(), targets)?;
    /// let mut batches = Batches::mini(&set, 2, 7)?.augmented(Augment::new().noise(0.1))?;
    /// for epoch in 0..3 {
    ///     batches.enter(epoch, 0);
    ///     batches.ahead(|batches| {
    ///         while let Some(batch) = batches.next() {
    ///             assert!(batch.selection().samples <= 2);
    ///         }
    ///     });
    /// }
    /// # Ok::<(), nn_data::DataError>(())
    /// ```
    pub fn ahead<R>(&mut self, run: impl FnOnce(&mut Ahead<'_, Batch<T>>) -> R) -> R {
        let mut buffers = std::mem::take(&mut self.buffers);
        let result = crate::ahead(&mut buffers, |batch| self.fill(batch), run);
        self.buffers = buffers;
        result
    }

    /// The shape of a sample as it comes out: that of the set, but for a crop.
    pub fn sample_shape(&self) -> Shape {
        self.sample
    }

    /// Fills a buffer with the next batch; false behind the last.
    fn fill(&mut self, batch: &mut Batch<T>) -> bool {
        if self.position >= self.per_epoch() {
            return false;
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
        let mixes = self.augment.is_some_and(|augment| augment.mixes());
        batch.prepare(self.set.targets(), mixes);
        if let Some(augment) = self.augment {
            let epoch = Epoch { augment, set: self.set, seed: self.seed, epoch: self.epoch };
            epoch.fill(from, samples, self.sample.size(), batch);
        } else {
            batch.samples = samples.len();
            copy_rows(self.set.inputs().as_slice(), self.set.len(), samples, &mut batch.inputs);
        }
        match self.set.targets() {
            _ if mixes => {}
            Targets::Classes { labels, .. } => copy_rows(labels, self.set.len(), samples, &mut batch.labels),
            Targets::Values(values) => {
                copy_rows(values.as_slice(), self.set.len(), samples, &mut batch.values);
            }
        }
        true
    }
}

#[cfg(test)]
mod tests;
