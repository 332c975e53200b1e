//! Every reduction against the oracle, over any shape and any axes.

use proptest::collection::vec;
use proptest::prelude::*;

use super::oracle::{assert_near, groups, noise};
use super::{Form, Op, ReduceKernel, pairwise_sum};
use crate::{Axes, Norm, Shape, Tensor, TensorError};

/// A shape of small lengths, which axes are reduced, and elements, some of them special.
fn any_tensor() -> impl Strategy<Value = (Tensor<f64>, Vec<usize>)> {
    let shape = prop_oneof![3 => vec(0usize..5, 0..=5), 1 => vec(0usize..3, 6..=8)];
    let element = prop_oneof![
        20 => -4.0..4.0f64,
        2 => Just(0.0),
        1 => prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0]),
    ];
    (shape, vec(any::<bool>(), 8), vec(element, 64)).prop_map(|(shape, which, elements)| {
        let shape = Shape::new(&shape).unwrap();
        let step = 1 + shape.size() / 3 * 2;
        let data = (0..shape.size()).map(|i| elements[i * step % 64]).collect();
        let axes = (0..shape.rank()).filter(|&a| which[a]).collect();
        (Tensor::new(shape, data).unwrap(), axes)
    })
}

fn signed(axes: &[usize]) -> Axes {
    Axes::These(axes.iter().map(|&a| a as isize).collect())
}

fn maximum(x: &[f64]) -> f64 {
    x.iter().fold(f64::NEG_INFINITY, |m, &x| if x > m || x.is_nan() { x } else { m })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 4 } else { 400 }))]

    #[test]
    fn over_any_axes((x, axes) in any_tensor()) {
        let rows = groups(x.as_slice(), x.shape(), &axes);
        let each = |f: &dyn Fn(&[f64]) -> f64| rows.iter().map(|row| f(row)).collect::<Vec<f64>>();
        let over = || signed(&axes);
        let mean = |row: &[f64]| row.iter().sum::<f64>() / row.len() as f64;
        let var = |row: &[f64], ddof: usize| {
            row.iter().map(|x| (x - mean(row)).powi(2)).sum::<f64>() / row.len().saturating_sub(ddof) as f64
        };
        assert_near(&x.sum(over()).unwrap(), &each(&|row| row.iter().sum()), 1e-12);
        assert_near(&x.prod(over()).unwrap(), &each(&|row| row.iter().product()), 1e-10);
        assert_near(&x.mean(over()).unwrap(), &each(&mean), 1e-12);
        assert_near(&x.var(over(), 1).unwrap(), &each(&|row| var(row, 1)), 1e-12);
        assert_near(&x.std(over(), 0).unwrap(), &each(&|row| var(row, 0).sqrt()), 1e-12);
        let lse = |row: &[f64]| row.iter().map(|x| x.exp()).sum::<f64>().ln();
        assert_near(&x.logsumexp(over()).unwrap(), &each(&lse), 1e-12);
        assert_near(&x.norm(Norm::L1, over()).unwrap(), &each(&|row| row.iter().map(|x| x.abs()).sum()), 1e-12);
        let l2 = |row: &[f64]| row.iter().map(|x| x * x).sum::<f64>().sqrt();
        assert_near(&x.norm(Norm::L2, over()).unwrap(), &each(&l2), 1e-12);
        let l3 = |row: &[f64]| row.iter().map(|x| x.abs().powi(3)).sum::<f64>().cbrt();
        assert_near(&x.norm(Norm::P(3.0), over()).unwrap(), &each(&l3), 1e-12);
        let max_norm = |row: &[f64]| maximum(&row.iter().map(|x| x.abs()).chain([0.0]).collect::<Vec<_>>());
        assert_near(&x.norm(Norm::Max, over()).unwrap(), &each(&max_norm), 0.0);
        let count = |row: &[f64]| row.iter().filter(|x| **x != 0.0).count() as f64;
        assert_near(&x.norm(Norm::Count, over()).unwrap(), &each(&count), 0.0);
        let counts = x.count_nonzero(over()).unwrap();
        prop_assert_eq!(counts.as_slice(), rows.iter().map(|row| count(row) as usize).collect::<Vec<_>>());

        let mask = Tensor::new(*x.shape(), x.as_slice().iter().map(|x| *x > 0.0).collect()).unwrap();
        let trues: Vec<usize> = rows.iter().map(|row| row.iter().filter(|x| **x > 0.0).count()).collect();
        prop_assert_eq!(mask.count_true(over()).unwrap().into_vec(), trues.clone());
        prop_assert_eq!(mask.any(over()).unwrap().into_vec(), trues.iter().map(|&n| n > 0).collect::<Vec<_>>());
        let all: Vec<bool> = rows.iter().zip(&trues).map(|(row, &n)| n == row.len()).collect();
        prop_assert_eq!(mask.all(over()).unwrap().into_vec(), all);

        if axes.iter().any(|&axis| x.shape()[axis] == 0) {
            let refused = x.max(over()).unwrap_err();
            prop_assert!(matches!(refused, TensorError::EmptyReduction { op: "max", .. }), "{}", refused);
            prop_assert!(x.min(over()).is_err() && x.norm(Norm::Min, over()).is_err());
        } else {
            assert_near(&x.max(over()).unwrap(), &each(&maximum), 0.0);
            let minus: Vec<f64> = each(&|row| maximum(&row.iter().map(|x| -x).collect::<Vec<_>>()));
            assert_near(&x.min(over()).unwrap(), &minus.iter().map(|x| -x).collect::<Vec<_>>(), 0.0);
        }
        let kept = x.sum(over().keepdims()).unwrap();
        prop_assert_eq!(kept.shape().rank(), x.shape().rank());
        assert_near(&kept, x.sum(over()).unwrap().as_slice(), 0.0);
    }

    #[test]
    fn positions((x, axes) in any_tensor()) {
        let first = |row: &[f64], beats: fn(f64, f64) -> bool| {
            let nan = row.iter().position(|x| x.is_nan());
            nan.unwrap_or_else(|| (0..row.len()).reduce(|a, b| if beats(row[b], row[a]) { b } else { a }).unwrap())
        };
        for axis in (0..x.shape().rank()).map(|a| vec![a]).chain([(0..x.shape().rank()).collect()]) {
            let over = if axis.len() == 1 { signed(&axis) } else { Axes::All };
            let rows = groups(x.as_slice(), x.shape(), &axis);
            if axis.iter().any(|&axis| x.shape()[axis] == 0) {
                prop_assert!(x.argmax(over).is_err());
                continue;
            }
            let want: Vec<usize> = rows.iter().map(|row| first(row, |a, b| a > b)).collect();
            prop_assert_eq!(x.argmax(over.clone()).unwrap().into_vec(), want);
            let want: Vec<usize> = rows.iter().map(|row| first(row, |a, b| a < b)).collect();
            prop_assert_eq!(x.argmin(over.keepdims()).unwrap().into_vec(), want);
        }
        if axes.len() > 1 {
            prop_assert!(x.argmax(signed(&axes)).unwrap_err().to_string().contains("expected one axis or all"));
        }
    }
}

/// Lengths around every block, octet, line and fold of the kernels.
fn forms() -> Vec<Form> {
    let reduced = [1, 2, 7, 8, 9, 15, 16, 17, 63, 65, 129, 700, 2048, 2049, 4096, 4097, 9000];
    let inner = [1, 2, 3, 15, 16, 31, 32, 33, 100, 511, 513, 1024, 1025];
    let mut forms = Vec::new();
    for reduced in reduced {
        for inner in inner {
            for outer in [1, 3, 17] {
                if outer * reduced * inner < if cfg!(miri) { 500 } else { 300_000 } {
                    forms.push(Form { outer, reduced, inner });
                }
            }
        }
    }
    forms
}

/// Whole numbers add up exactly in any order.
#[test]
fn the_edges_of_the_kernels() {
    for form in forms() {
        let Form { outer, reduced, inner } = form;
        let x: Vec<f32> = (0..outer * reduced * inner).map(|i| (i * 7 % 23) as f32 - 11.0).collect();
        let mut want = vec![[0.0, 0.0, f32::NEG_INFINITY]; outer * inner];
        let mut at = vec![0; outer * inner];
        for (i, &x) in x.iter().enumerate() {
            let result = i / (reduced * inner) * inner + i % inner;
            let [sum, squares, max] = &mut want[result];
            (*sum, *squares) = (*sum + x, *squares + (x - 2.0) * (x - 2.0));
            if x > *max {
                (*max, at[result]) = (x, i / inner % reduced);
            }
        }
        let t = Tensor::new([outer, reduced, inner], x).unwrap();
        let column = |k: usize| want.iter().map(|w| w[k]).collect::<Vec<_>>();
        assert_eq!(t.sum(1).unwrap().as_slice(), column(0), "{form:?}");
        assert_eq!(t.max(1).unwrap().as_slice(), column(2), "{form:?}");
        assert_eq!(t.argmax(1).unwrap().as_slice(), at, "{form:?}");
        let (centers, mut out) = (vec![2.0; outer * inner], vec![0.0; outer * inner]);
        f32::fold(Op::Deviations, t.as_slice(), form, &centers, &mut out);
        assert_eq!(out, column(1), "{form:?}");
    }
}

/// One NaN is seen wherever it stands.
#[test]
fn a_nan_reaches_every_extreme() {
    for n in [1, 5, 16, 17, 64, 200, 520, 5000] {
        for at in (0..n).step_by(1 + n / 40) {
            let mut x = vec![1.0f32; n];
            x[at] = f32::NAN;
            for shape in [[1, n], [n, 1]] {
                let t = Tensor::new(shape, x.clone()).unwrap();
                for extreme in [t.max(Axes::All).unwrap(), t.min(Axes::All).unwrap()] {
                    assert!(extreme.as_slice()[0].is_nan(), "{at} of {n}");
                }
                assert_eq!(t.argmax(Axes::All).unwrap(), Tensor::from(at));
            }
            let wide = Tensor::new([n, 40], x.iter().flat_map(|&x| [x; 40]).collect()).unwrap();
            assert!(wide.max(0).unwrap().as_slice().iter().all(|x| x.is_nan()));
        }
    }
}

/// Along every axis, and the more so for values of one sign, where it is worst.
#[test]
fn the_bound_of_sums_holds() {
    for form in forms() {
        let Form { outer, reduced, inner } = form;
        let x: Vec<f32> = noise(outer * reduced * inner).into_iter().map(|x: f32| x + 1.0).collect();
        let sums = Tensor::new([outer, reduced, inner], x.clone()).unwrap().sum(1).unwrap();
        let bound = 24.0 + (reduced as f64 / 2048.0).log2().max(0.0);
        for (i, &sum) in sums.as_slice().iter().enumerate() {
            let (o, j) = (i / inner, i % inner);
            let exact: f64 = (0..reduced).map(|r| f64::from(x[(o * reduced + r) * inner + j])).sum();
            let error = (f64::from(sum) - exact).abs();
            assert!(error <= bound * f64::from(f32::EPSILON) * exact, "{form:?}: {error}");
        }
    }
    // What a plain loop gets wrong: 0.1 added ten million times is off by more than 8 %.
    let n = if cfg!(miri) { 10_000 } else { 10_000_000 };
    let x = vec![0.1f32; n];
    assert!((pairwise_sum(&x) / (n as f32 * 0.1) - 1.0).abs() < 1e-6);
}

#[test]
fn a_row_has_the_bits_of_itself_alone() {
    for n in [3, 16, 17, 100, 1000, 4097, 20_000] {
        let x: Vec<f32> = noise(5 * n);
        let t = Tensor::new([5, n], x).unwrap();
        let (sums, y) = (t.sum(1).unwrap(), t.softmax(1).unwrap());
        for r in 0..5 {
            let row = t.row(r).unwrap();
            assert_eq!(sums.as_slice()[r].to_bits(), pairwise_sum(row.as_slice()).to_bits());
            assert_eq!(sums.as_slice()[r].to_bits(), row.sum(0).unwrap().as_slice()[0].to_bits());
            assert_eq!(y.row(r).unwrap().as_slice(), row.softmax(0).unwrap().as_slice());
        }
    }
}

/// A mean beyond all numbers makes every deviation infinite, whether or not a row fills its vectors.
#[test]
fn an_infinite_mean_gives_an_infinite_variance_at_every_length() {
    for n in [1, 15, 16, 17, 63, 64, 65, 600] {
        let x = Tensor::<f32>::full([2, n], 3e38);
        let expected = if n == 1 { 0.0 } else { f32::INFINITY };
        assert_eq!(x.var(1, 0).unwrap().as_slice(), [expected; 2], "rows of {n}");
        assert_eq!(x.transpose().var(0, 0).unwrap().as_slice(), [expected; 2], "columns of {n}");
    }
}
