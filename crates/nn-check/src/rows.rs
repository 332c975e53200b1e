//! A Jacobian judged row by row: each output in units of its own.

use tensor_ops::Shape;

use crate::columns::{Columns, Slope};
use crate::direction::WrongSlope;
use crate::numeric::{Outcome, root_mean_square};
use crate::run::Judged;
use crate::tensor::{Tensor, WORST, distance};
use crate::{Element, Verdict};

/// The findings for all rows as one tensor. The distance is the course's with each row in units of its own norm, so that a row of 1e-6
/// counts as much as one of 1e6.
pub(crate) fn judge(name: &str, tolerance: f64, columns: &Columns<'_, '_>) -> Judged {
    let (outputs, analytic) = (columns.outputs, columns.analytic);
    let inputs = analytic.len() / outputs.max(1);
    let mut known: Vec<usize> = columns.found.keys().copied().collect();
    known.sort_unstable();
    let row = |i: usize| -> Vec<(usize, Outcome)> {
        known.iter().map(|j| (i * inputs + j, columns.found[j][i])).collect()
    };
    let all: Vec<(usize, Outcome)> = (0..outputs).flat_map(row).collect();
    let shape = Shape::from([outputs, inputs]);
    let largest = root_mean_square(&finite(analytic));
    let (mut tensor, _) = Tensor::judge(name, shape, analytic, &all, tolerance, largest);

    let (mut elements, mut ranked, mut verdicts) = (Vec::new(), Vec::new(), Vec::new());
    let mut noise = 0.0;
    tensor.squares = [0.0; 3];
    (tensor.wrong, tensor.inconclusive) = (0, 0);
    for i in 0..outputs {
        let own = &analytic[i * inputs..][..inputs];
        let outcomes: Vec<(usize, Outcome)> = known.iter().map(|&j| (j, columns.found[&j][i])).collect();
        let weight = root_mean_square(&finite(own));
        let (row, found) = Tensor::judge(name, Shape::from(inputs), own, &outcomes, tolerance, weight);
        let unit = (row.squares[1] + row.squares[2]).sqrt();
        let unit = if unit > 0.0 { unit } else { 1.0 };
        tensor.squares.iter_mut().zip(row.squares).for_each(|(sum, square)| *sum += square / (unit * unit));
        noise += row.noise / (unit * unit);
        tensor.wrong += row.wrong;
        tensor.inconclusive += row.inconclusive;
        verdicts.push(row.verdict);
        for e in found {
            let e = Element { index: i * inputs + e.index, ..e };
            // A wrong element by its share of the row.
            let badness =
                if e.verdict == Verdict::Wrong { e.difference() / row.unit / unit } else { e.badness() };
            elements.push(e);
            ranked.push((badness, e));
        }
    }
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.index.cmp(&b.1.index)));
    tensor.worst = ranked.into_iter().take(WORST).map(|(_, e)| e).collect();
    (tensor.noise, tensor.distance) = (noise, distance(tensor.squares));
    tensor.verdict = together(&verdicts);
    (tensor, elements)
}

/// The rows as the tensors of a report: one that is wrong decides.
fn together(rows: &[Verdict]) -> Verdict {
    let first = [Verdict::Wrong, Verdict::Kink, Verdict::Inconclusive, Verdict::Correct];
    first.into_iter().find(|verdict| rows.contains(verdict)).unwrap_or(Verdict::Vacuous)
}

/// What the directions showed of rows that were not looked at as a whole.
pub(crate) fn add_directions(tensor: &mut Tensor, seen: &[Vec<Slope>], tolerance: f64) {
    for slopes in seen {
        let with_slope = || slopes.iter().filter(|s| !s.numeric.is_nan());
        // The row of which least is seen.
        let limit = |s: &Slope| s.allowed + 12.0 * tolerance * s.norm;
        let blur = with_slope().map(|s| limit(s) / s.norm.max(f64::MIN_POSITIVE)).fold(0.0, f64::max);
        if with_slope().count() == slopes.len() {
            tensor.directions.push(blur);
        }
        // As for the tensors of a gradient.
        let is_wrong = |s: &&Slope| {
            let difference = (s.analytic - s.numeric).abs();
            difference.is_nan() || difference > limit(s)
        };
        if let Some(s) = with_slope().find(is_wrong)
            && tensor.verdict != Verdict::Wrong
        {
            tensor.verdict = Verdict::Wrong;
            tensor.decided = Some(WrongSlope { analytic: s.analytic, numeric: s.numeric, noise: s.allowed });
        }
    }
}

fn finite(x: &[f64]) -> Vec<f64> {
    x.iter().copied().filter(|x| x.is_finite()).collect()
}
