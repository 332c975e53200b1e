//! The judges: index arithmetic for broadcasting, the scalar functions for values, NumPy for special values.

mod broadcasting;
mod everywhere;
mod forms;
mod special;

use crate::{Element, Real, Shape, Tensor};

/// Position in an operand of element `flat` of the result: the definition, by index arithmetic on every axis.
fn position(operand: &Shape, out: &Shape, flat: usize) -> usize {
    let (mut rest, mut index) = (flat, vec![0; out.rank()]);
    for axis in (0..out.rank()).rev() {
        index[axis] = rest % out[axis];
        rest /= out[axis];
    }
    let skip = out.rank() - operand.rank();
    let at = |at, axis: usize| at * operand[axis] + if operand[axis] == 1 { 0 } else { index[skip + axis] };
    (0..operand.rank()).fold(0, at)
}

fn naive<A: Element, B: Element, O>(
    a: &Tensor<A>,
    b: &Tensor<B>,
    out: &Shape,
    f: impl Fn(A, B) -> O,
) -> Vec<O> {
    (0..out.size())
        .map(|i| f(a.as_slice()[position(a.shape(), out, i)], b.as_slice()[position(b.shape(), out, i)]))
        .collect()
}

/// Every NaN is the same NaN: which of two a sum of NaNs keeps is the processor's business.
fn bits<T: Real>(x: T) -> u64 {
    if x.is_nan() { u64::MAX } else { x.bits() }
}

fn all_bits<T: Real>(x: &[T]) -> Vec<u64> {
    x.iter().map(|&x| bits(x)).collect()
}

/// Numbers among which every special case is frequent.
fn values<T: Real>(shape: Shape, seed: usize) -> Tensor<T> {
    const SPECIAL: [f64; 14] = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        2.0,
        -3.0,
        0.5,
        -2.5,
        7.3,
        -7.3,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        1e-30,
    ];
    let pick = |i: usize| {
        let hash = (i + 1).wrapping_mul(0x9e37_79b9).wrapping_add(seed.wrapping_mul(0x85eb_ca6b)) >> 7;
        let small = (hash % 2001) as f64 / 100.0 - 10.0;
        T::from_f64(if hash.is_multiple_of(3) { small } else { SPECIAL[hash / 3 % SPECIAL.len()] })
    };
    Tensor::new(shape, (0..shape.size()).map(pick).collect()).unwrap()
}

/// Two or three operands made from one shape: axes set to 1 in one or the other, leading axes dropped.
fn operands(full: &[usize], ones: &[u8], cut: usize) -> [Shape; 3] {
    let pick = |which: u8| {
        full.iter().zip(ones).map(|(&n, &o)| if o & which != 0 { 1 } else { n }).collect::<Vec<_>>()
    };
    let b = pick(2);
    [
        Shape::new(&pick(1)).unwrap(),
        Shape::new(&b[cut.min(b.len())..]).unwrap(),
        Shape::new(&pick(4)).unwrap(),
    ]
}
