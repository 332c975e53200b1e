//! Losses: what outputs are compared with targets by.

mod binary_cross_entropy;
mod difference;
mod softmax_cross_entropy;

pub use binary_cross_entropy::BinaryCrossEntropy;
pub use difference::{MeanAbsoluteError, MeanSquaredError};
pub use softmax_cross_entropy::SoftmaxCrossEntropy;

use nn_core::{LossError, Rows, Target};
use tensor_ops::Shape;

/// Targets that are values, one for each output: checks kind, shape and number.
fn check_values<'a, T: Copy>(
    loss: &'static str,
    output: &Shape,
    samples: usize,
    target: &Target<'a, T>,
) -> Result<Rows<'a, T>, LossError> {
    let Target::Values(rows) = *target else {
        return Err(LossError::Kind { loss, expected: "values, one for each output," });
    };
    if rows.shape() != output || rows.len() != samples {
        let targets = format!(
            "{} targets of shape {}",
            rows.len(),
            rows.shape().prepend(rows.len()).map_or_else(|_| String::new(), |s| s.to_string())
        );
        return Err(LossError::Shape { loss, output: *output, samples, targets });
    }
    Ok(rows)
}

/// The values of targets that `check` has accepted.
fn values<'a, T: Copy>(loss: &'static str, target: Target<'a, T>) -> &'a [T] {
    match target {
        Target::Values(rows) => rows.data(),
        _ => panic!("{loss}: expected values as targets"),
    }
}
