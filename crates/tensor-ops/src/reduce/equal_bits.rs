//! Equal bits on any number of threads and on every instruction set.

use super::columns::columns;
use super::fold::{Extreme, Fold, Product, Sum};
use super::oracle::noise;
use super::rows::rows;
use super::softmax_rows;
use crate::simd::{Isa, dispatch_to};
use crate::{Axes, Norm, Real, Tensor, pool};

/// Every parallel reduction of a tensor that is large enough to be cut.
fn all<T: Real>(x: &Tensor<T>) -> Vec<Vec<u64>> {
    let mut out: Vec<Vec<T>> = Vec::new();
    for axes in [Axes::All, 0.into(), 1.into(), 2.into(), [0, 2].into(), [0, 1].into()] {
        out.push(x.sum(axes.clone()).unwrap().into_vec());
        out.push(x.var(axes.clone(), 1).unwrap().into_vec());
        out.push(x.max(axes.clone()).unwrap().into_vec());
        out.push(x.logsumexp(axes.clone()).unwrap().into_vec());
        out.push(x.norm(Norm::L2, axes).unwrap().into_vec());
    }
    for axis in 0..3 {
        out.push(x.softmax(axis).unwrap().into_vec());
        out.push(x.log_softmax(axis).unwrap().into_vec());
        out.push(x.normalize(Norm::L2, axis, T::ZERO).unwrap().into_vec());
        out.push(x.cumsum(axis).unwrap().into_vec());
        out.push(x.softmax_backward(x, axis).unwrap().into_vec());
        let positions = x.argmax(axis).unwrap();
        out.push(positions.as_slice().iter().map(|&at| T::from_usize(at)).collect());
    }
    // NaN equals nothing, but its bits do.
    out.iter().map(|values| values.iter().map(|x| x.bits()).collect()).collect()
}

#[test]
fn on_any_number_of_threads() {
    let shapes: &[[usize; 3]] =
        if cfg!(miri) { &[[2, 3, 4]] } else { &[[7, 90, 60], [1, 9000, 5], [2, 3, 30_000], [30, 2, 700]] };
    for &shape in shapes {
        let x = Tensor::new(shape, noise::<f32>(shape.iter().product())).unwrap();
        let before = pool::threads();
        let want = pool::in_place(|| all(&x));
        for threads in [1, 2, 3, 4, 8] {
            pool::set_threads(threads);
            assert!(all(&x) == want, "{shape:?} on {threads} threads");
        }
        pool::set_threads(before);
    }
}

#[test]
fn on_every_instruction_set() {
    #[inline(always)]
    fn row_folds<T: Real, F: Fold>(x: &[T], cols: usize, out: &mut [T]) {
        rows::<T, F, 1>(
            [x],
            cols,
            &[T::ONE],
            out,
            #[inline(always)]
            |[x], c| F::of(x, c),
        );
    }
    fn kernels<T: Real>(isa: Isa, x: &[T]) -> Vec<T> {
        let mut out = Vec::new();
        dispatch_to(
            isa,
            #[inline(always)]
            || {
                for n in [5, 16, 40, 64, 1000, 4096] {
                    for rows in [1, 6, 20].map(|rows| (6000 / n).min(rows)) {
                        let (x, mut folds) = (&x[..rows * n], vec![T::ZERO; rows]);
                        row_folds::<T, Sum>(x, n, &mut folds);
                        out.extend_from_slice(&folds);
                        row_folds::<T, Product>(x, n, &mut folds);
                        out.extend_from_slice(&folds);
                        row_folds::<T, Extreme>(x, n, &mut folds);
                        out.extend_from_slice(&folds);
                        if n >= 16 {
                            let mut y = vec![T::ZERO; rows * n];
                            softmax_rows::powers_of(x, n, &folds, &mut y);
                            out.extend_from_slice(&y);
                        }
                    }
                }
                for inner in [3, 40, 600] {
                    let mut sums = vec![T::ZERO; inner];
                    columns::<T, Sum>(&x[..x.len() / inner * inner], inner, 0, &[], &mut sums);
                    out.extend_from_slice(&sums);
                }
                let mut y = [T::ZERO; 160];
                for is_log in [false, true] {
                    softmax_rows::short_tile(is_log, Some(&x[..160]), 10, &mut y);
                    out.extend_from_slice(&y);
                }
            },
        );
        out
    }
    let (x32, x64) = (noise::<f32>(6000), noise::<f64>(6000));
    for &isa in Isa::available() {
        assert!(kernels(isa, &x32) == kernels(Isa::Baseline, &x32), "{isa:?}");
        assert!(kernels(isa, &x64) == kernels(Isa::Baseline, &x64), "{isa:?}");
    }
}
