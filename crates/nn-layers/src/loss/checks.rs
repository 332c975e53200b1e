//! What is checked of the targets of several losses.

use nn_core::{LossError, Rows, Target};
use tensor_ops::{Real, Shape};

use super::domain::Domain;

/// Targets that are values, one for each output: kind, shape and number, and each value.
pub(super) fn check_values<T: Real>(
    loss: &'static str,
    output: &Shape,
    samples: usize,
    target: &Target<'_, T>,
    domain: Domain,
) -> Result<(), LossError> {
    let Target::Values(rows) = *target else {
        return Err(LossError::Kind { loss, expected: "values (`Targets::Values`), one for each output," });
    };
    if rows.shape() != output || rows.len() != samples {
        return Err(misfit(loss, output, output, samples, rows));
    }
    domain.check_targets(loss, rows.data())
}

/// The same for targets of a shape of their own. One number a sample may have the shape `(m)` or `(m, 1)`.
pub(super) fn check_values_of_shape<T: Real>(
    loss: &'static str,
    shape: &Shape,
    output: &Shape,
    samples: usize,
    target: &Target<'_, T>,
    domain: Domain,
) -> Result<(), LossError> {
    let Target::Values(rows) = *target else {
        return Err(LossError::Kind { loss, expected: "values (`Targets::Values`), one for each term," });
    };
    let fits = rows.shape() == shape || (rows.width() == 1 && shape.size() == 1);
    if !fits || rows.len() != samples {
        return Err(misfit(loss, output, shape, samples, rows));
    }
    domain.check_targets(loss, rows.data())
}

/// Targets of another shape or number than `expected` for each sample.
fn misfit<T>(
    loss: &'static str,
    output: &Shape,
    expected: &Shape,
    samples: usize,
    rows: Rows<'_, T>,
) -> LossError {
    let batched =
        |shape: &Shape, m| shape.prepend(m).map_or_else(|_| format!("{m} times {shape}"), |s| s.to_string());
    let (got, expected) = (batched(rows.shape(), rows.len()), batched(expected, samples));
    LossError::Shape {
        loss,
        output: *output,
        samples,
        targets: format!("{} targets of shape {got}: expected {expected}", rows.len()),
    }
}

/// The values of targets that `check` has accepted.
pub(super) fn values<'a, T>(loss: &'static str, target: Target<'a, T>) -> &'a [T] {
    match target {
        Target::Values(rows) => rows.data(),
        _ => panic!("{loss}: expected values as targets"),
    }
}

/// A setting that has to hold.
pub(super) fn check_setting(
    loss: &'static str,
    holds: bool,
    what: impl FnOnce() -> String,
) -> Result<(), LossError> {
    if holds { Ok(()) } else { Err(LossError::Setting { loss, what: what() }) }
}
