use nn_check::{CheckError, PointError, check_hessian_vector, hessian_vector};
use proptest::prelude::*;

/// f = Σ cᵢ ln cosh(xᵢ + xᵢ₊₁), around which everything is smooth.
fn gradient(t: &[f64]) -> Vec<f64> {
    let n = t.len();
    let pair = |i: usize| (t[i] + t[(i + 1) % n]).tanh() * (1.0 + i as f64);
    (0..n).map(|i| pair(i) + pair((i + n - 1) % n)).collect()
}

fn product(t: &[f64], v: &[f64]) -> Vec<f64> {
    let n = t.len();
    let pair = |i: usize| {
        let y = (t[i] + t[(i + 1) % n]).tanh();
        (1.0 - y * y) * (v[i] + v[(i + 1) % n]) * (1.0 + i as f64)
    };
    (0..n).map(|i| pair(i) + pair((i + n - 1) % n)).collect()
}

#[test]
fn right_products_pass_and_wrong_ones_do_not() {
    let (theta, v) = ([0.3, -1.2, 0.8, 0.1], [1.0, 0.5, -2.0, 0.0]);
    let right = product(&theta, &v);
    check_hessian_vector(gradient, &theta, &v, &right).assert();
    for i in 0..4 {
        for factor in [-1.0, 0.0, 2.0, 1.001] {
            let mut wrong = right.clone();
            wrong[i] *= factor;
            let report = check_hessian_vector(gradient, &theta, &v, &wrong);
            assert!(!report.passes(), "element {i} times {factor}: {report}");
        }
    }
    let transposed_sign: Vec<f64> = right.iter().map(|x| -x).collect();
    assert!(!check_hessian_vector(gradient, &theta, &v, &transposed_sign).passes());
}

/// The step follows θ and v: neither's unit matters, nor that of f.
#[test]
fn units_do_not_matter() {
    let (theta, v) = ([0.3, -1.2, 0.8], [1.0, 0.5, -2.0]);
    let right = product(&theta, &v);
    for (unit, of_f, of_v) in [(1e-9, 1.0, 1.0), (1e9, 1e-20, 1.0), (1.0, 1e200, 1e-30), (1e-100, 1.0, 1e50)]
    {
        let scaled: Vec<f64> = theta.iter().map(|x| x * unit).collect();
        let v: Vec<f64> = v.iter().map(|v| v * of_v).collect();
        let g = |t: &[f64]| {
            let inner: Vec<f64> = t.iter().map(|x| x / unit).collect();
            gradient(&inner).iter().map(|g| g * of_f / unit).collect()
        };
        let hv = hessian_vector(g, &scaled, &v).unwrap();
        for (hv, right) in hv.product().iter().zip(&right) {
            let right = right * of_f / unit * of_v / unit;
            assert!((hv / right - 1.0).abs() < 1e-9, "{unit} {of_f} {of_v}: {hv} {right}");
        }
    }
}

#[test]
fn a_kink_nearby_is_stepped_around_and_one_at_the_point_is_seen() {
    // f = ½ x² + |x - a|.
    for a in [1e-1, 1e-3, 1e-4, 3e-5, 1e-5] {
        let g = |t: &[f64]| vec![t[0] + (t[0] - 1.0 - a).signum()];
        let hv = hessian_vector(g, &[1.0], &[1.0]).unwrap();
        assert!(hv.is_smooth() && (hv.product()[0] - 1.0).abs() <= hv.error().max(1e-15), "{a}: {hv}");
        assert!(hv.error() < 1e-6, "{a}: {hv}");
    }
    let g = |t: &[f64]| vec![t[0] + (t[0] - 1.0).signum(), t[1]];
    let hv = hessian_vector(g, &[1.0, 2.0], &[1.0, 1.0]).unwrap();
    assert!(!hv.is_smooth(), "{hv}");
    let report = check_hessian_vector(g, &[1.0, 2.0], &[1.0, 1.0], &[1.0, 1.0]);
    assert_eq!((report.compared(), report.excluded()), (1, 1), "{report}");
}

/// √x at a small x, and ln x: the first steps leave the domain.
#[test]
fn steps_stay_where_the_gradient_is_defined() {
    let hv = hessian_vector(|t| vec![0.5 / t[0].sqrt(), t[1]], &[1e-5, 1.0], &[1.0, 0.0]).unwrap();
    let right = -0.25 / 1e-5f64.powf(1.5);
    assert!((hv.product()[0] / right - 1.0).abs() < 1e-6, "{hv} {right}");
    let edge = hessian_vector(|t| vec![t[0].sqrt()], &[0.0], &[1.0]).unwrap_err();
    assert_eq!(edge, CheckError::Point(PointError::Edge));
}

#[test]
fn bad_input_is_refused_with_its_place() {
    let refused =
        |gradient: fn(&[f64]) -> Vec<f64>, theta: &[f64], v: &[f64]| match hessian_vector(gradient, theta, v)
        {
            Err(CheckError::Point(error)) => error,
            other => panic!("{other:?}"),
        };
    let identity = |t: &[f64]| t.to_vec();
    assert_eq!(refused(identity, &[], &[]), PointError::Empty);
    assert_eq!(refused(identity, &[1.0], &[1.0, 2.0]).to_string(), "v has 2 elements, θ has 1");
    assert_eq!(
        refused(|_| vec![1.0], &[1.0, 2.0], &[1.0, 2.0]).to_string(),
        "the gradient has 1 elements, θ has 2"
    );
    // A gradient that changes its length beside θ.
    assert_eq!(
        refused(|t| if t[0] == 1.0 { t.to_vec() } else { vec![0.0; 5] }, &[1.0, 2.0], &[1.0, 2.0]),
        PointError::Length { what: "the gradient", expected: 2, found: 5 }
    );
    assert_eq!(
        refused(identity, &[1.0, f64::INFINITY], &[1.0, 0.0]).to_string(),
        "element 1 of θ is inf, expected a finite number"
    );
    assert_eq!(
        refused(|_| vec![0.0, f64::NAN], &[1.0, 2.0], &[1.0, 0.0]).to_string(),
        "element 1 of the gradient is NaN, expected a finite number"
    );
    assert!(matches!(refused(identity, &[1.0], &[f64::NAN]), PointError::NotFinite { what: "v", .. }));
    assert!(!check_hessian_vector(|_| vec![f64::NAN], &[1.0], &[1.0], &[1.0]).passes());
    // Nothing moves along 0.
    assert_eq!(hessian_vector(identity, &[1.0], &[0.0]).unwrap().product(), [0.0]);
}

proptest! {
    #[test]
    fn the_stated_error_is_kept(theta in prop::collection::vec(-3.0..3.0, 2..20), seed: u64, size in -6..6i32) {
        let v: Vec<f64> = crate::unit(theta.len(), seed, 0).iter().map(|v| v * 10f64.powi(size)).collect();
        let hv = hessian_vector(gradient, &theta, &v).unwrap();
        let off: Vec<f64> = hv.product().iter().zip(product(&theta, &v)).map(|(a, b)| a - b).collect();
        prop_assert!(crate::norm(&off) <= hv.error(), "{} {hv}", crate::norm(&off));
        prop_assert!(hv.error() <= 1e-9 * crate::norm(hv.product()).max(crate::norm(&v)), "{hv}");
    }
}
