//! Mean, variance and extremes of every feature, in one pass over any number of samples.

use tensor_ops::{Real, Tensor, pool, simd};

use crate::DataError;
use crate::dataset::check_finite;
use crate::transform::dimensions;

/// Elements of a chunk: 1 MB of f64, which stays in a core's second-level cache while it is read a second time.
const CHUNK: usize = 1 << 17;
/// Chunks that are summarised together, on all threads.
const WAVE: usize = 32;
/// Numbers a feature has in a summary: mean, M2, smallest, largest, Σ (x - mean).
const NUMBERS: usize = 5;

/// Mean, variance and extremes of every feature of samples that come in any number of portions: one pass, numerically
/// stable, in constant memory.
///
/// Chunks of a fixed number of samples are summarised by themselves (their mean, then M2 = Σ (x - mean)², both corrected by
/// Σ (x - mean), which rounding has left: their eq. 1.7) on several threads, and joined in their order by the formula of Chan, Golub and LeVeque ("Updating formulae and a pairwise
/// algorithm for computing sample variances", 1979, eq. 2.1), which for a chunk of one sample is Welford's:
/// δ = mean_b - mean_a, mean = mean_a + δ·n_b/n, M2 = M2_a + M2_b + δ²·n_a·n_b/n. Bits depend neither on the number of
/// threads nor on the portions.
///
/// ```
/// use nn_data::Moments;
/// let mut moments = Moments::new(1);
/// moments.observe(&[1e8 + 1.0, 1e8 + 2.0]);
/// moments.observe(&[1e8 + 3.0]);
/// let summary = moments.finish();
/// assert_eq!((summary.mean[0], summary.variance(0)[0]), (1e8 + 2.0, 2.0 / 3.0));
/// ```
#[derive(Debug, Clone)]
pub struct Moments {
    width: usize,
    joined: Summary,
    /// Samples of a chunk that is not full yet.
    pending: Vec<f64>,
}

/// What [`Moments`] has found.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Summary {
    /// The number of samples.
    pub count: usize,
    /// The mean of each feature.
    pub mean: Vec<f64>,
    /// Σ (x - mean)² of each feature.
    pub m2: Vec<f64>,
    /// The smallest value of each feature; +∞ over no samples.
    pub smallest: Vec<f64>,
    /// The largest value of each feature; -∞ over no samples.
    pub largest: Vec<f64>,
}

impl Summary {
    pub(crate) fn empty(width: usize) -> Summary {
        Summary {
            count: 0,
            mean: vec![0.0; width],
            m2: vec![0.0; width],
            smallest: vec![f64::INFINITY; width],
            largest: vec![f64::NEG_INFINITY; width],
        }
    }

    /// The variance of each feature, divided by count - `correction`: 0 for that of the values themselves, 1 for the
    /// estimate without bias.
    pub fn variance(&self, correction: usize) -> Vec<f64> {
        let n = self.count as f64 - correction as f64;
        self.m2.iter().map(|m2| m2 / n).collect()
    }

    /// The features of one value only: seen in their extremes, since a computed variance may be a rounding error.
    pub fn constant(&self) -> Vec<usize> {
        (0..self.mean.len()).filter(|&j| self.smallest[j] == self.largest[j]).collect()
    }

    /// Joins the summary of `count` samples that come after these.
    fn join(&mut self, count: usize, numbers: &[f64]) {
        let (a, b) = (self.count as f64, count as f64);
        let n = a + b;
        let (mean, rest) = numbers.split_at(self.mean.len());
        let (m2, rest) = rest.split_at(self.mean.len());
        let (smallest, largest) = rest.split_at(self.mean.len());
        let largest = &largest[..self.mean.len()];
        for j in 0..self.mean.len() {
            let delta = mean[j] - self.mean[j];
            self.mean[j] += delta * (b / n);
            self.m2[j] += m2[j] + delta * delta * (a * b / n);
            self.smallest[j] = self.smallest[j].min(smallest[j]);
            self.largest[j] = self.largest[j].max(largest[j]);
        }
        self.count += count;
    }

    /// Joins one feature of another summary, as if its values came after those of feature 0 of this one.
    pub(crate) fn join_feature(&mut self, other: &Summary, j: usize) {
        self.join(other.count, &[other.mean[j], other.m2[j], other.smallest[j], other.largest[j], 0.0]);
    }
}

impl Moments {
    /// Of samples of `width` features (at least 1 is meant).
    pub fn new(width: usize) -> Moments {
        let width = width.max(1);
        Moments { width, joined: Summary::empty(width), pending: Vec::new() }
    }

    /// Adds whole samples, one after the other.
    ///
    /// # Panics
    /// Where the last sample is not whole.
    pub fn observe<T: Real>(&mut self, rows: &[T]) {
        assert!(rows.len().is_multiple_of(self.width), "{} numbers, {} a sample", rows.len(), self.width);
        let chunk = rows_of_chunk(self.width) * self.width;
        let mut rows = rows;
        if !self.pending.is_empty() {
            let (first, rest) = rows.split_at((chunk - self.pending.len()).min(rows.len()));
            self.pending.extend(first.iter().map(|x| x.to_f64()));
            rows = rest;
            if self.pending.len() == chunk {
                let pending = std::mem::take(&mut self.pending);
                self.chunks(&pending);
            }
        }
        let (whole, rest) = rows.split_at(rows.len() / chunk * chunk);
        self.chunks(whole);
        self.pending.extend(rest.iter().map(|x| x.to_f64()));
    }

    /// What was found in all samples so far.
    pub fn finish(mut self) -> Summary {
        let pending = std::mem::take(&mut self.pending);
        self.chunks(&pending);
        self.joined
    }

    /// All of a tensor `(m, ..)`.
    pub(crate) fn of<T: Real>(x: &Tensor<T>) -> Result<Summary, DataError> {
        let (samples, width) = dimensions(x)?;
        let mut moments = Moments::new(width);
        moments.chunks(x.as_slice());
        let summary = moments.joined;
        if let Some(feature) = summary.m2.iter().position(|m2| !m2.is_finite()) {
            check_finite("input", x, samples)?;
            let value = summary.m2[feature];
            return Err(DataError::NotFinite { what: "variance", sample: 0, feature, value });
        }
        Ok(summary)
    }

    /// Whole chunks, or the last one.
    fn chunks<T: Real>(&mut self, rows: &[T]) {
        let width = self.width;
        let chunk = rows_of_chunk(width) * width;
        let mut numbers = Vec::new();
        for wave in rows.chunks(WAVE * chunk) {
            let pieces = wave.len().div_ceil(chunk);
            numbers.resize(pieces * NUMBERS * width, 0.0);
            pool::split(pieces, [(&mut numbers[..], NUMBERS * width)], |i, [out]| {
                summarize(&wave[i * chunk..wave.len().min((i + 1) * chunk)], width, out);
            });
            for (rows, numbers) in wave.chunks(chunk).zip(numbers.chunks_exact(NUMBERS * width)) {
                self.joined.join(rows.len() / width, numbers);
            }
        }
    }
}

fn rows_of_chunk(width: usize) -> usize {
    (CHUNK / width).max(1)
}

/// Mean, M2 and extremes of the features of a chunk, one after the other in `out`.
fn summarize<T: Real>(rows: &[T], width: usize, out: &mut [f64]) {
    let n = (rows.len() / width) as f64;
    let (mean, rest) = out.split_at_mut(width);
    let (m2, rest) = rest.split_at_mut(width);
    let (smallest, rest) = rest.split_at_mut(width);
    let (largest, left) = rest.split_at_mut(width);
    mean.fill(0.0);
    m2.fill(0.0);
    left.fill(0.0);
    smallest.fill(f64::INFINITY);
    largest.fill(f64::NEG_INFINITY);
    simd::dispatch(
        #[inline(always)]
        || {
            for row in rows.chunks_exact(width) {
                for ((x, sum), (low, high)) in
                    row.iter().zip(&mut *mean).zip(smallest.iter_mut().zip(&mut *largest))
                {
                    let x = x.to_f64();
                    *sum += x;
                    *low = if x < *low { x } else { *low };
                    *high = if x > *high { x } else { *high };
                }
            }
            for sum in &mut *mean {
                *sum /= n;
            }
            for row in rows.chunks_exact(width) {
                for ((x, mean), (m2, left)) in row.iter().zip(&*mean).zip(m2.iter_mut().zip(&mut *left)) {
                    let d = x.to_f64() - mean;
                    *m2 += d * d;
                    *left += d;
                }
            }
            for ((mean, m2), left) in mean.iter_mut().zip(&mut *m2).zip(&*left) {
                *mean += left / n;
                *m2 = (*m2 - left * (left / n)).max(0.0);
            }
        },
    );
}
