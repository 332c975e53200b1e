//! Numbers that are a function of a seed.

use tensor_ops::random::Stream;

/// `n` numbers uniform on `[low, high)`: a function of the seed and of `key`.
pub(crate) fn draw(seed: u64, key: u64, n: usize, low: f64, high: f64) -> Vec<f64> {
    let mut values = vec![0.0; n];
    Stream::new(seed, key, 0).uniform(0, low, high, &mut values);
    values
}

/// As [`draw`], with random signs: no number is near 0.
pub(crate) fn away_from_zero(seed: u64, key: u64, n: usize, low: f64, high: f64) -> Vec<f64> {
    let signs = draw(seed, key ^ (1 << 40), n, -1.0, 1.0);
    draw(seed, key, n, low, high).iter().zip(signs).map(|(x, sign)| x.copysign(sign)).collect()
}

/// Class numbers below `classes`, each of which comes first once: where all are equal, weights of classes cancel.
pub(crate) fn labels(seed: u64, key: u64, n: usize, classes: usize) -> Vec<usize> {
    let random = draw(seed, key, n, 0.0, classes as f64);
    random.iter().enumerate().map(|(i, &x)| if i < classes { i } else { x as usize }).collect()
}
