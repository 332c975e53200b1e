//! Targets that are class numbers: their weights, and the one that does not count.

use nn_core::{LossError, Target};
use tensor_ops::{Real, Shape};

use super::checks::check_setting;

/// What losses on class numbers have in common.
#[derive(Debug, Clone, Default)]
pub(super) struct Classes {
    pub(super) weights: Option<Vec<f64>>,
    /// Left out as a target; it may lie outside the range.
    pub(super) ignored: Option<usize>,
}

impl Classes {
    /// The weight of a class in the range.
    #[inline(always)]
    pub(super) fn weight<T: Real>(&self, class: usize) -> T {
        self.weights.as_ref().map_or(T::ONE, |weights| T::from_f64(weights[class]))
    }

    /// What a term with this target is multiplied by.
    #[inline(always)]
    pub(super) fn factor<T: Real>(&self, class: usize) -> T {
        if Some(class) == self.ignored { T::ZERO } else { self.weight(class) }
    }

    /// The number of classes of outputs that the weights fit.
    pub(super) fn check_output(&self, loss: &'static str, output: &Shape) -> Result<usize, LossError> {
        let Some(&classes) = output.as_slice().first() else {
            return Err(LossError::OutputShape { loss, output: *output, expected: "[m, classes, ..]" });
        };
        if let Some(weights) = &self.weights {
            let holds = weights.len() == classes && weights.iter().all(|w| w.is_finite() && *w >= 0.0);
            check_setting(loss, holds, || {
                format!("expected {classes} finite class weights >= 0, got {weights:?}")
            })?;
        }
        Ok(classes)
    }

    /// Class numbers as targets: how many, and their range.
    pub(super) fn check<T>(
        &self,
        loss: &'static str,
        output: &Shape,
        samples: usize,
        target: &Target<'_, T>,
    ) -> Result<(), LossError> {
        let classes = self.check_output(loss, output)?;
        let Target::Classes(list) = *target else {
            return Err(LossError::Kind { loss, expected: "class numbers (`Targets::Classes`)" });
        };
        if list.len() != samples * places(output) {
            let targets = format!("{} class numbers: {}", list.len(), expected(output, samples));
            return Err(LossError::Shape { loss, output: *output, samples, targets });
        }
        let is_bad = |class: usize| class >= classes && Some(class) != self.ignored;
        match list.iter().position(|&class| is_bad(class)) {
            Some(position) => Err(LossError::Class { loss, position, class: list[position], classes }),
            None => Ok(()),
        }
    }

    /// The weights of the targets that count, summed: what PyTorch's mean divides by.
    pub(super) fn total<T: Real>(&self, list: &[usize]) -> T {
        let counted = list.iter().filter(|&&class| Some(class) != self.ignored);
        match self.weights {
            None => T::from_usize(counted.count()),
            // In f64: thousands of weights summed one by one in f32 would be wrong in the fifth digit.
            Some(_) => T::from_f64(counted.map(|&class| self.weight::<f64>(class)).sum()),
        }
    }
}

/// How many class numbers there should be, and why.
fn expected(output: &Shape, samples: usize) -> String {
    let places = places(output);
    if places == 1 {
        return format!("expected {samples}, one for each sample");
    }
    format!(
        "expected {} ({samples} times {places}), one for each place behind the axis of the classes; where a sample has one class, \
         its output has shape [classes] (is a `Flatten` missing?)",
        samples * places
    )
}

/// Targets of a sample: the classes are its first axis, and every position behind it has one.
pub(super) fn places(output: &Shape) -> usize {
    output.size() / output.as_slice().first().copied().unwrap_or(1).max(1)
}

/// Where the first class of place `at` of the batch stands; the others follow at a distance of `places`.
#[inline(always)]
pub(super) fn first(at: usize, classes: usize, places: usize) -> usize {
    at / places * classes * places + at % places
}

/// The class numbers of targets that `check` has accepted.
pub(super) fn list<'a, T>(loss: &'static str, target: Target<'a, T>) -> &'a [usize] {
    match target {
        Target::Classes(list) => list,
        _ => panic!("{loss}: expected class numbers as targets"),
    }
}
