//! Which elements are looked at where not all of them are.

use tensor_ops::random::Stream;

/// Elements of each tensor, at least.
const LEAST: usize = 16;

/// How many elements of each tensor: by size, and at least [`LEAST`] of each.
pub(crate) fn quotas(sizes: &[usize], sample: usize) -> Vec<usize> {
    let all: usize = sizes.iter().sum();
    if sample >= all {
        return sizes.to_vec();
    }
    let share = |size: usize| (size as f64 / all as f64 * sample as f64).round() as usize;
    sizes.iter().map(|&size| share(size).max(LEAST).min(size)).collect()
}

/// `quota` positions below `size`, one in each of as many stretches of about equal length: no row is far from one.
pub(crate) fn positions(size: usize, quota: usize, seed: u64, name: &str) -> Vec<usize> {
    let mut draws = vec![0.0f64; quota];
    Stream::new(seed, Stream::key(name), 0).uniform(0, 0.0, 1.0, &mut draws);
    let bound = |k: usize| (k as u128 * size as u128 / quota as u128) as usize;
    let draw = |(k, draw): (usize, &f64)| {
        let (low, high) = (bound(k), bound(k + 1));
        low + ((high - low) as f64 * draw) as usize
    };
    draws.iter().enumerate().map(draw).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tensor_is_touched_and_no_element_twice() {
        assert_eq!(quotas(&[100_000, 10, 3, 1000], 500), [495, 10, 3, 16]);
        assert_eq!(quotas(&[4, 2], 6), [4, 2]);
        for (size, quota) in [(10, 10), (1000, 33), (7, 3), (1, 1), (5, 0)] {
            let found = positions(size, quota, 3, "w");
            assert!(found.windows(2).all(|pair| pair[0] < pair[1]) && found.iter().all(|&i| i < size));
            assert_eq!(found.len(), quota);
        }
        assert_eq!(positions(10, 10, 3, "w"), (0..10).collect::<Vec<_>>());
    }
}
