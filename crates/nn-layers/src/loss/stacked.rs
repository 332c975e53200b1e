//! Losses that compare several outputs of a network with each other.
//!
//! A sample of the output holds them side by side along its first axis: `(m, 2, n)` for two vectors of n numbers. A network
//! makes such an output by itself where its input is shaped so, for a dense layer takes any leading axes: the two
//! inputs of a sample pass through the same weights, as in a siamese network.

use nn_core::{LossError, Target};
use tensor_ops::{Real, Shape};

/// The shape of one of the parts that lie side by side along the first axis.
pub(super) fn part(
    loss: &'static str,
    output: &Shape,
    parts: usize,
    expected: &'static str,
) -> Result<Shape, LossError> {
    let refused = LossError::OutputShape { loss, output: *output, expected };
    match output.as_slice() {
        [first, rest @ ..] if *first == parts => Shape::new(rest).map_err(|_| refused),
        _ => Err(refused),
    }
}

/// The same sample's parts.
#[inline(always)]
pub(super) fn parts<T, const N: usize>(sample: &[T]) -> [&[T]; N] {
    let n = sample.len() / N;
    std::array::from_fn(|i| &sample[i * n..(i + 1) * n])
}

/// The same sample's parts, to be written.
pub(super) fn parts_mut<T, const N: usize>(mut sample: &mut [T]) -> [&mut [T]; N] {
    let n = sample.len() / N;
    std::array::from_fn(|_| sample.split_off_mut(..n).expect("N parts of n"))
}

/// The number of samples that targets are for, where each has one.
pub(super) fn samples<T: Real>(loss: &'static str, target: &Target<'_, T>) -> usize {
    match target {
        Target::Values(rows) => rows.len(),
        Target::Classes(list) => list.len(),
        Target::None(samples) => *samples,
        _ => panic!("{loss}: expected values as targets"),
    }
}
