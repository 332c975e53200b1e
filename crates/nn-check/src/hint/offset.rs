//! Something is added: a - n has a pattern of its own.

use super::{Case, Hint, Missing};
use crate::Element;

pub(super) fn hints(case: &Case<'_>, found: &[Hint]) -> Vec<Hint> {
    let mut hints = Vec::new();
    let offset = Offset::of(case);
    // Where n itself is a multiple of θ a factor says the same in fewer words.
    if case.elements.len() > 1
        && !found.iter().any(|hint| matches!(hint, Hint::Sign | Hint::BatchSize(_) | Hint::Ratio(_)))
        && let Some(c) = offset.factor(&case.theta)
    {
        hints.push(Hint::Penalty(c));
    }
    // Where the gradient differs by a factor, or a sample is missing, that is the term.
    let is_explained =
        |hint: &Hint| matches!(hint, Hint::Sign | Hint::BatchSize(_) | Hint::Ratio(_) | Hint::Sample(_));
    if !found.iter().any(is_explained) && is_term(case, &offset) {
        hints.push(Hint::Term);
    }
    hints
}

/// a - n, with its round-off.
struct Offset<'a> {
    elements: &'a [Element],
    difference: Vec<f64>,
}

impl Offset<'_> {
    fn of<'a>(case: &Case<'a>) -> Offset<'a> {
        let difference = case.elements.iter().map(|e| e.analytic - e.numeric).collect();
        Offset { elements: case.elements, difference }
    }

    /// Whether a - n is `candidate`, to a thousandth of it or to round-off that is no more than a tenth.
    fn is(&self, candidate: &[f64]) -> bool {
        let (mut rest, mut size, mut noise) = (0.0, 0.0, 0.0);
        for ((e, d), c) in self.elements.iter().zip(&self.difference).zip(candidate) {
            if e.numeric.is_nan() || c.is_nan() {
                continue;
            }
            rest += (d - c).powi(2);
            size += d * d;
            noise += e.noise.powi(2);
        }
        size > 0.0 && rest <= (1e-6 * size).max(noise.min(1e-2 * size))
    }

    /// c where a - n = c·`of`.
    fn factor(&self, of: &[f64]) -> Option<f64> {
        let pairs = || self.difference.iter().zip(of).filter(|(d, o)| d.is_finite() && o.is_finite());
        let (above, below) =
            pairs().fold((0.0, 0.0), |(above, below), (d, o)| (above + d * o, below + o * o));
        let c: f64 = above / below;
        let scaled: Vec<f64> = of.iter().map(|o| c * o).collect();
        (c.is_finite() && c != 0.0 && self.is(&scaled)).then_some(c)
    }
}

fn is_term(case: &Case<'_>, offset: &Offset<'_>) -> bool {
    let n = case.numeric();
    if n.len() < 2 {
        return false;
    }
    let ones = vec![1.0; n.len()];
    let signs: Vec<f64> = case.theta.iter().map(|t| if *t == 0.0 { 0.0 } else { t.signum() }).collect();
    let is_part = |of: &[f64]| offset.factor(of).is_some();
    // The share of a sample: twice in a, or nothing else in it.
    let share = |(_, without): &(Missing, Vec<f64>)| {
        let share: Vec<f64> = n.iter().zip(without).map(|(n, w)| n - w).collect();
        offset.factor(&share).is_some() || case.factor(&share).is_some()
    };
    is_part(&ones)
        || is_part(&signs)
        || case.others.iter().any(|other| is_part(other))
        || case.without.iter().any(share)
        || case.is_whole() && is_the_same_along_an_axis(case, offset)
}

/// Whether a - n is the same in every row, or in every column: a term that is broadcast.
fn is_the_same_along_an_axis(case: &Case<'_>, offset: &Offset<'_>) -> bool {
    let lengths = case.shape.as_slice();
    let (Some(&rows), Some(&columns)) = (lengths.first(), lengths.last()) else { return false };
    let (d, size) = (&offset.difference, case.shape.size());
    if lengths.len() < 2 || d.iter().any(|d| d.is_nan()) {
        return false;
    }
    let width = size / rows;
    let mean_row: Vec<f64> =
        (0..width).map(|j| (0..rows).map(|i| d[i * width + j]).sum::<f64>() / rows as f64).collect();
    let same_rows: Vec<f64> = (0..size).map(|at| mean_row[at % width]).collect();
    let mean = |chunk: &[f64]| chunk.iter().sum::<f64>() / columns as f64;
    let same_columns: Vec<f64> = d.chunks(columns).flat_map(|c| vec![mean(c); columns]).collect();
    rows > 2 && offset.is(&same_rows) || columns > 2 && offset.is(&same_columns)
}
