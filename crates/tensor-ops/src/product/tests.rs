use proptest::prelude::*;

use super::*;
use crate::matmul::Update::{Accumulate, Assign};
use crate::pool;
use crate::random::Stream;

/// Whole numbers from -4 to 4: every order of summation gives the same, exact sum.
fn whole(shape: &[usize], seed: u64) -> Tensor<f64> {
    let shape = Shape::new(shape).unwrap();
    let mut data = vec![0.0; shape.size()];
    Stream::new(seed, 0, 0).uniform(0, -4.0, 5.0, &mut data);
    Tensor::new(shape, data.iter().map(|x: &f64| x.floor()).collect()).unwrap()
}

/// The element at an index of any rank.
fn at(x: &Tensor<f64>, index: &[usize]) -> f64 {
    x.as_slice()[index.iter().zip(x.shape().iter()).fold(0, |at, (i, n)| at * n + i)]
}

/// All indices of a shape, in row-major order.
fn indices(shape: &[usize]) -> Vec<Vec<usize>> {
    shape.iter().fold(vec![vec![]], |all, &n| {
        all.iter().flat_map(|index| (0..n).map(move |i| [&index[..], &[i]].concat())).collect()
    })
}

/// The definition, for operands of rank 2 and more, by index arithmetic.
fn matmul_naive(
    a: &Tensor<f64>,
    b: &Tensor<f64>,
    batch: &[usize],
    [m, k, n]: [usize; 3],
    p: Product,
) -> Vec<f64> {
    let of = |x: &Tensor<f64>, index: &[usize], last: [usize; 2]| {
        let rank = x.shape().rank() - 2;
        let kept = index[index.len() - rank..].iter().zip(x.shape().iter());
        at(x, &kept.map(|(&i, &n)| if n == 1 { 0 } else { i }).chain(last).collect::<Vec<_>>())
    };
    let mut out = Vec::new();
    for index in indices(batch) {
        for i in 0..m {
            for j in 0..n {
                let term = |q| {
                    of(a, &index, if p.transpose_left { [q, i] } else { [i, q] })
                        * of(b, &index, if p.transpose_right { [j, q] } else { [q, j] })
                };
                out.push((0..k).map(term).sum());
            }
        }
    }
    out
}

proptest! {
    #[test]
    fn matmul_is_the_definition(
        batch in prop::collection::vec(0usize..4, 0..4),
        ones in prop::collection::vec(0usize..4, 8),
        cut in (0usize..4, 0usize..4),
        m in 0usize..5, k in 0usize..5, n in 0usize..5,
        ta: bool, tb: bool,
    ) {
        let p = Product { transpose_left: ta, transpose_right: tb };
        // Each operand lacks some leading batch axes, or has length 1 there; never both at once.
        let rank = batch.len();
        let one = |side: usize, axis: usize| ones[axis] == side;
        let cut = if cut.0 > 0 { (cut.0.min(rank), 0) } else { (0, cut.1.min(rank)) };
        let lengths = |side: usize, cut: usize, last: [usize; 2]| -> Vec<usize> {
            (cut..rank).map(|axis| if one(side, axis) { 1 } else { batch[axis] }).chain(last).collect()
        };
        let a = whole(&lengths(0, cut.0, if ta { [k, m] } else { [m, k] }), 1);
        let b = whole(&lengths(1, cut.1, if tb { [n, k] } else { [k, n] }), 2);
        let full: Vec<usize> = (0..rank).map(|axis| {
            let of = |side, cut: usize| if axis < cut || one(side, axis) { 1 } else { batch[axis] };
            let (x, y) = (of(0, cut.0), of(1, cut.1));
            if x == 1 { y } else { x }
        }).collect();
        let want = matmul_naive(&a, &b, &full, [m, k, n], p);
        let got = a.matmul_with(&b, p).unwrap();
        prop_assert_eq!(got.shape().as_slice(), [&full[..], &[m, n]].concat());
        prop_assert_eq!(got.as_slice(), &want[..]);
        let mut out = Tensor::full(*got.shape(), 0.5);
        a.matmul_into(&b, p, Accumulate, &mut out).unwrap();
        prop_assert!(out.as_slice().iter().zip(&want).all(|(got, want)| *got == want + 0.5));
        a.matmul_into(&b, p, Assign, &mut out).unwrap();
        prop_assert_eq!(out.as_slice(), &want[..]);
        // (A·B)ᵀ = Bᵀ·Aᵀ.
        if rank == 0 {
            let swapped = Product { transpose_left: !tb, transpose_right: !ta };
            prop_assert_eq!(b.matmul_with(&a, swapped).unwrap(), got.permute(&[1, 0]).unwrap());
        }
    }

    #[test]
    fn dot_and_inner_are_their_definitions(
        left in prop::collection::vec(0usize..4, 0..3),
        right in prop::collection::vec(0usize..4, 0..3),
        k in 0usize..4, n in 0usize..4,
    ) {
        let a = whole(&[&left[..], &[k]].concat(), 1);
        let b = whole(&[&right[..], &[k, n]].concat(), 2);
        let got = a.dot(&b).unwrap();
        let shape = [&left[..], &right[..], &[n]].concat();
        prop_assert_eq!(got.shape().as_slice(), &shape[..]);
        for (index, got) in indices(&shape).iter().zip(got.as_slice()) {
            let (i, j) = index.split_at(left.len());
            let (j, col) = j.split_at(right.len());
            let term = |q: usize| at(&a, &[i, &[q]].concat()) * at(&b, &[j, &[q], col].concat());
            prop_assert_eq!(*got, (0..k).map(term).sum::<f64>());
        }
        let c = whole(&[&right[..], &[k]].concat(), 3);
        let got = a.inner(&c).unwrap();
        let shape = [&left[..], &right[..]].concat();
        prop_assert_eq!(got.shape().as_slice(), &shape[..]);
        for (index, got) in indices(&shape).iter().zip(got.as_slice()) {
            let (i, j) = index.split_at(left.len());
            let term = |q: usize| at(&a, &[i, &[q]].concat()) * at(&c, &[j, &[q]].concat());
            prop_assert_eq!(*got, (0..k).map(term).sum::<f64>());
        }
    }

    #[test]
    fn outer_is_its_definition(left in prop::collection::vec(0usize..4, 0..4), right in prop::collection::vec(0usize..4, 0..4)) {
        let (a, b) = (whole(&left, 1), whole(&right, 2));
        let got = a.outer(&b).unwrap();
        let want: Vec<f64> = a.as_slice().iter().flat_map(|x| b.as_slice().iter().map(move |y| x * y)).collect();
        prop_assert_eq!(got.shape(), &Shape::from([a.shape().size(), b.shape().size()]));
        prop_assert_eq!(got.as_slice(), &want[..]);
        prop_assert_eq!(a.vdot(&a).unwrap(), a.as_slice().iter().map(|x| x * x).sum::<f64>());
    }
}

#[test]
fn vectors_are_rows_on_the_left_and_columns_on_the_right() {
    let (v, x) = (whole(&[3], 1), whole(&[2, 4, 3], 2));
    let column = v.clone().reshape(&[3, 1]).unwrap();
    let want = x.matmul(&column).unwrap().reshape(&[2, 4]).unwrap();
    assert_eq!(x.matmul(&v).unwrap(), want);
    for p in [Product::NT, Product::TT] {
        // A vector is its own transpose.
        assert_eq!(v.matmul_with(&x, p).unwrap(), want);
    }
    assert_eq!(v.matmul(&v).unwrap(), v.dot(&v).unwrap());
    assert_eq!(v.matmul(&v).unwrap().shape(), &Shape::SCALAR);
    assert_eq!(x.dot(&v).unwrap(), want);
}

/// Every product of a batch has the bits that it has alone, on any number of threads.
#[test]
fn bits_do_not_depend_on_threads_or_company() {
    let sizes: &[([usize; 4], [usize; 4])] = if cfg!(miri) {
        &[([2, 3, 2, 2], [2, 3, 2, 2])]
    } else {
        &[
            ([13, 5, 7, 33], [13, 5, 33, 9]),
            ([1, 70, 20, 30], [3, 1, 30, 10]),
            ([3, 1, 70, 90], [3, 1, 90, 80]),
        ]
    };
    for &(left, right) in sizes {
        let random = |shape: [usize; 4], key| -> Tensor<f32> {
            let mut data = vec![0.0; shape.iter().product()];
            Stream::new(1, key, 0).uniform(0, -1.0, 1.0, &mut data);
            Tensor::new(shape, data).unwrap()
        };
        let (a, b) = (random(left, 1), random(right, 2));
        pool::set_threads(1);
        let alone = a.matmul(&b).unwrap();
        let [_, _, m, n] = *alone.shape().as_slice() else { unreachable!() };
        for (i, c) in alone.as_slice().chunks(m * n).enumerate() {
            let (outer, inner) = (i / alone.shape()[1], i % alone.shape()[1]);
            let of = |x: &Tensor<f32>| {
                let x0 = x.row(outer.min(x.shape()[0] - 1)).unwrap();
                x0.row(inner.min(x.shape()[1] - 1)).unwrap().to_owned()
            };
            assert_eq!(of(&a).matmul(&of(&b)).unwrap().as_slice(), c, "product {i}");
        }
        for threads in [2, 3, 4, 8] {
            pool::set_threads(threads);
            assert_eq!(a.matmul(&b).unwrap(), alone, "{threads} threads");
            assert_eq!(a.outer(&b.row(0).unwrap().row(0).unwrap()).unwrap().shape()[0], a.shape().size());
        }
        pool::set_threads(0);
    }
}

#[test]
fn what_does_not_multiply_is_refused_with_both_shapes() {
    let (a, b) = (whole(&[2, 3], 1), whole(&[2, 3], 2));
    for refused in
        [a.matmul(&b), a.dot(&b), a.inner(&whole(&[2], 1)), a.matmul_with(&whole(&[4, 3], 1), Product::TN)]
    {
        let text = refused.unwrap_err().to_string();
        assert!(text.contains("[2, 3]"), "{text}");
    }
    assert!(a.vdot(&whole(&[5], 1)).unwrap_err().to_string().contains("vdot"));
    assert!(a.matmul(&Tensor::from(1.0)).unwrap_err().to_string().contains("scalar"));
    let batches = whole(&[2, 1, 3], 1).matmul(&whole(&[3, 3, 1], 1)).unwrap_err().to_string();
    assert!(batches.contains("batch axes"), "{batches}");
    let output = a.matmul_into(&b, Product::NT, Assign, &mut Tensor::zeros([2, 3])).unwrap_err();
    assert!(matches!(output, TensorError::Output { op: "matmul_into", .. }));
    let eight = whole(&[1; 8], 1);
    assert_eq!(eight.matmul(&eight).unwrap().shape().rank(), 8);
    assert!(matches!(eight.dot(&eight), Err(TensorError::RankTooLarge { rank: 14 })));
}

/// Two vectors have the pairwise sum of their products, in whichever way they are asked for.
#[test]
fn vectors_are_multiplied_by_the_kernel_of_dot() {
    for n in [0, 1, 17, 5000] {
        let (mut a, mut b) = (vec![0f32; n], vec![0f32; n]);
        Stream::new(1, 1, 0).uniform(0, -1.0, 1.0, &mut a);
        Stream::new(1, 2, 0).uniform(0, -1.0, 1.0, &mut b);
        let want = crate::reduce::dot(&a, &b);
        let (a, b) = (Tensor::from(a), Tensor::from(b));
        for got in [a.dot(&b).unwrap(), a.inner(&b).unwrap(), Tensor::from(a.vdot(&b).unwrap())] {
            assert_eq!(got, Tensor::from(want), "{n}");
        }
    }
}

/// Shapes that claim much and hold nothing.
#[test]
fn absurd_sizes_are_errors() {
    let tall = Tensor::<f64>::new([1 << 40, 0], vec![]).unwrap();
    let wide = Tensor::<f64>::new([0, 1 << 40], vec![]).unwrap();
    let batch = Tensor::<f64>::new([0, 1 << 31, 1 << 31], vec![]).unwrap();
    let huge = Tensor::<f64>::new([1 << 30, 1 << 30, 0, 2], vec![]).unwrap();
    let empty = [batch.matmul(&batch), batch.dot(&Tensor::zeros([1 << 31, 0])), wide.matmul(&tall)];
    assert!(empty.iter().all(|x| x.as_ref().is_ok_and(|x| x.shape().size() == 0)), "{empty:?}");
    let refused =
        [tall.matmul(&wide), tall.dot(&wide), tall.inner(&tall), huge.dot(&Tensor::zeros([1 << 10, 2, 0]))];
    assert!(refused.iter().all(|x| matches!(x, Err(TensorError::TooLarge { .. }))), "{refused:?}");
    let mismatched = [huge.matmul(&huge), batch.dot(&wide)];
    assert!(mismatched.iter().all(|x| matches!(x, Err(TensorError::MatMul { .. }))), "{mismatched:?}");
    assert_eq!(tall.outer(&wide).unwrap().shape(), &Shape::from([0, 0]));
}
