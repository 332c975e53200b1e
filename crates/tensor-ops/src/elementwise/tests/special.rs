//! Special values as NumPy gives them (NumPy 2.4).

use super::all_bits;
use crate::Tensor;

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

fn same(y: &Tensor<f64>, expected: &[f64]) {
    assert_eq!(all_bits(y.as_slice()), all_bits(expected), "{:?} is not {expected:?}", y.as_slice());
}

#[test]
fn remainders() {
    let a = Tensor::from([5.0, -5.0, 5.0, -5.0, 6.0, -6.0, 0.0, -0.0, 3.0, -3.0, 3.0, INF, 1.0, NAN, 1.0]);
    let b = Tensor::from([3.0, 3.0, -3.0, -3.0, 3.0, 3.0, -3.0, 3.0, INF, INF, -INF, 2.0, 0.0, 1.0, NAN]);
    let expected = [2.0, 1.0, -1.0, -2.0, 0.0, 0.0, -0.0, 0.0, 3.0, INF, -INF, NAN, NAN, NAN, NAN];
    same(&a.remainder(&b).unwrap(), &expected);
    let expected = [2.0, -2.0, 2.0, -2.0, 0.0, -0.0, 0.0, -0.0, 3.0, -3.0, 3.0, NAN, NAN, NAN, NAN];
    same(&a.fmod(&b).unwrap(), &expected);
}

#[test]
fn powers() {
    let a = Tensor::from([0.0, 1.0, NAN, -8.0, -2.0, -2.0, 0.0, -0.0, INF, NAN]);
    let b = Tensor::from([0.0, NAN, 0.0, 1.0 / 3.0, 3.0, -INF, -1.0, -1.0, -1.0, 1.0]);
    same(&a.power(&b).unwrap(), &[1.0, 1.0, 1.0, NAN, -8.0, 0.0, INF, -INF, 0.0, NAN]);
}

#[test]
fn extremes_signs_and_rounding() {
    let (a, b) = (Tensor::from([NAN, 1.0, NAN, -INF, 2.0]), Tensor::from([1.0, NAN, NAN, 0.0, 3.0]));
    same(&a.maximum(&b).unwrap(), &[NAN, NAN, NAN, 0.0, 3.0]);
    same(&a.minimum(&b).unwrap(), &[NAN, NAN, NAN, -INF, 2.0]);
    same(
        &Tensor::from([-INF, -0.5, -0.0, 0.0, 5e-324, INF, NAN]).sign(),
        &[-1.0, -1.0, 0.0, 0.0, 1.0, 1.0, NAN],
    );
    let x =
        Tensor::from([0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49999999999999994, 4503599627370497.0, INF, NAN]);
    same(&x.round(), &[0.0, 2.0, 2.0, -0.0, -2.0, -2.0, 0.0, 4503599627370497.0, INF, NAN]);
    same(&Tensor::from([-0.5, -0.0, INF, NAN]).ceil(), &[-0.0, -0.0, INF, NAN]);
    same(&Tensor::from([0.5, -0.0, -INF, NAN]).floor(), &[0.0, -0.0, -INF, NAN]);
    same(&Tensor::from([0.0, -0.0, INF, NAN]).reciprocal(), &[INF, -INF, 0.0, NAN]);
    same(&Tensor::from([0.0, -0.0, -1.0, INF, NAN]).sqrt(), &[0.0, -0.0, NAN, INF, NAN]);
    same(&Tensor::from([0.0, -1.0, INF, NAN]).rsqrt(), &[INF, NAN, 0.0, NAN]);
    same(&Tensor::from([-1.0, -0.0, 0.0, INF, NAN]).relu(), &[0.0, 0.0, 0.0, INF, NAN]);
}

#[test]
fn clipping() {
    let x = Tensor::from([-INF, -1.0, -0.0, 0.5, INF, NAN]);
    same(&x.clip(-2.0, 0.25), &[-2.0, -1.0, -0.0, 0.25, 0.25, NAN]);
    same(&x.clip(3.0, 1.0), &[1.0, 1.0, 1.0, 1.0, 1.0, NAN]);
    same(&x.clip(NAN, 1.0), &[NAN; 6]);
    same(&x.clip(1.0, NAN), &[NAN; 6]);
    same(&x.clip(0.0, INF), &[0.0, 0.0, 0.0, 0.5, INF, NAN]);
    for (low, high) in [(-0.0, 0.5), (0.0, 2.0), (-1.0, -0.0), (2.0, 1.0), (NAN, 0.0)] {
        let (a, b) = (Tensor::from(low), Tensor::from(high));
        same(&x.clip(low, high), x.maximum(&a).unwrap().minimum(&b).unwrap().as_slice());
    }
}

#[test]
fn derivatives_at_the_edges() {
    same(&Tensor::from([-1.0, 0.0, -0.0, 1e-300, NAN]).relu_derivative(), &[0.0, 0.0, 0.0, 1.0, NAN]);
    same(&Tensor::from([-INF, INF, NAN]).softplus_derivative(), &[0.0, 1.0, NAN]);
    same(&Tensor::from([INF, NAN, 0.0, 5e-324]).gelu_derivative(), &[1.0, NAN, 0.5, 0.5]);
    assert_eq!(Tensor::from([-INF, -50.0]).gelu_derivative(), Tensor::from([0.0, 0.0]));
    same(&Tensor::from([0.0]).sqrt_derivative(), &[INF]);
}

/// Against central differences of the functions themselves.
#[test]
fn derivatives_are_the_derivatives() {
    let h = 1e-6;
    let x = Tensor::from([-3.0, -1.2, -0.3, 0.4, 1.7, 2.9]);
    let slope = |f: fn(&Tensor<f64>) -> Tensor<f64>| (&f(&(&x + h)) - &f(&(&x - h))) / (2.0 * h);
    let pairs = [
        (slope(Tensor::sigmoid), x.sigmoid().sigmoid_derivative()),
        (slope(Tensor::tanh), x.tanh().tanh_derivative()),
        (slope(Tensor::relu), x.relu_derivative()),
        (slope(Tensor::softplus), x.softplus_derivative()),
        (slope(Tensor::gelu), x.gelu_derivative()),
        (slope(Tensor::erf), x.erf_derivative()),
        (slope(|x| x.abs().sqrt()), x.sign().multiply(&x.abs().sqrt().sqrt_derivative()).unwrap()),
    ];
    for (i, (numeric, analytic)) in pairs.iter().enumerate() {
        let worst = (numeric - analytic).abs().into_vec().into_iter().fold(0.0, f64::max);
        assert!(worst < 1e-8, "pair {i}: {worst}");
    }
}
