//! Groups, wrappers, clipping, guards.

use nn_optim::{
    Adagrad, Adam, AdamW, Averaged, Groups, Guard, Lamb, NonFinite, NonFinitePolicy, Optimizer, Sgd, Tensors,
    TensorsError, clip_norm, clip_norm_of, clip_unit_norms, non_finite,
};
use proptest::prelude::*;
use tensor_ops::Norm;

use crate::{rows, run, values};

fn tensors(bounds: [usize; 2], n: usize) -> Tensors {
    let [a, b] = bounds;
    Tensors::new([("0.weight", 0..a), ("0.bias", a..b), ("1.norm", b..n)]).unwrap()
}

proptest! {
    #[test]
    fn groups_are_separate_runs(a in 0usize..20, b in 20usize..40, n in 40usize..60, key in 0u64..100) {
        let (theta, gradients) = (values(key, n), (1..5).map(|k| values(key + k, n)).collect::<Vec<_>>());
        let base = AdamW::new(0.05).weight_decay(0.1);
        let own = AdamW::new(0.01).amsgrad();
        let groups = Groups::new(base, &tensors([a, b], n))
            .group("*bias", own).unwrap()
            .freeze("1.*").unwrap();
        prop_assert_eq!(Optimizer::<f64>::check(&groups), Ok(()));
        let got = run(&groups, &theta, &gradients);
        let part = |range: std::ops::Range<usize>, optimizer: &AdamW| {
            let gradients: Vec<_> = gradients.iter().map(|g| g[range.clone()].to_vec()).collect();
            run(optimizer, &theta[range], &gradients)
        };
        prop_assert_eq!(&got[..a], part(0..a, &base));
        // Its rate is 0.05·0.01/0.05, which need not be 0.01 to the bit.
        for (got, want) in got[a..b].iter().zip(part(a..b, &own)) {
            prop_assert!((got - want).abs() < 1e-15);
        }
        prop_assert_eq!(&got[b..], &theta[b..]);
    }

    #[test]
    fn clipping_bounds_the_norm_and_keeps_the_direction(
        g in prop::collection::vec(-10.0f64..10.0, 1..600),
        max in 0.01f64..100.0,
    ) {
        let mut clipped = g.clone();
        let norm = clip_norm(&mut clipped, max);
        let length = |g: &[f64]| g.iter().map(|g| g * g).sum::<f64>().sqrt();
        prop_assert!((norm - length(&g)).abs() <= 1e-12 * norm);
        prop_assert!(length(&clipped) <= max * (1.0 + 1e-12) || norm <= max);
        for (a, b) in clipped.iter().zip(&g) {
            prop_assert!((a * norm - b * length(&clipped)).abs() <= 1e-9 * norm.max(1.0));
        }
        for (order, of) in [
            (Norm::L1, g.iter().map(|g| g.abs()).sum::<f64>()),
            (Norm::Max, g.iter().fold(0.0, |most: f64, g| most.max(g.abs()))),
            (Norm::P(3.0), g.iter().map(|g| g.abs().powi(3)).sum::<f64>().cbrt()),
        ] {
            let mut clipped = g.clone();
            let norm = clip_norm_of(&mut clipped, order, max).unwrap();
            prop_assert!((norm - of).abs() <= 1e-12 * of);
            let factor = (max / (of + 1e-6)).min(1.0);
            for (a, b) in clipped.iter().zip(&g) {
                prop_assert!((a - b * factor).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn a_report_finds_what_is_not_finite(n in 1usize..70_000, places in prop::collection::vec(0usize..70_000, 0..5)) {
        let mut gradient = vec![1.0f32; n];
        let mut places: Vec<usize> = places.into_iter().filter(|&i| i < n).collect();
        places.sort_unstable();
        places.dedup();
        for &i in &places {
            gradient[i] = if i % 2 == 0 { f32::NAN } else { f32::NEG_INFINITY };
        }
        let want = places.first().map(|&first| NonFinite { step: 3, parameter: None, first, count: places.len() });
        prop_assert_eq!(non_finite(3, &gradient), want);
    }
}

/// Of every kind, beside another kind: three groups are three runs.
#[test]
fn groups_of_any_two_kinds_are_separate_runs() {
    let (n, [a, b]) = (15, [4, 9]);
    let (theta, gradients) = (values(0, n), (1..8).map(|k| values(k, n)).collect::<Vec<_>>());
    let count = rows::all::<f64>().len();
    for i in 0..count {
        let make = |i: usize| rows::all::<f64>().swap_remove(i % count).optimizer;
        let groups = Groups::new(make(i), &tensors([a, b], n))
            .group("*bias", make(i + 1))
            .and_then(|groups| groups.group("1.norm", make(i)))
            .unwrap();
        let got = run(&groups, &theta, &gradients);
        for (range, optimizer) in [(0..a, make(i)), (a..b, make(i + 1)), (b..n, make(i))] {
            let gradients: Vec<_> = gradients.iter().map(|g| g[range.clone()].to_vec()).collect();
            let alone = run(&*optimizer, &theta[range.clone()], &gradients);
            for (got, want) in got[range].iter().zip(alone) {
                // The second one's rate is α·own/α, which need not be its own to the bit.
                assert!((got - want).abs() < 1e-13, "{optimizer:?}: {got} {want}");
            }
        }
    }
}

#[test]
fn the_last_word_about_a_tensor_prevails_and_a_slip_is_named() {
    let tensors = tensors([2, 4], 6);
    let groups = Groups::new(Sgd::new(0.1), &tensors)
        .group("*", Sgd::new(1.0))
        .and_then(|groups| groups.group("0.*", Sgd::new(2.0)))
        .and_then(|groups| groups.scale_rate("*bias", 0.5));
    // 0.1 of the first one is the rate of the update: the others have 10 and 20 times that.
    assert_eq!(run(&groups.unwrap(), &[0.0; 6], &[vec![-1.0; 6]]), [2.0, 2.0, 1.0, 1.0, 1.0, 1.0]);
    let slip = Groups::new(Sgd::new(0.1), &tensors).freeze("*.biass").unwrap_err();
    assert!(matches!(slip, TensorsError::NoMatch { pattern, .. } if pattern == "*.biass"));
}

#[test]
fn groups_of_several_kinds_remember_what_each_wants() {
    type Boxed = Box<dyn Optimizer<f64>>;
    let tensors = tensors([2, 4], 6);
    let groups = Groups::new(Box::new(Sgd::new(0.1)) as Boxed, &tensors)
        .group("0.bias", Box::new(Adagrad::new(0.1).initial_accumulator(7.0)))
        .and_then(|groups| groups.group("1.norm", Box::new(Adam::new(0.1))))
        .unwrap();
    assert_eq!(groups.memory(), 2);
    assert_eq!(groups.init(6), [0.0, 0.0, 7.0, 7.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    assert!(groups.by_part());
    let whole = groups.group("0.weight", Box::new(Lamb::new(0.1, &tensors))).unwrap();
    assert_eq!(whole.bounds(), Some(&[0, 2, 4, 6][..]));
    let theta = run(&whole, &values(0, 6), &[values(1, 6)]);
    let lamb = run(&Lamb::new(0.1, &tensors), &values(0, 6), &[values(1, 6)]);
    assert_eq!(theta[..2], lamb[..2]);
}

#[test]
fn averages_are_those_of_the_ways() {
    let (start, gradients) = (values(0, 3), (1..12).map(|k| values(k, 3)).collect::<Vec<_>>());
    let way: Vec<Vec<f64>> =
        (1..=gradients.len()).map(|t| run(&Sgd::new(0.1), &start, &gradients[..t])).collect();
    let averaged = |optimizer: &Averaged<Sgd>| {
        let (mut theta, mut state) = (start.clone(), optimizer.init(3));
        for (step, g) in gradients.iter().enumerate() {
            optimizer.update(step as u64, 0.1, &mut state, &mut theta, g);
        }
        assert_eq!(theta, way[10]);
        optimizer.average(11, &state, &theta)
    };
    // After steps 5, 8 and 11.
    let equal = averaged(&Averaged::equal(Sgd::new(0.1), 2, 3));
    let exponential = averaged(&Averaged::exponential(Sgd::new(0.1), 0.8));
    let weights: Vec<f64> = (0..11).map(|i| 0.8f64.powi(10 - i)).collect();
    for i in 0..3 {
        assert!((equal[i] - (way[4][i] + way[7][i] + way[10][i]) / 3.0).abs() < 1e-14);
        let sum: f64 = way.iter().zip(&weights).map(|(x, w)| x[i] * w).sum();
        assert!((exponential[i] - sum / weights.iter().sum::<f64>()).abs() < 1e-14);
    }
    let late = Averaged::equal(Sgd::new(0.1), 100, 1);
    assert_eq!(late.average(5, &[0.0; 3], &start), start, "there is none yet");
}

#[test]
fn units_are_clipped_by_the_norm_of_their_weights() {
    let tensors = Tensors::with_shapes([("w", vec![3, 4]), ("b", vec![3])]).unwrap();
    let (mut theta, g) = (values(0, 15), values(1, 15));
    theta[0..4].fill(0.0); // moves by ε all the same
    let mut clipped = g.clone();
    let count = clip_unit_norms(&tensors, &theta, &mut clipped, 1.0, 1e-3);
    let length = |x: &[f64]| x.iter().map(|x| x * x).sum::<f64>().sqrt();
    let units = [0..4, 4..8, 8..12, 12..15];
    let mut expected = 0;
    for unit in units {
        let most = length(&theta[unit.clone()]).max(1e-3);
        let factor = (most / length(&g[unit.clone()])).min(1.0);
        expected += usize::from(factor < 1.0);
        for i in unit {
            assert!((clipped[i] - g[i] * factor).abs() < 1e-15);
        }
    }
    assert_eq!(count, expected);
    assert!(count > 0 && count < 4);
}

#[test]
fn a_gradient_that_is_not_finite_leaves_theta() {
    let mut guard = Guard::new(NonFinitePolicy::Skip).names(&tensors([2, 4], 6));
    assert_eq!(guard.admits(0, &[1.0f32; 6]), Ok(true));
    assert_eq!(guard.admits(1, &[1.0, 1.0, 1.0, f32::NAN, f32::NAN, 1.0]), Ok(false));
    let report = guard.last().unwrap();
    assert_eq!((report.parameter.as_deref(), report.first, report.count), (Some("0.bias"), 3, 2));
    assert_eq!(guard.skipped(), 1);
    assert!(Guard::new(NonFinitePolicy::Error).admits(0, &[f64::INFINITY]).is_err());
}

/// An inner optimizer is told where its part lies in θ.
#[test]
fn groups_may_be_made_of_groups() {
    let tensors = tensors([2, 4], 6);
    let inner = |frozen: &str| Groups::new(Sgd::new(1.0), &tensors).freeze(frozen).unwrap();
    let groups = Groups::new(inner("1.norm"), &tensors).group("0.*", inner("0.bias")).unwrap();
    assert_eq!(run(&groups, &[0.0; 6], &[vec![-1.0; 6]]), [1.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
}
