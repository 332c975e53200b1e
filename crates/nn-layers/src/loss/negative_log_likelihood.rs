//! The likelihood of classes whose log-probabilities are given.

use nn_core::{Loss, LossError, Reduction, Rows, RowsMut, Target, Upstream};
use tensor_ops::{Real, Shape};

use super::classes::{Classes, first, list, places};

/// -w yₜ for the class t of a sample, where the outputs y are the logarithms of probabilities, such as those of a
/// log-softmax; w is the weight of the class.
///
/// | | shape |
/// |---|---|
/// | y | `(m, C)` or `(m, C, ..)`: the classes are the first axis of a sample |
/// | targets | class numbers, one for each place |
///
/// The mean divides by the weights of the targets that are not ignored; over nothing it is NaN, with gradient 0.
/// Gradient: -w for yₜ, 0 for the others. For outputs that no log-softmax has seen,
/// [`SoftmaxCrossEntropy`](crate::SoftmaxCrossEntropy) is the same in one pass; for probabilities, [`CrossEntropy`](crate::CrossEntropy).
/// (PyTorch's `NLLLoss`.)
///
/// ```
/// use nn_core::{Rows, Target, loss_value};
/// use nn_layers::NegativeLogLikelihood;
/// let y = [0.25f64.ln(), 0.75f64.ln()];
/// let loss = NegativeLogLikelihood::new();
/// let value = loss_value(&loss, Rows::new(&y, [2])?, Target::Classes(&[1]), None, &mut Vec::new());
/// assert_eq!(value, -y[1]);
/// # Ok::<(), nn_core::BatchError>(())
/// ```
#[doc(alias = "NLLLoss")]
#[derive(Debug, Clone, Default)]
pub struct NegativeLogLikelihood {
    reduction: Reduction,
    classes: Classes,
}

const NAME: &str = "NegativeLogLikelihood";

impl NegativeLogLikelihood {
    /// The mean over the batch, equal weights.
    pub fn new() -> NegativeLogLikelihood {
        NegativeLogLikelihood::default()
    }

    /// Sets how the terms are reduced.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> NegativeLogLikelihood {
        NegativeLogLikelihood { reduction, ..self }
    }

    /// One weight a class.
    #[must_use]
    pub fn class_weights(mut self, weights: impl Into<Vec<f64>>) -> NegativeLogLikelihood {
        self.classes.weights = Some(weights.into());
        self
    }

    /// Leaves out targets of this class number, which may lie outside the range of the classes.
    #[must_use]
    pub fn ignore(mut self, class: usize) -> NegativeLogLikelihood {
        self.classes.ignored = Some(class);
        self
    }
}

impl<T: Real> Loss<T> for NegativeLogLikelihood {
    fn terms(&self, output: &Shape) -> usize {
        places(output)
    }

    fn check(&self, output: &Shape, samples: usize, target: &Target<'_, T>) -> Result<(), LossError> {
        self.classes.check(NAME, output, samples, target)
    }

    fn reduction(&self) -> Reduction {
        self.reduction
    }

    fn divisor(&self, _: &Shape, target: &Target<'_, T>) -> T {
        self.classes.total(list(NAME, *target))
    }

    fn value(&self, y: Rows<'_, T>, target: Target<'_, T>, terms: &mut [T]) {
        let (classes, places, list) = (y.shape()[0], places(y.shape()), list(NAME, target));
        for (at, term) in terms.iter_mut().enumerate() {
            let weight: T = self.classes.factor(list[at]);
            // A class without weight may have probability 0, and an ignored one may not be there.
            *term = match weight == T::ZERO {
                true => T::ZERO,
                false => -(weight * y.data()[first(at, classes, places) + list[at] * places]),
            };
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
        let (classes, places, list) = (y.shape()[0], places(y.shape()), list(NAME, target));
        dy.data().fill(T::ZERO);
        for (at, &class) in list.iter().enumerate() {
            let weight: T = self.classes.factor(class);
            if weight != T::ZERO {
                dy.data()[first(at, classes, places) + class * places] = -(upstream.at(at) * weight);
            }
        }
    }
}

#[cfg(test)]
nn_check::loss_suite!(NegativeLogLikelihood::new(), output: [5], batch: 4, targets: classes(5));
#[cfg(test)]
nn_check::loss_suite!(
    with_everything: NegativeLogLikelihood::new().class_weights([0.5, 2.0, 1.0]).ignore(1),
    output: [3, 2], batch: 5, targets: classes(3)
);
