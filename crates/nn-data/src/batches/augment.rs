//! Samples that are a little different every time.

use tensor_ops::random::{Stream, fnv1a};
use tensor_ops::{Real, Shape, pool};

use super::Batch;
use crate::{DataError, Dataset, Targets};

/// Random numbers of a sample: a block of the generator.
const DRAWS: usize = 8;
/// Normal numbers that are made at once.
const NOISE: usize = 256;
/// Elements in a piece of work: 10 µs and more.
const PIECE: usize = 1 << 13;

/// How samples are varied, each time anew: images are flipped, shifted, cropped; any samples are mixed with others, and get noise.
/// In this order.
///
/// What becomes of a sample is a function of (seed, epoch, place in the epoch): it depends neither on threads, nor on where the epoch was
/// entered, nor on the size of batches. The last two axes of a sample are height and width.
///
/// ```
/// use nn_data::{Augment, Batches, Dataset, Targets};
/// use tensor_ops::Tensor;
/// let images = Tensor::<f32>::randn([10, 1, 8, 8], 0);
/// let set = Dataset::new(images, Targets::Classes { labels: vec![0; 10], classes: 1 })?;
/// let augment = Augment::new().flip().shift(1).crop(6, 6).noise(0.1);
/// let mut batches = Batches::mini(&set, 4, 7)?.augmented(augment)?;
/// assert_eq!(batches.sample_shape().as_slice(), [1, 6, 6]);
/// assert_eq!(batches.next().unwrap().inputs.len(), 4 * 36);
/// # Ok::<(), nn_data::DataError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Augment {
    flips: bool,
    shift: usize,
    crop: Option<[usize; 2]>,
    alpha: f64,
    noise: f64,
}

impl Augment {
    /// Nothing yet.
    pub fn new() -> Augment {
        Augment::default()
    }

    /// Every second image, at random, is mirrored: left becomes right.
    #[must_use]
    pub fn flip(self) -> Augment {
        Augment { flips: true, ..self }
    }

    /// Images move by up to `pixels` in all directions; what comes in is 0.
    #[must_use]
    pub fn shift(self, pixels: usize) -> Augment {
        Augment { shift: pixels, ..self }
    }

    /// Of every image a window of this size, at random inside (and up to [`Augment::shift`] outside).
    #[must_use]
    pub fn crop(self, height: usize, width: usize) -> Augment {
        Augment { crop: Some([height, width]), ..self }
    }

    /// Every sample becomes λ·itself + (1 - λ)·another one, its target too, with λ from Beta(α, α), 0 < α <= 1: Zhang et al.,
    /// "mixup: Beyond empirical risk minimization", 2018, who take α from 0.1 to 0.4. Classes become probabilities: real values, one
    /// for each class.
    #[must_use]
    pub fn mix_up(self, alpha: f64) -> Augment {
        Augment { alpha, ..self }
    }

    /// Every number gets a normal one of this deviation added.
    #[must_use]
    pub fn noise(self, deviation: f64) -> Augment {
        Augment { noise: deviation, ..self }
    }

    pub(super) fn mixes(&self) -> bool {
        self.alpha > 0.0
    }

    /// The shape of what becomes of a sample.
    pub(super) fn sample_shape(&self, sample: Shape) -> Result<Shape, DataError> {
        let setting = |what, value, expected| Err(DataError::Setting { what, value, expected });
        if !(0.0..=1.0).contains(&self.alpha) {
            return setting("the α of a mix-up", self.alpha, "0 to 1");
        }
        if !(self.noise >= 0.0 && self.noise.is_finite()) {
            return setting("the deviation of noise", self.noise, "a finite number >= 0");
        }
        let mut lengths = sample.as_slice().to_vec();
        if !self.flips && self.shift == 0 && self.crop.is_none() {
            return Ok(sample);
        }
        let [.., height, width] = &mut lengths[..] else {
            let what = "the rank of a sample that is flipped, shifted or cropped";
            return setting(what, sample.rank() as f64, "2 or more: height and width are the last axes");
        };
        let [h, w] = self.crop.unwrap_or([*height, *width]);
        if !(1..=*height).contains(&h) || !(1..=*width).contains(&w) {
            return setting("a side of a crop", h.min(w) as f64, "1 to that of the images");
        }
        if self.shift >= h.min(w) {
            return setting("a shift", self.shift as f64, "less than a side of the images");
        }
        (*height, *width) = (h, w);
        Ok(Shape::new(&lengths)?)
    }
}

/// All that says what becomes of the samples of an epoch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Epoch<'a, T> {
    pub(super) augment: Augment,
    pub(super) set: &'a Dataset<T>,
    pub(super) seed: u64,
    pub(super) epoch: u64,
}

/// What part of an image is taken.
struct Window {
    top: isize,
    left: isize,
    mirrored: bool,
}

impl<T: Real> Epoch<'_, T> {
    /// The samples at the places `from..` of the epoch, of `width` numbers each.
    pub(super) fn fill(&self, from: usize, samples: &[usize], width: usize, batch: &mut Batch<T>) {
        batch.samples = samples.len();
        batch.inputs.resize(samples.len() * width, T::ZERO);
        let of_piece = (PIECE / width).max(1);
        let parts = [(&mut batch.inputs[..], of_piece * width)];
        pool::split(samples.len().div_ceil(of_piece), parts, |piece, [out]| {
            for (k, out) in out.chunks_exact_mut(width).enumerate() {
                let k = piece * of_piece + k;
                self.sample((from + k) as u64, samples[k], out);
            }
        });
        if self.augment.mixes() {
            self.mixed_targets(from, samples, batch);
        }
    }

    fn sample(&self, place: u64, sample: usize, out: &mut [T]) {
        let draws = self.draws(place);
        let first = self.window(&draws[0..3]);
        self.each_number(sample, &first, out, |out, x| *out = x);
        if self.augment.mixes() {
            let (other, lambda) = self.mix(place, &draws);
            let (lambda, rest) = (T::from_f64(lambda), T::from_f64(1.0 - lambda));
            let second = self.window(&draws[4..7]);
            self.each_number(other, &second, out, |out, x| *out = lambda * *out + rest * x);
        }
        if self.augment.noise > 0.0 {
            let stream = Stream::new(self.seed, Stream::key("noise"), self.epoch);
            let mut noise = [T::ZERO; NOISE];
            let start = place.wrapping_mul(out.len() as u64);
            for (i, out) in out.chunks_mut(NOISE).enumerate() {
                let noise = &mut noise[..out.len()];
                stream.normal(start.wrapping_add((i * NOISE) as u64), 0.0, self.augment.noise, noise);
                for (out, noise) in out.iter_mut().zip(noise) {
                    *out += *noise;
                }
            }
        }
    }

    /// Gives `f` every number of the window of a sample, 0 outside of it.
    fn each_number(&self, sample: usize, window: &Window, out: &mut [T], f: impl Fn(&mut T, T)) {
        let shape = self.set.sample_shape();
        let x = &self.set.inputs().as_slice()[sample * shape.size()..(sample + 1) * shape.size()];
        let ([.., height, width], true) = (shape.as_slice(), self.moves()) else {
            for (out, x) in out.iter_mut().zip(x) {
                f(out, *x);
            }
            return;
        };
        let [h, w] = self.augment.crop.unwrap_or([*height, *width]);
        for (image, out) in x.chunks_exact(height * width).zip(out.chunks_exact_mut(h * w)) {
            for (i, out) in out.chunks_exact_mut(w).enumerate() {
                let line = usize::try_from(window.top + i as isize).ok().filter(|line| line < height);
                for (j, out) in out.iter_mut().enumerate() {
                    let j = if window.mirrored { w - 1 - j } else { j };
                    let column = usize::try_from(window.left + j as isize).ok().filter(|j| j < width);
                    let at = line.zip(column).map(|(line, column)| line * width + column);
                    f(out, at.map_or(T::ZERO, |at| image[at]));
                }
            }
        }
    }

    fn moves(&self) -> bool {
        self.augment.flips || self.augment.shift > 0 || self.augment.crop.is_some()
    }

    fn window(&self, draws: &[f64]) -> Window {
        let shape = self.set.sample_shape();
        let [.., height, width] = shape.as_slice() else {
            return Window { top: 0, left: 0, mirrored: false };
        };
        let [h, w] = self.augment.crop.unwrap_or([*height, *width]);
        let shift = self.augment.shift;
        let place = |draw, room: usize| below(draw, room + 2 * shift + 1) as isize - shift as isize;
        Window {
            top: place(draws[0], height - h),
            left: place(draws[1], width - w),
            mirrored: self.augment.flips && draws[2] < 0.5,
        }
    }

    fn draws(&self, place: u64) -> [f64; DRAWS] {
        let mut draws = [0.0; DRAWS];
        let stream = Stream::new(self.seed, Stream::key("augment"), self.epoch);
        stream.uniform(place.wrapping_mul(DRAWS as u64), 0.0, 1.0, &mut draws);
        draws
    }

    /// The other sample of a mix-up, and λ: Beta(α, α) by Jöhnk's method, in logarithms, since U^(1/α) underflows for a small α.
    fn mix(&self, place: u64, draws: &[f64; DRAWS]) -> (usize, f64) {
        let key = fnv1a(Stream::key("mix-up"), &place.to_le_bytes());
        let stream = Stream::new(self.seed, key, self.epoch);
        let mut pair = [0.0f64; 2];
        let mut lambda = 0.5;
        for attempt in 0..64 {
            stream.uniform(2 * attempt, 0.0, 1.0, &mut pair);
            let [x, y] = pair.map(|u| Real::ln(u.max(f64::MIN_POSITIVE)) / self.augment.alpha);
            lambda = 1.0 / (1.0 + Real::exp(y - x));
            // At α = 1, where most are refused, every second is taken: 2^-64 remain.
            if Real::exp(x) + Real::exp(y) <= 1.0 {
                break;
            }
        }
        (below(draws[3], self.set.len()), lambda)
    }

    fn mixed_targets(&self, from: usize, samples: &[usize], batch: &mut Batch<T>) {
        let width = batch.target.map_or(1, |shape| shape.size());
        batch.values.clear();
        batch.values.resize(samples.len() * width, T::ZERO);
        for (k, out) in batch.values.chunks_exact_mut(width.max(1)).enumerate() {
            let place = (from + k) as u64;
            let (other, lambda) = self.mix(place, &self.draws(place));
            for (sample, weight) in [(samples[k], lambda), (other, 1.0 - lambda)] {
                let weight = T::from_f64(weight);
                match self.set.targets() {
                    Targets::Classes { labels, .. } => out[labels[sample]] += weight,
                    Targets::Values(values) => {
                        let row = &values.as_slice()[sample * width..(sample + 1) * width];
                        out.iter_mut().zip(row).for_each(|(out, x)| *out += weight * *x);
                    }
                }
            }
        }
    }
}

/// A number below `n` from one that is uniform on [0, 1).
fn below(draw: f64, n: usize) -> usize {
    ((draw * n as f64) as usize).min(n - 1)
}
