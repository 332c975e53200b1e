//! What holds of every normalizer.

use proptest::prelude::*;
use tensor_ops::random::Stream;
use tensor_ops::{Tensor, pool};

use crate::*;

type Fit = fn(&Train<Tensor<f64>>) -> Result<Box<dyn Transform<f64>>, DataError>;

/// Add a row, inherit the tests.
const ALL: [(&str, Fit); 12] = [
    ("standard", |x| Ok(Box::new(Standardizer::fit(x)?))),
    ("min-max", |x| Ok(Box::new(MinMax::fit_to(x, -1.0, 2.0)?))),
    ("max-abs", |x| Ok(Box::new(MaxAbs::fit(x)?))),
    ("robust", |x| Ok(Box::new(Robust::fit(x)?))),
    ("channels", |x| Ok(Box::new(ChannelStandardizer::fit(x)?))),
    ("ordinal", |x| Ok(Box::new(Ordinal::fit(x)?))),
    ("one-hot", |x| Ok(Box::new(OneHot::fit(x)?))),
    ("impute", |x| Ok(Box::new(Imputer::mean(x)?))),
    ("pca", |x| Ok(Box::new(Pca::fit(x, Components::All)?.whitened()))),
    ("zca", |x| Ok(Box::new(Zca::fit(x, 1e-6)?))),
    ("power", |x| Ok(Box::new(Power::fit(x)?))),
    ("columns", |x| {
        Ok(Box::new(Columns::fit(x)?.on(&[2], OneHot::fit)?.on(&[0, 1], Standardizer::fit)?.done()))
    }),
];

fn randn(m: usize, n: usize, seed: u64) -> Tensor<f64> {
    Tensor::randn([m, n], seed)
}

fn near(a: &Tensor<f64>, b: &Tensor<f64>, tolerance: f64) -> bool {
    a.shape() == b.shape() && a.as_slice().iter().zip(b.as_slice()).all(|(a, b)| (a - b).abs() <= tolerance)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn invert_undoes_apply(m in 6usize..40, seed: u64, offset in -10.0f64..10.0) {
        let x = Tensor::new([m, 3], randn(m, 3, seed).as_slice().iter().map(|x| x * 2.0 + offset).collect()).unwrap();
        for (name, fit) in ALL {
            let fitted = fit(&Train(x.clone())).unwrap();
            let back = fitted.invert_tensor(fitted.apply_tensor(x.clone()).unwrap()).unwrap();
            prop_assert!(near(&back, &x, 1e-7), "{}", name);
        }
    }

    #[test]
    fn one_pass_agrees_with_two_on_a_large_mean(m in 2usize..3000, seed: u64, cut in 0usize..3000) {
        let x: Vec<f64> = randn(m, 2, seed).as_slice().iter().map(|x| 1e8 + 1e-3 * x).collect();
        // The judge: the data as they are, less 1e8, which is exact.
        let shifted: Vec<f64> = x.iter().map(|x| x - 1e8).collect();
        let mean = |j: usize| shifted.iter().skip(j).step_by(2).sum::<f64>() / m as f64;
        let summary = Moments::of(&Tensor::new([m, 2], x.clone()).unwrap()).unwrap();
        for j in 0..2 {
            let judge: f64 = shifted.iter().skip(j).step_by(2).map(|x| (x - mean(j)).powi(2)).sum();
            // The mean is rounded at 1e8: 1e-8 beside deviations of 1e-3, squared.
            prop_assert!((summary.m2[j] - judge).abs() <= 1e-9 * judge + 1e-15 * m as f64, "{} {}", summary.m2[j], judge);
        }
        let mut portions = Moments::new(2);
        let (a, b) = x.split_at(cut.min(m) * 2);
        portions.observe(a);
        portions.observe(b);
        prop_assert_eq!(portions.finish(), summary, "bits do not depend on portions");
    }
}

#[test]
fn portions_of_any_size_and_any_number_of_threads_give_equal_bits() {
    // More than a wave of chunks, and a part of one.
    let x = Stream::new(1, 2, 3);
    let mut rows = vec![0.0f32; 3 * 2_000_000];
    x.normal(0, 5.0, 2.0, &mut rows);
    let whole = Tensor::new([2_000_000, 3], rows.clone()).unwrap();
    let all = Moments::of(&whole).unwrap();
    assert_eq!(pool::in_place(|| Moments::of(&whole).unwrap()), all);
    let mut portions = Moments::new(3);
    rows.chunks(3 * 77_777).for_each(|rows| portions.observe(rows));
    assert_eq!(portions.finish(), all);
    assert!((all.mean[1] - 5.0).abs() < 0.01 && (all.variance(0)[1] - 4.0).abs() < 0.02);
    assert_eq!(all.count, 2_000_000);
}

#[test]
fn constant_features_are_left_in_peace() {
    let x = Tensor::from([[0.1, 1.0, 0.0], [0.1, 2.0, 0.0], [0.1, 4.0, 0.0]]);
    for (name, fit) in ALL {
        let y = fit(&Train(x.clone())).unwrap().apply_tensor(x.clone()).unwrap();
        assert!(y.as_slice().iter().all(|y| y.is_finite()), "{name}: {y}");
    }
    assert_eq!(Standardizer::fit(&Train(&x)).unwrap().constant_features(), [0, 2]);
    assert_eq!(Power::fit(&Train(&x)).unwrap().lambdas()[2], 1.0);
}

#[test]
fn what_cannot_be_fitted_or_applied_is_refused() {
    let x = randn(8, 3, 1);
    for (name, fit) in ALL {
        let refuses = |x: Tensor<f64>| fit(&Train(x)).is_err();
        assert!(refuses(Tensor::zeros([0, 3])) && refuses(Tensor::zeros([4, 0])), "{name}");
        assert!(refuses(Tensor::zeros([4])) && refuses(Tensor::from(1.0)), "{name}");
        let mut infinite = x.clone();
        infinite.as_mut_slice()[4] = f64::INFINITY;
        assert!(refuses(infinite) || name == "impute", "{name}");
        for other in [Tensor::zeros([2, 2]), Tensor::zeros([3]), Tensor::from(1.0)] {
            let fitted = fit(&Train(x.clone())).unwrap();
            assert!(matches!(fitted.apply_tensor(other.clone()), Err(DataError::Features { .. })), "{name}");
            assert!(fitted.invert_tensor(other).is_err(), "{name}");
        }
    }
    assert!(matches!(UnitNorm::L2.invert_tensor(x.clone()), Err(DataError::NoInverse { .. })));
    assert!(matches!(
        Columns::fit(&Train(&x)).unwrap().on(&[3], MaxAbs::fit),
        Err(DataError::Column { column: 3, .. })
    ));
    assert!(
        MinMax::fit_to(&Train(&x), 1.0, 1.0).is_err()
            && Robust::fit_between(&Train(&x), 0.5, f64::NAN).is_err()
    );
    assert!(
        Pca::fit(&Train(&x), Components::Share(0.0)).is_err()
            && Zca::fit(&Train(Tensor::<f64>::ones([3, 2])), 0.0).is_err()
    );
}

/// The covariance of a whitened training set is 1.
#[test]
fn whitening_whitens() {
    let mix = Tensor::from([[2.0, 0.3, 0.1], [0.0, 1.0, -0.5], [0.4, 0.0, 0.2]]);
    let x = randn(1500, 3, 3).matmul(&mix).unwrap();
    let pca = Pca::fit(&Train(&x), Components::All).unwrap().whitened();
    let zca = Zca::fit(&Train(&x), 0.0).unwrap();
    for white in [pca.apply_tensor(x.clone()).unwrap(), zca.apply_tensor(x.clone()).unwrap()] {
        let covariance = white.permute(&[1, 0]).unwrap().matmul(&white).unwrap();
        let covariance =
            Tensor::new([3, 3], covariance.as_slice().iter().map(|c| c / 1499.0).collect()).unwrap();
        assert!(near(&covariance, &Tensor::eye(3), 1e-10), "{covariance}");
    }
    assert!((pca.shares().iter().sum::<f64>() - 1.0).abs() < 1e-12);
    assert_eq!(Pca::fit(&Train(&x), Components::Share(0.5)).unwrap().variances().len(), 1);
}

/// The judge: a fine grid, and the formulas as they are printed.
#[test]
fn lambda_is_the_top_of_the_likelihood() {
    let x = Tensor::new([8, 1], vec![0.1, 0.2, 0.5, 1.0, 3.0, 20.0, -1.0, -4.0]).unwrap();
    let best = Power::fit(&Train(&x)).unwrap().lambdas()[0];
    let likelihood = |lambda: f64| {
        let psi = |x: &f64| match *x >= 0.0 {
            true => ((x + 1.0).powf(lambda) - 1.0) / lambda,
            false => -((1.0 - x).powf(2.0 - lambda) - 1.0) / (2.0 - lambda),
        };
        let y: Vec<f64> = x.as_slice().iter().map(psi).collect();
        let mean = y.iter().sum::<f64>() / 8.0;
        let variance = y.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / 8.0;
        let logs: f64 = x.as_slice().iter().map(|x| x.signum() * (x.abs() + 1.0).ln()).sum();
        -4.0 * variance.ln() + (lambda - 1.0) * logs
    };
    let grid = (1..4000).map(|i| f64::from(i) * 1e-3 - 2.0005);
    let judge = grid.max_by(|a, b| likelihood(*a).total_cmp(&likelihood(*b))).unwrap();
    assert!((best - judge).abs() < 1e-3, "{best} {judge}");
}

/// scikit-learn 1.9: `PowerTransformer`, which searches λ to about 1e-8 of its likelihood, and `PCA`.
#[test]
fn scikit_learn_finds_the_same() {
    let x = Tensor::<f64>::new([8, 1], vec![0.1, 0.2, 0.5, 1.0, 3.0, 20.0, -1.0, -4.0]).unwrap();
    let power = Power::fit(&Train(&x)).unwrap();
    assert!((power.lambdas()[0] - 0.5089216314593744).abs() < 1e-6, "{:?}", power.lambdas());
    let y = power.apply_tensor(x).unwrap();
    assert!(
        (y.as_slice()[5] - 1.9224682335136152).abs() < 1e-6
            && (y.as_slice()[7] + 1.9689204119970756).abs() < 1e-6
    );

    let x =
        Tensor::from([[2.0, 0.0, 1.0], [0.0, 1.0, 3.0], [4.0, 1.0, 0.0], [1.0, 5.0, 2.0], [3.0, 3.0, 3.0]]);
    let pca = Pca::fit(&Train(&x), Components::All).unwrap();
    let variances = Tensor::from([4.784901896939419, 2.7170703019013684, 0.6980278011592144]);
    assert!(near(&Tensor::from(pca.variances().to_vec()), &variances, 1e-13));
    let axes = Tensor::from([
        [-0.4101064445054498, 0.8057170126208355, 0.4273555893497295],
        [0.7430005008843696, 0.5668932939416719, -0.3557839920085465],
        [0.5289262329102938, -0.17161610896800383, 0.8311347371407406],
    ]);
    assert!(near(&pca.axes(), &axes, 1e-13), "{}", pca.axes());
}

#[test]
fn unit_norms_reach_over_the_whole_range_of_numbers() {
    let x = Tensor::from([[3e200, 4e200], [3e-200, 4e-200], [0.0, 0.0]]);
    let unit = UnitNorm::L2.apply_tensor(x).unwrap();
    assert!(near(&unit, &[[0.6, 0.8], [0.6, 0.8], [0.0, 0.0]].into(), 1e-15), "{unit}");
}
