//! A check from its numbers to its report.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use tensor_ops::Shape;

use crate::direction::Seen;
use crate::explain::explain;
use crate::function::{Eval, Function, Missing};
use crate::numeric::{Line, Outcome, root_mean_square, round_off};
use crate::{Check, Element, Hint, Progress, Report, Tensor, Verdict, sample};

/// Elements that climb the ladder at a time. Where all of them are wrong, the others are believed to be what they look like.
const CLIMBERS: usize = 256;

/// A wrong tensor of at most so many elements is looked at as a whole, for the sake of the hints.
const MOST_CLOSER: usize = 4096;

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
    pub(crate) here: f64,
    pub(crate) noise: f64,
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
        let sizes: Vec<usize> = task.parts.iter().map(|part| part.range.len()).collect();
        let (sample, directions) = self.plan(sizes.iter().sum(), sizes.len());
        let quotas = sample::quotas(&sizes, sample);
        let mut items: Vec<Item> = Vec::new();
        for (part, &quota) in task.parts.iter().zip(&quotas) {
            let mut positions = sample::positions(part.range.len(), quota, self.seed, &part.name);
            // What is no number needs no sample to be seen.
            let analytic = &task.analytic[part.range.clone()];
            let strange = (0..analytic.len()).filter(|&i| !analytic[i].is_finite());
            if quota < analytic.len() {
                let strange: Vec<usize> = strange.take(MOST_CLOSER).collect();
                positions.extend(strange);
                positions.sort_unstable();
                positions.dedup();
            }
            items.extend(task.items(part, positions.into_iter().map(|i| part.range.start + i)));
        }
        let mut outcomes = self.outcomes(task, &mut function, &origin, &items);
        let partial: Vec<usize> = (0..sizes.len()).filter(|&t| quotas[t] < sizes[t]).collect();
        let seen = self.look_along(task, &mut function, &origin, &partial, directions);
        // What the directions found is looked at like everything else.
        let found: Vec<(usize, Vec<usize>)> =
            seen.iter().map(|seen| (seen.tensor, seen.found.clone())).collect();
        self.look_closer(task, &mut function, &origin, &mut items, &mut outcomes, found);
        let mut judged = self.judge(task, &items, &outcomes, &seen);
        // Some hints need a whole tensor.
        let is_telling = |&t: &usize| judged[t].0.verdict == Verdict::Wrong && sizes[t] <= MOST_CLOSER;
        let wrong: Vec<(usize, Vec<usize>)> = partial
            .into_iter()
            .filter(is_telling)
            .map(|t| (t, task.parts[t].range.clone().collect()))
            .collect();
        if !wrong.is_empty() {
            self.look_closer(task, &mut function, &origin, &mut items, &mut outcomes, wrong);
            judged = self.judge(task, &items, &outcomes, &seen);
        }
        report(task, &mut function, &origin, judged)
    }

    /// Looks at more elements: positions in the point, by tensor.
    fn look_closer(
        &self,
        task: &Task<'_>,
        function: &mut Function<'_>,
        origin: &Origin,
        items: &mut Vec<Item>,
        outcomes: &mut Vec<Outcome>,
        positions: Vec<(usize, Vec<usize>)>,
    ) {
        let known: HashSet<usize> = items.iter().map(|item| item.index).collect();
        let mut more = Vec::new();
        for (tensor, positions) in positions {
            let new = positions.into_iter().filter(|index| !known.contains(index));
            more.extend(task.items(&task.parts[tensor], new));
        }
        let silent = Check { progress: None, ..self.clone() };
        outcomes.extend(silent.outcomes(task, function, origin, &more));
        items.extend(more);
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
            origin.along(f, point, item, |line| line.first_look_with(self.key(item.index)))
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
                let key = self.key(item.index);
                origin.along(f, point, item, |line| line.ladder_with(item.analytic, item.weight, key))
            });
            let is_wrong = |(item, outcome): (&Item, &Outcome)| matches!(*outcome, Outcome::Smooth { slope, noise } if (slope - item.analytic).abs() > 10.0 * noise);
            is_hopeless |= chunk.len() == CLIMBERS && climbers.iter().zip(&found).all(is_wrong);
            climbing.into_iter().zip(found).for_each(|(k, outcome)| outcomes[k] = outcome);
        }
        outcomes
    }

    /// What the steps at a position are drawn from.
    pub(crate) fn key(&self, index: usize) -> u64 {
        self.seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ index as u64
    }

    /// The verdicts on the tensors, with those on their elements.
    fn judge(&self, task: &Task<'_>, items: &[Item], outcomes: &[Outcome], seen: &[Seen]) -> Vec<Judged> {
        let largest = items.iter().fold(0.0, |m: f64, item| m.max(item.weight));
        let mut judged = Vec::new();
        for part in &task.parts {
            let mut own: Vec<(usize, Outcome)> = items
                .iter()
                .zip(outcomes)
                .filter(|(item, _)| part.range.contains(&item.index))
                .map(|(item, outcome)| (item.index - part.range.start, *outcome))
                .collect();
            own.sort_by_key(|(index, _)| *index);
            let analytic = &task.analytic[part.range.clone()];
            judged.push(Tensor::judge(&part.name, part.shape, analytic, &own, self.tolerance, largest));
        }
        for seen in seen {
            judged[seen.tensor].0.add_directions(seen);
        }
        judged
    }
}

/// A tensor with the elements that were looked at.
pub(crate) type Judged = (Tensor, Vec<Element>);

fn report(task: &Task<'_>, function: &mut Function<'_>, origin: &Origin, mut judged: Vec<Judged>) -> Report {
    for (part, (tensor, _)) in task.parts.iter().zip(&mut judged) {
        let vanishes = tensor.squares[1] == 0.0 && tensor.squares[2] <= tensor.noise;
        tensor.unreached =
            tensor.verdict == Verdict::Vacuous && vanishes && !task.reaches(function, origin, part);
    }
    let hints: Vec<Vec<Hint>> = (0..judged.len()).map(|t| explain(task, function, &judged, t)).collect();
    let tensors = judged.into_iter().zip(hints).map(|((tensor, _), hints)| Tensor { hints, ..tensor });
    Report { tensors: tensors.collect() }
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
