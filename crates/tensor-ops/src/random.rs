//! Random numbers as a function of where they are used, never of the order of execution.
//!
//! A [`Stream`] is named by (seed, key, step); element i of it is a fixed position in the key stream of ChaCha with 8
//! rounds (Bernstein, "ChaCha, a variant of Salsa20", 2008). Any range of elements can be drawn by any thread.

mod normal;

use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};

use crate::{Real, TensorError, pool};

/// Elements in a piece of work of a fill: 10 µs and more.
const PIECE: usize = 1 << 13;

/// A stream of random numbers that can be entered at any element.
///
/// A stream does not advance: it names numbers, and two draws from the same stream are the same numbers. For others,
/// take another key or step.
///
/// ```
/// use tensor_ops::random::Stream;
/// let stream = Stream::new(7, Stream::key("dropout"), 0);
/// let (mut all, mut tail) = ([0.0; 8], [0.0; 3]);
/// stream.uniform(0, 0.0, 1.0, &mut all);
/// stream.uniform(5, 0.0, 1.0, &mut tail);
/// assert_eq!(all[5..], tail);
/// let mut next = [0.0; 8];
/// Stream::new(7, Stream::key("dropout"), 1).uniform(0, 0.0, 1.0, &mut next);
/// assert_ne!(all, next);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stream {
    seed: u64,
    key: u64,
    step: u64,
}

impl Stream {
    /// The stream of `key` (see [`Stream::key`]) at `step` under `seed`.
    pub fn new(seed: u64, key: u64, step: u64) -> Stream {
        Stream { seed, key, step }
    }

    /// A key from a name: FNV-1a of its bytes.
    pub fn key(name: &str) -> u64 {
        fnv1a(FNV_START, name.as_bytes())
    }

    /// The generator, placed at the 32-bit word `word`.
    pub fn rng(&self, word: u64) -> ChaCha8Rng {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&self.seed.to_le_bytes());
        key[8..16].copy_from_slice(&self.key.to_le_bytes());
        let mut rng = ChaCha8Rng::from_seed(key);
        rng.set_stream(self.step);
        rng.set_word_pos(word.into());
        rng
    }

    /// Fills `out` with elements `first..` of the stream as numbers uniform on `[low, high)`, two words each.
    ///
    /// What rounding would bring to `high` is the largest number of the type below it; only where no number of the type
    /// lies in `[low, high)` do the two ends round to what is nearest.
    ///
    /// ```
    /// use tensor_ops::random::Stream;
    /// let (high, mut x) = (1.0 + f64::from(f32::EPSILON), [0f32; 100]);
    /// Stream::new(7, 0, 0).uniform(0, 1.0, high, &mut x);
    /// assert_eq!(x, [1.0; 100]);
    /// ```
    pub fn uniform<T: Real>(&self, first: u64, low: f64, high: f64, out: &mut [T]) {
        let last = below::<T>(high);
        let last = if low <= last { last } else { f64::INFINITY };
        let at = |word| {
            let x = low + (high - low) * unit(word);
            if x > last { last } else { x }
        };
        self.fill(first, &at, out);
    }

    /// Fills `out` with elements `first..` of the stream as normal numbers, two words each: the inverse of the
    /// distribution function, so that element i is a function of its own words alone. At most 8.21 deviations from the
    /// mean, beyond which 2^-53 of the distribution lies.
    ///
    /// A negative `std` mirrors the numbers at the mean; NaN gives NaN.
    ///
    /// ```
    /// use tensor_ops::random::Stream;
    /// let stream = Stream::new(7, Stream::key("noise"), 0);
    /// let (mut all, mut tail) = ([0.0; 8], [0.0; 3]);
    /// stream.normal(0, 1.0, 0.5, &mut all);
    /// stream.normal(5, 1.0, 0.5, &mut tail);
    /// assert_eq!(all[5..], tail);
    /// ```
    pub fn normal<T: Real>(&self, first: u64, mean: f64, std: f64, out: &mut [T]) {
        self.fill(first, &|word| mean + std * normal::standard(word), out);
    }

    /// Fills `out` with elements `first..` of the stream as normal numbers on condition that they lie in the window
    /// `[low, high]`, two words each. The bounds are absolute; either may be infinite.
    ///
    /// The distribution is exact to rounding wherever the window lies: the inverse of the distribution function works
    /// on the side of the smaller tail, and beyond 30 deviations on its asymptotic expansion. So far out the numbers
    /// crowd within σ²/d of the nearer bound, d its distance from the mean; where that is below the resolution of the
    /// type they are equal to the bound.
    ///
    /// # Errors
    /// [`TensorError::Setting`] unless low < high, `mean` is finite and `std` finite and positive.
    ///
    /// ```
    /// use tensor_ops::random::Stream;
    /// let mut x = [0.0; 100];
    /// Stream::new(7, 0, 0).truncated_normal(0, 0.0, 1.0, [3.0, f64::INFINITY], &mut x)?;
    /// assert!(x.iter().all(|x| *x >= 3.0));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn truncated_normal<T: Real>(
        &self,
        first: u64,
        mean: f64,
        std: f64,
        window: [f64; 2],
        out: &mut [T],
    ) -> Result<(), TensorError> {
        let truncated = normal::Truncated::new(mean, std, window)?;
        self.fill(first, &|word| truncated.at(word), out);
        Ok(())
    }

    /// Element i of `out` becomes `f` of words 2·(first + i) and the next, read as one of 64 bits.
    fn fill<T: Real>(&self, first: u64, f: &(dyn Fn(u64) -> f64 + Sync), out: &mut [T]) {
        pool::split(out.len().div_ceil(PIECE), [(out, PIECE)], |piece, [out]| {
            let mut rng = self.rng(first.wrapping_add((piece * PIECE) as u64).wrapping_mul(2));
            for o in out {
                *o = T::from_f64(f(rng.next_u64()));
            }
        });
    }

    /// Brings `items` into a random order, by the Fisher-Yates shuffle: each permutation is equally likely.
    ///
    /// ```
    /// use tensor_ops::random::Stream;
    /// let mut order: Vec<usize> = (0..100).collect();
    /// Stream::new(1, 2, 3).shuffle(&mut order);
    /// assert!(!order.is_sorted());
    /// order.sort_unstable();
    /// assert!(order.into_iter().eq(0..100));
    /// ```
    pub fn shuffle<U>(&self, items: &mut [U]) {
        let mut rng = self.rng(0);
        for i in (1..items.len()).rev() {
            // The high half of a 128-bit product: uniform on 0..=i up to a bias of i/2^64.
            let j = ((u128::from(rng.next_u64()) * (i as u128 + 1)) >> 64) as usize;
            items.swap(i, j);
        }
    }
}

/// The 53 high bits as a number in [0, 1).
fn unit(word: u64) -> f64 {
    (word >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
}

/// The largest number of `T` below `x`.
fn below<T: Real>(x: f64) -> f64 {
    let nearest = T::from_f64(x);
    if nearest.to_f64() < x { nearest.to_f64() } else { nearest.next_down().to_f64() }
}

/// The offset basis of 64-bit FNV-1a (Fowler, Noll, Vo).
pub const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;

/// Continues a 64-bit FNV-1a hash: stable across platforms and versions, for names and fingerprints, not for secrets.
///
/// ```
/// use tensor_ops::random::{FNV_START, fnv1a};
/// assert_eq!(fnv1a(FNV_START, b"a"), 0xaf63_dc4c_8601_ec8c);
/// ```
pub fn fnv1a(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |h, &b| (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_differ_in_every_coordinate() {
        let draw = |seed, key, step| {
            let mut out = [0.0f64; 4];
            Stream::new(seed, key, step).uniform(0, 0.0, 1.0, &mut out);
            out
        };
        let all = [draw(0, 0, 0), draw(1, 0, 0), draw(0, 1, 0), draw(0, 0, 1)];
        for i in 0..4 {
            for j in 0..i {
                assert_ne!(all[i], all[j]);
            }
        }
    }

    /// Intervals of so few numbers that every fourth draw would round to the end.
    #[test]
    fn uniform_does_not_reach_the_end() {
        let stream = Stream::new(3, 0, 0);
        let (e, mut single) = (f64::from(f32::EPSILON), [0f32; 200]);
        stream.uniform(0, 1.0, 1.0 + 2.0 * e, &mut single);
        assert!(single.iter().all(|&x| x == 1.0 || x == 1.0 + f32::EPSILON) && single.contains(&1.0));
        stream.uniform(0, -1.0, -1.0 + 0.75 * e, &mut single);
        assert!(single.iter().all(|&x| x < -1.0 + 0.75 * f32::EPSILON), "an end that is no f32");
        let mut double = [0f64; 200];
        stream.uniform(0, 1.0, 1.0 + 2.0 * f64::EPSILON, &mut double);
        assert!(double.iter().all(|&x| x <= 1.0 + f64::EPSILON));
        stream.uniform(0, 1.0, -1.0, &mut double);
        assert!(double.iter().any(|&x| x > 0.0) && double.iter().any(|&x| x < 0.0), "the wrong way round");
    }

    #[test]
    fn uniform_has_the_moments_of_the_uniform_distribution() {
        let n = 100_000;
        let mut out = vec![0.0f64; n];
        Stream::new(3, 0, 0).uniform(0, -1.0, 3.0, &mut out);
        let mean = out.iter().sum::<f64>() / n as f64;
        let variance = out.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n as f64;
        // Five standard errors: sd = 4/√12; the variance of x² about the mean gives the second.
        assert!((mean - 1.0).abs() < 5.0 * (4.0 / 12f64.sqrt()) / (n as f64).sqrt());
        assert!((variance - 16.0 / 12.0).abs() < 0.03);
        assert!(out.iter().all(|x| (-1.0..3.0).contains(x)));
    }
}
