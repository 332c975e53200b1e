//! The slow, obvious judge: every element is sent to its result by index arithmetic.

use crate::{Shape, Tensor};

/// For each result, in row-major order, the elements behind it, in row-major order.
pub(crate) fn groups<T: Copy>(x: &[T], shape: &Shape, axes: &[usize]) -> Vec<Vec<T>> {
    let kept: Vec<usize> = (0..shape.rank()).filter(|a| !axes.contains(a)).collect();
    let mut out = vec![Vec::new(); kept.iter().map(|&a| shape[a]).product()];
    for (flat, &value) in x.iter().enumerate() {
        let (mut rest, mut index) = (flat, vec![0; shape.rank()]);
        for axis in (0..shape.rank()).rev() {
            index[axis] = rest % shape[axis];
            rest /= shape[axis];
        }
        out[kept.iter().fold(0, |at, &a| at * shape[a] + index[a])].push(value);
    }
    out
}

/// Equal, both NaN, or near.
pub(crate) fn is_near(a: f64, b: f64, tolerance: f64) -> bool {
    a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= tolerance * (1.0 + b.abs())
}

pub(crate) fn assert_near(got: &Tensor<f64>, want: &[f64], tolerance: f64) {
    assert_eq!(got.as_slice().len(), want.len());
    for (&got, &want) in got.as_slice().iter().zip(want) {
        assert!(is_near(got, want, tolerance), "{got} is not {want}");
    }
}

/// Numbers in [-1, 1) that look random, the same every time.
pub(crate) fn noise<T: crate::Real>(n: usize) -> Vec<T> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let next = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        T::from_f64((state >> 40) as f64 / (1u64 << 23) as f64 - 1.0)
    };
    (0..n).map(next).collect()
}
