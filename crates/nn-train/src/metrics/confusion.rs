//! Which classes are taken for which.

use std::fmt;

use super::MetricError;

/// Counts by true class (row) and predicted class (column). `Display` prints them as a table.
///
/// ```
/// use nn_train::metrics::ConfusionMatrix;
/// let matrix = ConfusionMatrix::new(2, &[0, 1, 1], &[0, 0, 1]);
/// assert_eq!((matrix.count(0, 1), matrix.accuracy()), (1, 2.0 / 3.0));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfusionMatrix {
    classes: usize,
    counts: Vec<usize>,
}

impl ConfusionMatrix {
    /// Counts predictions against labels; [`try_new`](ConfusionMatrix::try_new) is the form for labels that are not known to fit.
    ///
    /// # Panics
    /// Where the numbers of predictions and labels differ, or a class is not below `classes`.
    #[track_caller]
    pub fn new(classes: usize, predicted: &[usize], labels: &[usize]) -> ConfusionMatrix {
        ConfusionMatrix::try_new(classes, predicted, labels).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Counts predictions against labels.
    ///
    /// # Errors
    /// [`MetricError`] where their numbers differ, or a class is not below `classes`.
    pub fn try_new(
        classes: usize,
        predicted: &[usize],
        labels: &[usize],
    ) -> Result<ConfusionMatrix, MetricError> {
        let metric = "the confusion matrix";
        if predicted.len() != labels.len() {
            return Err(MetricError::Length { metric, predicted: predicted.len(), targets: labels.len() });
        }
        let mut counts = vec![0; classes * classes];
        for (sample, (&predicted, &label)) in predicted.iter().zip(labels).enumerate() {
            let class = predicted.max(label);
            if class >= classes {
                return Err(MetricError::Class { metric, sample, class, classes });
            }
            counts[label * classes + predicted] += 1;
        }
        Ok(ConfusionMatrix { classes, counts })
    }

    /// How many samples of class `label` were predicted as class `predicted`.
    ///
    /// # Panics
    /// Where a class is out of range.
    pub fn count(&self, label: usize, predicted: usize) -> usize {
        assert!(label < self.classes && predicted < self.classes, "classes below {}", self.classes);
        self.counts[label * self.classes + predicted]
    }

    /// The number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// The mean of the classes' recalls, classes without samples left out; NaN over no samples.
    ///
    /// ```
    /// use nn_train::metrics::ConfusionMatrix;
    /// let matrix = ConfusionMatrix::new(3, &[0, 0, 0, 0], &[0, 0, 0, 1]);
    /// assert_eq!((matrix.accuracy(), matrix.balanced_accuracy()), (0.75, 0.5));
    /// ```
    pub fn balanced_accuracy(&self) -> f64 {
        let recalls = self.per_class(f64::NAN).into_iter().map(|s| s.recall).filter(|r| !r.is_nan());
        let recalls: Vec<f64> = recalls.collect();
        recalls.iter().sum::<f64>() / recalls.len() as f64
    }

    /// The share on the diagonal; NaN over no samples.
    pub fn accuracy(&self) -> f64 {
        let right: usize = (0..self.classes).map(|c| self.count(c, c)).sum();
        right as f64 / self.counts.iter().sum::<usize>() as f64
    }
}

impl fmt::Display for ConfusionMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let largest = self.counts.iter().copied().chain([self.classes]).max().unwrap_or(0);
        let width = largest.to_string().len().max(3);
        write!(f, "true\\predicted")?;
        (0..self.classes).try_for_each(|c| write!(f, " {c:>width$}"))?;
        for (label, row) in self.counts.chunks_exact(self.classes.max(1)).enumerate() {
            write!(f, "\n{label:>14}")?;
            for (predicted, &count) in row.iter().enumerate() {
                // A dot for 0 off the diagonal, so that mistakes stand out.
                match (count, predicted == label) {
                    (0, false) => write!(f, " {:>width$}", ".")?,
                    _ => write!(f, " {count:>width$}")?,
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_a_row_a_class() {
        let matrix = ConfusionMatrix::new(2, &[0, 1, 1, 1], &[0, 0, 1, 1]);
        let table = ["true\\predicted   0   1", "             0   1   1", "             1   .   2"];
        assert_eq!(matrix.to_string(), table.join("\n"));
    }
}
