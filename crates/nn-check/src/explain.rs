//! What the hints for a wrong tensor are made from.

use crate::function::{Function, Missing};
use crate::hint::Case;
use crate::numeric::Outcome;
use crate::run::{Judged, Origin, Task};
use crate::tensor::unit;
use crate::{Element, Hint, Tensor, Verdict};

/// Elements of a tensor for which the numerical gradient without a sample is computed.
const MOST_WITHOUT: usize = 2048;

/// Other tensors whose gradient may have been added, at most: the nearest ones in the layout.
const MOST_OTHERS: usize = 16;

/// What may be the matter with each tensor.
pub(crate) fn explain(
    task: &Task<'_>,
    function: &mut Function<'_>,
    origin: &Origin,
    found: &[Judged],
) -> Vec<Vec<Hint>> {
    let wrong = found.iter().filter(|(tensor, _)| tensor.verdict == Verdict::Wrong).count();
    let mut hints = vec![Vec::new(); found.len()];
    if wrong == 0 {
        return hints;
    }
    // The value changes without a sample, its round-off hardly does: it is not measured again.
    let mut lone = Vec::new();
    if task.samples.is_some_and(|m| m > 1) {
        for which in [Missing::First, Missing::Last] {
            let here = function.once(task.point, Some(which), |f, point| f(point));
            lone.push((which, Origin { here, noise: origin.noise }));
        }
    }
    let numeric: Vec<Vec<f64>> =
        found.iter().map(|(_, elements)| elements.iter().map(|e| e.numeric).collect()).collect();
    for (t, (tensor, elements)) in found.iter().enumerate() {
        if tensor.verdict != Verdict::Wrong {
            continue;
        }
        let by = factor(elements);
        let start = task.parts[t].range.start;
        let (low, high) = (t.saturating_sub(MOST_OTHERS / 2), (t + 1 + MOST_OTHERS / 2).min(found.len()));
        let others = (low..high).filter(|&i| i != t && numeric[i].len() == elements.len());
        let case = Case {
            shape: tensor.shape,
            elements: &scaled(elements, by),
            theta: elements.iter().map(|e| task.point[start + e.index]).collect(),
            samples: task.samples,
            others: others.map(|i| numeric[i].iter().map(|n| n * by).collect()).collect(),
            without: without(task, function, &lone, t, elements, by),
        };
        hints[t] = case.hints().into_iter().map(|hint| unscaled(hint, by)).collect();
        if found.len() > 1 && wrong == 1 {
            hints[t].push(Hint::OneTensor);
        }
    }
    hints
}

/// The numerical gradient of a tensor without the first and without the last sample.
fn without(
    task: &Task<'_>,
    function: &mut Function<'_>,
    lone: &[(Missing, Origin)],
    t: usize,
    elements: &[Element],
    by: f64,
) -> Vec<(Missing, Vec<f64>)> {
    if elements.len() > MOST_WITHOUT {
        return Vec::new();
    }
    let items = task.items(t, elements.iter().map(|e| task.parts[t].range.start + e.index));
    let one = |(which, origin): &(Missing, Origin)| {
        let slopes = function.map(task.point, Some(*which), &items, |f, point, item| {
            origin.along(f, point, item, |line| match line.first_look() {
                Outcome::Smooth { slope, .. } => by * slope,
                _ => f64::NAN,
            })
        });
        (*which, slopes)
    };
    lone.iter().map(one).collect()
}

/// A factor that brings numbers whose squares are no numbers, or 0, to a size of 1.
fn factor(elements: &[Element]) -> f64 {
    let unit = unit(elements);
    if (1e-100..=1e100).contains(&unit) { 1.0 } else { 1.0 / unit }
}

fn scaled(elements: &[Element], by: f64) -> Vec<Element> {
    let scaled = |e: &Element| Element {
        analytic: by * e.analytic,
        numeric: by * e.numeric,
        noise: by * e.noise,
        ..*e
    };
    elements.iter().map(scaled).collect()
}

/// A hint for numbers that were scaled.
fn unscaled(hint: Hint, by: f64) -> Hint {
    match hint {
        Hint::Penalty(c) => Hint::Penalty(c / by),
        other => other,
    }
}

/// The hints for a tensor that stands alone, without samples. `theta` is what it is the gradient by, where it is a gradient.
pub(crate) fn hints_of_one(tensor: &Tensor, elements: &[Element], theta: Option<&[f64]>) -> Vec<Hint> {
    if tensor.verdict != Verdict::Wrong {
        return Vec::new();
    }
    let theta = elements.iter().map(|e| theta.map_or(f64::NAN, |theta| theta[e.index])).collect();
    let by = factor(elements);
    let elements = &scaled(elements, by);
    let case =
        Case { shape: tensor.shape, elements, theta, samples: None, others: Vec::new(), without: Vec::new() };
    case.hints().into_iter().map(|hint| unscaled(hint, by)).collect()
}
