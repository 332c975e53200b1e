//! From a data set's selection to a model's batch.

use nn_core::{Batch, BatchError, Rows, Target};
use nn_data::{Dataset, SelectedTargets, Selection, Targets};
use tensor_ops::{Real, Shape};

/// The samples that [`Batches`](nn_data::Batches) has selected, as a model takes them: `sample` is their shape.
///
/// # Errors
/// [`BatchError`] where `sample` is not the shape of the samples.
///
/// ```
/// use nn_data::{Batches, datasets};
/// let set = datasets::digits::<f32>();
/// let mut batches = Batches::mini(&set, 64, 0)?;
/// let batch = nn_train::as_batch(&batches.next().unwrap(), set.sample_shape())?;
/// assert_eq!(batch.x.len(), 64);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn as_batch<'a, T: Real>(
    selection: &Selection<'a, T>,
    sample: Shape,
) -> Result<Batch<'a, T>, BatchError> {
    let target = match selection.targets {
        SelectedTargets::Classes(labels) => Target::Classes(labels),
        SelectedTargets::Values(values, shape) => Target::Values(Rows::new(values, shape)?),
        _ => unreachable!("a selection has classes or values"),
    };
    Batch::new(Rows::new(selection.inputs, sample)?, target)
}

/// All samples of a data set as one batch, without a copy.
///
/// # Errors
/// None for a data set that [`Dataset::new`] has accepted.
///
/// ```
/// let few = nn_data::datasets::digits::<f32>().take(8)?;
/// assert_eq!(nn_train::batch_of(&few)?.x.len(), 8);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn batch_of<T: Real>(set: &Dataset<T>) -> Result<Batch<'_, T>, BatchError> {
    let target = match set.targets() {
        Targets::Classes { labels, .. } => Target::Classes(labels),
        Targets::Values(values) => Target::Values(Rows::of_tensor(values)?),
        _ => unreachable!("a data set has classes or values"),
    };
    Batch::new(Rows::of_tensor(set.inputs())?, target)
}
