//! Where the wrong elements lie.

use super::{Case, Hint};

/// Elements that count as very few: one in fifty.
const FEW: usize = 50;

pub(super) fn hints(case: &Case<'_>) -> Vec<Hint> {
    let (size, wrong) = (case.elements.len(), case.wrong().count());
    // Where every element differs, or there is but one, its place says nothing.
    if wrong == 0 || wrong == size || size < 2 {
        return Vec::new();
    }
    let mut hints = Vec::new();
    if wrong <= (size / FEW).max(1) {
        let worst = case.wrong().max_by(|a, b| a.difference().total_cmp(&b.difference()));
        hints.extend(worst.map(|worst| Hint::Element(worst.index)));
    }
    let rows = case.shape.iter().next().copied().unwrap_or(1);
    let width = case.shape.size() / rows.max(1);
    let row = |index: usize| index / width.max(1);
    let first = case.wrong().map(|e| row(e.index)).min().unwrap_or(0);
    let last = case.wrong().map(|e| row(e.index)).max().unwrap_or(0);
    // In a row that is wrong most elements are: others may be right by chance, as zeros are.
    let inside = case.elements.iter().filter(|e| (first..=last).contains(&row(e.index))).count();
    let is_band = 2 * wrong > inside && last + 1 - first < rows;
    if is_band && (width > 1 || wrong > 1) {
        hints.push(Hint::Rows(first..last + 1));
    }
    hints
}
