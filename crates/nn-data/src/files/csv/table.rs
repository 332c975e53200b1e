//! What was read.

use tensor_ops::random::Stream;
use tensor_ops::{Real, Tensor};

use super::{Kind, Schema};
use crate::dataset::select_rows;
use crate::splits::first_part;
use crate::{DataError, Dataset, MapSamples, Parts, Samples, Targets, Test, Train};

/// A table as numbers: features, and targets where some were asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Table<T> {
    pub(super) schema: Schema,
    pub(super) inputs: Tensor<T>,
    pub(super) targets: Option<Targets<T>>,
}

impl<T: Real> Table<T> {
    /// Rows of features and of targets, as many as the schema says.
    pub(in crate::files) fn of(
        schema: Schema,
        rows: usize,
        inputs: Vec<T>,
        targets: Vec<T>,
    ) -> Result<Table<T>, DataError> {
        let inputs = Tensor::new([rows, schema.features.len()], inputs)?;
        let targets = match schema.targets.first().map(|column| &column.kind) {
            None => None,
            Some(Kind::Category(names)) => {
                let labels = targets.iter().map(|label| label.to_f64() as usize).collect();
                Some(Targets::Classes { labels, classes: names.len() })
            }
            Some(Kind::Number) => Some(Targets::Values(Tensor::new([rows, schema.targets.len()], targets)?)),
        };
        Ok(Table { schema, inputs, targets })
    }
}

impl<T: Real> Table<T> {
    /// What the columns are: another file is read in the same way by [`Csv::read_like`](super::Csv::read_like).
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The features, `(lines, features)`; NaN where a value is missing and was kept.
    pub fn inputs(&self) -> &Tensor<T> {
        &self.inputs
    }

    /// The targets; `None` where no column was asked for.
    pub fn targets(&self) -> Option<&Targets<T>> {
        self.targets.as_ref()
    }

    /// Two parts, the first with this fraction of the lines, as [`Dataset::split`]: for tables with gaps, which are to be filled by
    /// what the training part says.
    ///
    /// # Errors
    /// [`DataError::Split`] where a part would have no lines.
    ///
    /// ```
    /// use nn_data::files::{Csv, Missing};
    /// use nn_data::{Imputer, Transform};
    /// let csv = Csv::new().values("y").missing(Missing::Keep);
    /// let table = csv.read_from::<f32>("x,y\n1,2\n,3\n5,4\n7,1\n".as_bytes(), "text")?;
    /// let (train, test) = table.split(0.75, 0)?;
    /// let fill = Imputer::mean(&train)?;
    /// let test = fill.apply(test)?.0.into_dataset()?;
    /// assert_eq!((train.inputs().shape()[0], test.len()), (3, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn split(&self, fraction: f64, seed: u64) -> Result<Parts<Table<T>>, DataError> {
        let mut order: Vec<usize> = (0..self.inputs.shape()[0]).collect();
        let first = first_part(order.len(), fraction)?;
        Stream::new(seed, Stream::key("split"), 0).shuffle(&mut order);
        let part = |lines: &[usize]| {
            let targets = self.targets.as_ref().map(|targets| targets.select(lines)).transpose()?;
            Ok::<_, DataError>(Table {
                schema: self.schema.clone(),
                inputs: select_rows(&self.inputs, lines)?,
                targets,
            })
        };
        Ok((Train(part(&order[..first])?), Test(part(&order[first..])?)))
    }

    /// The features and the targets, without a copy.
    pub fn into_parts(self) -> (Tensor<T>, Option<Targets<T>>) {
        (self.inputs, self.targets)
    }

    /// The data set.
    ///
    /// # Errors
    /// [`DataError::NoTargets`] where no column was asked for, [`DataError::NotFinite`] where a value is missing.
    pub fn into_dataset(self) -> Result<Dataset<T>, DataError> {
        Dataset::new(self.inputs, self.targets.ok_or(DataError::NoTargets)?)
    }
}

impl<T: Real> Samples<T> for Table<T> {
    fn samples(&self) -> &Tensor<T> {
        &self.inputs
    }
}

/// The schema stays that of the file: it says how another file is read, not what became of the features.
impl<T: Real> MapSamples<T> for Table<T> {
    fn map_samples(
        self,
        f: impl FnOnce(Tensor<T>) -> Result<Tensor<T>, DataError>,
    ) -> Result<Table<T>, DataError> {
        Ok(Table { inputs: f(self.inputs)?, ..self })
    }
}
