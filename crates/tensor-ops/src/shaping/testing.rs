//! What the tests of this module share: shapes, counted elements, and an oracle by index arithmetic.

use std::sync::{Mutex, PoisonError};

use proptest::prelude::*;

use crate::{Element, MAX_RANK, Shape, Tensor, pool};

/// Every rank, zero-sized axes included.
pub(super) fn shapes() -> impl Strategy<Value = Shape> {
    shapes_of(0..=MAX_RANK)
}

pub(super) fn shapes_of(rank: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = Shape> {
    rank.prop_flat_map(|rank| {
        let longest: usize = if rank > 5 { 2 } else { 5 };
        // Axes of length 0 are rare, for they leave nothing to look at.
        let length = prop_oneof![1 => Just(0), 20 => 1..=longest];
        prop::collection::vec(length, rank).prop_map(|lengths| Shape::new(&lengths).unwrap())
    })
}

/// Every element is its own row-major number.
pub(super) fn counting(shape: Shape) -> Tensor<usize> {
    Tensor::new(shape, (0..shape.size()).collect()).unwrap()
}

/// The row-major number of an index.
pub(super) fn flat(index: &[usize], shape: &Shape) -> usize {
    index.iter().zip(shape.iter()).fold(0, |at, (i, n)| at * n + i)
}

/// Holds every element of `y` against a function of its index.
#[track_caller]
pub(super) fn check<T: Element>(y: &Tensor<T>, expected: impl Fn(&[usize]) -> T) {
    let shape = *y.shape();
    let mut index = vec![0; shape.rank()];
    for (at, &got) in y.as_slice().iter().enumerate() {
        let mut rest = at;
        for axis in (0..shape.rank()).rev() {
            index[axis] = rest % shape[axis];
            rest /= shape[axis];
        }
        assert_eq!(got, expected(&index), "at {index:?} of {shape}");
    }
}

/// The result of `f`, the same on 1, 2, 3, 4 and 8 threads.
#[track_caller]
pub(super) fn on_any_threads<T: Element>(f: impl Fn() -> Tensor<T>) -> Tensor<T> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let before = pool::threads();
    pool::set_threads(1);
    let one = f();
    for n in [2, 3, 4, 8] {
        pool::set_threads(n);
        assert_eq!(f(), one, "on {n} threads");
    }
    pool::set_threads(before);
    one
}

/// A shape, one of its axes, and an index for `gather` along it, as large or smaller off the axis.
pub(super) fn indices_into(
    shapes: impl Strategy<Value = Shape>,
) -> impl Strategy<Value = (Shape, usize, Tensor<usize>)> {
    let keys = (any::<[u8; MAX_RANK]>(), 0..MAX_RANK, 0usize..6, any::<u32>());
    (shapes, keys).prop_map(|(shape, (cuts, axis, along, key))| {
        let axis = axis % shape.rank();
        let mut lengths: Vec<usize> =
            shape.iter().zip(cuts).map(|(&n, cut)| n - usize::from(cut) % 2 * (n / 2)).collect();
        // Nothing can be gathered from an axis of length 0.
        lengths[axis] = if shape[axis] == 0 { 0 } else { along };
        let index = Shape::new(&lengths).unwrap();
        let places = (0..index.size()).map(|i| (i * 31 + i / 3 * 17 + key as usize) % shape[axis]);
        (shape, axis, Tensor::new(index, places.collect()).unwrap())
    })
}
