use nn_check::{CheckError, CriticalTest, PointError, PointKind, critical_point_of};
use proptest::prelude::*;

use crate::{norm, times, with_spectrum};

fn kind(gradient: impl FnMut(&[f64]) -> Vec<f64>, theta: &[f64]) -> PointKind {
    critical_point_of(gradient, theta).unwrap().kind()
}

#[test]
fn the_points_of_the_books() {
    // x² - y².
    assert_eq!(kind(|t| vec![2.0 * t[0], -2.0 * t[1]], &[0.0, 0.0]), PointKind::Saddle);
    // The monkey saddle x³ - 3xy²: its Hessian vanishes.
    let monkey = |t: &[f64]| vec![3.0 * t[0] * t[0] - 3.0 * t[1] * t[1], -6.0 * t[0] * t[1]];
    assert_eq!(kind(monkey, &[0.0, 0.0]), PointKind::Plateau);
    assert_eq!(kind(monkey, &[1.0, 0.5]), PointKind::Slope);
    // x² + y⁴ and x² - y⁴: second derivatives do not tell them apart.
    for sign in [4.0, -4.0] {
        let f = |t: &[f64]| vec![2.0 * t[0], sign * t[1].powi(3)];
        assert_eq!(kind(f, &[0.0, 0.0]), PointKind::Valley);
        assert_eq!(kind(|t| f(t).iter().map(|g| -g).collect(), &[0.0, 0.0]), PointKind::Ridge);
    }
    // Σ xᵢ², -Σ xᵢ², Σ xᵢ⁴, and a constant.
    assert_eq!(kind(|t| t.to_vec(), &[0.0; 5]), PointKind::Minimum);
    assert_eq!(kind(|t| t.iter().map(|x| -x).collect(), &[0.0; 5]), PointKind::Maximum);
    assert_eq!(kind(|t| t.iter().map(|x| x.powi(3)).collect(), &[0.0; 5]), PointKind::Plateau);
    assert_eq!(kind(|t| vec![0.0; t.len()], &[1.0, 2.0]), PointKind::Plateau);
    // A plane.
    assert_eq!(kind(|t| vec![1e-3; t.len()], &[1.0, 2.0]), PointKind::Slope);
    assert_eq!(kind(|_| vec![1e-9], &[1.0]), PointKind::Slope);
}

fn rosenbrock(t: &[f64]) -> Vec<f64> {
    let n = t.len();
    let mut g = vec![0.0; n];
    for i in 0..n - 1 {
        let d = t[i + 1] - t[i] * t[i];
        g[i] += -400.0 * t[i] * d + 2.0 * (t[i] - 1.0);
        g[i + 1] += 200.0 * d;
    }
    g
}

#[test]
fn rosenbrock_has_a_minimum_at_its_end_and_a_slope_in_its_valley() {
    let point = critical_point_of(rosenbrock, &[1.0, 1.0]).unwrap();
    assert_eq!(point.kind(), PointKind::Minimum, "{point}");
    // H = [802 -400; -400 200].
    let (mean, root) = (501.0, (301f64 * 301.0 + 400.0 * 400.0).sqrt());
    assert!((point.smallest().value() - (mean - root)).abs() <= point.smallest().bound(), "{point}");
    assert!((point.largest().value() - (mean + root)).abs() <= point.largest().bound(), "{point}");
    assert!(point.largest().bound() < 1e-7, "{point}");
    assert_eq!(kind(rosenbrock, &[0.9, 0.81]), PointKind::Slope);
    assert_eq!(kind(rosenbrock, &[1.0; 30]), PointKind::Minimum);
}

/// A function without slope or curvature, in which large terms cancel: what is left is round-off, and no slope.
#[test]
fn round_off_is_no_slope() {
    for size in [1e3, 1e6] {
        let g = |t: &[f64]| -> Vec<f64> { t.iter().map(|x| ((x + size) - size) - x).collect() };
        let point = critical_point_of(g, &[0.3, -1.1, 0.7, 2.3, 0.1]).unwrap();
        assert_eq!(point.kind(), PointKind::Plateau, "{size}: {point}");
    }
}

/// Where the gradient is nothing but round-off a point is critical, however small the curvature that it is divided by.
#[test]
fn round_off_over_a_small_curvature_is_no_slope() {
    for seed in 0..20 {
        let at = crate::unit(5, seed, 0);
        let g = |t: &[f64]| -> Vec<f64> {
            t.iter().zip(&at).map(|(x, at)| 1e-9 * (x - at) + (((x + 1e3) - 1e3) - x)).collect()
        };
        let point = critical_point_of(g, &at).unwrap();
        assert_eq!(point.kind(), PointKind::Minimum, "{point}");
    }
}

/// A gradient that is computed in f32 is a staircase, with steps of 1e-7. The sizes of curvatures are less sure, not their signs.
#[test]
fn a_gradient_in_f32_is_enough_for_the_name() {
    for (curvatures, expected) in [
        ([1.0f32, 2.0, 3.0, 0.5], PointKind::Minimum),
        ([1.0, -0.1, 3.0, 0.5], PointKind::Saddle),
        ([1.0, 0.0, 3.0, 0.5], PointKind::Valley),
    ] {
        for seed in 0..50 {
            let at: Vec<f32> = crate::unit(4, seed, 0).iter().map(|x| *x as f32).collect();
            let g = |t: &[f64]| -> Vec<f64> {
                (0..4)
                    .map(|i| f64::from(curvatures[i] * (t[i] as f32).sin() - curvatures[i] * at[i].sin()))
                    .collect()
            };
            let theta: Vec<f64> = at.iter().map(|x| f64::from(*x)).collect();
            let point = critical_point_of(g, &theta).unwrap();
            assert_eq!(point.kind(), expected, "{seed} {theta:?}: {point}");
        }
    }
}

/// Rounded to f32 the minimum is still one.
#[test]
fn a_minimum_found_in_f32_is_a_minimum() {
    for seed in 0..20 {
        let at: Vec<f64> = crate::unit(6, seed, 0);
        let rounded: Vec<f64> = at.iter().map(|x| f64::from(*x as f32)).collect();
        let point = critical_point_of(|t| t.iter().zip(&at).map(|(t, a)| (t - a).sinh()).collect(), &rounded)
            .unwrap();
        assert_eq!(point.kind(), PointKind::Minimum, "{point}");
    }
}

/// Neither the unit of f nor that of θ changes the name.
#[test]
fn names_are_free_of_units() {
    let at = [1.0, -2.0, 0.5];
    for of_theta in [1e-8, 1.0, 1e10] {
        for of_f in [1e-30, 1.0, 1e30] {
            for (curvatures, expected) in [
                ([1.0, 2.0, 3.0], PointKind::Minimum),
                ([1.0, -1e-3, 3.0], PointKind::Saddle),
                ([1.0, 0.0, 3.0], PointKind::Valley),
                ([-1.0, -2.0, -3.0], PointKind::Maximum),
            ] {
                let g = |t: &[f64]| -> Vec<f64> {
                    (0..3)
                        .map(|i| of_f * curvatures[i] * (t[i] / of_theta - at[i]).sin() / of_theta)
                        .collect()
                };
                let theta: Vec<f64> = at.iter().map(|x| x * of_theta).collect();
                let point = critical_point_of(g, &theta).unwrap();
                assert_eq!(point.kind(), expected, "{of_theta} {of_f}: {point}");
                let away: Vec<f64> = theta.iter().map(|x| 1.01 * x).collect();
                assert_eq!(kind(g, &away), PointKind::Slope);
            }
        }
    }
}

#[test]
fn bad_points_are_errors() {
    let refused = |gradient: fn(&[f64]) -> Vec<f64>, theta: &[f64]| match critical_point_of(gradient, theta) {
        Err(CheckError::Point(error)) => error,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(|t| t.to_vec(), &[]), PointError::Empty);
    assert!(matches!(
        refused(|_| vec![f64::NAN], &[1.0]),
        PointError::NotFinite { what: "the gradient", .. }
    ));
    assert!(matches!(refused(|t| t.to_vec(), &[f64::NAN]), PointError::NotFinite { what: "θ", .. }));
    assert!(matches!(refused(|_| vec![1.0; 3], &[1.0]), PointError::Length { found: 3, .. }));
    assert_eq!(refused(|t| vec![t[0].signum(), t[1]], &[0.0, 1.0]), PointError::Kink);
    // A rotation is no gradient.
    assert!(matches!(refused(|t| vec![t[1], -t[0]], &[1.0, 1.0]), PointError::Asymmetric { .. }));
    assert!(matches!(
        refused(|t| vec![t[0], t[1] + 1e-3 * t[0], t[2]], &[1.0, 1.0, 2.0]),
        PointError::Asymmetric { .. }
    ));
}

#[test]
fn an_escape_goes_down() {
    // f = ½ Σ cᵢ xᵢ² + Σ xᵢ⁴/4.
    let curvatures = [3.0, 1.0, -0.2, 0.5, -0.01];
    let g = |t: &[f64]| -> Vec<f64> { (0..5).map(|i| curvatures[i] * t[i] + t[i].powi(3)).collect() };
    let f =
        |t: &[f64]| -> f64 { (0..5).map(|i| 0.5 * curvatures[i] * t[i] * t[i] + t[i].powi(4) / 4.0).sum() };
    let point = critical_point_of(g, &[0.0; 5]).unwrap();
    assert_eq!((point.kind(), point.downward()), (PointKind::Saddle, 2), "{point}");
    let escape = point.escape().unwrap();
    assert!((norm(&escape) - 1.0).abs() < 1e-12 && escape[2].abs() > 1.0 - 1e-9);
    let moved: Vec<f64> = escape.iter().map(|d| 0.1 * d).collect();
    assert!(f(&moved) < 0.0);
    // With a gradient, the direction that does not climb.
    let theta = [0.0, 0.0, 1e-3, 0.0, 0.0];
    assert!(critical_point_of(g, &theta).unwrap().escape().unwrap()[2] > 0.0);
    assert!(critical_point_of(|t| t.to_vec(), &[0.0; 5]).unwrap().escape().is_none());
}

#[test]
fn the_text_says_what_was_found() {
    let point = critical_point_of(|t| vec![2.0 * t[0], -2.0 * t[1], 0.0 * t[2]], &[0.0; 3]).unwrap();
    let text = point.to_string();
    for part in [
        "saddle: ‖∇f‖ 0.00e0 moves θ by 0.0e0 of its length",
        "smallest eigenvalue    -2.000000e0 ± ",
        "negative",
        " largest eigenvalue     2.000000e0 ± ",
        "1 of 3 directions go down",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
    let slope = critical_point_of(|t| vec![2.0 * t[0], -2.0 * t[1]], &[1.0, 0.0]).unwrap();
    assert!(slope.to_string().contains("curved as a saddle"), "{slope}");
    let flat = critical_point_of(|t| vec![2.0 * t[0], 0.0], &[0.0, 1.0]).unwrap();
    assert!(flat.to_string().contains("zero within noise"), "{flat}");
}

/// Many more parameters than steps: the outer eigenvalues stand apart from the bulk, as those of networks do.
#[test]
fn the_ends_of_a_large_spectrum_are_found() {
    let n = 2000;
    let mut diagonal = vec![0.0; n];
    tensor_ops::random::Stream::new(5, 0, 0).uniform(0, 0.0, 1.0, &mut diagonal);
    (diagonal[17], diagonal[900], diagonal[1500]) = (-0.05, 40.0, -0.04);
    let at = crate::unit(n, 3, 0);
    let g = |t: &[f64]| -> Vec<f64> { (0..n).map(|i| diagonal[i] * (t[i] - at[i])).collect() };
    let point = critical_point_of(g, &at).unwrap();
    assert_eq!(point.kind(), PointKind::Saddle, "{point}");
    assert!((point.smallest().value() + 0.05).abs() <= point.smallest().bound(), "{point}");
    assert!((point.largest().value() - 40.0).abs() <= point.largest().bound(), "{point}");
    assert!(point.smallest().bound() < 1e-5 && point.downward() == 2 && !point.is_whole(), "{point}");
    assert!(point.escape().unwrap()[17].abs() > 0.999);
}

/// A diagonal Hessian in the origin.
fn diagonal(curvatures: &[f64], steps: usize, seed: u64) -> nn_check::CriticalPoint {
    let g = |t: &[f64]| -> Vec<f64> { t.iter().zip(curvatures).map(|(t, c)| c * t).collect() };
    CriticalTest::new().steps(steps).seed(seed).gradient(g, &vec![0.0; curvatures.len()]).unwrap()
}

/// Curvatures that crowd about 0, one of which is a little below: until it is found the point has no name, and then it is a saddle. At no
/// number of steps is it a minimum or a valley.
#[test]
fn a_tiny_negative_eigenvalue_in_a_crowd_is_never_a_minimum() {
    let n = 1000;
    for negative in [-1e-3, -1e-5, -1e-7] {
        // From 1e-6 to 1, evenly in the logarithm.
        let mut curvatures: Vec<f64> = (0..n).map(|i| 10f64.powf(-6.0 * i as f64 / (n - 1) as f64)).collect();
        curvatures[777] = negative;
        for seed in 0..3 {
            for steps in [5, 10, 20, 40, 80, 160, 320] {
                let point = diagonal(&curvatures, steps, seed);
                assert!(
                    matches!(point.kind(), PointKind::Unresolved | PointKind::Saddle),
                    "{negative} {steps} {seed}: {point}"
                );
                assert_eq!(
                    point.kind() == PointKind::Unresolved,
                    point.smallest().value() >= -point.noise(),
                    "{point}"
                );
                assert!(point.smallest().value() - point.unseen(1e-6) <= negative, "{point}");
            }
        }
    }
    let point = diagonal(&vec![0.5; 300].into_iter().chain([-1e-3]).collect::<Vec<_>>(), 40, 0);
    assert_eq!(point.kind(), PointKind::Saddle, "{point}");
}

/// Clusters: many curvatures within 1e-9 of each other count as one, and the ends settle early.
#[test]
fn clusters_settle_and_have_names() {
    let cluster = |at: f64, n: usize| (0..n).map(move |i| at * (1.0 + 1e-9 * i as f64 / n as f64));
    let minimum: Vec<f64> = cluster(1e-3, 400).chain(cluster(1.0, 400)).chain(cluster(7.0, 3)).collect();
    let point = diagonal(&minimum, 100, 1);
    assert_eq!((point.kind(), point.is_settled()), (PointKind::Minimum, true), "{point}");
    assert!(
        point.steps() < 100 && (point.smallest().value() - 1e-3).abs() <= point.smallest().bound() + 1e-12
    );
    assert!(point.smallest().bound() < 1e-5, "{point}");
    // Zeros that are zero.
    let valley: Vec<f64> = vec![0.0; 500].into_iter().chain(cluster(1.0, 400)).chain([3.0, 8.0]).collect();
    let point = diagonal(&valley, 100, 1);
    assert_eq!((point.kind(), point.is_settled()), (PointKind::Valley, true), "{point}");
    let maximum: Vec<f64> = minimum.iter().map(|c| -c).collect();
    assert_eq!(diagonal(&maximum, 100, 2).kind(), PointKind::Maximum);
    // A continuum down to 0 has no end that ten steps could see.
    let dense: Vec<f64> = (1..=2000).map(|i| i as f64 / 2000.0).collect();
    let point = diagonal(&dense, 10, 0);
    assert_eq!((point.kind(), point.is_settled()), (PointKind::Unresolved, false), "{point}");
    assert!(point.to_string().contains("not settled: more steps"), "{point}");
    assert_eq!(diagonal(&dense, 600, 0).kind(), PointKind::Minimum);
    assert_eq!(diagonal(&dense[..40], 100, 0).unseen(1e-9), 0.0);
}

proptest! {
    #[test]
    fn known_spectra_are_found(
        eigenvalues in prop::collection::vec(-1.0..1.0, 1..24),
        zeros in 0..4usize,
        copies in 0..4usize,
        size in -12..12i32,
        seed: u64,
        about_origin: bool,
    ) {
        let size = 10f64.powi(size);
        let mut eigenvalues: Vec<f64> = eigenvalues.iter().map(|x: &f64| x * size).collect();
        eigenvalues.extend(vec![0.0; zeros]);
        eigenvalues.extend(vec![eigenvalues[0]; copies]);
        let n = eigenvalues.len();
        let a = with_spectrum(&eigenvalues, seed);
        let at = if about_origin { vec![0.0; n] } else { crate::unit(n, seed, 9) };
        let g = |t: &[f64]| times(&a, &t.iter().zip(&at).map(|(t, at)| t - at).collect::<Vec<f64>>());
        let point = CriticalTest::new().seed(seed).gradient(g, &at).unwrap();
        let low = eigenvalues.iter().copied().fold(f64::INFINITY, f64::min);
        let high = eigenvalues.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let largest = low.abs().max(high.abs());
        // The matrix itself is rounded.
        let rounding = 1e-14 * largest;
        prop_assert!((point.smallest().value() - low).abs() <= point.smallest().bound() + rounding, "{low}\n{point}");
        prop_assert!((point.largest().value() - high).abs() <= point.largest().bound() + rounding, "{high}\n{point}");
        prop_assert!(point.largest().bound().max(point.smallest().bound()) <= 1e-7 * largest, "{point}");
        prop_assert!(point.noise() <= 1e-8 * largest, "{point}");
        let clear = 1e-6 * largest;
        prop_assume!(eigenvalues.iter().all(|x| *x == 0.0 || x.abs() > clear));
        let expected = match (low, high) {
            (l, h) if l < 0.0 && h > 0.0 => PointKind::Saddle,
            (l, _) if l > 0.0 => PointKind::Minimum,
            (_, h) if h < 0.0 => PointKind::Maximum,
            (0.0, 0.0) => PointKind::Plateau,
            (0.0, _) => PointKind::Valley,
            _ => PointKind::Ridge,
        };
        prop_assert_eq!(point.kind(), expected, "{}", point);
        prop_assert_eq!(point.downward(), eigenvalues.iter().filter(|x| **x < 0.0).count(), "{}", point);
    }
}
