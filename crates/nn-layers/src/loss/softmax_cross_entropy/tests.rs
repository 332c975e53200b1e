//! What the battery of tests does not look at.

use super::*;
use nn_core::loss_value_and_gradient;

/// The sum of exponentials is 1 + 1e-20 here, which no f64 holds.
#[test]
fn a_loss_far_below_the_outputs_is_not_rounded_away() {
    let y = [50.0, 50.0 - 46.0];
    let (rows, target) = (Rows::new(&y, [2]).unwrap(), Target::Classes(&[0]));
    let mut dy = [0.0; 2];
    let loss = SoftmaxCrossEntropy::new();
    let value = loss_value_and_gradient(&loss, rows, target, None, &mut Vec::new(), &mut dy);
    let exact = (-46.0f64).exp();
    assert!((value / exact - 1.0).abs() < 1e-14, "{value} {exact}");
    assert!((dy[1] / exact - 1.0).abs() < 1e-14, "{dy:?}");
}

/// Rows in vectors against places apart from each other, where both places hold the same numbers.
#[test]
fn soft_targets_in_vectors_are_the_definition() {
    for classes in [1, 3, 16, 20, 33] {
        let (mut y, mut t) = (vec![0.0; classes], vec![0.0; classes]);
        tensor_ops::random::Stream::new(classes as u64, 0, 0).uniform(0, -9.0, 9.0, &mut y);
        tensor_ops::random::Stream::new(classes as u64, 1, 0).uniform(0, 0.0, 1.0, &mut t);
        t[classes / 2] = 0.0;
        let weights: Vec<f64> = (0..classes).map(|c| 0.5 + c as f64).collect();
        let twice = |x: &[f64]| x.iter().flat_map(|&x| [x, x]).collect::<Vec<f64>>();
        for loss in [
            SoftmaxCrossEntropy::new(),
            SoftmaxCrossEntropy::new().label_smoothing(0.2),
            SoftmaxCrossEntropy::new().label_smoothing(0.1).class_weights(weights).ignore(7),
        ] {
            for class in [None, Some(0), Some(classes - 1), Some(7)] {
                let run = |y: &[f64], t: &[f64], places: usize| {
                    let (shape, list) = ([classes, places], [class.unwrap_or(0); 2]);
                    let target = match class {
                        Some(_) => Target::Classes(&list[..places]),
                        None => Target::Values(Rows::new(t, shape).unwrap()),
                    };
                    let (mut terms, mut dy) = (vec![f64::NAN; places], vec![f64::NAN; y.len()]);
                    let into = RowsMut::new(&mut dy, shape).unwrap();
                    let (rows, upstream) = (Rows::new(y, shape).unwrap(), Upstream::uniform(0.5));
                    loss.value_and_gradient(rows, target, upstream, &mut terms, into);
                    (terms, dy)
                };
                if class.is_some_and(|class| class >= classes && loss.classes.ignored != Some(class)) {
                    continue;
                }
                let (alone, apart) = (run(&y, &t, 1), run(&twice(&y), &twice(&t), 2));
                let close = |a: f64, b: f64| (a - b).abs() < 1e-12 * (1.0 + b.abs());
                assert!(close(alone.0[0], apart.0[1]), "{classes} {class:?}: {alone:?} {apart:?}");
                for c in 0..classes {
                    assert!(close(alone.1[c], apart.1[2 * c]), "{classes} {class:?}: {alone:?} {apart:?}");
                }
            }
        }
    }
}

/// Short rows stand side by side in vectors, long ones fill them: the same numbers as by the definition, and the same
/// bits alone and in company.
#[test]
fn rows_of_any_length_are_the_definition() {
    for classes in [1, 2, 3, 10, 16, 17, 31, 32, 100] {
        let m = 37;
        let mut y = vec![0.0; m * classes];
        tensor_ops::random::Stream::new(classes as u64, 0, 0).uniform(0, -30.0, 30.0, &mut y);
        y[classes / 2] = y[0]; // the largest may stand twice
        let targets: Vec<usize> = (0..m).map(|i| (i * 7) % classes).collect();
        let loss = SoftmaxCrossEntropy::new().reduction(nn_core::Reduction::Sum).ignore(5);
        let run = |y: &[f64], targets: &[usize]| {
            let mut dy = vec![f64::NAN; y.len()];
            let rows = Rows::new(y, [classes]).unwrap();
            let (target, mut terms) = (Target::Classes(targets), Vec::new());
            loss_value_and_gradient(&loss, rows, target, None, &mut terms, &mut dy);
            (terms, dy)
        };
        let (terms, dy) = run(&y, &targets);
        for i in 0..m {
            let row = &y[i * classes..(i + 1) * classes];
            let alone = run(row, &targets[i..i + 1]);
            assert_eq!((alone.0[0], &alone.1[..]), (terms[i], &dy[i * classes..(i + 1) * classes]));
            let max = row.iter().fold(f64::MIN, |a, b| a.max(*b));
            let lse = max + row.iter().map(|y| (y - max).exp()).sum::<f64>().ln();
            let counts = if targets[i] == 5 { 0.0 } else { 1.0 };
            assert!(
                (terms[i] - counts * (lse - row[targets[i]])).abs() < 1e-12,
                "{classes} classes, row {i}"
            );
            for c in 0..classes {
                let one = if c == targets[i] { 1.0 } else { 0.0 };
                let want = counts * ((row[c] - lse).exp() - one);
                assert!((dy[i * classes + c] - want).abs() < 1e-14, "{classes} classes, row {i}");
            }
        }
    }
}

#[test]
fn nan_reaches_the_loss_and_infinite_outputs_are_classes_without_a_chance() {
    let value = |y: [f64; 3]| {
        let rows = Rows::new(&y, [3]).unwrap();
        let long = [&y[..], &[-f64::INFINITY; 30]].concat();
        let (target, mut terms) = (Target::Classes(&[0]), [0.0]);
        Loss::<f64>::value(&SoftmaxCrossEntropy::new(), Rows::new(&long, [33]).unwrap(), target, &mut terms);
        assert_eq!(terms[0].is_nan(), y.iter().any(|y| y.is_nan() || *y == f64::INFINITY), "a long row");
        nn_core::loss_value(&SoftmaxCrossEntropy::new(), rows, Target::Classes(&[0]), None, &mut Vec::new())
    };
    for at in 0..3 {
        let mut y = [0.0, 1.0, 2.0];
        y[at] = f64::NAN;
        assert!(value(y).is_nan(), "NaN at {at}");
    }
    assert!((value([0.0, 0.0, -f64::INFINITY]) - 2f64.ln()).abs() < 1e-15);
    for at in 0..3 {
        let mut y = [0.0, 1.0, 2.0];
        y[at] = f64::INFINITY;
        assert!(value(y).is_nan(), "no softmax with an infinite output at {at}");
    }
}
