//! What steps may miss: waves of f that are in time with them, and bumps between them.

use nn_check::{Check, Verdict, check_gradient};

fn wave(period: f64, amplitude: f64) -> (impl Fn(f64) -> f64, impl Fn(f64) -> f64) {
    let rate = std::f64::consts::TAU / period;
    (
        move |t: f64| t * t + amplitude * (rate * t).sin(),
        move |t: f64| 2.0 * t + amplitude * rate * (rate * t).cos(),
    )
}

/// Periods that divide steps of 1e-4 and of fractions of it, at points whose slope the wave changes.
#[test]
fn a_wave_whose_period_divides_the_steps_is_seen() {
    for x in [0.0, 0.3, -0.7, 1.0, 2.9] {
        for period in [1e-4, 5e-5, 2.5e-5, 6.25e-6, 1e-5, 4e-4, 1e-4 / 16.0, 1e-4 / 24.0, 3e-7, 1e-7] {
            for amplitude in [1e-3, 1e-6, 1e-8] {
                let (f, slope) = wave(period, amplitude);
                let verdict = |a: f64| check_gradient(|t| f(t[0]), &[x], &[a]).verdict();
                let missed = slope(x) - 2.0 * x;
                if missed.abs() > 1e-2 {
                    assert_ne!(verdict(2.0 * x), Verdict::Correct, "{x}, {period}, {amplitude}: {missed}");
                }
                assert_ne!(verdict(slope(x)), Verdict::Wrong, "{x}, {period}, {amplitude}");
            }
        }
    }
}

/// f of the review that found the hole: a period of half the first step.
#[test]
fn a_wave_of_half_a_step_is_wrong_in_a_tensor_and_a_right_slope_passes() {
    let (f, slope) = wave(5e-5, 1e-3);
    let theta: Vec<f64> = (0..40).map(|i| 0.05 * f64::from(i) - 1.0).collect();
    let sum = |t: &[f64]| t.iter().map(|&t| f(t)).sum::<f64>();
    let without: Vec<f64> = theta.iter().map(|t| 2.0 * t).collect();
    let with: Vec<f64> = theta.iter().map(|&t| slope(t)).collect();
    for seed in 0..10 {
        assert_eq!(Check::new().seed(seed).gradient(sum, &theta, &without).verdict(), Verdict::Wrong);
        assert_eq!(Check::new().seed(seed).gradient(sum, &theta, &with).verdict(), Verdict::Correct);
    }
}

/// c·t·exp(-(t/w)²) around the point: nothing is seen of it at a distance of some w.
#[test]
fn a_bump_that_is_wider_than_the_near_step_is_seen() {
    for (k, width) in [1e-4, 3e-5, 1e-5, 5e-6, 2e-6, 1e-6].into_iter().enumerate() {
        for x in [0.0, 0.5, -1.5] {
            let bump = move |t: f64| 0.3 * t * (-(t / width).powi(2)).exp();
            let f = move |t: &[f64]| t[0].sin() + bump(t[0] - x);
            let verdict = |a: f64| Check::new().seed(k as u64).gradient(f, &[x], &[a]).verdict();
            assert_eq!(verdict(x.cos()), Verdict::Wrong, "{width} {x}");
            assert_eq!(verdict(x.cos() + 0.3), Verdict::Correct, "{width} {x}");
        }
    }
}

/// A slope outside those to the two sides is nobody's subgradient.
#[test]
fn on_a_kink_only_a_slope_between_the_two_sides_is_excused() {
    let f = |t: &[f64]| 3.0 * t[0].max(0.0) - 0.5 * t[0] + t[1].sin();
    let report = |a: f64| check_gradient(f, &[0.0, 0.4], &[a, 0.4f64.cos()]);
    for inside in [-0.5, 0.0, 1.0, 2.5] {
        assert_eq!((report(inside).verdict(), report(inside).excluded()), (Verdict::Kink, 1), "{inside}");
    }
    for outside in [-0.6, -3.0, 2.6, 5.0] {
        let found = report(outside);
        assert_eq!((found.verdict(), found.excluded()), (Verdict::Wrong, 0), "{outside}: {found}");
        assert_eq!(found.worst(1)[0].1.index, 0);
    }
    // A root has no slope to either side, and a step has none.
    let verdict = |f: fn(&[f64]) -> f64| check_gradient(f, &[0.0], &[7.0]).verdict();
    assert_ne!(verdict(|t| t[0].abs().sqrt()), Verdict::Wrong);
    assert_ne!(verdict(|t| if t[0] > 0.0 { 1.0 } else { 0.0 }), Verdict::Wrong);
}
