//! Softmax with cross-entropy, in one pass.

mod rows;
mod soft_rows;
#[cfg(test)]
mod tests;

use nn_core::{Loss, LossError, Reduction, Rows, RowsMut, Target, Upstream};
use tensor_ops::{Real, Shape, simd};

use self::rows::Scale;
use self::soft_rows::{Factors, Share};
use super::checks::{check_setting, check_values, values};
use super::classes::{Classes, first, places};
use super::domain::Domain;

/// The cross-entropy between targets and softmax(y), for outputs y that are not yet normalised ("logits").
///
/// | | shape |
/// |---|---|
/// | y | `(m, C)` or `(m, C, ..)`: the classes are the first axis of a sample |
/// | targets | class numbers, one for each place; or probabilities, shaped as y |
///
/// For class t: -ln softmax(y)ₜ = ln Σₖ exp(yₖ) - yₜ; gradient softmax(y) - onehot(t). That is why the two belong
/// together: the gradient needs neither a division nor the logarithm of a small number, and cannot overflow.
///
/// With label smoothing ε the target is (1-ε)·t + ε/C; with class weights w each term is multiplied by the weight of
/// its class, and the mean divides by the weights of the targets; an ignored class counts neither above nor below.
/// These are PyTorch's conventions, among them: the mean over nothing (every target ignored) is NaN, its gradient 0.
///
/// ```
/// use nn_core::{Rows, Target, loss_value};
/// use nn_layers::SoftmaxCrossEntropy;
/// let y = Rows::new(&[0.0f64, 0.0, 0.0, 0.0], [4])?;
/// let loss = loss_value(&SoftmaxCrossEntropy::new(), y, Target::Classes(&[2]), None, &mut Vec::new());
/// assert!((loss - 4f64.ln()).abs() < 1e-15, "pure chance costs ln C");
/// # Ok::<(), nn_core::BatchError>(())
/// ```
#[doc(alias = "CrossEntropyLoss")]
#[doc(alias = "SparseCategoricalCrossentropy")]
#[doc(alias = "CategoricalCrossentropy")]
#[derive(Debug, Clone, Default)]
pub struct SoftmaxCrossEntropy {
    reduction: Reduction,
    smoothing: f64,
    classes: Classes,
}

const NAME: &str = "SoftmaxCrossEntropy";

impl SoftmaxCrossEntropy {
    /// The mean over the batch, no smoothing, equal weights.
    pub fn new() -> SoftmaxCrossEntropy {
        SoftmaxCrossEntropy::default()
    }

    /// Sets how the terms are reduced.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> SoftmaxCrossEntropy {
        SoftmaxCrossEntropy { reduction, ..self }
    }

    /// Moves the share ε of every target to all classes alike.
    #[must_use]
    pub fn label_smoothing(self, epsilon: f64) -> SoftmaxCrossEntropy {
        SoftmaxCrossEntropy { smoothing: epsilon, ..self }
    }

    /// One weight a class.
    #[must_use]
    pub fn class_weights(mut self, weights: impl Into<Vec<f64>>) -> SoftmaxCrossEntropy {
        self.classes.weights = Some(weights.into());
        self
    }

    /// Leaves out targets of this class number, which may lie outside the range of the classes.
    #[must_use]
    pub fn ignore(mut self, class: usize) -> SoftmaxCrossEntropy {
        self.classes.ignored = Some(class);
        self
    }

    /// The target of place `at`: its class, or the position of its first probability and the distance to the next.
    #[inline(always)]
    fn place<'a, T>(&self, target: Target<'a, T>, at: usize, classes: usize, places: usize) -> Place<'a, T> {
        match target {
            Target::Classes(list) if Some(list[at]) == self.classes.ignored => Place::Ignored,
            Target::Classes(list) => Place::Class(list[at]),
            Target::Values(rows) => {
                let first = first(at, classes, places);
                Place::Soft(&rows.data()[first..], places)
            }
            _ => panic!("{NAME}: a kind of target it does not take"),
        }
    }

    /// The factor of -ln softmax(y)_c in the term of a place.
    #[inline(always)]
    fn coefficient<T: Real>(&self, place: &Place<'_, T>, c: usize, classes: usize) -> T {
        let spread = T::from_f64(self.smoothing / classes as f64) * self.classes.weight(c);
        let share = match place {
            Place::Ignored => return T::ZERO,
            Place::Class(class) if *class != c => T::ZERO,
            Place::Class(_) => T::ONE,
            Place::Soft(probabilities, step) => probabilities[c * step],
        };
        T::from_f64(1.0 - self.smoothing) * self.classes.weight(c) * share + spread
    }
}

impl SoftmaxCrossEntropy {
    /// The class numbers, where the outputs of a sample are the classes of one place and targets are hard.
    fn hard_targets<'a, T>(&self, target: Target<'a, T>, places: usize) -> Option<&'a [usize]> {
        match target {
            Target::Classes(list) if places == 1 && self.smoothing == 0.0 => Some(list),
            _ => None,
        }
    }

    /// The factors of row `at`, for targets that are not hard; none where it is ignored.
    #[inline(always)]
    fn factors<'a, T: Real>(
        &'a self,
        target: Target<'a, T>,
        at: usize,
        classes: usize,
    ) -> Option<Factors<'a, T>> {
        let share = match target {
            Target::Classes(list) if Some(list[at]) == self.classes.ignored => return None,
            Target::Classes(list) => Share::Class(list[at]),
            _ => Share::Soft(&values(NAME, target)[at * classes..(at + 1) * classes]),
        };
        let (keep, spread) = (1.0 - self.smoothing, self.smoothing / classes as f64);
        let weights = self.classes.weights.as_deref();
        Some(Factors { share, keep: T::from_f64(keep), spread: T::from_f64(spread), weights })
    }

    /// What the term of a row and its gradient are multiplied by.
    #[inline(always)]
    fn scale<T: Real>(&self, class: usize, upstream: T) -> Scale<T> {
        let weight = self.classes.factor(class);
        Scale { term: weight, gradient: weight * upstream }
    }
}

/// The target of one place.
enum Place<'a, T> {
    Ignored,
    Class(usize),
    Soft(&'a [T], usize),
}

/// ln Σ exp of the classes of a place, kept as its two parts: the largest output, and the logarithm of what the others
/// add to it. Their sum would round away a loss that is small beside the outputs.
pub(super) struct LogSumExp<T> {
    max: T,
    rest: T,
}

impl<T: Real> LogSumExp<T> {
    /// Over the classes that begin at `first` with distance `step`.
    #[inline(always)]
    pub(super) fn new(y: &[T], first: usize, step: usize, classes: usize) -> LogSumExp<T> {
        // Loops, no adaptors: their closures might not be compiled for the instructions that `dispatch` chose.
        let mut best = 0;
        for c in 1..classes {
            if y[first + c * step] > y[first + best * step] {
                best = c;
            }
        }
        let max = y[first + best * step];
        let mut rest = T::ZERO;
        for c in 0..classes {
            if c != best {
                rest += (y[first + c * step] - max).exp();
            }
        }
        LogSumExp { max, rest: rest.ln_1p() }
    }

    /// -ln softmax of an output y.
    #[inline(always)]
    pub(super) fn minus_log(&self, y: T) -> T {
        (self.max - y) + self.rest
    }
}

impl<T: Real> Loss<T> for SoftmaxCrossEntropy {
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

    fn reduction(&self) -> Reduction {
        self.reduction
    }

    fn divisor(&self, output: &Shape, target: &Target<'_, T>) -> T {
        match target {
            Target::Classes(list) => self.classes.total(list),
            _ => T::from_usize(values(NAME, *target).len() / output[0]),
        }
    }

    fn value(&self, y: Rows<'_, T>, target: Target<'_, T>, terms: &mut [T]) {
        let (classes, places) = (y.shape()[0], places(y.shape()));
        if let Some(list) = self.hard_targets(target, places) {
            let scale = |i: usize| self.scale(list[i], T::ONE);
            return rows::rows(y.data(), classes, list, scale, terms, None);
        }
        if places == 1 {
            for (at, term) in terms.iter_mut().enumerate() {
                let factors = self.factors(target, at, classes);
                *term = factors.map_or(T::ZERO, |factors| {
                    simd::dispatch(
                        #[inline(always)]
                        || soft_rows::row::<T, false>(y.row(at), factors, T::ZERO, &mut []),
                    )
                });
            }
            return;
        }
        simd::dispatch(
            #[inline(always)]
            || {
                for (at, term) in terms.iter_mut().enumerate() {
                    let first = first(at, classes, places);
                    let place = self.place(target, at, classes, places);
                    let lse = LogSumExp::new(y.data(), first, places, classes);
                    *term = self.term(&place, |c| lse.minus_log(y.data()[first + c * places]), classes);
                }
            },
        );
    }

    fn value_and_gradient(
        &self,
        y: Rows<'_, T>,
        target: Target<'_, T>,
        upstream: Upstream<'_, T>,
        terms: &mut [T],
        mut dy: RowsMut<'_, T>,
    ) {
        let (classes, places) = (y.shape()[0], places(y.shape()));
        if let Some(list) = self.hard_targets(target, places) {
            let scale = |i: usize| self.scale(list[i], upstream.at(i));
            return rows::rows(y.data(), classes, list, scale, terms, Some(dy.data()));
        }
        if places == 1 {
            for (at, term) in terms.iter_mut().enumerate() {
                let Some(factors) = self.factors(target, at, classes) else {
                    *term = T::ZERO;
                    dy.row(at).fill(T::ZERO);
                    continue;
                };
                *term = simd::dispatch(
                    #[inline(always)]
                    || soft_rows::row::<T, true>(y.row(at), factors, upstream.at(at), dy.row(at)),
                );
            }
            return;
        }
        simd::dispatch(
            #[inline(always)]
            || {
                for (at, term) in terms.iter_mut().enumerate() {
                    let first = first(at, classes, places);
                    let place = self.place(target, at, classes, places);
                    let lse = LogSumExp::new(y.data(), first, places, classes);
                    *term = self.term(&place, |c| lse.minus_log(y.data()[first + c * places]), classes);
                    // The term is Σ_c a_c (lse - y_c), so dy_c = (Σ a) softmax(y)_c - a_c.
                    let total: T = (0..classes).map(|c| self.coefficient(&place, c, classes)).sum();
                    for c in 0..classes {
                        let i = first + c * places;
                        let a = self.coefficient(&place, c, classes);
                        let slope = total * (-lse.minus_log(y.data()[i])).exp() - a;
                        dy.data()[i] = upstream.times(at, slope);
                    }
                }
            },
        );
    }
}

impl SoftmaxCrossEntropy {
    /// Σ_c a_c · (-ln softmax(y)_c); a class without weight may have probability 0.
    #[inline(always)]
    fn term<T: Real>(&self, place: &Place<'_, T>, minus_log: impl Fn(usize) -> T, classes: usize) -> T {
        let part = |c| match self.coefficient(place, c, classes) {
            a if a == T::ZERO => T::ZERO,
            a => a * minus_log(c),
        };
        (0..classes).map(part).sum()
    }
}

#[cfg(test)]
nn_check::loss_suite!(SoftmaxCrossEntropy::new(), output: [5], batch: 4, targets: classes(5));
#[cfg(test)]
nn_check::loss_suite!(
    with_everything: SoftmaxCrossEntropy::new().label_smoothing(0.1).class_weights([0.5, 2.0, 1.0]).ignore(1),
    output: [3, 2], batch: 5, targets: classes(3)
);
#[cfg(test)]
nn_check::loss_suite!(soft: SoftmaxCrossEntropy::new(), output: [3, 2], batch: 2, targets: values(0.0, 1.0));
#[cfg(test)]
nn_check::loss_suite!(
    in_vectors: SoftmaxCrossEntropy::new(), output: [20], batch: 3, targets: values(0.0, 1.0)
);
#[cfg(test)]
nn_check::loss_suite!(
    smoothed_rows: SoftmaxCrossEntropy::new().label_smoothing(0.1).class_weights([0.5, 2.0, 1.0]).ignore(1),
    output: [3], batch: 5, targets: classes(3)
);
