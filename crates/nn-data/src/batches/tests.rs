//! Orders, last batches, weights, and what augmentation makes.

use super::*;
use proptest::prelude::*;
use tensor_ops::Tensor;

fn numbered(m: usize) -> Dataset<f64> {
    let column = |k: f64| Tensor::new([m, 1], (0..m).map(|i| k * i as f64).collect()).unwrap();
    Dataset::new(column(1.0), Targets::Values(column(2.0))).unwrap()
}

fn walk(batches: &mut Batches<'_, f64>) -> Vec<Vec<f64>> {
    let mut seen = Vec::new();
    while let Some(batch) = batches.next() {
        let SelectedTargets::Values(targets, _) = batch.targets else { unreachable!() };
        assert!(batch.inputs.iter().zip(targets).all(|(x, t)| *t == 2.0 * x), "targets stay with samples");
        seen.push(batch.inputs.to_vec());
    }
    seen
}

proptest! {
    #[test]
    fn an_epoch_is_a_permutation_that_can_be_entered_anywhere(m in 1usize..60, size in 1usize..20, seed: u64, epoch in 0u64..5, skip in 0usize..10) {
        let set = numbered(m);
        let size = size.min(m);
        let mut batches = Batches::mini(&set, size, seed).unwrap();
        batches.enter(epoch, 0);
        let walked = walk(&mut batches);
        prop_assert_eq!(walked.len(), batches.per_epoch());
        prop_assert_eq!(walked.last().unwrap().len(), batches.last_size());
        batches.enter(epoch, skip);
        let entered = walk(&mut batches);
        prop_assert_eq!(&entered[..], &walked[skip.min(walked.len())..]);
        let mut all = walked.concat();
        all.sort_by(f64::total_cmp);
        prop_assert_eq!(&all[..], set.inputs().as_slice());
    }
}

#[test]
fn epochs_and_seeds_differ() {
    let set = numbered(50);
    let order = |seed, epoch| {
        let mut batches = Batches::mini(&set, 50, seed).unwrap();
        batches.enter(epoch, 0);
        walk(&mut batches)
    };
    assert_eq!(order(1, 1), order(1, 1));
    assert_ne!(order(1, 1), order(1, 2));
    assert_ne!(order(1, 1), order(2, 1));
    assert_eq!(walk(&mut Batches::full(&set).unwrap()).concat(), set.inputs().as_slice());
}

proptest! {
    #[test]
    fn the_last_batch_is_as_asked_for(m in 1usize..40, size in 1usize..12, seed: u64) {
        let set = numbered(m);
        let size = size.min(m);
        let all = walk(&mut Batches::mini(&set, size, seed).unwrap());
        let dropped = walk(&mut Batches::mini(&set, size, seed).unwrap().last(Last::Drop));
        prop_assert_eq!(&dropped[..], &all[..m / size]);
        let mut batches = Batches::mini(&set, size, seed).unwrap().last(Last::Pad);
        let padded = walk(&mut batches);
        prop_assert!(padded.iter().all(|batch| batch.len() == size) && padded.len() == all.len());
        prop_assert_eq!(&padded.concat()[..m], &all.concat()[..]);
        prop_assert_eq!(&padded.concat()[m..], &all.concat()[..padded.len() * size - m]);
        batches.enter(0, padded.len() - 1);
        prop_assert_eq!(&walk(&mut batches)[0], &padded[padded.len() - 1]);
    }
}

#[test]
fn balanced_classes_come_equally_often() {
    let labels: Vec<usize> = (0..3000).map(|i| usize::from(i % 10 == 0)).collect();
    let inputs = Tensor::<f64>::ones([3000, 1]);
    let set = Dataset::new(inputs, Targets::Classes { labels, classes: 3 }).unwrap();
    let mut batches = Batches::balanced(&set, 3000, 1).unwrap();
    let SelectedTargets::Classes(labels) = batches.next().unwrap().targets else { unreachable!() };
    let ones = labels.iter().filter(|label| **label == 1).count();
    // 1,500 with a deviation of 27.
    assert!((1360..1640).contains(&ones), "{ones}");
    assert!(batches.next().is_none());
    let weights = |w: f64| Batches::weighted(&set, 8, &vec![w; 3000], 0).map(drop);
    assert!(weights(0.0).is_err() && weights(-1.0).is_err() && weights(f64::NAN).is_err());
    assert!(matches!(Batches::balanced(&numbered(3), 2, 0), Err(DataError::NotClasses { .. })));
}

#[test]
fn no_samples_a_batch_are_refused_and_too_many_are_all() {
    assert_eq!(Batches::mini(&numbered(5), 0, 0).unwrap_err(), DataError::BatchSize { samples: 5 });
    assert_eq!(Batches::mini(&numbered(5), 6, 0).unwrap().last_size(), 5);
}

fn images(m: usize) -> Dataset<f32> {
    let x = Tensor::new([m, 2, 5, 4], (0..m * 40).map(|i| 1.0 + i as f32).collect()).unwrap();
    Dataset::new(x, Targets::Classes { labels: (0..m).map(|i| i % 3).collect(), classes: 3 }).unwrap()
}

/// Inputs and targets as bits.
fn bits(batch: Selection<'_, f32>) -> Vec<u64> {
    let of = |x: &[f32]| x.iter().map(|x| u64::from(x.to_bits())).collect::<Vec<_>>();
    let targets = match batch.targets {
        SelectedTargets::Classes(labels) => labels.iter().map(|l| *l as u64).collect(),
        SelectedTargets::Values(values, _) => of(values),
    };
    [of(batch.inputs), targets].concat()
}

fn rest(batches: &mut Batches<'_, f32>) -> Vec<Vec<u64>> {
    std::iter::from_fn(|| batches.next().map(bits)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// On one thread or several, made ahead or not, entered anywhere.
    #[test]
    fn what_becomes_of_a_sample_depends_on_its_place_alone(
        m in 1usize..20, size in 1usize..8, seed: u64, epoch in 0u64..3, skip in 0usize..6,
        flip: bool, shift in 0usize..3, alpha in 0.0f64..1.0, noise in 0.0f64..1.0,
    ) {
        let set = images(m);
        let augment = Augment::new().shift(shift).crop(4, 3).noise(noise).mix_up((alpha - 0.3).max(0.0));
        let augment = if flip { augment.flip() } else { augment };
        for augment in [None, Some(augment)] {
            let mut batches = Batches::mini(&set, size, seed).unwrap();
            if let Some(augment) = augment {
                batches = batches.augmented(augment).unwrap();
            }
            batches.enter(epoch, 0);
            let all = rest(&mut batches);
            batches.enter(epoch, skip);
            prop_assert_eq!(&rest(&mut batches)[..], &all[skip.min(all.len())..]);
            batches.enter(epoch, 0);
            prop_assert_eq!(&tensor_ops::pool::in_place(|| rest(&mut batches)), &all);
            batches.enter(epoch, skip);
            let made = batches.ahead(|batches| {
                let mut made = Vec::new();
                while let Some(batch) = batches.next() {
                    made.push(bits(batch.selection()));
                }
                made
            });
            prop_assert_eq!(&made[..], &all[skip.min(all.len())..]);
        }
    }
}

#[test]
fn images_are_moved_and_mirrored_and_nothing_else() {
    let set = images(300);
    let augment = Augment::new().flip().shift(1);
    let mut batches = Batches::full(&set).unwrap().augmented(augment).unwrap();
    let batch = batches.next().unwrap();
    let mut seen = std::collections::HashMap::new();
    for (x, y) in set.inputs().as_slice().chunks(40).zip(batch.inputs.chunks(40)) {
        let matches = (0..18).filter(|way| {
            let (top, left, mirrored) = (way / 6 - 1, way / 2 % 3 - 1, way % 2 == 1);
            (0..40).all(|at| {
                let (plane, i, j) = (at / 20, at / 4 % 5, at % 4);
                let (i, j) = (i as isize + top, (if mirrored { 3 - j } else { j }) as isize + left);
                let inside = (0..5).contains(&i) && (0..4).contains(&j);
                y[at] == if inside { x[plane * 20 + (i * 4 + j) as usize] } else { 0.0 }
            })
        });
        let ways: Vec<isize> = matches.collect();
        assert_eq!(ways.len(), 1);
        *seen.entry(ways[0]).or_insert(0) += 1;
    }
    // 300 draws of 18 ways: 16.7 each, with a deviation of 4.
    assert!(seen.len() == 18 && seen.values().all(|n| (2..36).contains(n)), "{seen:?}");
}

#[test]
fn mixed_targets_are_mixed_as_their_samples() {
    let set = numbered(500);
    let mut batches = Batches::full(&set).unwrap().augmented(Augment::new().mix_up(0.4)).unwrap();
    let batch = batches.next().unwrap();
    let SelectedTargets::Values(targets, _) = batch.targets else { unreachable!() };
    assert!(batch.inputs.iter().zip(targets).all(|(x, t)| (t - 2.0 * x).abs() < 1e-9));
    assert!(
        batch.inputs.iter().zip(0..500).filter(|(x, i)| (**x - f64::from(*i)).abs() > 1e-3).count() > 400
    );
    let set = images(50);
    let mut batches = Batches::full(&set).unwrap().augmented(Augment::new().mix_up(1.0)).unwrap();
    let SelectedTargets::Values(targets, shape) = batches.next().unwrap().targets else { unreachable!() };
    assert_eq!(shape.as_slice(), [3]);
    assert!(targets.chunks(3).all(|p| (p.iter().sum::<f32>() - 1.0).abs() < 1e-6));
}

/// λ of Beta(α, α): mean 1/2, variance 1/(4·(2α + 1)).
#[test]
fn lambda_has_the_variance_of_beta() {
    for alpha in [0.2, 1.0] {
        // One half in each class: what is mixed with the other half has λ in its own class.
        let m = 4000;
        let labels = (0..m).map(|i| usize::from(i >= m / 2)).collect();
        let set = Dataset::new(Tensor::<f64>::ones([m, 1]), Targets::Classes { labels, classes: 2 }).unwrap();
        let mut batches = Batches::full(&set).unwrap().augmented(Augment::new().mix_up(alpha)).unwrap();
        let SelectedTargets::Values(p, _) = batches.next().unwrap().targets else { unreachable!() };
        let lambdas: Vec<f64> = p.chunks(2).take(m / 2).map(|p| p[0]).filter(|p| *p < 1.0 - 1e-12).collect();
        let n = lambdas.len() as f64;
        let mean = lambdas.iter().sum::<f64>() / n;
        let variance = lambdas.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
        let want = 0.25 / (2.0 * alpha + 1.0);
        assert!((n - 1000.0).abs() < 150.0 && (mean - 0.5).abs() < 0.05, "{n} {mean}");
        assert!((variance - want).abs() < 0.1 * want, "{variance} {want}");
    }
}

#[test]
fn what_cannot_be_augmented_is_refused() {
    let (flat, set) = (numbered(3), images(3));
    let on_flat = |augment| Batches::full(&flat).unwrap().augmented(augment).map(drop);
    let on_images = |augment| Batches::full(&set).unwrap().augmented(augment).map(drop);
    assert!(on_flat(Augment::new().flip()).is_err() && on_flat(Augment::new().noise(0.1)).is_ok());
    assert!(on_images(Augment::new().crop(6, 1)).is_err() && on_images(Augment::new().crop(0, 1)).is_err());
    assert!(on_images(Augment::new().crop(5, 4)).is_ok() && on_images(Augment::new().shift(4)).is_err());
    assert!(
        on_images(Augment::new().noise(-1.0)).is_err() && on_images(Augment::new().noise(f64::NAN)).is_err()
    );
    assert!(
        on_images(Augment::new().mix_up(1.5)).is_err() && on_images(Augment::new().mix_up(f64::NAN)).is_err()
    );
}
