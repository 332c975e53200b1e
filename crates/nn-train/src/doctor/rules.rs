//! The rules: what a figure must be for a finding.

use super::stats::{TensorStats, UnitStats};
use super::{Finding, Rule};
use crate::History;

/// How far gradients of the first and the last weights may lie apart. Right initialisation keeps them within a factor of ten or so over
/// tens of layers (He et al., 2015).
const DEPTH: f64 = 1e3;
/// A gradient that is so many times as long as the weights: with a usual rate of 1e-3 one step would replace them all. Where outputs grow
/// with depth too, every layer has its share of it, and no ratio shows.
const HUGE: f64 = 1e3;
/// The shares of units above which a layer is called dead or saturated.
const DEAD: f64 = 0.4;
const SATURATED: f64 = 0.5;
/// The bounds of ‖Δw‖/‖w‖, two to three orders of magnitude around the usual 1e-3.
const UPDATE: (f64, f64) = (1e-6, 0.1);

pub(super) fn finding(rule: Rule, step: u64, place: Option<&str>, what: String) -> Finding {
    Finding { rule, step, place: place.map(String::from), what }
}

/// Gradients over depth, of the weights: tensors of rank 2 and more.
pub(super) fn depth(step: u64, tensors: &[TensorStats]) -> Option<Finding> {
    let weights: Vec<&TensorStats> = tensors.iter().filter(|t| t.rank > 1).collect();
    let [first, .., last] = weights[..] else { return None };
    if weights.len() < 3 || last.gradient() == 0.0 {
        return None;
    }
    if let Some(huge) = weights.iter().find(|t| t.gradient_norm > HUGE * t.weight_norm) {
        let (g, w) = (huge.gradient_norm, huge.weight_norm);
        let what =
            format!("the gradient of {} has the norm {g:.1e}, the weights themselves {w:.1e}", huge.name);
        return Some(finding(Rule::ExplodingGradients, step, Some(&huge.name), what));
    }
    let ratio = first.gradient() / last.gradient();
    let (rule, words) = match ratio {
        r if r > DEPTH => (Rule::ExplodingGradients, "larger"),
        r if r < 1.0 / DEPTH => (Rule::VanishingGradients, "smaller"),
        _ => return None,
    };
    let factor = if ratio > 1.0 { ratio } else { 1.0 / ratio };
    let what = format!(
        "the gradient of {} is {factor:.0e} times {words} than that of {}, for an element ({:.1e} and {:.1e})",
        first.name,
        last.name,
        first.gradient(),
        last.gradient()
    );
    Some(finding(rule, step, Some(&first.name), what))
}

/// Units that do not fire, or do not move.
pub(super) fn units(step: u64, units: &[UnitStats]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for unit in units {
        if unit.dead > DEAD {
            let what = format!("{:.0}% of the units are 0 for every sample", 100.0 * unit.dead);
            findings.push(finding(Rule::DeadUnits, step, Some(&unit.name), what));
        }
        if unit.saturated > SATURATED {
            let what = format!("{:.0}% of the outputs are at the flat ends", 100.0 * unit.saturated);
            findings.push(finding(Rule::SaturatedUnits, step, Some(&unit.name), what));
        }
    }
    findings
}

/// Steps that are too large or too small for the weights. A small one counts while there is much to learn.
pub(super) fn updates(step: u64, tensors: &[TensorStats], is_learning: bool) -> Vec<Finding> {
    let weights = tensors.iter().filter(|t| t.rank > 1 && t.weight_norm > 0.0 && t.update_norm > 0.0);
    weights
        .filter(|t| t.update_ratio() > UPDATE.1 || (is_learning && t.update_ratio() < UPDATE.0))
        .map(|t| {
            let what = format!("a step changes {} by {:.0e} of its size", t.name, t.update_ratio());
            finding(Rule::UpdateRatio, step, Some(&t.name), what)
        })
        .collect()
}

/// The first loss of a classifier beside ln C.
pub(super) fn first_loss(loss: f64, classes: usize) -> Option<Finding> {
    let chance = (classes as f64).ln();
    if classes < 2 || (0.25 * chance..2.0 * chance).contains(&loss) {
        return None;
    }
    let what = format!(
        "the first loss is {loss:.3}, and guessing among {classes} classes costs ln {classes} = {chance:.3}"
    );
    Some(finding(Rule::FirstLoss, 0, None, what))
}

/// Rules on the curves, after an epoch.
pub(super) fn curves(step: u64, history: &History, first_loss: f64, chance: Option<f64>) -> Vec<Finding> {
    let losses: Vec<f64> = history.epochs.iter().map(|epoch| epoch.running.loss).collect();
    let Some(&now) = losses.last() else { return Vec::new() };
    let mut findings = Vec::new();
    let lowest = losses.iter().copied().fold(f64::INFINITY, f64::min);
    let is_where_it_began = losses[0] > 0.8 * first_loss && lowest > 0.99 * losses[0];
    if losses.len() >= 3 && is_where_it_began {
        let what = format!("after {} epochs it is {now:.4}, and began at {first_loss:.4}", losses.len());
        findings.push(finding(Rule::LossStuck, step, None, what));
    } else if let [.., then, _, _, _, _, _] = losses[..] {
        let best = losses[losses.len() - 5..].iter().copied().fold(f64::INFINITY, f64::min);
        if best > 0.999 * then && now > 0.1 * first_loss {
            let what = format!("the training loss was {then:.4} five epochs ago, and is {now:.4}");
            findings.push(finding(Rule::Plateau, step, None, what));
        }
    }
    findings.extend(overfitting(step, history));
    findings.extend(chance.and_then(|chance| shuffled(step, history, chance)));
    findings
}

/// The validation loss beside the training loss.
fn overfitting(step: u64, history: &History) -> Option<Finding> {
    let losses: Vec<f64> = history.epochs.iter().filter_map(|epoch| epoch.metric("loss")).collect();
    let (best, lowest) = losses.iter().copied().enumerate().min_by(|a, b| a.1.total_cmp(&b.1))?;
    let (last, epoch) = (*losses.last()?, history.last()?);
    let then = history.epochs.get(best)?.running.loss;
    let since = losses.len() - 1 - best;
    if since < 3 || last < 1.1 * lowest || epoch.running.loss > 0.95 * then || epoch.running.loss > 0.7 * last
    {
        return None;
    }
    let what = format!(
        "the validation loss has risen from {lowest:.4} to {last:.4} in {since} epochs, and the training loss has fallen to {:.4}",
        epoch.running.loss
    );
    Some(finding(Rule::Overfitting, step, None, what))
}

/// A training set that is learned, and a validation set that is guessed.
fn shuffled(step: u64, history: &History, chance: f64) -> Option<Finding> {
    let epoch = history.last()?;
    let (train, validation) = (epoch.running.accuracy?, epoch.metric("accuracy")?);
    if epoch.number < 3 || train < chance + 0.3 || validation > chance + 0.05 {
        return None;
    }
    let what = format!(
        "{:.0}% of the training set are right and {:.0}% of the validation set, where guessing gives {:.0}%",
        100.0 * train,
        100.0 * validation,
        100.0 * chance
    );
    Some(finding(Rule::ShuffledLabels, step, None, what))
}

/// Classes with samples that no output of the epoch named.
pub(super) fn classes(step: u64, counts: &[usize], predicted: &[u64]) -> Vec<Finding> {
    let samples: usize = counts.iter().sum();
    let mut findings = Vec::new();
    for (class, &count) in counts.iter().enumerate() {
        // Of a class with few samples nothing is expected; an epoch that was only partly seen says nothing.
        if count < 10 || (predicted.iter().sum::<u64>() as usize) < samples {
            continue;
        }
        if predicted.get(class).copied().unwrap_or(0) == 0 {
            let what =
                format!("class {class} has {count} of {samples} samples, and no output of an epoch names it");
            findings.push(finding(Rule::ClassNeverPredicted, step, Some(&format!("class {class}")), what));
        }
    }
    findings
}
