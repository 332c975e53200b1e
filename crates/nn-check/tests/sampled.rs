//! Checks that do not look at every element: every tensor is touched, and random directions find what the sample misses.

use std::sync::atomic::{AtomicUsize, Ordering};

use nn_check::{Check, Verdict};
use nn_core::{Batch, Layer, Model, Rows, Target};
use nn_layers::{Dense, Relu, Sequential, SoftmaxCrossEntropy};
use tensor_ops::pool;
use tensor_ops::random::Stream;

const N: usize = 20_000;

fn problem() -> (impl Fn(&[f64]) -> f64 + Sync, Vec<f64>, Vec<f64>) {
    let mut theta = vec![0f64; N];
    Stream::new(5, 0, 0).uniform(0, -1.0, 1.0, &mut theta);
    let f = |t: &[f64]| t.windows(2).map(|t| (t[0] * t[1]).sin()).sum::<f64>();
    let c = |i: usize| (theta[i] * theta[i + 1]).cos();
    let part = |i: usize| {
        let (left, right) = (if i > 0 { c(i - 1) * theta[i - 1] } else { 0.0 }, i + 1 < N);
        left + if right { c(i) * theta[i + 1] } else { 0.0 }
    };
    let gradient = (0..N).map(part).collect();
    (f, theta, gradient)
}

#[test]
fn directions_find_single_elements_wherever_they_are() {
    let (f, theta, right) = problem();
    let check = Check::new().sample(64).directions(3);
    check.gradient(&f, &theta, &right).assert();
    for at in [0, 777, 12_345, N - 1] {
        let mut wrong = right.clone();
        wrong[at] += 1e-4;
        let report = check.gradient(&f, &theta, &wrong);
        assert_eq!((report.verdict(), report.worst(1)[0].1.index), (Verdict::Wrong, at), "{report}");
        assert!(report.compared() < 200, "{report}");
    }
    // Too small for any single element, but wrong everywhere.
    let wrong: Vec<f64> = right.iter().map(|d| d * (1.0 + 8e-7)).collect();
    assert_eq!(check.gradient(&f, &theta, &wrong).verdict(), Verdict::Wrong);
}

/// The chance of missing an error, as it is stated and as it is.
#[test]
fn the_stated_chance_is_a_bound() {
    let (f, theta, right) = problem();
    let norm = right.iter().map(|d| d * d).sum::<f64>().sqrt();
    let (mut missed, mut stated, trials) = (0, 0.0, 60);
    for seed in 0..trials {
        // At about the size where it becomes invisible.
        let mut wrong = right.clone();
        let error = 6e-9;
        wrong[(seed * 331 + 5) as usize % N] += error * norm;
        let report =
            Check::new().tolerance(1e-12).sample(1).directions(1).seed(seed).gradient(&f, &theta, &wrong);
        missed += u64::from(report.verdict() != Verdict::Wrong);
        stated += report.chance_of_missing(error);
    }
    println!("missed {missed} of {trials}, stated {stated:.1}");
    assert!((missed as f64) <= stated + 3.0 * stated.sqrt(), "missed {missed} of {trials}, stated {stated}");
    assert!(missed > 0 && stated < 0.6 * trials as f64, "this error says nothing: {missed}, {stated}");
}

#[test]
fn a_large_model_is_sampled_and_the_threads_do_not_matter() {
    let net = Sequential::new().push(Dense::new(80)).push(Relu).push(Dense::new(10));
    let model: Model<f32> = net.init([90], 0).unwrap();
    let mut x = vec![0f32; 4 * 90];
    Stream::new(1, 0, 0).uniform(0, 0.0, 1.0, &mut x);
    let batch = Batch::new(Rows::new(&x, [90]).unwrap(), Target::Classes(&[3, 1, 4, 1])).unwrap();
    static SEEN: AtomicUsize = AtomicUsize::new(0);
    let check = Check::new().progress(|p| {
        SEEN.fetch_max(p.done, Ordering::Relaxed);
        assert!(p.done <= p.total);
    });
    let before = pool::threads();
    let reports = [1, 2, 3].map(|threads| {
        pool::set_threads(threads);
        check.model_with_loss(&model, &SoftmaxCrossEntropy::new(), &batch).unwrap()
    });
    pool::set_threads(before);
    reports[0].assert();
    assert!(
        reports[0].compared() < 1200 + 360 && reports[0].elements() == 4 * 90 + 90 * 80 + 80 + 800 + 10,
        "{}",
        reports[0]
    );
    assert!(reports[0].tensors().iter().all(|t| t.compared + t.excluded >= 10), "{}", reports[0]);
    assert!(reports[0].chance_of_missing(1e-4) < 1e-6, "{}", reports[0]);
    assert!(reports.iter().all(|r| *r == reports[0]));
    assert!(SEEN.load(Ordering::Relaxed) >= reports[0].compared());
}
