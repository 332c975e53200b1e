//! Jacobians: each row by itself, sampled where they are large, on any number of threads.

use nn_check::{
    Check, Dual, Hint, Number, Report, Verdict, check_gradient_exact, check_hessian_vector,
    check_hessian_vector_exact, check_jacobian, check_jvp, check_vjp,
};

/// Outputs of 1e6, of 1 and of 1e-6, and their Jacobian.
fn unequal(x: &[f64]) -> Vec<f64> {
    vec![1e6 * x[0] * x[1], (x[1] * x[2]).sin(), 1e-6 * (x[0] * x[0] + x[2])]
}

const X: [f64; 3] = [0.4, -1.1, 0.8];

fn right() -> Vec<f64> {
    let c = (X[1] * X[2]).cos();
    vec![1e6 * X[1], 1e6 * X[0], 0.0, 0.0, X[2] * c, X[1] * c, 2e-6 * X[0], 0.0, 1e-6]
}

#[test]
fn a_large_output_does_not_excuse_a_small_one() {
    let report = check_jacobian(unequal, &X, &right());
    report.assert();
    assert!(report.distance() < 1e-8, "{report}");
    // Too small for any single element to be wrong by itself: ten times the tolerance is granted to one.
    for (row, factor) in [(0, 1.0 + 5e-7), (1, 1.0 + 5e-7), (2, 1.0 + 5e-7), (2, 2.0), (2, -1.0)] {
        let mut wrong = right();
        wrong[3 * row..][..3].iter_mut().for_each(|d| *d *= factor);
        let report = check_jacobian(unequal, &X, &wrong);
        assert_eq!(report.verdict(), Verdict::Wrong, "row {row} times {factor}: {report}");
        assert!(report.distance() > 1e-8, "{report}");
        assert_eq!(report.worst(1)[0].1.index / 3, row, "{report}");
    }
    // 0 where the small output does depend on x.
    let mut wrong = right();
    wrong[6] = 0.0;
    assert_eq!(check_jacobian(unequal, &X, &wrong).verdict(), Verdict::Wrong);
}

fn expect(report: &Report, key: &str) {
    assert_eq!(report.verdict(), Verdict::Wrong, "{report}");
    assert!(report.hints().any(|(_, hint)| hint.key() == key), "{key}\n{report}");
}

fn field(x: &[f64]) -> Vec<f64> {
    let n = x.len();
    (0..n).map(|i| (x[i] * (1.0 + i as f64)).sin() + 0.3 * x[(i + 1) % n] * x[(i + 2) % n]).collect()
}

fn field_jacobian(x: &[f64]) -> Vec<f64> {
    let n = x.len();
    let mut d = vec![0.0; n * n];
    for i in 0..n {
        let s = 1.0 + i as f64;
        d[i * n + i] += s * (x[i] * s).cos();
        d[i * n + (i + 1) % n] += 0.3 * x[(i + 2) % n];
        d[i * n + (i + 2) % n] += 0.3 * x[(i + 1) % n];
    }
    d
}

fn point(n: usize) -> Vec<f64> {
    (0..n).map(|i| (0.9 * i as f64 + 0.2).cos()).collect()
}

#[test]
fn hints_of_jacobians() {
    let x = point(5);
    let right = field_jacobian(&x);
    let spoilt = |spoil: &dyn Fn(&mut Vec<f64>)| {
        let mut d = right.clone();
        spoil(&mut d);
        check_jacobian(field, &x, &d)
    };
    spoilt_is_right(&spoilt(&|_| ()));
    expect(&spoilt(&|d| d.iter_mut().for_each(|d| *d = -*d)), "sign");
    expect(&spoilt(&|d| d.iter_mut().for_each(|d| *d *= 2.0)), "ratio");
    expect(&spoilt(&|d| *d = (0..25).map(|k| right[k % 5 * 5 + k / 5]).collect()), "transposed");
    let first = spoilt(&|d| d[..5].iter_mut().for_each(|d| *d += 0.1 * (1.0 + *d)));
    assert!(first.hints().any(|(_, hint)| *hint == Hint::Rows(0..1)), "{first}");
    let last = spoilt(&|d| d[20..].iter_mut().for_each(|d| *d *= 3.0));
    assert!(last.hints().any(|(_, hint)| *hint == Hint::Rows(4..5)), "{last}");
    expect(&spoilt(&|d| d[7] += 1e-3), "element");
    expect(&spoilt(&|d| d.fill(0.0)), "zero");
    expect(&spoilt(&|d| d[3] = f64::NAN), "nan");
}

fn spoilt_is_right(report: &Report) {
    report.assert();
}

#[test]
fn hints_of_products_and_exact_checks() {
    let x = point(6);
    let v: Vec<f64> = (0..6).map(|i| (1.3 * i as f64).sin() + 0.2).collect();
    let d = field_jacobian(&x);
    let vjp: Vec<f64> = (0..6).map(|j| (0..6).map(|i| v[i] * d[i * 6 + j]).sum()).collect();
    let jvp: Vec<f64> = (0..6).map(|i| (0..6).map(|j| v[j] * d[i * 6 + j]).sum()).collect();
    let times = |x: &[f64], by: f64| -> Vec<f64> { x.iter().map(|x| x * by).collect() };
    let (right, wrong) = (check_vjp(field, &x, &v, &vjp), check_vjp(field, &x, &v, &times(&vjp, -1.0)));
    assert_eq!((right.passes(), right.tensors()[0].name.as_str()), (true, "vjp"));
    expect(&wrong, "sign");
    assert_eq!(check_jvp(field, &x, &v, &jvp).tensors()[0].shape.as_slice(), [6]);
    expect(&check_jvp(field, &x, &v, &times(&jvp, 0.5)), "ratio");

    // f = Σ sin(xᵢ)·(i + 1) + x₀ x₁.
    fn f<N: Number>(t: &[N]) -> N {
        let mut sum = t[0] * t[1];
        for (i, &t) in t.iter().enumerate() {
            sum = sum + t.sin() * N::from(1.0 + i as f64);
        }
        sum
    }
    let cross = |t: &[f64], i: usize| if i < 2 { t[1 - i] } else { 0.0 };
    let gradient = |t: &[f64]| -> Vec<f64> {
        (0..t.len()).map(|i| t[i].cos() * (1.0 + i as f64) + cross(t, i)).collect()
    };
    let hv: Vec<f64> = (0..6).map(|i| -x[i].sin() * (1.0 + i as f64) * v[i] + cross(&v, i)).collect();
    let right = gradient(&x);
    check_gradient_exact(f::<Dual>, &x, &right).assert();
    check_hessian_vector(gradient, &x, &v, &hv).assert();
    check_hessian_vector_exact(f::<Dual<Dual>>, &x, &v, &hv).assert();
    let mistakes: [(&str, &dyn Fn(&[f64]) -> Vec<f64>); 4] = [
        ("sign", &|d| times(d, -1.0)),
        ("ratio", &|d| times(d, 2.0)),
        ("permuted", &|d| d.iter().rev().copied().collect()),
        ("element", &|d| d.iter().enumerate().map(|(i, d)| if i == 5 { 1.5 * d } else { *d }).collect()),
    ];
    for (key, spoil) in mistakes {
        expect(&check_gradient_exact(f::<Dual>, &x, &spoil(&right)), key);
        expect(&check_hessian_vector(gradient, &x, &v, &spoil(&hv)), key);
        expect(&check_hessian_vector_exact(f::<Dual<Dual>>, &x, &v, &spoil(&hv)), key);
    }
    // A penalty that f does not have: of a gradient it is c θ.
    let with: Vec<f64> = right.iter().zip(&x).map(|(d, x)| d + 0.1 * x).collect();
    expect(&check_gradient_exact(f::<Dual>, &x, &with), "penalty");
    // The settings hold for these, too.
    let loose = Check::new().tolerance(1e-2);
    assert!(loose.gradient_exact(f::<Dual>, &x, &times(&right, 1.001)).passes());
    assert!(loose.hessian_vector(gradient, &x, &v, &times(&hv, 1.001)).passes());
    assert!(loose.hessian_vector_exact(f::<Dual<Dual>>, &x, &v, &times(&hv, 1.001)).passes());
}

/// y₀ = Σ sin xᵢ and y₁ = 1e-3·Σ xᵢ² of many numbers.
#[test]
fn a_large_jacobian_is_sampled_and_directions_find_the_rest() {
    let n = 8000;
    let x = point(n);
    let f = |x: &[f64]| -> Vec<f64> {
        vec![x.iter().map(|x| x.sin()).sum(), 1e-3 * x.iter().map(|x| x * x).sum::<f64>()]
    };
    let right: Vec<f64> = x.iter().map(|x| x.cos()).chain(x.iter().map(|x| 2e-3 * x)).collect();
    let report = Check::new().jacobian(f, &x, &right);
    report.assert();
    assert_eq!((report.compared(), report.elements(), report.tensors()[0].directions()), (2000, 16_000, 4));
    assert!(report.chance_of_missing(1e-4) < 1e-6, "{report}");
    for at in [5, 7999, 8000 + 4321] {
        let mut wrong = right.clone();
        wrong[at] += 1e-3;
        let report = Check::new().jacobian(f, &x, &wrong);
        assert_eq!((report.verdict(), report.worst(1)[0].1.index), (Verdict::Wrong, at), "{report}");
        assert!(report.compared() < 2200, "{report}");
    }
    let mut strange = right.clone();
    strange[1234] = f64::NAN;
    assert_eq!(Check::new().jacobian(f, &x, &strange).verdict(), Verdict::Wrong);
    // Wrong everywhere, and by too little for any single element.
    let wrong: Vec<f64> = right.iter().map(|d| d * (1.0 + 9e-7)).collect();
    assert_eq!(Check::new().sample(1).directions(4).jacobian(f, &x, &wrong).verdict(), Verdict::Wrong);
}

#[test]
fn threads_do_not_matter() {
    let x = point(40);
    let mut d = field_jacobian(&x);
    let check = Check::new().sample(10).directions(2);
    let before = tensor_ops::pool::threads();
    for wrong in [false, true] {
        d[777] += f64::from(u8::from(wrong));
        let alone = check.jacobian(field, &x, &d);
        for threads in [1, 3] {
            tensor_ops::pool::set_threads(threads);
            assert_eq!(check.jacobian_parallel(field, &x, &d), alone);
        }
    }
    tensor_ops::pool::set_threads(before);
}
