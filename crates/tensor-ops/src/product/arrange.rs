//! The elements of a tensor in another order, for the operands of products.

use crate::walk::Walk;
use crate::{Element, MAX_RANK, Shape};

/// The elements of `x` for every index of the shape `lengths`, found by `strides`. Copies whole runs where the last axis
/// lies next to each other in memory.
pub(crate) fn arrange<T: Element>(x: &[T], lengths: &[usize], strides: [usize; MAX_RANK]) -> Vec<T> {
    let shape = Shape::collect(lengths);
    if let Some((&run, outer)) =
        lengths.split_last().filter(|(run, _)| **run > 1 && strides[lengths.len() - 1] == 1)
    {
        let mut data = Vec::with_capacity(shape.size());
        for [at] in Walk::new(Shape::collect(outer), [strides]) {
            data.extend_from_slice(&x[at..at + run]);
        }
        return data;
    }
    Walk::new(shape, [strides]).map(|[at]| x[at]).collect()
}
