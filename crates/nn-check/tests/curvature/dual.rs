use nn_check::{
    Dual, Number, check_gradient, check_gradient_exact, check_hessian_vector_exact, exact_gradient,
    exact_hessian_vector, hessian_vector,
};
use proptest::prelude::*;

/// A function with its first and second derivative, and where it is defined.
type Known = (&'static str, fn(Dual<Dual>) -> Dual<Dual>, fn(f64) -> f64, fn(f64) -> f64, [f64; 2]);

const ALL: [f64; 2] = [-3.0, 3.0];
const POSITIVE: [f64; 2] = [0.01, 5.0];

const KNOWN: &[Known] = &[
    ("exp", Number::exp, f64::exp, f64::exp, ALL),
    ("exp_m1", Number::exp_m1, f64::exp, f64::exp, ALL),
    ("ln", Number::ln, |x| 1.0 / x, |x| -1.0 / (x * x), POSITIVE),
    ("ln_1p", Number::ln_1p, |x| 1.0 / (1.0 + x), |x| -1.0 / ((1.0 + x) * (1.0 + x)), [-0.9, 3.0]),
    ("sqrt", Number::sqrt, |x| 0.5 / x.sqrt(), |x| -0.25 / x.powf(1.5), POSITIVE),
    ("powi", |x| x.powi(-3), |x| -3.0 * x.powi(-4), |x| 12.0 * x.powi(-5), POSITIVE),
    ("powi 1", |x| x.powi(1), |_| 1.0, |_| 0.0, ALL),
    ("powi 0", |x| x.powi(0), |_| 0.0, |_| 0.0, ALL),
    ("powf", |x| x.powf(2.5), |x| 2.5 * x.powf(1.5), |x| 3.75 * x.sqrt(), POSITIVE),
    ("sin", Number::sin, f64::cos, |x| -x.sin(), ALL),
    ("cos", Number::cos, |x| -x.sin(), |x| -x.cos(), ALL),
    ("tan", Number::tan, |x| 1.0 / (x.cos() * x.cos()), |x| 2.0 * x.tan() / (x.cos() * x.cos()), [-1.4, 1.4]),
    ("atan", Number::atan, |x| 1.0 / (1.0 + x * x), |x| -2.0 * x / ((1.0 + x * x) * (1.0 + x * x)), ALL),
    ("sinh", Number::sinh, f64::cosh, f64::sinh, ALL),
    ("cosh", Number::cosh, f64::sinh, f64::cosh, ALL),
    (
        "tanh",
        Number::tanh,
        |x| 1.0 / (x.cosh() * x.cosh()),
        |x| -2.0 * x.tanh() / (x.cosh() * x.cosh()),
        [-15.0, 15.0],
    ),
    (
        "sigmoid",
        Number::sigmoid,
        |x| 0.25 / (0.5 * x).cosh().powi(2),
        |x| -0.25 * (0.5 * x).tanh() / (0.5 * x).cosh().powi(2),
        ALL,
    ),
    ("abs", Number::abs, f64::signum, |_| 0.0, ALL),
    ("recip", Number::recip, |x| -1.0 / (x * x), |x| 2.0 / (x * x * x), POSITIVE),
    (
        "max",
        |x| (x * x).max(x),
        |x| if x * x > x { 2.0 * x } else { 1.0 },
        |x| if x * x > x { 2.0 } else { 0.0 },
        ALL,
    ),
    (
        "min",
        |x| (x * x).min(x),
        |x| if x * x < x { 2.0 * x } else { 1.0 },
        |x| if x * x < x { 2.0 } else { 0.0 },
        ALL,
    ),
    ("1 - 2/x", |x| 1.0 - 2.0 / x, |x| 2.0 / (x * x), |x| -4.0 / (x * x * x), POSITIVE),
    ("x/2 - 3", |x| -(3.0 - x / 2.0), |_| 0.5, |_| 0.0, ALL),
    (
        "assigned",
        |x| {
            let mut y = x;
            y *= x;
            y += 2.0;
            y /= x;
            y -= 1.0;
            y
        },
        |x| 1.0 - 2.0 / (x * x),
        |x| 4.0 / (x * x * x),
        POSITIVE,
    ),
];

#[test]
fn first_and_second_derivatives_are_the_known_ones() {
    for (name, f, first, second, [low, high]) in KNOWN {
        for k in 1..200 {
            let x = low + (high - low) * f64::from(k) / 200.37;
            let y = f(Dual::new(Dual::variable(x), Dual::constant(1.0)));
            let close =
                |a: f64, b: f64| (a - b).abs() <= 1e-13 * (1.0 + b.abs()) || (a - b).abs() <= 1e-12 * b.abs();
            assert!(close(y.slope.value, first(x)), "{name}′({x}) = {}, not {}", y.slope.value, first(x));
            assert!(close(y.value.slope, first(x)), "{name}′({x}), the other way");
            assert!(close(y.slope.slope, second(x)), "{name}″({x}) = {}, not {}", y.slope.slope, second(x));
        }
    }
}

/// Where 1 - tanh² has no digits left.
#[test]
fn the_slope_of_tanh_keeps_its_digits() {
    for x in [-300.0, -20.0, 18.0, 30.0, 300.0f64] {
        let slope = Dual::variable(x).tanh().slope;
        let expected = 4.0 * (-2.0 * x.abs()).exp();
        assert!((slope / expected - 1.0).abs() < 1e-12, "{x}: {slope} {expected}");
    }
    assert_eq!(Dual::variable(1e4).tanh().slope, 0.0);
}

#[test]
fn a_kink_has_no_slope_and_a_branch_goes_as_for_a_number() {
    let zero = Dual::variable(0.0);
    assert!(zero.abs().slope.is_nan() && zero.abs().value == 0.0);
    assert!(zero.max(Dual::from(0.0)).slope.is_nan());
    assert!(zero.min(-zero).slope.is_nan());
    // Constants have slope 0 even here, and branches that agree have their common slope.
    assert_eq!(Dual::<f64>::from(0.0).abs().slope, 0.0);
    assert_eq!(Dual::<f64>::from(0.0).sqrt().slope, 0.0);
    assert_eq!(zero.max(zero).slope, 1.0);
    // x² and x³ part only in the second derivative.
    let x = Dual::new(Dual::variable(0.0), Dual::constant(1.0));
    assert!((x * x).max(x * x * x).slope.slope.is_nan());
    assert!(zero < 1.0 && zero == 0.0 && zero > Dual::from(-1.0));
    assert_eq!(Dual::from(f64::NAN).max(zero).value, 0.0);
    assert_eq!(zero.min(Dual::from(f64::NAN)).value, 0.0);
}

#[test]
fn elements_on_kinks_are_counted_and_undefined_ones_do_not_pass() {
    let relu = |t: &[Dual]| t.iter().map(|x| x.max(Dual::from(0.0))).sum();
    let theta: Vec<f64> = (0..20).map(|i| f64::from(i) - 7.0).collect();
    let mut right: Vec<f64> = theta.iter().map(|x| if *x > 0.0 { 1.0 } else { 0.0 }).collect();
    let report = check_gradient_exact(relu, &theta, &right);
    assert_eq!((report.compared(), report.excluded()), (19, 1));
    assert!(report.passes(), "{report}");
    right[0] = 1.0;
    assert!(!check_gradient_exact(relu, &theta, &right).passes());
    assert!(!check_gradient_exact(|t| t[0].ln(), &[-1.0], &[-1.0]).passes());
    assert!(!check_hessian_vector_exact(|t| t[0].ln(), &[-1.0], &[1.0], &[-1.0]).passes());
}

fn rosenbrock<N: Number>(t: &[N]) -> N {
    t.windows(2).map(|w| (w[1] - w[0] * w[0]).powi(2) * 100.0 + (w[0] - 1.0).powi(2)).sum()
}

/// A mixture of everything that is smooth.
fn mixture<N: Number>(t: &[N]) -> N {
    let inner: N = t.iter().map(|&x| (x * 0.7).tanh() + x.sigmoid() * x).sum();
    let scale = t.iter().map(|&x| x * x).sum::<N>() + 1.0;
    (inner / scale.sqrt()).sin() + (inner * inner + 1.0).ln() * 0.3 + (-scale).exp().atan()
}

#[test]
fn a_wrong_hessian_vector_product_is_caught() {
    let (theta, v) = ([0.3, -0.8, 1.4], [1.0, 2.0, -1.0]);
    let mut hv = exact_hessian_vector(rosenbrock, &theta, &v);
    check_hessian_vector_exact(rosenbrock, &theta, &v, &hv).assert();
    hv[1] *= 1.001;
    assert!(!check_hessian_vector_exact(rosenbrock, &theta, &v, &hv).passes());
}

proptest! {
    #[test]
    fn differences_and_duals_agree(theta in prop::collection::vec(-2.0..2.0, 1..12)) {
        let exact = exact_gradient(mixture, &theta);
        let report = check_gradient(mixture, &theta, &exact);
        prop_assert!(report.passes(), "{report}");
        let report = check_gradient_exact(mixture, &theta, &exact);
        prop_assert!(report.distance() == 0.0);
    }

    #[test]
    fn products_by_differences_and_by_duals_agree(theta in prop::collection::vec(-2.0..2.0, 2..12), seed: u64) {
        let v = crate::unit(theta.len(), seed, 0);
        for f in [mixture::<Dual<Dual>>, rosenbrock::<Dual<Dual>>] {
            let exact = exact_hessian_vector(f, &theta, &v);
            let gradient = |t: &[f64]| -> Vec<f64> {
                let point: Vec<f64> = t.to_vec();
                let dual = |t: &[Dual]| {
                    let nested: Vec<Dual<Dual>> = t.iter().map(|&x| Dual::new(Dual::from(x.value), Dual::from(x.slope))).collect();
                    let y = f(&nested);
                    Dual::new(y.value.value, y.slope.value)
                };
                exact_gradient(dual, &point)
            };
            let hv = hessian_vector(gradient, &theta, &v).unwrap();
            let off: Vec<f64> = hv.product().iter().zip(&exact).map(|(a, b)| a - b).collect();
            // The error that it states, and what is left of it.
            prop_assert!(crate::norm(&off) <= 2.0 * hv.error() , "{off:?} {}", hv.error());
            prop_assert!(hv.error() <= 1e-9 * crate::norm(&exact).max(1.0), "{}", hv.error());
        }
    }
}
