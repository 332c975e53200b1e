//! Precision, recall and F1.

use super::ConfusionMatrix;

/// Precision, recall and F1, of one class or of several together. As in scikit-learn:
///
/// precision = tp / (tp + fp), recall = tp / (tp + fn), F1 = 2·tp / (2·tp + fp + fn), with tp the samples of the class that were
/// predicted as it, fp those predicted as it that are of another, and fn those of it that were predicted as another.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Scores {
    /// The share of right ones among those predicted as the class.
    pub precision: f64,
    /// The share of found ones among those of the class.
    pub recall: f64,
    /// The harmonic mean of the two.
    pub f1: f64,
    /// The samples of the class, or of all classes.
    pub support: usize,
}

/// How the scores of several classes become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Average {
    /// tp, fp and fn are added up first: all three scores equal the accuracy.
    Micro,
    /// The mean of the classes' scores, each counting the same.
    Macro,
    /// The mean of the classes' scores, each counting as often as it has samples.
    Weighted,
}

impl ConfusionMatrix {
    /// The scores of every class. Where a score is 0/0 it is `zero_division`: 0, 1 or NaN.
    ///
    /// ```
    /// use nn_train::metrics::ConfusionMatrix;
    /// let matrix = ConfusionMatrix::new(3, &[0, 0, 1, 1], &[0, 1, 1, 1]);
    /// let scores = matrix.per_class(0.0);
    /// assert_eq!((scores[0].precision, scores[0].recall, scores[0].f1), (0.5, 1.0, 2.0 / 3.0));
    /// assert_eq!((scores[2].f1, scores[2].support), (0.0, 0), "class 2 is nowhere");
    /// ```
    pub fn per_class(&self, zero_division: f64) -> Vec<Scores> {
        (0..self.classes()).map(|c| of(self.counts_of(c), zero_division)).collect()
    }

    /// The scores of all classes together.
    ///
    /// A class that no sample has and no prediction names is left out of the mean, as scikit-learn leaves out labels that do
    /// not occur. With `zero_division` NaN the scores that are 0/0 are left out, too. Over no samples all is
    /// `zero_division`.
    ///
    /// ```
    /// use nn_train::metrics::{Average, ConfusionMatrix};
    /// let matrix = ConfusionMatrix::new(3, &[0, 0, 1, 1], &[0, 1, 1, 1]);
    /// assert_eq!(matrix.scores(Average::Macro, 0.0).precision, 0.75);
    /// assert_eq!(matrix.scores(Average::Weighted, 0.0).precision, 0.875);
    /// assert_eq!(matrix.scores(Average::Micro, 0.0).f1, matrix.accuracy());
    /// ```
    pub fn scores(&self, average: Average, zero_division: f64) -> Scores {
        let present: Vec<[usize; 3]> =
            (0..self.classes()).map(|c| self.counts_of(c)).filter(|counts| *counts != [0; 3]).collect();
        let support = present.iter().map(|[tp, _, missed]| tp + missed).sum();
        if average == Average::Micro || present.is_empty() {
            let sum = |i: usize| present.iter().map(|counts| counts[i]).sum();
            return Scores { support, ..of([sum(0), sum(1), sum(2)], zero_division) };
        }
        let scores: Vec<Scores> = present.into_iter().map(|counts| of(counts, zero_division)).collect();
        let mean = |score: fn(&Scores) -> f64| {
            let (mut sum, mut weights) = (0.0, 0.0);
            for s in scores.iter().filter(|s| !score(s).is_nan()) {
                let weight = if average == Average::Weighted { s.support as f64 } else { 1.0 };
                sum += weight * score(s);
                weights += weight;
            }
            if weights == 0.0 { zero_division } else { sum / weights }
        };
        Scores { precision: mean(|s| s.precision), recall: mean(|s| s.recall), f1: mean(|s| s.f1), support }
    }

    /// tp, fp and fn of a class.
    fn counts_of(&self, class: usize) -> [usize; 3] {
        let hits = self.count(class, class);
        let row: usize = (0..self.classes()).map(|c| self.count(class, c)).sum();
        let column: usize = (0..self.classes()).map(|c| self.count(c, class)).sum();
        [hits, column - hits, row - hits]
    }
}

fn of([tp, fp, missed]: [usize; 3], zero_division: f64) -> Scores {
    let share = |part: usize, whole: usize| match whole {
        0 => zero_division,
        _ => part as f64 / whole as f64,
    };
    Scores {
        precision: share(tp, tp + fp),
        recall: share(tp, tp + missed),
        f1: share(2 * tp, 2 * tp + fp + missed),
        support: tp + missed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_0_over_0_is_what_was_asked_for() {
        // Class 1 has samples and is never predicted; class 2 is predicted and has no samples.
        let matrix = ConfusionMatrix::new(4, &[0, 0, 2], &[0, 1, 0]);
        for zero in [0.0, 1.0] {
            let scores = matrix.per_class(zero);
            assert_eq!((scores[1].precision, scores[1].recall, scores[1].f1), (zero, 0.0, 0.0));
            assert_eq!((scores[2].precision, scores[2].recall, scores[2].f1), (0.0, zero, 0.0));
            assert_eq!(scores[3].f1, zero);
        }
        // NaN is left out: precision of classes 0 and 2, recall of 0 and 1.
        let scores = matrix.scores(Average::Macro, f64::NAN);
        assert_eq!((scores.precision, scores.recall), (0.25, 0.25));
        assert_eq!(matrix.scores(Average::Macro, 0.0).precision, 0.5 / 3.0, "class 3 does not count");
        let none = ConfusionMatrix::new(2, &[], &[]);
        assert_eq!(none.scores(Average::Weighted, 1.0).f1, 1.0);
        assert_eq!(none.scores(Average::Micro, 1.0).support, 0);
    }
}
