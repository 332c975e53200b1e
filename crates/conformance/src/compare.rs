//! Whether two tensors agree.

use tensor_ops::{Shape, Tensor};

/// How far a number may be from the reference: atol + rtol·|want|.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tolerance {
    pub(crate) rtol: f64,
    pub(crate) atol: f64,
}

/// What becomes of entries of the reference that are NaN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nan {
    /// The library's entry has to be NaN too.
    Compare,
    /// The entry says nothing about the library.
    Skip,
}

/// How two tensors disagree.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(crate) enum Difference {
    #[error("shape {got}, expected {want}")]
    Shape { got: Shape, want: Shape },
    /// The worst of the wrong elements.
    #[error(
        "{wrong} of {size} elements differ, worst at {index:?}: got {got:?}, expected {want:?}, \
         error {error:.2e} > {allowed:.2e}"
    )]
    Values { wrong: usize, size: usize, index: Vec<usize>, got: f64, want: f64, error: f64, allowed: f64 },
}

/// |got - want|, infinite where one is not finite and the other is something else.
fn error(got: f64, want: f64) -> f64 {
    match got == want || (got.is_nan() && want.is_nan()) {
        true => 0.0,
        false if got.is_finite() && want.is_finite() => (got - want).abs(),
        false => f64::INFINITY,
    }
}

/// Compares element by element.
pub(crate) fn compare(
    got: &Tensor<f64>,
    want: &Tensor<f64>,
    tolerance: Tolerance,
    nan: Nan,
) -> Result<(), Difference> {
    if got.shape() != want.shape() {
        return Err(Difference::Shape { got: *got.shape(), want: *want.shape() });
    }
    let (mut wrong, mut worst) = (0, None);
    for (at, (&g, &w)) in got.as_slice().iter().zip(want.as_slice()).enumerate() {
        if w.is_nan() && nan == Nan::Skip {
            continue;
        }
        let (error, allowed) = (error(g, w), tolerance.atol + tolerance.rtol * w.abs());
        // An infinite reference allows an infinite error, so that error 0 has to be asked for by name.
        if error == 0.0 || (error.is_finite() && error <= allowed) {
            continue;
        }
        wrong += 1;
        if worst.is_none_or(|(_, _, _, most, _)| error > most) {
            worst = Some((at, g, w, error, allowed));
        }
    }
    match worst {
        None => Ok(()),
        Some((at, got, want_here, error, allowed)) => Err(Difference::Values {
            wrong,
            size: want.shape().size(),
            index: index(at, want.shape()),
            got,
            want: want_here,
            error,
            allowed,
        }),
    }
}

/// The position on every axis of the element at `flat`.
fn index(mut flat: usize, shape: &Shape) -> Vec<usize> {
    let mut index = vec![0; shape.rank()];
    for axis in (0..shape.rank()).rev() {
        index[axis] = flat % shape[axis];
        flat /= shape[axis];
    }
    index
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOLERANCE: Tolerance = Tolerance { rtol: 0.5, atol: 0.25 };

    fn agree(got: f64, want: f64) -> bool {
        compare(&Tensor::from(got), &Tensor::from(want), TOLERANCE, Nan::Compare).is_ok()
    }

    #[test]
    fn the_edge_of_the_tolerance_is_inside() {
        // 0.25 + 0.5 * 2 = 1.25, all of them exact in binary.
        assert!(agree(3.25, 2.0) && agree(0.75, 2.0) && agree(-3.25, -2.0));
        assert!(!agree(3.25f64.next_up(), 2.0) && !agree(0.75 - f64::EPSILON, 2.0));
        assert!(agree(0.25, 0.0) && !agree(0.25f64.next_up(), 0.0));
        assert!(!agree(f64::MAX, -f64::MAX), "their difference overflows");
    }

    #[test]
    fn nan_equals_nan_alone() {
        let (nan, inf) = (f64::NAN, f64::INFINITY);
        assert!(agree(nan, nan) && agree(nan, -nan));
        assert!(!agree(nan, 0.0) && !agree(0.0, nan) && !agree(nan, inf) && !agree(inf, nan));
        let skip = |got| compare(&Tensor::from([got, 1.0]), &[nan, 1.0].into(), TOLERANCE, Nan::Skip);
        assert!(skip(7.0).is_ok());
        let beside = compare(&[7.0, 9.0].into(), &[nan, 1.0].into(), TOLERANCE, Nan::Skip);
        assert!(beside.is_err(), "the other elements are compared");
        let got_nan = compare(&[nan].into(), &[1.0].into(), TOLERANCE, Nan::Skip);
        assert!(got_nan.is_err(), "a NaN of the library's is no excuse");
    }

    #[test]
    fn infinities_agree_in_sign() {
        let inf = f64::INFINITY;
        assert!(agree(inf, inf) && agree(-inf, -inf));
        assert!(!agree(inf, -inf) && !agree(-inf, inf) && !agree(inf, 1.0) && !agree(1.0, inf));
    }

    #[test]
    fn shapes_have_to_agree_even_without_elements() {
        let differ = |a: &[usize], b: &[usize]| {
            let (a, b) = (Shape::new(a).unwrap(), Shape::new(b).unwrap());
            compare(&Tensor::ones(a), &Tensor::ones(b), TOLERANCE, Nan::Skip).is_err()
        };
        assert!(differ(&[2, 3], &[3, 2]) && differ(&[1], &[]) && differ(&[0, 3], &[0]));
        assert!(!differ(&[0, 3], &[0, 3]) && !differ(&[2, 3], &[2, 3]));
    }

    #[test]
    fn the_worst_element_is_named() {
        let (got, want) = (Tensor::from([[0.0, 9.0], [5.0, 0.0]]), Tensor::zeros([2, 2]));
        let difference = compare(&got, &want, TOLERANCE, Nan::Compare).unwrap_err();
        let Difference::Values { wrong, size, index, .. } = &difference else { panic!("{difference}") };
        assert_eq!((*wrong, *size, &index[..]), (2, 4, &[0, 1][..]));
        let text = difference.to_string();
        assert!(
            text.contains("2 of 4") && text.contains("[0, 1]") && text.contains("9.00e0 > 2.50e-1"),
            "{text}"
        );
    }
}
