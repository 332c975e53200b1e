//! The derivative by central differences, with a step that avoids kinks.

use tensor_ops::random::Stream;

use crate::Report;

/// The steps that are tried one after the other, for |x| <= 1. Two central differences, over h and h/2, extrapolate to
/// step 0 (Richardson), which leaves an error of order h⁴: at 1e-4 that is less than round-off, about 1e-16/h.
const STEPS: [f64; 4] = [1e-4, 1e-5, 1e-6, 1e-7];

/// How many standard deviations round-off is granted before a jump of the slope counts as a kink: a model has many
/// elements, each of which has its chance to be far off.
const SIGMAS: f64 = 6.0;

/// How far the slopes over h and h/2 may differ, relative to the slope and its change: at h = 1e-4, what f‴ = 800·f′
/// makes.
const SMOOTH: f64 = 1e-6;

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
    /// How far round-off may have moved the slope.
    pub(crate) noise: f64,
}

/// The numerical gradient of `f`, whose terms are about as large as `scale`, or as its values where they are larger.
pub(crate) fn gradient(mut f: impl FnMut(&[f64]) -> f64, theta: &[f64], scale: f64) -> Vec<Numeric> {
    let mut theta = theta.to_vec();
    let here = f(&theta);
    let noise = round_off(&mut f, &theta).max(0.5 * f64::EPSILON * here.abs().max(scale));
    (0..theta.len())
        .map(|i| {
            let x = theta[i];
            let mut along = |moved| {
                theta[i] = moved;
                f(&theta)
            };
            let slope = derivative(&mut along, x, here, noise);
            theta[i] = x;
            slope
        })
        .collect()
}

/// The standard deviation of round-off in `f`. Along a line of close points a smooth function is a straight line; what
/// its fourth differences show is noise, each with the variance 1² + 4² + 6² + 4² + 1² = 70 of one value. (Moré and Wild,
/// "Estimating computational noise", 2011.) What `f` is worth says little where large terms cancel in it.
fn round_off(f: &mut impl FnMut(&[f64]) -> f64, theta: &[f64]) -> f64 {
    const LINES: u64 = 3;
    const POINTS: usize = 10;
    const SPACING: f64 = 1e-9;
    let mut direction = vec![0.0f64; theta.len()];
    let mut sum = 0.0;
    for line in 0..LINES {
        Stream::new(0, Stream::key("round-off"), line).uniform(0, -1.0, 1.0, &mut direction);
        let mut values = [0.0; POINTS];
        for (k, value) in values.iter_mut().enumerate() {
            let step = SPACING * k as f64;
            let moved: Vec<f64> =
                theta.iter().zip(&direction).map(|(x, d)| x + step * d * x.abs().max(1.0)).collect();
            *value = f(&moved);
        }
        let fourth = |w: &[f64]| w[0] - 4.0 * w[1] + 6.0 * w[2] - 4.0 * w[3] + w[4];
        sum += values.windows(5).map(|w| fourth(w).powi(2)).sum::<f64>();
    }
    (sum / (70 * LINES * (POINTS as u64 - 4)) as f64).sqrt()
}

fn derivative(f: &mut impl FnMut(f64) -> f64, x: f64, here: f64, noise: f64) -> Numeric {
    let mut probe = |h: f64| {
        // The steps that are really taken, which rounding makes differ from h.
        let (right, left) = ((x + h) - x, x - (x - h));
        let (ahead, behind) = (f(x + h), f(x - h));
        let slope = (ahead - behind) / (right + left);
        // Right slope minus left slope.
        let jump = (ahead - here) / right - (here - behind) / left;
        (slope, jump)
    };
    for step in STEPS {
        let scale = x.abs().max(1.0);
        let h = step * scale;
        let ((slope, jump), (half_slope, half_jump)) = (probe(h), probe(h / 2.0));
        // Near a minimum x's own rounding shows: it moves f by ε·|x|·f'·h and more, where f' = 0 is f''·h.
        let noise = noise.max(f64::EPSILON * jump.abs() * scale);
        // Where f is smooth the jump is h·f'', so half the step has half the jump. The two differ by round-off alone,
        // whose standard deviation is √70·noise/h: two values with factor 1, two with 4, and f(x) with 6.
        let is_smooth = (jump - 2.0 * half_jump).abs() <= SIGMAS * 70f64.sqrt() * noise / h;
        // A kink at h/3 passes that test, but moves the two slopes apart; √2.5·noise/h is their round-off, and h²f‴/8
        // their difference where f is smooth.
        let tolerance = SIGMAS * 2.5f64.sqrt() * noise / h + SMOOTH * (half_slope.abs() + half_jump.abs());
        if is_smooth && (slope - half_slope).abs() <= tolerance {
            // The extrapolation has a standard deviation of √(16·4 + 1)/(3√2)·noise/h, about 1.9.
            return Numeric { slope: Some((4.0 * half_slope - slope) / 3.0), noise: 4.0 * noise / h };
        }
    }
    Numeric { slope: None, noise: 0.0 }
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
        // The fourth element is 1e-5 of the others: a factor of 1.001 there is within the tolerance of the distance.
        for (i, factors) in [(0, 4), (1, 4), (2, 4), (3, 3)] {
            for factor in &[-1.0, 0.0, 2.0, 1.001][..factors] {
                let mut wrong = right;
                wrong[i] *= factor;
                let report = check_gradient(f, &theta, &wrong);
                assert!(!report.passes(), "element {i} times {factor}: {report}");
            }
        }
    }

    #[test]
    fn a_kink_beside_the_point_does_not_spoil_the_gradient() {
        for distance in [1e-4 / 3.0, 7e-5, 1e-5 / 3.0, 3e-6, 3e-7] {
            let f = |t: &[f64]| 0.1 * (t[0] - distance).abs() + (1.0 + t[0]).powi(3);
            let report = check_gradient(f, &[0.0], &[2.9]);
            assert!(report.passes() && report.excluded() == 0, "{distance}: {report}");
        }
    }

    /// A converged regression: the slopes are near 0, but not what they are made of.
    #[test]
    fn a_right_gradient_near_a_minimum_passes() {
        let (x, w) = ([-1.3, 0.2, 0.9, 2.1, -0.4, 1.7, 0.6, -2.2], [0.7, -1.1, 0.3]);
        let model = |w: &[f64], x: f64| w[2] * (w[0] * x + w[1]).tanh();
        let j = |w2: &[f64]| x.iter().map(|&x| (model(w2, x) - model(&w, x)).powi(2)).sum::<f64>() / 8.0;
        for error in [1e-6, 1e-8, 1e-10] {
            let at = [w[0] + error, w[1] - 2.0 * error, w[2] + 0.5 * error];
            let mut right = [0.0; 3];
            for x in x {
                let t = (at[0] * x + at[1]).tanh();
                let d = 2.0 * (model(&at, x) - model(&w, x)) / 8.0;
                let inner = d * at[2] * (1.0 - t * t);
                right = [right[0] + inner * x, right[1] + inner, right[2] + d * t];
            }
            let report = check_gradient(j, &at, &right);
            assert!(report.passes() || error < 1e-9, "{error}: {report}");
            assert_eq!(report.excluded(), 0, "{error}: {report}");
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
        // The jump of a NaN is no kink to be left out: nothing could be compared.
        assert!(!check_gradient(|_| f64::NAN, &[1.0], &[1.0]).passes());
        assert!(!check_gradient(|t| t[0], &[1.0], &[f64::NAN]).passes());
    }
}
