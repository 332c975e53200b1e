//! Lines of equal height, by marching squares.

use std::collections::BTreeMap;

/// Cells of the grid along each axis.
const CELLS: usize = 90;

/// The lines on which `f` equals `level`, as chains of points of the unit square.
pub(crate) fn lines(f: &dyn Fn(f64, f64) -> f64, level: f64) -> Vec<Vec<(f64, f64)>> {
    let at = |i: usize| i as f64 / CELLS as f64;
    let height: Vec<Vec<f64>> =
        (0..=CELLS).map(|i| (0..=CELLS).map(|j| f(at(i), at(j)) - level).collect()).collect();
    // An edge of the grid is a corner and a direction. Where its ends differ in sign, a line crosses it.
    let cut = |(i, j, up): Edge| {
        let end = if up { (i, j + 1) } else { (i + 1, j) };
        let (a, b) = (height[i][j], height[end.0][end.1]);
        ((a < 0.0) != (b < 0.0)).then(|| {
            let share = a / (a - b) / CELLS as f64;
            if up { (at(i), at(j) + share) } else { (at(i) + share, at(j)) }
        })
    };
    let mut next: BTreeMap<Edge, Vec<Edge>> = BTreeMap::new();
    for i in 0..CELLS {
        for j in 0..CELLS {
            let around = [(i, j, false), (i + 1, j, true), (i, j + 1, false), (i, j, true)];
            let crossed: Vec<Edge> = around.into_iter().filter(|&edge| cut(edge).is_some()).collect();
            for pair in crossed.chunks_exact(2) {
                next.entry(pair[0]).or_default().push(pair[1]);
                next.entry(pair[1]).or_default().push(pair[0]);
            }
        }
    }
    let mut chains = Vec::new();
    // Open lines begin at an edge with one neighbour, on the border; what is left then are rings.
    for ends in [1, 2] {
        let starts: Vec<Edge> =
            next.iter().filter(|(_, to)| to.len() == ends).map(|(&edge, _)| edge).collect();
        for start in starts {
            let mut chain: Vec<(f64, f64)> = Vec::new();
            let mut edge = start;
            while let Some(to) = next.remove(&edge) {
                chain.extend(cut(edge));
                match to.into_iter().find(|to| next.contains_key(to)) {
                    Some(to) => edge = to,
                    None => break,
                }
            }
            if ends == 2 {
                chain.extend(cut(start));
            }
            if chain.len() > 1 {
                chains.push(chain);
            }
        }
    }
    chains
}

/// Corner (i, j), and whether the edge goes along j.
type Edge = (usize, usize, bool);
