//! A check from its numbers to its report.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use tensor_ops::Shape;

use crate::direction::Seen;
use crate::explain::explain;
use crate::function::{Eval, Function, Who};
use crate::meter::Meter;
use crate::numeric::{Line, Outcome, root_mean_square, round_off};
use crate::{Check, Element, Report, Tensor, Verdict, sample};

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
    /// The number of its tensor.
    tensor: usize,
    analytic: f64,
    /// The root mean squares of its tensor's gradient and of the tensor.
    weight: f64,
    typical: f64,
}

impl Check {
    pub(crate) fn run(&self, task: &Task<'_>, who: Who<'_>) -> Report {
        let meter = Meter::new(&self.progress);
        let report = self.run_along(task, who, &meter);
        meter.end();
        report
    }

    /// A check that may be a part of a longer one.
    pub(crate) fn run_along(&self, task: &Task<'_>, who: Who<'_>, meter: &Arc<Meter>) -> Report {
        let mut function = Function::new(who, meter.clone());
        let origin = origin(task, &mut function);
        let sizes: Vec<usize> = task.parts.iter().map(|part| part.range.len()).collect();
        let (sample, directions) = self.plan(sizes.iter().sum(), sizes.len());
        let quotas = sample::quotas(&sizes, sample);
        let mut items: Vec<Item> = Vec::new();
        for (t, (part, &quota)) in task.parts.iter().zip(&quotas).enumerate() {
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
            items.extend(task.items(t, positions.into_iter().map(|i| part.range.start + i)));
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
            more.extend(task.items(tensor, new));
        }
        outcomes.extend(self.outcomes(task, function, origin, &more));
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
        let mut outcomes = function.map(task.point, None, items, |f, point, item| {
            origin.along(f, point, item, |line| line.first_look_with(self.key(item.index)))
        });
        let mut doubtful: Vec<Vec<usize>> = vec![Vec::new(); task.parts.len()];
        for (k, (item, outcome)) in items.iter().zip(&outcomes).enumerate() {
            if !outcome.settles(item.analytic, item.weight) {
                doubtful[item.tensor].push(k);
            }
        }
        // In each round some of every tensor climb, so that one that is wrong everywhere costs the others nothing and excuses none of them.
        let longest = doubtful.iter().map(Vec::len).max().unwrap_or(0);
        let mut is_hopeless = vec![false; task.parts.len()];
        for round in 0..longest.div_ceil(CLIMBERS) {
            let sharp = |k: usize| outcomes[k].is_sharp(items[k].analytic, items[k].weight);
            let chunks = || doubtful.iter().filter_map(|all| all.chunks(CLIMBERS).nth(round));
            let climbing: Vec<usize> = chunks()
                .flatten()
                .copied()
                .filter(|&k| !(is_hopeless[items[k].tensor] && sharp(k)))
                .collect();
            let climbers: Vec<Item> = climbing.iter().map(|&k| items[k]).collect();
            let found = function.map(task.point, None, &climbers, |f, point, item| {
                let key = self.key(item.index);
                origin.along(f, point, item, |line| line.ladder_with(item.analytic, item.weight, key))
            });
            for chunk in chunks().filter(|chunk| chunk.len() == CLIMBERS) {
                is_hopeless[items[chunk[0]].tensor] = true;
            }
            for ((k, item), outcome) in climbing.into_iter().zip(&climbers).zip(found) {
                let is_wrong = matches!(outcome, Outcome::Smooth { slope, noise }
                    if (slope - item.analytic).abs() > 10.0 * noise);
                is_hopeless[item.tensor] &= is_wrong;
                outcomes[k] = outcome;
            }
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
        let mut by_tensor: Vec<Vec<(usize, Outcome)>> = vec![Vec::new(); task.parts.len()];
        for (item, outcome) in items.iter().zip(outcomes) {
            by_tensor[item.tensor].push((item.index - task.parts[item.tensor].range.start, *outcome));
        }
        for (part, mut own) in task.parts.iter().zip(by_tensor) {
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
    let hints = explain(task, function, origin, &judged);
    let tensors = judged.into_iter().zip(hints).map(|((tensor, _), hints)| Tensor { hints, ..tensor });
    Report { tensors: tensors.collect() }
}

impl Task<'_> {
    /// The items of a tensor at these positions of the point.
    pub(crate) fn items(&self, tensor: usize, indices: impl Iterator<Item = usize>) -> Vec<Item> {
        let part = &self.parts[tensor];
        let finite: Vec<f64> =
            self.analytic[part.range.clone()].iter().copied().filter(|a| a.is_finite()).collect();
        let weight = root_mean_square(&finite);
        let typical = root_mean_square(&self.point[part.range.clone()]);
        indices.map(|index| Item { index, tensor, analytic: self.analytic[index], weight, typical }).collect()
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

fn origin(task: &Task<'_>, function: &mut Function<'_>) -> Origin {
    function.once(task.point, None, |f, point| {
        let here = f(point);
        let noise = round_off(f, point).max(0.5 * f64::EPSILON * here.abs().max(task.scale));
        Origin { here, noise }
    })
}
