//! What the hints for a wrong tensor are made from.

use crate::function::{Function, Missing};
use crate::hint::Case;
use crate::numeric::Outcome;
use crate::run::{Judged, Task, origin};
use crate::{Element, Hint, Tensor, Verdict};

/// Elements of a tensor for which the numerical gradient without a sample is computed.
const MOST_WITHOUT: usize = 2048;

/// What may be the matter with tensor `t`.
pub(crate) fn explain(task: &Task<'_>, function: &mut Function<'_>, found: &[Judged], t: usize) -> Vec<Hint> {
    let (tensor, elements) = &found[t];
    if tensor.verdict != Verdict::Wrong {
        return Vec::new();
    }
    let start = task.parts[t].range.start;
    let others = found.iter().enumerate().filter(|(i, (_, other))| *i != t && other.len() == elements.len());
    let case = Case {
        shape: tensor.shape,
        elements,
        theta: elements.iter().map(|e| task.point[start + e.index]).collect(),
        samples: task.samples,
        others: others.map(|(_, (_, other))| other.iter().map(|e| e.numeric).collect()).collect(),
        without: if elements.len() <= MOST_WITHOUT {
            without(task, function, t, elements)
        } else {
            Vec::new()
        },
    };
    let mut hints = case.hints();
    let is_right = |(i, (other, _)): (usize, &Judged)| i == t || other.verdict != Verdict::Wrong;
    if found.len() > 1 && found.iter().enumerate().all(is_right) {
        hints.push(Hint::OneTensor);
    }
    hints
}

/// The numerical gradient of a tensor without the first and without the last sample.
fn without(
    task: &Task<'_>,
    function: &mut Function<'_>,
    t: usize,
    elements: &[Element],
) -> Vec<(Missing, Vec<f64>)> {
    if task.samples.is_none_or(|m| m < 2) {
        return Vec::new();
    }
    let part = &task.parts[t];
    let items = task.items(part, elements.iter().map(|e| part.range.start + e.index));
    let one = |which| {
        let origin = origin(task, function, Some(which));
        let slopes = function.map(task.point, Some(which), &items, |f, point, item| {
            origin.along(f, point, item, |line| match line.first_look() {
                Outcome::Smooth { slope, .. } => slope,
                _ => f64::NAN,
            })
        });
        (which, slopes)
    };
    [Missing::First, Missing::Last].map(one).into()
}

/// The hints for a tensor that stands alone, without samples. `theta` is what it is the gradient by, where it is a gradient.
pub(crate) fn hints_of_one(tensor: &Tensor, elements: &[Element], theta: Option<&[f64]>) -> Vec<Hint> {
    if tensor.verdict != Verdict::Wrong {
        return Vec::new();
    }
    let theta = elements.iter().map(|e| theta.map_or(f64::NAN, |theta| theta[e.index])).collect();
    let case =
        Case { shape: tensor.shape, elements, theta, samples: None, others: Vec::new(), without: Vec::new() };
    case.hints()
}
