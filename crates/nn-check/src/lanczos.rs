//! The extreme eigenvalues of a symmetric operator that is known by its products alone.
//!
//! Lanczos, "An iteration method for the solution of the eigenvalue problem of linear differential and integral operators",
//! 1950: in an orthonormal basis q₀, q₁, ... of the Krylov space of a start vector, A is the tridiagonal matrix T with
//! α on its diagonal and β beside it. The eigenvalues of T (Ritz values) lie within those of A, and the outermost ones
//! settle first. Each is within the residual ‖Ay - λy‖ of an eigenvalue of A.

use nalgebra::{DMatrix, SymmetricEigen};
use tensor_ops::random::Stream;

use crate::hessian::{norm, scaled};

/// ‖w‖ relative to ‖A‖ below which w is nothing but rounding: the Krylov space is exhausted.
const EXHAUSTED: f64 = 1e-13;

/// A residual relative to the Ritz value at which an end of the spectrum has settled: its sign is known then. Where the value is
/// next to 0 the floor of [`Settings`] counts instead, relative to ‖A‖.
const SETTLED: f64 = 0.01;

/// The residual relative to ‖A‖ that is waited for all the same, as long as there are steps: eigenvalues are to be known, too, not their signs
/// alone. They are then off by the square of that, over the gap to the next.
const SHARP: f64 = 1e-7;

/// The least number of steps, if A is as large: a start vector that is poor in an outer eigenvector shows it late.
const LEAST_STEPS: usize = 24;

/// Steps between two looks at T, whose eigenvalues cost its order cubed.
const LOOK_EVERY: usize = 8;

/// How T is found.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    /// The largest order of T.
    pub(crate) steps: usize,
    /// Of the start vector.
    pub(crate) seed: u64,
    /// What cannot be told from 0, relative to ‖A‖.
    pub(crate) floor: f64,
}

/// What T says about A.
#[derive(Debug)]
pub(crate) struct Spectrum {
    /// The Ritz values in ascending order.
    pub(crate) values: Vec<f64>,
    /// The unit vectors of the smallest and the largest.
    pub(crate) lowest: Vec<f64>,
    pub(crate) highest: Vec<f64>,
    /// The largest |qᵢᵀAqⱼ - qⱼᵀAqᵢ|: 0 for a symmetric A, but for the errors of products.
    pub(crate) asymmetry: f64,
    /// The largest |Ritz value|: ‖A‖ from below.
    pub(crate) norm: f64,
    /// Whether T has all eigenvalues of A: the basis spans the whole space.
    pub(crate) is_whole: bool,
    t: Tridiagonal,
}

/// T, and the length of what would have come next.
#[derive(Debug)]
struct Tridiagonal {
    alpha: Vec<f64>,
    beta: Vec<f64>,
    next: f64,
}

impl Spectrum {
    /// Whether the lower end and the upper end have settled, where `floor` relative to ‖A‖ cannot be told from 0.
    pub(crate) fn settled(&self, floor: f64) -> [bool; 2] {
        let Tridiagonal { alpha, beta, next } = &self.t;
        if self.is_whole { [true; 2] } else { settled(alpha, beta, *next, [floor, f64::INFINITY]) }
    }
}

/// The spectrum of A from its products with up to `steps` vectors of n elements, with full reorthogonalisation: twice is enough
/// (Parlett, "The symmetric eigenvalue problem", 6.9). Where the Krylov space ends early, with few distinct
/// eigenvalues, a new random vector opens another.
pub(crate) fn spectrum<E>(
    n: usize,
    settings: Settings,
    mut product: impl FnMut(&[f64]) -> Result<Vec<f64>, E>,
) -> Result<Spectrum, E> {
    let steps = settings.steps.clamp(1, n);
    let mut basis: Vec<Vec<f64>> = Vec::with_capacity(steps);
    let (mut alpha, mut beta): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
    let (mut asymmetry, mut size) = (0.0f64, 0.0f64);
    let mut length;
    let mut next = random_unit(n, settings.seed, &basis);
    loop {
        basis.push(next);
        let j = basis.len() - 1;
        let mut w = product(&basis[j])?;
        let mut overlaps = project_out(&mut w, &basis);
        // T's entry beside the diagonal from both sides, and what should be 0 further out.
        if let Some(&beta) = beta.last() {
            overlaps[j - 1] -= beta;
        }
        asymmetry = overlaps[..j].iter().fold(asymmetry, |largest, x| largest.max(x.abs()));
        alpha.push(overlaps[j]);
        project_out(&mut w, &basis);
        length = norm(&w);
        size = size.max(alpha[j].abs()).max(length);
        if j + 1 == steps {
            break;
        }
        let is_exhausted = length <= EXHAUSTED * size;
        let is_due = j + 1 >= LEAST_STEPS && (j + 1).is_multiple_of(LOOK_EVERY);
        if is_due && steps < n && settled(&alpha, &beta, length, [settings.floor, SHARP]) == [true; 2] {
            break;
        }
        next = match is_exhausted {
            true => random_unit(n, settings.seed.wrapping_add(j as u64 + 1), &basis),
            false => scaled(&w, 1.0 / length),
        };
        beta.push(length);
    }
    let is_whole = basis.len() == n;
    let eigen = Ritz::new(&alpha, &beta);
    let vector = |at: usize| {
        let mut y = vec![0.0; n];
        for (q, &s) in basis.iter().zip(eigen.vectors.column(at).iter()) {
            y.iter_mut().zip(q).for_each(|(y, q)| *y += s * q);
        }
        let length = norm(&y);
        scaled(&y, 1.0 / length)
    };
    let (lowest, highest) = (vector(eigen.order[0]), vector(eigen.order[basis.len() - 1]));
    let values: Vec<f64> = eigen.order.iter().map(|&at| eigen.values[at]).collect();
    let norm = values[0].abs().max(values[values.len() - 1].abs());
    let t = Tridiagonal { alpha, beta, next: length };
    Ok(Spectrum { values, lowest, highest, asymmetry, norm, is_whole, t })
}

/// The eigenvalues of T with its unit eigenvectors as columns, and their ascending order.
struct Ritz {
    values: Vec<f64>,
    vectors: DMatrix<f64>,
    order: Vec<usize>,
}

impl Ritz {
    fn new(alpha: &[f64], beta: &[f64]) -> Ritz {
        let n = alpha.len();
        let t = DMatrix::from_fn(n, n, |i, j| match i.abs_diff(j) {
            0 => alpha[i],
            1 => beta[i.min(j)],
            _ => 0.0,
        });
        let eigen = SymmetricEigen::new(t);
        let values: Vec<f64> = eigen.eigenvalues.iter().copied().collect();
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&i, &j| values[i].total_cmp(&values[j]));
        Ritz { values, vectors: eigen.eigenvectors, order }
    }
}

/// Whether the ends of the spectrum have settled. The residual of a Ritz vector is β times its last component; it says that an eigenvalue
/// is near, not that none lies beyond. So the Ritz value must also be what it was some steps before, when the Krylov space was smaller:
/// as long as there is more to be found it moves.
fn settled(alpha: &[f64], beta: &[f64], next: f64, [floor, sharp]: [f64; 2]) -> [bool; 2] {
    let n = alpha.len();
    let before = n.saturating_sub(LOOK_EVERY).max(n / 2);
    if before == 0 {
        return [false; 2];
    }
    let (ritz, earlier) = (Ritz::new(alpha, beta), Ritz::new(&alpha[..before], &beta[..before - 1]));
    let (ends, ends_before) =
        ([0, n - 1].map(|at| ritz.order[at]), [0, before - 1].map(|at| earlier.order[at]));
    let size = ends.iter().fold(0.0, |size: f64, &at| size.max(ritz.values[at].abs()));
    [0, 1].map(|end| {
        let value = ritz.values[ends[end]];
        let allowed = (SETTLED * value.abs()).max(floor * size).min(sharp * size);
        let residual = next * ritz.vectors[(n - 1, ends[end])].abs();
        residual <= allowed && (value - earlier.values[ends_before[end]]).abs() <= allowed
    })
}

/// Takes from `w` what lies in the space of `basis`; returns its components there.
fn project_out(w: &mut [f64], basis: &[Vec<f64>]) -> Vec<f64> {
    let dot = |w: &[f64], q: &[f64]| -> f64 { w.iter().zip(q).map(|(w, q)| w * q).sum() };
    basis
        .iter()
        .map(|q| {
            let along = dot(w, q);
            w.iter_mut().zip(q).for_each(|(w, q)| *w -= along * q);
            along
        })
        .collect()
}

/// A random direction in the space that `basis` leaves.
fn random_unit(n: usize, seed: u64, basis: &[Vec<f64>]) -> Vec<f64> {
    let mut v = vec![0.0; n];
    Stream::new(seed, Stream::key("lanczos"), basis.len() as u64).normal(0, 0.0, 1.0, &mut v);
    for _ in 0..3 {
        project_out(&mut v, basis);
        let length = norm(&v);
        v = scaled(&v, 1.0 / length);
    }
    v
}
