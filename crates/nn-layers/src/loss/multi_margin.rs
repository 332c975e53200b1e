//! The hinge loss for several classes.

use nn_core::{Loss, LossError, Reduction, Rows, RowsMut, Target, Upstream};
use tensor_ops::{Real, Shape};

use super::checks::check_setting;
use super::classes::{Classes, first, list, places};

/// 1/C Σ w max(0, margin - yₜ + yₖ)^p over the C - 1 classes k that are not the class t of the sample, whose weight is w; p is
/// 1, or 2 after [`MultiMargin::squared`].
///
/// | | shape |
/// |---|---|
/// | y | `(m, C)` or `(m, C, ..)`: the classes are the first axis of a sample |
/// | targets | class numbers, one for each place |
///
/// The mean divides by the number of targets, whatever the weights are. Gradient, for each k inside the margin:
/// w p max(..)^(p-1) / C for yₖ, and the same taken from yₜ. (Weston and Watkins, "Support vector machines for multi-class pattern
/// recognition", 1999; PyTorch's `MultiMarginLoss`.)
///
/// ```
/// use nn_core::{Rows, Target, loss_value};
/// use nn_layers::MultiMargin;
/// let y = Rows::new(&[0.0, 2.0, 1.5], [3])?;
/// let loss = loss_value(&MultiMargin::new(), y, Target::Classes(&[1]), None, &mut Vec::new());
/// assert_eq!(loss, 0.5 / 3.0, "class 2 is too near by 0.5");
/// # Ok::<(), nn_core::BatchError>(())
/// ```
#[doc(alias = "MultiMarginLoss")]
#[derive(Debug, Clone)]
pub struct MultiMargin {
    reduction: Reduction,
    classes: Classes,
    margin: f64,
    squared: bool,
}

const NAME: &str = "MultiMargin";

impl MultiMargin {
    /// The mean over the batch, p = 1, a margin of 1, equal weights.
    pub fn new() -> MultiMargin {
        MultiMargin { reduction: Reduction::Mean, classes: Classes::default(), margin: 1.0, squared: false }
    }

    /// Sets how the terms are reduced.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> MultiMargin {
        MultiMargin { reduction, ..self }
    }

    /// Sets the margin.
    #[must_use]
    pub fn margin(self, margin: f64) -> MultiMargin {
        MultiMargin { margin, ..self }
    }

    /// p = 2.
    #[must_use]
    pub fn squared(self) -> MultiMargin {
        MultiMargin { squared: true, ..self }
    }

    /// One weight a class.
    #[must_use]
    pub fn class_weights(mut self, weights: impl Into<Vec<f64>>) -> MultiMargin {
        self.classes.weights = Some(weights.into());
        self
    }

    /// What is missing of the margin, to the power p, and the derivative.
    fn part<T: Real>(&self, missing: T) -> (T, T) {
        let above = missing.maximum(T::ZERO);
        match self.squared {
            true => (above * above, above + above),
            false => (above, if missing > T::ZERO { T::ONE } else { T::ZERO }),
        }
    }
}

impl Default for MultiMargin {
    fn default() -> MultiMargin {
        MultiMargin::new()
    }
}

impl<T: Real> Loss<T> for MultiMargin {
    fn terms(&self, output: &Shape) -> usize {
        places(output)
    }

    fn check(&self, output: &Shape, samples: usize, target: &Target<'_, T>) -> Result<(), LossError> {
        let margin = self.margin;
        check_setting(NAME, margin.is_finite(), || format!("margin is {margin}, expected a finite number"))?;
        self.classes.check(NAME, output, samples, target)
    }

    fn reduction(&self) -> Reduction {
        self.reduction
    }

    fn divisor(&self, _: &Shape, target: &Target<'_, T>) -> T {
        T::from_usize(list(NAME, *target).len())
    }

    fn value(&self, y: Rows<'_, T>, target: Target<'_, T>, terms: &mut [T]) {
        let (classes, places, list) = (y.shape()[0], places(y.shape()), list(NAME, target));
        let margin = T::from_f64(self.margin);
        for (at, term) in terms.iter_mut().enumerate() {
            let (first, class) = (first(at, classes, places), list[at]);
            let rest = margin - y.data()[first + class * places];
            let mut sum = T::ZERO;
            for c in 0..classes {
                if c != class {
                    sum += self.part(rest + y.data()[first + c * places]).0;
                }
            }
            *term = self.classes.weight::<T>(class) * sum / T::from_usize(classes);
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
        let margin = T::from_f64(self.margin);
        for (at, &class) in list.iter().enumerate() {
            let first = first(at, classes, places);
            let rest = margin - y.data()[first + class * places];
            let share = self.classes.weight::<T>(class) / T::from_usize(classes);
            let mut sum = T::ZERO;
            for c in 0..classes {
                if c != class {
                    let i = first + c * places;
                    dy.data()[i] = upstream.times(at, share * self.part(rest + y.data()[i]).1);
                    sum += dy.data()[i];
                }
            }
            dy.data()[first + class * places] = -sum;
        }
    }
}

#[cfg(test)]
nn_check::loss_suite!(MultiMargin::new(), output: [5], batch: 4, targets: classes(5));
#[cfg(test)]
nn_check::loss_suite!(
    with_everything: MultiMargin::new().squared().margin(0.7).class_weights([0.5, 2.0, 1.0]),
    output: [3, 2], batch: 5, targets: classes(3)
);
