//! Right answers, counted while the outputs are at hand.

use nn_core::{Batch, Model, Scalar, Target, Workspace};

/// How many samples of the batch have their class's output as the largest, the first of several; `predicted` counts the classes. It reads what the step has left in the
/// workspace, so it costs next to nothing.
pub(super) fn hits<T: Scalar>(
    ws: &Workspace<T>,
    model: &Model<T>,
    batch: &Batch<'_, T>,
    predicted: &mut [u64],
) -> u64 {
    let (Target::Classes(labels), Some(outputs)) = (batch.target, ws.output(model.network())) else {
        return 0;
    };
    if labels.len() != outputs.len() {
        return 0;
    }
    let mut hits = 0;
    for (row, &label) in outputs.data().chunks_exact(outputs.width().max(1)).zip(labels) {
        let mut best = 0;
        for class in 1..row.len() {
            best = if row[class] > row[best] { class } else { best };
        }
        hits += u64::from(best == label);
        if let Some(count) = predicted.get_mut(best) {
            *count += 1;
        }
    }
    hits
}
