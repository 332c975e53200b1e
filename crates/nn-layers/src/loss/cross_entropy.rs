//! Cross-entropy of the probabilities of classes.

use nn_core::{Loss, LossError, Reduction, Rows, RowsMut, Target, Upstream};
use tensor_ops::{Real, Shape};

use super::binary_cross_entropy::{divisor, floored};
use super::checks::{check_setting, check_values, values};
use super::classes::{Classes, first, list, places};
use super::domain::Domain;

/// -Σₖ wₖ tₖ ln yₖ for probabilities y of classes, such as those of a softmax: -wₜ ln yₜ where the target is a class t.
///
/// | | shape |
/// |---|---|
/// | y | `(m, C)` or `(m, C, ..)`: the classes are the first axis of a sample |
/// | targets | class numbers, one for each place; or probabilities, shaped as y (one-hot or soft) |
///
/// For class numbers the mean divides by the weights of the targets that are not ignored (NaN, with gradient 0, over
/// nothing); for probabilities by the number of places. Gradient: -w t / y. With label smoothing ε the target is (1-ε)·t + ε/C.
///
/// Safe at y = 0 in the way of [`BinaryCrossEntropy`](crate::BinaryCrossEntropy): logarithms are not taken below -100, and
/// nothing is divided by less than 1e-12. [`SoftmaxCrossEntropy`](crate::SoftmaxCrossEntropy), for outputs that no softmax
/// has seen, needs neither. An output below 0 makes the loss NaN.
///
/// ```
/// use nn_core::{Rows, Target, loss_value};
/// use nn_layers::CrossEntropy;
/// let y = Rows::new(&[0.25f64, 0.75], [2])?;
/// let value = |target| loss_value(&CrossEntropy::new(), y, target, None, &mut Vec::new());
/// assert!((value(Target::Classes(&[0])) - 4f64.ln()).abs() < 1e-15);
/// assert!((value(Target::Values(Rows::new(&[1.0, 0.0], [2])?)) - 4f64.ln()).abs() < 1e-15);
/// # Ok::<(), nn_core::BatchError>(())
/// ```
#[doc(alias = "log_loss")]
#[derive(Debug, Clone, Default)]
pub struct CrossEntropy {
    reduction: Reduction,
    smoothing: f64,
    classes: Classes,
}

const NAME: &str = "CrossEntropy";

impl CrossEntropy {
    /// The mean over the batch, equal weights.
    pub fn new() -> CrossEntropy {
        CrossEntropy::default()
    }

    /// Sets how the terms are reduced.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> CrossEntropy {
        CrossEntropy { reduction, ..self }
    }

    /// Moves the share ε of every target to all classes alike.
    #[must_use]
    pub fn label_smoothing(self, epsilon: f64) -> CrossEntropy {
        CrossEntropy { smoothing: epsilon, ..self }
    }

    /// One weight a class.
    #[must_use]
    pub fn class_weights(mut self, weights: impl Into<Vec<f64>>) -> CrossEntropy {
        self.classes.weights = Some(weights.into());
        self
    }

    /// Leaves out targets of this class number, which may lie outside the range of the classes.
    #[must_use]
    pub fn ignore(mut self, class: usize) -> CrossEntropy {
        self.classes.ignored = Some(class);
        self
    }

    /// The factor of -ln y for class `c`, of `classes`, of place `at`, whose probability is element `i`.
    fn factor<T: Real>(&self, target: &Target<'_, T>, at: usize, [c, classes]: [usize; 2], i: usize) -> T {
        let share = match target {
            Target::Classes(list) if Some(list[at]) == self.classes.ignored => return T::ZERO,
            Target::Classes(list) if list[at] != c => T::ZERO,
            Target::Classes(_) => T::ONE,
            _ => values(NAME, *target)[i],
        };
        let smoothed = match self.smoothing {
            0.0 => share,
            epsilon => T::from_f64(1.0 - epsilon) * share + T::from_f64(epsilon / classes as f64),
        };
        self.classes.weight::<T>(c) * smoothed
    }
}

impl<T: Real> Loss<T> for CrossEntropy {
    fn terms(&self, output: &Shape) -> usize {
        places(output)
    }

    fn check(&self, output: &Shape, samples: usize, target: &Target<'_, T>) -> Result<(), LossError> {
        let smoothing = self.smoothing;
        check_setting(NAME, (0.0..=1.0).contains(&smoothing), || {
            format!("label smoothing {smoothing} is not in [0, 1]")
        })?;
        match target {
            Target::Values(_) => {
                self.classes.check_output(NAME, output)?;
                check_values(NAME, output, samples, target, Domain::Probability)
            }
            _ => self.classes.check(NAME, output, samples, target),
        }
    }

    fn check_outputs(&self, y: Rows<'_, T>) -> Result<(), LossError> {
        Domain::Probability.check_outputs(NAME, y)
    }

    fn reduction(&self) -> Reduction {
        self.reduction
    }

    fn divisor(&self, output: &Shape, target: &Target<'_, T>) -> T {
        match target {
            Target::Values(rows) => T::from_usize(rows.len() * places(output)),
            _ => self.classes.total(list(NAME, *target)),
        }
    }

    fn value(&self, y: Rows<'_, T>, target: Target<'_, T>, terms: &mut [T]) {
        let (classes, places) = (y.shape()[0], places(y.shape()));
        for (at, term) in terms.iter_mut().enumerate() {
            *term = T::ZERO;
            for c in 0..classes {
                let i = first(at, classes, places) + c * places;
                let factor = self.factor(&target, at, [c, classes], i);
                if factor != T::ZERO {
                    *term += -(factor * floored(y.data()[i].ln()));
                }
            }
        }
    }

    fn value_and_gradient(
        &self,
        y: Rows<'_, T>,
        target: Target<'_, T>,
        upstream: Upstream<'_, T>,
        terms: &mut [T],
        mut dy: RowsMut<'_, T>,
    ) {
        self.value(y, target, terms);
        let (classes, places) = (y.shape()[0], places(y.shape()));
        for at in 0..terms.len() {
            for c in 0..classes {
                let i = first(at, classes, places) + c * places;
                let factor = self.factor(&target, at, [c, classes], i);
                // A class without weight does not ask for the logarithm of its probability, which may be NaN.
                dy.data()[i] = match factor == T::ZERO {
                    true => T::ZERO,
                    false => -upstream.times(at, factor / divisor(y.data()[i])),
                };
            }
        }
    }
}

#[cfg(test)]
nn_check::loss_suite!(
    CrossEntropy::new(), output: [5], batch: 4, outputs: values(0.05, 1.0), targets: classes(5)
);
#[cfg(test)]
nn_check::loss_suite!(
    with_everything: CrossEntropy::new().class_weights([0.5, 2.0, 1.0]).ignore(1),
    output: [3, 2], batch: 5, outputs: values(0.05, 1.0), targets: classes(3)
);
#[cfg(test)]
nn_check::loss_suite!(
    smoothed: CrossEntropy::new().label_smoothing(0.1).class_weights([0.5, 2.0, 1.0]).ignore(1),
    output: [3, 2], batch: 5, outputs: values(0.05, 1.0), targets: classes(3)
);
#[cfg(test)]
nn_check::loss_suite!(
    soft: CrossEntropy::new().class_weights([0.5, 2.0, 1.0]),
    output: [3, 2], batch: 2, outputs: values(0.05, 1.0), targets: values(0.0, 1.0)
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probability_of_0_costs_a_hundred() {
        let (y, mut dy, mut terms) = ([0.0, 1.0], [f64::NAN; 2], Vec::new());
        let rows = Rows::new(&y, [2]).unwrap();
        let loss = CrossEntropy::new();
        let value =
            nn_core::loss_value_and_gradient(&loss, rows, Target::Classes(&[0]), None, &mut terms, &mut dy);
        assert_eq!(value, 100.0);
        assert!(dy[0].is_finite() && dy[0] < -1e11 && dy[1] == 0.0, "{dy:?}");
    }

    /// The probabilities of a softmax have the loss of what it was given, whatever the settings.
    #[test]
    fn behind_a_softmax_it_is_the_cross_entropy_of_logits() {
        let logits = [0.5f64, -1.0, 2.0, 0.1, 0.2, -0.3];
        let sums: Vec<f64> = logits.chunks(3).map(|row| row.iter().map(|x| x.exp()).sum()).collect();
        let p: Vec<f64> = logits.iter().enumerate().map(|(i, x)| x.exp() / sums[i / 3]).collect();
        let soft = Rows::new(&[0.2, 0.5, 0.3, 0.0, 1.0, 0.0], [3]).unwrap();
        let weights = [0.5, 2.0, 3.0];
        for target in [Target::Classes(&[2, 0]), Target::Classes(&[1, 2]), Target::Values(soft)] {
            let value = |loss: &dyn Loss<f64>, y: &[f64]| {
                nn_core::loss_value(loss, Rows::new(y, [3]).unwrap(), target, None, &mut Vec::new())
            };
            let loss = CrossEntropy::new().label_smoothing(0.3).class_weights(weights).ignore(1);
            let of_logits = crate::SoftmaxCrossEntropy::new();
            let of_logits = of_logits.label_smoothing(0.3).class_weights(weights).ignore(1);
            let (a, b) = (value(&loss, &p), value(&of_logits, &logits));
            assert!((a - b).abs() < 1e-14, "{a} and {b} for {target:?}");
        }
        let wrong = CrossEntropy::new().label_smoothing(1.5);
        assert!(Loss::<f64>::check(&wrong, &[3].into(), 1, &Target::Classes(&[0])).is_err());
    }

    /// A probability that the loss does not look at has a gradient of 0, whatever it is.
    #[test]
    fn what_has_no_factor_has_no_gradient() {
        let y = [0.5, f64::NAN, f64::NAN, 0.25];
        let (mut dy, mut terms) = ([9.0; 4], Vec::new());
        let rows = Rows::new(&y, [2]).unwrap();
        let value = nn_core::loss_value_and_gradient(
            &CrossEntropy::new(),
            rows,
            Target::Classes(&[0, 1]),
            None,
            &mut terms,
            &mut dy,
        );
        assert!((value - 8f64.ln() / 2.0).abs() < 1e-15, "{value}");
        assert_eq!(dy, [-1.0, 0.0, 0.0, -2.0]);
    }
}
