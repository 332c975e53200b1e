//! Equal bits on every number of threads and on every instruction set.

use super::{all_bits, values};
use crate::elementwise::loops;
use crate::elementwise::plan::Plan;
use crate::pool::collect_here;
use crate::simd::{Isa, dispatch_to};
use crate::{Real, Shape, Tensor, pool};

/// Above the threshold of every kind of function.
const LARGE: usize = if cfg!(miri) { 200 } else { 150_001 };

fn results() -> Vec<Vec<u64>> {
    let n = LARGE / 3;
    let (a, b) = (values::<f32>(Shape::from([n, 3]), 1), values::<f32>(Shape::from([n, 3]), 2));
    let (row, column) = (values::<f32>(Shape::from([3]), 3), values::<f32>(Shape::from([n, 1]), 4));
    let wide = values::<f32>(Shape::from([3, n]), 5);
    let mask = a.greater(&b).unwrap();
    let mut out = Tensor::zeros([n, 3]);
    let mut all = Vec::new();
    let mut keep = |y: &Tensor<f32>| all.push(all_bits(y.as_slice()));
    keep(&a.add(&b).unwrap());
    keep(&a.add(&row).unwrap());
    keep(&a.subtract(&column).unwrap());
    keep(&wide.multiply(&row.clone().reshape(&[3, 1]).unwrap()).unwrap());
    keep(&a.power(&b).unwrap());
    keep(&a.exp());
    keep(&a.sin());
    keep(&a.clip(-1.0, 1.0));
    keep(&mask.where_cond(&column, &b).unwrap());
    keep(&mask.logical_not().where_cond(&Tensor::from(1.0), &Tensor::from(0.0)).unwrap());
    a.gelu_into(&mut out).unwrap();
    keep(&out);
    a.maximum_into(&column, &mut out).unwrap();
    keep(&out);
    out.tanh_in_place();
    keep(&out);
    out.divide_in_place(&row).unwrap();
    keep(&out);
    out.neg_in_place();
    keep(&out);
    all
}

#[test]
fn threads_leave_no_trace() {
    pool::set_threads(1);
    let expected = results();
    for threads in [2, 3, 4, 8] {
        pool::set_threads(threads);
        assert!(results() == expected, "{threads} threads");
    }
    pool::set_threads(0);
}

fn every_set<T: Real>() {
    let shapes = [
        ([37, 100], [37, 100]),
        ([37, 100], [1, 100]),
        ([1, 100], [37, 1]),
        ([37, 5], [1, 5]),
        ([37, 5], [37, 1]),
    ];
    for (a, b) in shapes {
        let (a, b) = (values::<T>(Shape::from(a), 1), values::<T>(Shape::from(b), 2));
        let shape = a.shape().broadcast(b.shape(), "test").unwrap();
        let plan = Plan::new(&shape, [a.shape(), b.shape()]);
        let on = |isa: Isa| {
            let zipped = |f: fn(T, T) -> T| {
                collect_here(shape.size(), |from, out| {
                    dispatch_to(
                        isa,
                        #[inline(always)]
                        || loops::zip(&plan, from, a.as_slice(), b.as_slice(), out, f),
                    )
                })
            };
            let mapped = |f: fn(T) -> T| {
                collect_here(a.shape().size(), |_, out| {
                    dispatch_to(
                        isa,
                        #[inline(always)]
                        || loops::map(a.as_slice(), out, f),
                    )
                })
            };
            let added = collect_here(shape.size(), |from, out| {
                dispatch_to(
                    isa,
                    #[inline(always)]
                    || loops::zip(&plan, from, a.as_slice(), b.as_slice(), out, |a, b| a + b),
                )
            });
            let rooted = collect_here(a.shape().size(), |_, out| {
                dispatch_to(
                    isa,
                    #[inline(always)]
                    || loops::map(a.as_slice(), out, |x: T| x.sqrt()),
                )
            });
            [
                zipped(|a, b| a * b),
                zipped(T::maximum),
                mapped(|x| x.abs()),
                mapped(T::round_ties_even),
                added,
                rooted,
            ]
            .map(|y| all_bits(&y))
        };
        for &isa in Isa::available() {
            assert!(on(isa) == on(Isa::Baseline), "{isa:?} on {} and {}", a.shape(), b.shape());
        }
    }
}

#[test]
fn every_set_computes_the_same_bits() {
    every_set::<f32>();
    every_set::<f64>();
}
