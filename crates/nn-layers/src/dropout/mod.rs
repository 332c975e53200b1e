//! Layers that are random in training and do nothing in inference.

mod alpha_dropout;
mod channel_dropout;
#[allow(clippy::module_inception)] // a file is named after its layer
mod dropout;
mod gaussian_noise;

pub use alpha_dropout::AlphaDropout;
pub use channel_dropout::ChannelDropout;
pub use dropout::Dropout;
pub use gaussian_noise::GaussianNoise;

use rand::Rng;
use tensor_ops::random::Stream;
use tensor_ops::{Real, simd};

/// A setting of a random layer outside its range.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DropoutError {
    /// A probability outside [0, 1].
    #[error("dropout probability {0} is not in [0, 1]")]
    Probability(f64),
    /// A standard deviation that is negative or not finite.
    #[error("standard deviation {0} of noise is not a finite number >= 0")]
    Deviation(f64),
}

/// A probability, checked.
#[derive(Debug, Clone, Copy)]
struct Probability(f64);

impl Probability {
    fn new(p: f64) -> Result<Probability, DropoutError> {
        if (0.0..=1.0).contains(&p) { Ok(Probability(p)) } else { Err(DropoutError::Probability(p)) }
    }

    /// A random word below this drops: p = 0 drops none, p = 1 all.
    fn threshold(self) -> u64 {
        (self.0 * 2f64.powi(32)) as u64
    }

    /// y = scale·x + shift or dropped, for elements `first..` of the batch: element i is dropped where word i of the stream says so.
    fn apply<T: Real>(
        self,
        random: Stream,
        first: usize,
        x: &[T],
        y: &mut [T],
        dropped: T,
        [scale, shift]: [T; 2],
    ) {
        /// Words drawn at once: four blocks of ChaCha.
        const WORDS: usize = 64;
        let threshold = self.threshold();
        // All or none: and so that the comparison below is one of 32 bits.
        let Ok(threshold) = u32::try_from(threshold) else { return y.fill(dropped) };
        let mut rng = random.rng(first as u64);
        let mut words = [0u32; WORDS];
        for (x, y) in x.chunks(WORDS).zip(y.chunks_mut(WORDS)) {
            words[..y.len()].iter_mut().for_each(|word| *word = rng.next_u32());
            simd::dispatch(
                #[inline(always)]
                || {
                    for i in 0..y.len() {
                        let kept = scale * x[i] + shift;
                        y[i] = if words[i] < threshold { dropped } else { kept };
                    }
                },
            );
        }
    }
}
