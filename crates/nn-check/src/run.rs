//! A check from its numbers to its report.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use tensor_ops::Shape;

use crate::function::{Eval, Function, Missing};
use crate::hint::Case;
use crate::numeric::{Line, Outcome, root_mean_square, round_off};
use crate::{Check, Element, Hint, Progress, Report, Tensor, Verdict};

/// Elements that climb the ladder at a time. Where all of them are wrong, the others are believed to be what they look like.
const CLIMBERS: usize = 256;

/// Elements of a tensor for which the numerical gradient without a sample is computed.
const MOST_WITHOUT: usize = 2048;

/// A tensor in a flat point.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) shape: Shape,
    pub(crate) range: Range<usize>,
}

/// What is to be checked.
pub(crate) struct Task<'a> {
    pub(crate) point: &'a [f64],
    pub(crate) parts: Vec<Part>,
    pub(crate) analytic: &'a [f64],
    /// How large the terms of the function are, where they may cancel.
    pub(crate) scale: f64,
    /// Samples of the batch, where the function can leave one out.
    pub(crate) samples: Option<usize>,
}

/// The function at the point.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin {
    here: f64,
    noise: f64,
}

/// An element that is to be looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Item {
    pub(crate) index: usize,
    analytic: f64,
    /// The root mean squares of its tensor's gradient and of the tensor.
    weight: f64,
    typical: f64,
}

impl Check {
    pub(crate) fn run(&self, task: &Task<'_>, mut function: Function<'_>) -> Report {
        let origin = origin(task, &mut function, None);
        let items: Vec<Item> =
            task.parts.iter().flat_map(|part| task.items(part, part.range.clone())).collect();
        let outcomes = self.outcomes(task, &mut function, &origin, &items);
        self.report(task, &mut function, &origin, &items, &outcomes)
    }

    /// What the differences say: a first look at every element, and the ladder where that does not settle it.
    fn outcomes(
        &self,
        task: &Task<'_>,
        function: &mut Function<'_>,
        origin: &Origin,
        items: &[Item],
    ) -> Vec<Outcome> {
        let counter = AtomicUsize::new(0);
        let done = |n: usize| {
            let done = counter.fetch_add(n, Ordering::Relaxed) + n;
            if let Some(callback) = &self.progress {
                callback(Progress { done, total: items.len() });
            }
        };
        let mut outcomes = function.map(task.point, None, items, &done, |f, point, item| {
            origin.along(f, point, item, |line| line.first_look())
        });
        let doubtful: Vec<usize> =
            (0..items.len()).filter(|&k| !outcomes[k].settles(items[k].analytic, items[k].weight)).collect();
        let mut is_hopeless = false;
        for chunk in doubtful.chunks(CLIMBERS) {
            let sharp = |k: usize| outcomes[k].is_sharp(items[k].analytic, items[k].weight);
            let climbing: Vec<usize> =
                chunk.iter().copied().filter(|&k| !(is_hopeless && sharp(k))).collect();
            let climbers: Vec<Item> = climbing.iter().map(|&k| items[k]).collect();
            let found = function.map(task.point, None, &climbers, &|_| (), |f, point, item| {
                origin.along(f, point, item, |line| line.ladder(item.analytic, item.weight))
            });
            let is_wrong = |(item, outcome): (&Item, &Outcome)| matches!(*outcome, Outcome::Smooth { slope, noise } if (slope - item.analytic).abs() > 10.0 * noise);
            is_hopeless |= chunk.len() == CLIMBERS && climbers.iter().zip(&found).all(is_wrong);
            climbing.into_iter().zip(found).for_each(|(k, outcome)| outcomes[k] = outcome);
        }
        outcomes
    }

    fn report(
        &self,
        task: &Task<'_>,
        function: &mut Function<'_>,
        origin: &Origin,
        items: &[Item],
        outcomes: &[Outcome],
    ) -> Report {
        let largest = items.iter().fold(0.0, |m: f64, item| m.max(item.weight));
        let mut found: Vec<(Tensor, Vec<Element>)> = Vec::new();
        for part in &task.parts {
            let own: Vec<(usize, Outcome)> = items
                .iter()
                .zip(outcomes)
                .filter(|(item, _)| part.range.contains(&item.index))
                .map(|(item, outcome)| (item.index - part.range.start, *outcome))
                .collect();
            let analytic = &task.analytic[part.range.clone()];
            found.push(Tensor::judge(&part.name, part.shape, analytic, &own, self.tolerance, largest));
        }
        for (part, (tensor, _)) in task.parts.iter().zip(&mut found) {
            let vanishes = tensor.squares[1] == 0.0 && tensor.squares[2] <= tensor.noise;
            tensor.unreached =
                tensor.verdict == Verdict::Vacuous && vanishes && !task.reaches(function, origin, part);
        }
        let hints: Vec<Vec<Hint>> = (0..found.len()).map(|t| hints(task, function, &found, t)).collect();
        let tensors = found.into_iter().zip(hints).map(|((tensor, _), hints)| Tensor { hints, ..tensor });
        Report { tensors: tensors.collect(), notes: Vec::new() }
    }
}

impl Task<'_> {
    /// The items of a tensor at these positions of the point.
    pub(crate) fn items(&self, part: &Part, indices: impl Iterator<Item = usize>) -> Vec<Item> {
        let finite: Vec<f64> =
            self.analytic[part.range.clone()].iter().copied().filter(|a| a.is_finite()).collect();
        let weight = root_mean_square(&finite);
        let typical = root_mean_square(&self.point[part.range.clone()]);
        indices.map(|index| Item { index, analytic: self.analytic[index], weight, typical }).collect()
    }

    /// Whether the function changes when the whole tensor moves, far enough for any dependence to show.
    fn reaches(&self, function: &mut Function<'_>, origin: &Origin, part: &Part) -> bool {
        if part.range.is_empty() {
            return true;
        }
        function.once(self.point, None, |f, point| {
            let before = point[part.range.clone()].to_vec();
            let mut changed = false;
            for by in [0.03, -0.07] {
                for (k, (moved, x)) in point[part.range.clone()].iter_mut().zip(&before).enumerate() {
                    *moved = x + by * x.abs().max(1.0) * (1.0 + (k % 7) as f64 / 7.0);
                }
                changed |= f(point).to_bits() != origin.here.to_bits();
            }
            point[part.range.clone()].copy_from_slice(&before);
            changed
        })
    }
}

impl Origin {
    /// `job` along the axis of an element.
    pub(crate) fn along<R>(
        &self,
        f: &mut Eval<'_>,
        point: &mut [f64],
        item: &Item,
        job: impl FnOnce(&mut Line<'_>) -> R,
    ) -> R {
        let x = point[item.index];
        let result = {
            let mut moved_f = |moved| {
                point[item.index] = moved;
                f(point)
            };
            job(&mut Line { f: &mut moved_f, x, here: self.here, noise: self.noise, typical: item.typical })
        };
        point[item.index] = x;
        result
    }
}

pub(crate) fn origin(task: &Task<'_>, function: &mut Function<'_>, missing: Option<Missing>) -> Origin {
    function.once(task.point, missing, |f, point| {
        let here = f(point);
        let noise = round_off(f, point).max(0.5 * f64::EPSILON * here.abs().max(task.scale));
        Origin { here, noise }
    })
}

/// What may be the matter with tensor `t`.
fn hints(
    task: &Task<'_>,
    function: &mut Function<'_>,
    found: &[(Tensor, Vec<Element>)],
    t: usize,
) -> Vec<Hint> {
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
    let is_right =
        |(i, (other, _)): (usize, &(Tensor, Vec<Element>))| i == t || other.verdict != Verdict::Wrong;
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
        let slopes = function.map(task.point, Some(which), &items, &|_| (), |f, point, item| {
            origin.along(f, point, item, |line| match line.first_look() {
                Outcome::Smooth { slope, .. } => slope,
                _ => f64::NAN,
            })
        });
        (which, slopes)
    };
    [Missing::First, Missing::Last].map(one).into()
}
