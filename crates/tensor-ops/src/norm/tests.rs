use super::*;
use crate::reduce::oracle::noise;

#[test]
fn lengths_do_not_overflow_where_they_need_not() {
    for scale in [1e-40f32, 1e-30, 1e-20, 1.0, 1e30, 5e37] {
        let x = Tensor::from([[3.0 * scale, 0.0], [4.0 * scale, 0.0]]);
        for (axes, n) in [(Axes::from(0), 2), (Axes::All, 1)] {
            let length = x.norm(Norm::L2, axes).unwrap();
            assert_eq!(length.as_slice().len(), n);
            assert!((length.as_slice()[0] / (5.0 * scale) - 1.0).abs() < 1e-4, "{scale}: {length:?}");
        }
        let unit = x.reshape(&[4]).unwrap().normalize(Norm::L2, 0, 0.0).unwrap();
        assert!((unit.as_slice()[2] - 0.8).abs() < 1e-4, "{scale}: {unit:?}");
    }
    let special =
        Tensor::from([[f64::NAN, 1.0], [f64::INFINITY, 1.0], [f64::INFINITY, f64::NAN], [0.0, 0.0]]);
    let lengths = special.norm(Norm::L2, 1).unwrap().into_vec();
    assert!(lengths[0].is_nan() && lengths[1] == f64::INFINITY && lengths[2].is_nan() && lengths[3] == 0.0);
}

/// Zeros and infinities beside others, along every axis.
#[test]
fn vectors_out_of_range_do_not_touch_the_others() {
    let columns = [[3.0, 4.0], [0.0, 0.0], [3e200, 4e200], [3e-200, 4e-200], [f64::INFINITY, 1.0]];
    let want = [5.0, 0.0, 5e200, 5e-200, f64::INFINITY];
    for n in [2, columns.len()] {
        let rows = Tensor::new([n, 2], columns[..n].as_flattened().to_vec()).unwrap();
        for order in [Norm::L2, Norm::P(2.0), Norm::P(2.0 + 1e-14)] {
            for norms in [rows.norm(order, 1), rows.permute(&[1, 0]).unwrap().norm(order, 0)] {
                for (got, want) in norms.unwrap().as_slice().iter().zip(want) {
                    assert!(*got == want || (got / want - 1.0).abs() < 1e-13, "{got} {want}");
                }
            }
        }
    }
}

#[test]
fn powers_do_not_overflow_where_the_norm_does_not() {
    for scale in [1e-300, 1e-120, 1.0, 1e120, 1e300] {
        let x = Tensor::from([[scale, 2.0 * scale], [-2.0 * scale, scale]]);
        for p in [3.0, 0.7, -3.0, -0.7, 1e3] {
            let want = Real::powf(1.0 + Real::powf(2f64, p), 1.0 / p) * scale;
            for got in x.norm(Norm::P(p), 1).unwrap().as_slice() {
                assert!((got / want - 1.0).abs() < 1e-12, "{scale} {p}: {got} {want}");
            }
        }
        let single = Tensor::from([1e30f32, 1e30]).norm(Norm::P(3.0), 0).unwrap().item().unwrap();
        assert!((f64::from(single) / (1e30 * 2f64.cbrt()) - 1.0).abs() < 1e-7);
    }
    let x = Tensor::from([1.5f32, -2.0, 0.25]);
    for (p, order) in
        [(1.0, Norm::L1), (2.0, Norm::L2), (f64::INFINITY, Norm::Max), (f64::NEG_INFINITY, Norm::Min)]
    {
        assert_eq!(x.norm(Norm::P(p), 0).unwrap(), x.norm(order, 0).unwrap(), "{p}");
    }
    // 100.1 is 4e-6 from the next f32.
    let double = x.cast::<f64>().norm(Norm::P(100.1), 0).unwrap().cast::<f32>();
    assert_eq!(x.norm(Norm::P(100.1), 0).unwrap(), double);
    assert_eq!(Tensor::from([0.0, 3.0]).norm(Norm::P(-1.0), 0).unwrap(), Tensor::from(0.0));
    assert!(Tensor::from([f64::NAN, 1.0]).norm(Norm::P(3.0), 0).unwrap().item().unwrap().is_nan());
    assert!(x.norm(Norm::P(f64::NAN), 0).is_err());
}

#[test]
fn normalized_vectors_have_length_one() {
    let x = Tensor::new([3, 20, 5], noise::<f64>(300)).unwrap();
    for order in [Norm::L1, Norm::L2, Norm::Max, Norm::P(3.0)] {
        for axes in [Axes::All, 0.into(), 1.into(), 2.into(), [0, 2].into(), [1, 2].into()] {
            let y = x.normalize(order, axes.clone(), 1e-12).unwrap();
            let plain = x.divide(&x.norm(order, axes.clone().keepdims()).unwrap()).unwrap();
            assert_eq!(y, plain, "{order:?} over {axes}");
            let lengths = y.norm(order, axes).unwrap();
            assert!(lengths.as_slice().iter().all(|n| (n - 1.0).abs() < 1e-14));
        }
    }
    let zeros = Tensor::<f64>::zeros([2, 3]);
    assert_eq!(zeros.normalize(Norm::L2, 1, 1e-12).unwrap(), zeros);
    assert!(zeros.normalize(Norm::L2, 1, 0.0).unwrap().as_slice().iter().all(|x| x.is_nan()));
    assert_eq!(zeros.normalize(Norm::L2, [], 1e-12).unwrap(), zeros);
    let empty = Tensor::<f64>::zeros([2, 0]);
    assert_eq!(empty.normalize(Norm::L2, 1, 1e-12).unwrap(), empty);
    assert!(zeros.normalize(Norm::P(0.0), 1, 0.0).is_err() && zeros.normalize(Norm::L2, 2, 0.0).is_err());
}

/// σ = 2, 3 and known row and column sums.
#[test]
fn every_order_of_a_matrix() {
    let x = Tensor::from([[0.0, -3.0], [2.0, 0.0]]);
    let orders = [
        (MatrixNorm::L1, 3.0),
        (MatrixNorm::MinL1, 2.0),
        (MatrixNorm::Max, 3.0),
        (MatrixNorm::MinMax, 2.0),
        (MatrixNorm::Spectral, 3.0),
        (MatrixNorm::MinSpectral, 2.0),
        (MatrixNorm::Nuclear, 5.0),
        (MatrixNorm::Frobenius, 13f64.sqrt()),
    ];
    for (order, want) in orders {
        assert!((x.matrix_norm(order).unwrap() - want).abs() < 1e-14, "{order:?}");
    }
    assert!(Tensor::from([[f64::NAN]]).matrix_norm(MatrixNorm::Spectral).unwrap().is_nan());
    let empty = Tensor::<f64>::zeros([0, 3]);
    for order in
        [MatrixNorm::L1, MatrixNorm::Max, MatrixNorm::Spectral, MatrixNorm::Nuclear, MatrixNorm::MinL1]
    {
        assert_eq!(empty.matrix_norm(order).unwrap(), 0.0, "{order:?}");
    }
    assert!(empty.matrix_norm(MatrixNorm::MinMax).is_err(), "there is no row");
    assert!(empty.matrix_norm(MatrixNorm::MinSpectral).is_err());
}
