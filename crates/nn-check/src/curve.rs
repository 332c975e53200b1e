//! The V of a central difference: its error for every step.

/// The distance of `analytic` from the central difference of `f` along element `i`, for steps h = 1e-1, 1e-2, … 1e-12 of max(|θᵢ|, 1):
/// pairs of h and |a - n(h)|, to be printed or plotted.
///
/// Where the gradient is right the error falls as h² with the step, until round-off takes over and it grows as 1/h. Where it is wrong
/// the error stays what it is: a plateau.
///
/// # Panics
/// Where there is no element `i`.
///
/// ```
/// let f = |t: &[f64]| t[0].exp();
/// let right = nn_check::error_curve(f, &[1.0], 0, 1f64.exp());
/// assert!(right[0].1 > 1e-3 && right[4].1 < 1e-9 && right[11].1 > 1e-6); // down and up again
/// let wrong = nn_check::error_curve(f, &[1.0], 0, 3.0);
/// assert!(wrong.iter().all(|(_, error)| *error > 0.1));
/// ```
#[track_caller]
pub fn error_curve(
    mut f: impl FnMut(&[f64]) -> f64,
    theta: &[f64],
    i: usize,
    analytic: f64,
) -> Vec<(f64, f64)> {
    assert!(i < theta.len(), "element {i} of a θ with {} elements", theta.len());
    let mut moved = theta.to_vec();
    let mut at = |x: f64| {
        moved[i] = x;
        f(&moved)
    };
    let error = |power: i32| {
        let h = 10f64.powi(power) * theta[i].abs().max(1.0);
        let (ahead, behind) = (theta[i] + h, theta[i] - h);
        (h, (analytic - (at(ahead) - at(behind)) / (ahead - behind)).abs())
    };
    (-12..=-1).rev().map(error).collect()
}
