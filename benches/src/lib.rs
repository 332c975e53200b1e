//! What the benchmarks share.
#![deny(missing_docs)]
#![forbid(unsafe_code)]

pub mod network;
pub mod networks;

use nn::tensor::random::Stream;

/// `n` numbers uniform on ±1, a function of `key`.
pub fn values(key: u64, n: usize) -> Vec<f32> {
    let mut values = vec![0.0; n];
    Stream::new(0, key, 0).uniform(0, -1.0, 1.0, &mut values);
    values
}
