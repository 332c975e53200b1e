//! A batch in f64, whatever it came in.

use nn_core::{Batch, Rows, Scalar, Target};
use tensor_ops::Shape;

use crate::CheckError;

/// A batch that owns its numbers.
pub(crate) struct Samples<'a> {
    x: Vec<f64>,
    shape: Shape,
    target: Wide<'a>,
    pub(crate) weights: Option<Vec<f64>>,
}

enum Wide<'a> {
    Classes(&'a [usize]),
    Values(Vec<f64>, Shape),
    None(usize),
}

impl<'a> Samples<'a> {
    pub(crate) fn new<T: Scalar>(batch: &Batch<'a, T>) -> Samples<'a> {
        let cast = |x: &[T]| -> Vec<f64> { x.iter().map(|x| x.to_f64()).collect() };
        let target = match batch.target {
            Target::Classes(classes) => Wide::Classes(classes),
            Target::Values(rows) => Wide::Values(cast(rows.data()), *rows.shape()),
            Target::None(samples) => Wide::None(samples),
            _ => unreachable!("there are three kinds of targets"),
        };
        Samples { x: cast(batch.x.data()), shape: *batch.x.shape(), target, weights: batch.weights.map(cast) }
    }

    pub(crate) fn batch(&self) -> Result<Batch<'_, f64>, CheckError> {
        let target = match &self.target {
            Wide::Classes(classes) => Target::Classes(classes),
            Wide::Values(values, shape) => Target::Values(Rows::new(values, *shape)?),
            Wide::None(samples) => Target::None(*samples),
        };
        let batch = Batch::new(Rows::new(&self.x, self.shape)?, target)?;
        Ok(match &self.weights {
            Some(weights) => batch.weighted(weights)?,
            None => batch,
        })
    }
}
