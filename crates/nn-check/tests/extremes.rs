//! Gradients whose squares are no numbers.

use nn_check::{Check, Hint, Verdict, check_gradient};
use tensor_ops::random::Stream;

#[test]
fn gradients_whose_squares_overflow_or_vanish_are_judged_like_others() {
    for size in [1e-200, 1e-160, 1e160, 1e200] {
        let theta = [0.3f64, -1.2, 0.8, 2.0];
        let f = |t: &[f64]| size * t.iter().map(|t| t.sin()).sum::<f64>();
        let right: Vec<f64> = theta.iter().map(|t| size * t.cos()).collect();
        let report = check_gradient(f, &theta, &right);
        assert!(report.passes() && report.distance() < 1e-8, "{size}: {report}");
        let twice: Vec<f64> = right.iter().map(|d| 2.0 * d).collect();
        let report = check_gradient(f, &theta, &twice);
        assert_eq!(report.verdict(), Verdict::Wrong, "{size}");
        assert!((report.distance() - 1.0 / 3.0).abs() < 1e-6, "{size}: {report}");
        let keys: Vec<&str> = report.hints().map(|(_, hint)| hint.key()).collect();
        assert_eq!(keys, ["ratio"], "{size}: {report}");
        let decayed: Vec<f64> = right.iter().zip(theta).map(|(d, t)| d + size * t).collect();
        let report = check_gradient(f, &theta, &decayed);
        let is_penalty = |hint: &Hint| matches!(hint, Hint::Penalty(c) if (c / size - 1.0).abs() < 1e-6);
        assert!(report.hints().any(|(_, hint)| is_penalty(hint)), "{size}: {report}");
    }
}

/// An error that spares the sample and is spread so thin that each element passes by itself: the verdict is missed as often as is stated.
#[test]
fn the_chance_of_missing_is_that_of_the_verdict() {
    const N: usize = 6000;
    const SAMPLE: usize = 3600;
    const TRIALS: u64 = 24;
    let mut theta = vec![0f64; N];
    Stream::new(3, 0, 0).uniform(0, 0.5, 1.5, &mut theta);
    let f = |t: &[f64]| t.iter().map(|t| 0.5 * t * t).sum::<f64>();
    let norm = |x: &mut dyn Iterator<Item = f64>| x.map(|x| x * x).sum::<f64>().sqrt();
    let cases = [(8e-7, 1), (9e-7, 1), (8e-7, 2)];
    let mut counts = [(0.0, 0.0); 3];
    for seed in 0..TRIALS {
        // Which elements are in the sample: f moves with them alone.
        let mut seen = vec![false; N];
        let marked = |t: &[f64]| {
            let mut moved = t.iter().zip(&theta).enumerate().filter(|(_, (t, x))| t != x);
            if let (Some((only, _)), None) = (moved.next(), moved.next()) {
                seen[only] = true;
            }
            f(t)
        };
        Check::new().sample(SAMPLE).directions(0).seed(seed).gradient(marked, &theta, &theta);
        assert!(seen.iter().filter(|&&seen| seen).count() >= SAMPLE);
        let unseen = norm(&mut (0..N).filter(|&i| !seen[i]).map(|i| theta[i]));
        let share = norm(&mut theta.iter().copied()) / unseen;
        for ((error, k), (missed, stated)) in cases.into_iter().zip(&mut counts) {
            let spoil = |i: usize| theta[i] * if seen[i] { 1.0 } else { 1.0 + error * share };
            let wrong: Vec<f64> = (0..N).map(spoil).collect();
            let report = Check::new().sample(SAMPLE).directions(k).seed(seed).gradient(f, &theta, &wrong);
            *missed += f64::from(u8::from(report.verdict() != Verdict::Wrong));
            *stated += report.chance_of_missing(error);
            assert!(report.to_string().contains("is missed with a chance of"), "{report}");
        }
    }
    for ((error, k), (missed, stated)) in cases.into_iter().zip(counts) {
        let deviation = (stated * (1.0 - stated / TRIALS as f64)).sqrt();
        println!("{error:e}, {k} directions: missed {missed} of {TRIALS}, stated {stated:.1}");
        assert!(
            (missed - stated).abs() <= 3.0 * deviation,
            "{error:e}, {k}: missed {missed}, stated {stated}"
        );
    }
    // A sample alone says nothing of the rest, and the report says so.
    let report = Check::new().sample(100).directions(0).gradient(f, &theta, &theta);
    assert_eq!(report.chance_of_missing(0.1), 1.0);
    assert!(report.to_string().contains("no random directions"), "{report}");
}
