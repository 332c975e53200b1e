//! The derivative by central differences, with a step that avoids kinks.

use std::ops::Range;

use crate::Report;

/// The first step, for |x| <= 1: near ∛ε ≈ 6e-6, where truncation (h²) and round-off (ε/h) of a central difference
/// balance.
const FIRST_STEP: f64 = 1e-5;
/// Each next step is a tenth of the one before.
const STEPS: usize = 4;

/// Compares `analytic` with the numerical gradient of `f` at `theta`.
///
/// A step across a kink (of ReLU, |x|, max) makes a right gradient look wrong. The slopes to both sides tell: their
/// difference shrinks with the step where `f` is smooth, and does not where a kink lies inside. Then the step shrinks;
/// an element without a smooth step is excluded, and counted in the report. None of this looks at `analytic`.
///
/// # Panics
/// Where `theta` and `analytic` differ in length.
pub fn check_gradient(f: impl FnMut(&[f64]) -> f64, theta: &[f64], analytic: &[f64]) -> Report {
    assert_eq!(theta.len(), analytic.len(), "elements of θ and of its gradient");
    let numeric = gradient(f, theta, 0.0);
    let mut report = Report::default();
    report.add("theta", [theta.len()].into(), analytic, &numeric);
    report
}

/// An element of a numerical gradient.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Numeric {
    /// `None` where no step was without a kink.
    pub(crate) slope: Option<f64>,
    /// About how far round-off may have moved the slope.
    pub(crate) noise: f64,
}

/// The numerical gradient of `f`, whose terms are about as large as `scale`, or as its values where they are larger.
pub(crate) fn gradient(f: impl FnMut(&[f64]) -> f64, theta: &[f64], scale: f64) -> Vec<Numeric> {
    gradient_of_range(f, theta, 0..theta.len(), scale)
}

/// As [`gradient`], for some elements only.
pub(crate) fn gradient_of_range(
    mut f: impl FnMut(&[f64]) -> f64,
    theta: &[f64],
    range: Range<usize>,
    scale: f64,
) -> Vec<Numeric> {
    let mut theta = theta.to_vec();
    let here = f(&theta);
    range
        .map(|i| {
            let x = theta[i];
            let slope = derivative(
                |moved| {
                    theta[i] = moved;
                    f(&theta)
                },
                x,
                here,
                scale,
            );
            theta[i] = x;
            slope
        })
        .collect()
}

/// What one step shows.
struct Probe {
    slope: f64,
    /// Right slope minus left slope.
    jump: f64,
    noise: f64,
}

fn derivative(mut f: impl FnMut(f64) -> f64, x: f64, here: f64, scale: f64) -> Numeric {
    let mut last: Option<Probe> = None;
    for step in 0..STEPS {
        let h = FIRST_STEP * 0.1f64.powi(step as i32) * x.abs().max(1.0);
        // The steps that were really taken, which rounding makes differ from h.
        let (right, left) = ((x + h) - x, x - (x - h));
        let (ahead, behind) = (f(x + h), f(x - h));
        let size = here.abs().max(ahead.abs()).max(behind.abs()).max(scale);
        let probe = Probe {
            slope: (ahead - behind) / (right + left),
            jump: (ahead - here) / right - (here - behind) / left,
            noise: 4.0 * f64::EPSILON * size / h,
        };
        // Where f is smooth the jump is h·f'', so a tenth of the step has a tenth of the jump.
        if let Some(last) = last
            && (last.jump - 10.0 * probe.jump).abs() <= 10.0 * probe.noise
        {
            return Numeric { slope: Some(last.slope), noise: last.noise };
        }
        last = Some(probe);
    }
    Numeric { slope: None, noise: last.map_or(0.0, |probe| probe.noise) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn right_gradients_pass_and_wrong_ones_do_not() {
        let theta = [0.3, -1.2, 4.0, 0.001];
        let f = |t: &[f64]| (t[0] * t[1]).sin() + t[2].exp() * t[0] + t[3] * t[3];
        let c = (0.3f64 * -1.2).cos();
        let right = [-1.2 * c + 4f64.exp(), 0.3 * c, 4f64.exp() * 0.3, 0.002];
        check_gradient(f, &theta, &right).assert();
        for i in 0..4 {
            for factor in [-1.0, 0.0, 1.001, 2.0] {
                let mut wrong = right;
                wrong[i] *= factor;
                let report = check_gradient(f, &theta, &wrong);
                // The fourth element is small beside the others, so that the distance barely sees it; see `worst`.
                if i < 3 {
                    assert!(!report.passes(), "element {i} times {factor}: {report}");
                }
            }
        }
    }

    #[test]
    fn a_kink_beside_the_point_does_not_spoil_the_gradient() {
        for distance in [3e-6, 3e-7] {
            let f = |t: &[f64]| (t[0] - distance).abs() + t[0] * t[0];
            let report = check_gradient(f, &[0.0], &[-1.0]);
            assert!(report.passes() && report.excluded() == 0, "{distance}: {report}");
        }
    }

    #[test]
    fn a_kink_at_the_point_is_excluded_and_counted() {
        let report = check_gradient(|t| t[0].abs() + t[1], &[0.0, 1.0], &[0.5, 1.0]);
        assert_eq!((report.excluded(), report.compared()), (1, 1));
    }

    #[test]
    fn nothing_to_compare_does_not_pass() {
        assert!(!check_gradient(|_| 1.0, &[1.0, 2.0], &[0.0, 0.0]).passes());
        assert!(!check_gradient(|_| 0.0, &[], &[]).passes());
        assert!(!check_gradient(|_| f64::NAN, &[1.0], &[1.0]).passes());
        assert!(!check_gradient(|t| t[0], &[1.0], &[f64::NAN]).passes());
    }
}
