//! The focal loss for classes: easy examples count little.

use nn_core::{Loss, LossError, Reduction, Rows, RowsMut, Target, Upstream};
use tensor_ops::{Real, Shape, simd};

use super::binary_focal::of_probability;
use super::checks::check_setting;
use super::classes::{Classes, first, list, places};
use super::domain::Domain;
use super::softmax_cross_entropy::LogSumExp;

/// -w (1 - p)^γ ln p, where p = softmax(y)ₜ is the probability of the class t that is true, and w its weight.
/// (Lin et al., "Focal loss for dense object detection", 2017, equations 4 and 5, with softmax for sigmoid.)
///
/// | | shape |
/// |---|---|
/// | y | `(m, C)` or `(m, C, ..)`: the classes are the first axis of a sample |
/// | targets | class numbers, one for each place |
///
/// With γ = 0 it is [`SoftmaxCrossEntropy`](crate::SoftmaxCrossEntropy), whose divisor of the mean it keeps: the weights of the
/// targets that are not ignored. Gradient: w (1 - p)^γ (γ p ln p/(1 - p) - 1) (onehot(t) - softmax(y)).
///
/// ```
/// use nn_core::{Rows, Target, loss_value};
/// use nn_layers::Focal;
/// let y = Rows::new(&[0.0f64, 0.0], [2])?;
/// let loss = loss_value(&Focal::new(2.0), y, Target::Classes(&[1]), None, &mut Vec::new());
/// assert!((loss - 0.5 * 0.5 * 2f64.ln()).abs() < 1e-15);
/// # Ok::<(), nn_core::BatchError>(())
/// ```
#[doc(alias = "CategoricalFocalCrossentropy")]
#[derive(Debug, Clone)]
pub struct Focal {
    reduction: Reduction,
    classes: Classes,
    gamma: f64,
    on_probabilities: bool,
}

const NAME: &str = "Focal";

impl Focal {
    /// The mean over the batch, for logits, with the given γ >= 0 (Lin et al.: 2) and equal weights.
    pub fn new(gamma: f64) -> Focal {
        Focal { reduction: Reduction::Mean, classes: Classes::default(), gamma, on_probabilities: false }
    }

    /// Sets how the terms are reduced.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> Focal {
        Focal { reduction, ..self }
    }

    /// One weight a class: the α of Lin et al.
    #[must_use]
    pub fn class_weights(mut self, weights: impl Into<Vec<f64>>) -> Focal {
        self.classes.weights = Some(weights.into());
        self
    }

    /// Leaves out targets of this class number, which may lie outside the range of the classes.
    #[must_use]
    pub fn ignore(mut self, class: usize) -> Focal {
        self.classes.ignored = Some(class);
        self
    }

    /// For outputs that are probabilities: the gradient is w (1 - p)^γ (γ ln p/(1 - p) - 1/p) for the true class, 0 for the
    /// others. Logarithms are not taken below -100, nor is anything divided by less than 1e-12.
    #[must_use]
    pub fn on_probabilities(self) -> Focal {
        Focal { on_probabilities: true, ..self }
    }

    /// (1 - p)^γ ln p and its derivative with respect to ln p, for l = ln p.
    #[inline(always)]
    fn of_log<T: Real>(&self, l: T) -> (T, T) {
        let gamma = T::from_f64(self.gamma);
        let rest = -l.exp_m1();
        let (power, p) = (rest.powf(gamma), l.exp());
        // ln p / (1 - p) is -1 at p = 1, and p ln p is 0 at p = 0.
        let ratio = if rest == T::ZERO { -T::ONE } else { l / rest };
        let pull = if p == T::ZERO { T::ZERO } else { gamma * p * ratio };
        (power * l, power * (T::ONE - pull))
    }
}

impl<T: Real> Loss<T> for Focal {
    fn terms(&self, output: &Shape) -> usize {
        places(output)
    }

    fn check(&self, output: &Shape, samples: usize, target: &Target<'_, T>) -> Result<(), LossError> {
        let gamma = self.gamma;
        let holds = gamma >= 0.0 && gamma.is_finite();
        check_setting(NAME, holds, || format!("gamma is {gamma}, expected a finite number >= 0"))?;
        self.classes.check(NAME, output, samples, target)
    }

    fn check_outputs(&self, y: Rows<'_, T>) -> Result<(), LossError> {
        if self.on_probabilities { Domain::Probability.check_outputs(NAME, y) } else { Ok(()) }
    }

    fn reduction(&self) -> Reduction {
        self.reduction
    }

    fn divisor(&self, _: &Shape, target: &Target<'_, T>) -> T {
        self.classes.total(list(NAME, *target))
    }

    fn value(&self, y: Rows<'_, T>, target: Target<'_, T>, terms: &mut [T]) {
        let (classes, places, list) = (y.shape()[0], places(y.shape()), list(NAME, target));
        for (at, out) in terms.iter_mut().enumerate() {
            let place = Place { first: first(at, classes, places), classes, places, class: list[at] };
            simd::dispatch(
                #[inline(always)]
                || *out = self.term(y.data(), &place),
            );
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
        let (classes, places, list) = (y.shape()[0], places(y.shape()), list(NAME, target));
        dy.data().fill(T::ZERO);
        for (at, out) in terms.iter_mut().enumerate() {
            let place = Place { first: first(at, classes, places), classes, places, class: list[at] };
            let (upstream, dy) = (upstream.at(at), dy.data());
            simd::dispatch(
                #[inline(always)]
                || {
                    *out = self.term(y.data(), &place);
                    self.gradient(y.data(), &place, upstream, dy);
                },
            );
        }
    }
}

/// One target: where its classes begin, how many there are, their distance, and which is true.
struct Place {
    first: usize,
    classes: usize,
    places: usize,
    class: usize,
}

impl Focal {
    /// The term of a place.
    #[inline(always)]
    fn term<T: Real>(&self, y: &[T], place: &Place) -> T {
        let Place { first, classes, places, class } = *place;
        let weight: T = self.classes.factor(class);
        if weight == T::ZERO {
            return T::ZERO;
        }
        let out = y[first + class * places];
        let value = match self.on_probabilities {
            true => of_probability(out, T::from_f64(self.gamma)).0,
            false => self.of_log(-LogSumExp::new(y, first, places, classes).minus_log(out)).0,
        };
        -(weight * value)
    }

    /// dy of a place, where it is not 0.
    #[inline(always)]
    fn gradient<T: Real>(&self, y: &[T], place: &Place, upstream: T, dy: &mut [T]) {
        let Place { first, classes, places, class } = *place;
        let factor = upstream * self.classes.factor(class);
        if factor == T::ZERO {
            return;
        }
        let true_at = first + class * places;
        if self.on_probabilities {
            dy[true_at] = -(factor * of_probability(y[true_at], T::from_f64(self.gamma)).1);
            return;
        }
        let lse = LogSumExp::new(y, first, places, classes);
        let log = -lse.minus_log(y[true_at]);
        let slope = factor * self.of_log(log).1;
        for c in 0..classes {
            let i = first + c * places;
            dy[i] = slope * (-lse.minus_log(y[i])).exp();
        }
        // p - 1 would cancel where p is near 1.
        dy[true_at] = slope * log.exp_m1();
    }
}

#[cfg(test)]
nn_check::loss_suite!(Focal::new(2.0), output: [5], batch: 4, targets: classes(5));
#[cfg(test)]
nn_check::loss_suite!(
    with_everything: Focal::new(0.5).class_weights([0.5, 2.0, 1.0]).ignore(1),
    output: [3, 2], batch: 5, targets: classes(3)
);
#[cfg(test)]
nn_check::loss_suite!(
    probabilities: Focal::new(1.5).on_probabilities(),
    output: [3], batch: 5, outputs: values(0.05, 0.95), targets: classes(3)
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SoftmaxCrossEntropy;
    use nn_core::loss_value_and_gradient;

    fn run(loss: &dyn Loss<f64>, y: &[f64], targets: &[usize]) -> (f64, Vec<f64>) {
        let mut dy = vec![f64::NAN; y.len()];
        let (rows, target) = (Rows::new(y, [3]).unwrap(), Target::Classes(targets));
        (loss_value_and_gradient(loss, rows, target, None, &mut Vec::new(), &mut dy), dy)
    }

    #[test]
    fn without_gamma_it_is_the_cross_entropy() {
        let (y, targets, weights) = ([0.5, -1.0, 2.0, 40.0, 0.0, -3.0], [2, 0], [0.5, 2.0, 3.0]);
        let (value, dy) = run(&Focal::new(0.0).class_weights(weights), &y, &targets);
        let (expected, expected_dy) = run(&SoftmaxCrossEntropy::new().class_weights(weights), &y, &targets);
        assert!((value - expected).abs() < 1e-15, "{value} {expected}");
        for (a, b) in dy.iter().zip(&expected_dy) {
            assert!((a - b).abs() < 1e-15, "{dy:?} {expected_dy:?}");
        }
    }

    #[test]
    fn huge_outputs_make_no_nan() {
        for gamma in [0.0, 0.5, 2.0] {
            for class in 0..3 {
                let (value, dy) = run(&Focal::new(gamma), &[1e4, -1e4, 0.0], &[class]);
                assert!(
                    value.is_finite() && dy.iter().all(|d| d.is_finite()),
                    "{gamma} {class} {value} {dy:?}"
                );
            }
        }
    }
}
