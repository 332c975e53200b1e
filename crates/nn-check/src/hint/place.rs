//! Where the wrong elements lie.

use super::{Case, Hint};
use crate::Element;

/// Elements that count as very few: one in fifty.
const FEW: usize = 50;

pub(super) fn hints(case: &Case<'_>) -> Vec<Hint> {
    let (size, off) = (case.elements.len(), off(case));
    let wrong = off.len();
    // Where every element differs, or there is but one, its place says nothing.
    if wrong == 0 || wrong == size || size < 2 {
        return Vec::new();
    }
    let mut hints = Vec::new();
    if wrong <= (size / FEW).max(1) {
        let worst = off.iter().max_by(|a, b| a.difference().total_cmp(&b.difference()));
        hints.extend(worst.map(|worst| Hint::Element(worst.index)));
    }
    let rows = case.shape.iter().next().copied().unwrap_or(1);
    let width = case.shape.size() / rows.max(1);
    let row = |index: usize| index / width.max(1);
    let first = off.iter().map(|e| row(e.index)).min().unwrap_or(0);
    let last = off.iter().map(|e| row(e.index)).max().unwrap_or(0);
    // In a row that is wrong most elements are: others may be right by chance, as zeros are.
    let inside = case.elements.iter().filter(|e| (first..=last).contains(&row(e.index))).count();
    let is_band = 2 * wrong > inside && last + 1 - first < rows;
    if is_band && (width > 1 || wrong > 1) {
        hints.push(Hint::Rows(first..last + 1));
    }
    hints
}

/// The elements that are wrong. A tensor may be so without any that is wrong by itself, for one is granted ten times the tensor's tolerance:
/// then those that are off by a tenth of the worst, and by more than round-off.
fn off<'a>(case: &'a Case<'_>) -> Vec<&'a Element> {
    let wrong: Vec<&Element> = case.wrong().collect();
    if !wrong.is_empty() {
        return wrong;
    }
    let largest = case.elements.iter().fold(0.0, |m: f64, e| m.max(e.difference()));
    let is_off = |e: &&Element| e.difference() > (0.1 * largest).max(e.noise);
    case.elements.iter().filter(is_off).collect()
}
