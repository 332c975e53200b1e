use nn_check::{
    CheckError, CriticalTest, Number, PointError, PointKind, critical_point, exact_hessian_vector,
    model_hessian_vector,
};
use nn_core::{Batch, Context, Layer, Model, Rows, Target, Workspace};
use nn_layers::{Dense, Dropout, MeanSquaredError, Relu, Sequential, SoftmaxCrossEntropy, Tanh};

const X: [f64; 8] = [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0];
const XOR: [f64; 4] = [-1.0, 1.0, 1.0, -1.0];

fn xor() -> Batch<'static, f64> {
    Batch::new(Rows::new(&X, [2]).unwrap(), Target::Values(Rows::new(&XOR, [1]).unwrap())).unwrap()
}

fn net() -> Sequential {
    Sequential::new().push(Dense::new(2)).push(Tanh).push(Dense::new(1))
}

fn descend(model: &mut Model<f64>, batch: &Batch<'_, f64>, rate: f64, steps: u64) {
    let mut ws: Workspace<f64> = model.workspace(batch.x.len()).unwrap();
    for step in 0..steps {
        model.loss_and_gradient(batch, &MeanSquaredError::new(), &Context::training(0, step), &mut ws);
        model.theta_mut().iter_mut().zip(ws.gradient()).for_each(|(theta, d)| *theta -= rate * d);
    }
}

/// Two steps up, which take two different tanh units. With all weights equal they stay the same unit for
/// ever: gradient descent ends on a saddle. One small step along the escape, and it goes down to almost 0.
#[test]
fn descent_from_equal_weights_stops_at_a_saddle_and_escapes() {
    let x: Vec<f64> = (0..13).map(|i| f64::from(i) / 3.0 - 2.0).collect();
    let t: Vec<f64> = x.iter().map(|x| (1.5 * x + 1.0).tanh() + (1.5 * x - 1.0).tanh()).collect();
    let target = Target::Values(Rows::new(&t, [1]).unwrap());
    let batch = Batch::new(Rows::new(&x, [1]).unwrap(), target).unwrap();
    let loss = MeanSquaredError::new();
    let mut model: Model<f64> = net().init([1], 0).unwrap();
    model.theta_mut().fill(0.2);
    descend(&mut model, &batch, 0.1, 20_000);
    let point = critical_point(&model, &loss, &batch).unwrap();
    assert_eq!(point.kind(), PointKind::Saddle, "{point}");
    assert!(point.is_whole() && point.downward() >= 1, "{point}");

    let mut ws = model.workspace(13).unwrap();
    let cx = Context::training(0, 0);
    let stuck = model.loss_and_gradient(&batch, &loss, &cx, &mut ws);
    let escape = point.escape().unwrap();
    model.theta_mut().iter_mut().zip(&escape).for_each(|(theta, d)| *theta += 0.1 * d);
    assert!(model.loss_and_gradient(&batch, &loss, &cx, &mut ws) < stuck);
    descend(&mut model, &batch, 0.1, 60_000);
    let found = model.loss_and_gradient(&batch, &loss, &cx, &mut ws);
    assert!(found < 1e-6 * stuck, "{found} {stuck}");
    let end = critical_point(&model, &loss, &batch).unwrap();
    assert_eq!(end.kind(), PointKind::Minimum, "{end}");
}

/// Two inputs, one output, four points: a minimum with the eigenvalues of XᵀX.
#[test]
fn a_linear_regression_is_trained_to_its_minimum() {
    let mut model: Model<f64> = Dense::new(1).init([2], 1).unwrap();
    let start = critical_point(&model, &MeanSquaredError::new(), &xor()).unwrap();
    assert_eq!((start.kind(), start.curvature()), (PointKind::Slope, PointKind::Minimum), "{start}");
    descend(&mut model, &xor(), 0.3, 2000);
    let point = critical_point(&model, &MeanSquaredError::new(), &xor()).unwrap();
    assert_eq!(point.kind(), PointKind::Minimum, "{point}");
    // J = ¼ Σ (w·x + b - t)²: H = ½ Σ [x; 1][x; 1]ᵀ = ½ [2 1 2; 1 2 2; 2 2 4], with eigenvalues ½ and (7 ± √33)/4.
    assert!(
        (point.smallest().value() - (7.0 - 33f64.sqrt()) / 4.0).abs() <= point.smallest().bound(),
        "{point}"
    );
    assert!(
        (point.largest().value() - (7.0 + 33f64.sqrt()) / 4.0).abs() <= point.largest().bound(),
        "{point}"
    );
}

/// Softmax does not see a constant added to all logits: never better than a valley.
#[test]
fn what_softmax_does_not_see_is_flat_not_negative() {
    let x = [0.3, -1.0, 0.8, 0.2, -0.5, 1.4, -0.9, -0.7, 0.1, 0.6, 1.2, -0.2];
    let classes = [0, 1, 2, 0, 1, 2];
    let rows = Rows::new(&x, [2]).unwrap();
    let batch = Batch::new(rows, Target::Classes(&classes)).unwrap();
    for seed in 0..20 {
        let model: Model<f64> = Dense::new(3).init([2], seed).unwrap();
        let point = critical_point(&model, &SoftmaxCrossEntropy::new(), &batch).unwrap();
        assert_eq!(point.curvature(), PointKind::Valley, "{point}");
        assert!(point.smallest().value().abs() <= point.noise(), "{point}");
    }
}

/// Near the origin ‖θ‖ says nothing: a model with tiny weights is still beside the saddle, not on a plateau.
#[test]
fn tiny_weights_are_beside_the_saddle_of_the_origin() {
    let (x, t) = ([-1.0, 1.0], [-0.5, 0.5]);
    let target = Target::Values(Rows::new(&t, [1]).unwrap());
    let batch = Batch::new(Rows::new(&x, [1]).unwrap(), target).unwrap();
    for size in [0.0, 1e-300, 1e-30, 1e-12, 1e-8] {
        let mut model: Model<f64> = net().init([1], 3).unwrap();
        model.theta_mut().iter_mut().for_each(|theta| *theta *= size);
        let point = critical_point(&model, &MeanSquaredError::new(), &batch).unwrap();
        assert_eq!(point.kind(), PointKind::Saddle, "{size}: {point}");
    }
}

/// Where the units are saturated no move of θ changes the loss to speak of, though what is left has slope and curvature.
#[test]
fn saturation_is_a_plateau() {
    let mut model: Model<f64> = Sequential::new().push(Dense::new(2)).push(Tanh).init([2], 0).unwrap();
    model.theta_mut().fill(12.0);
    let target = [0.0, 0.5, 0.25, -1.0, 0.5, 0.0, 1.0, 0.0];
    let rows = Rows::new(&target, [2]).unwrap();
    let batch = Batch::new(Rows::new(&X, [2]).unwrap(), Target::Values(rows)).unwrap();
    let point = critical_point(&model, &MeanSquaredError::new(), &batch).unwrap();
    assert_eq!(point.kind(), PointKind::Plateau, "{point}");
    assert!(point.gradient_norm() > 0.0 && point.curvature() != PointKind::Plateau, "{point}");
}

#[test]
fn relu_is_smooth_off_its_kinks_and_an_error_on_one() {
    let net = Sequential::new().push(Dense::new(8)).push(Relu).push(Dense::new(1));
    let x = [0.3, -1.0, 0.8, 0.2, -0.5, 1.4, -0.9, -0.7];
    let rows = Rows::new(&x, [2]).unwrap();
    let smooth = Batch::new(rows, Target::Values(Rows::new(&XOR, [1]).unwrap())).unwrap();
    for seed in 0..20 {
        let model: Model<f64> = net.clone().init([2], seed).unwrap();
        let point = critical_point(&model, &MeanSquaredError::new(), &smooth).unwrap();
        assert_eq!(point.kind(), PointKind::Slope, "{point}");
    }
    // A sample of zeros with biases of 0 lies on the kink of every unit.
    let model: Model<f64> = net.init([2], 0).unwrap();
    let error = critical_point(&model, &MeanSquaredError::new(), &xor()).unwrap_err();
    assert_eq!(error, CheckError::Point(PointError::Kink));
}

#[test]
fn dropout_keeps_its_mask_and_the_seed_decides_which() {
    let net =
        Sequential::new().push(Dense::new(6)).push(Tanh).push(Dropout::new(0.5).unwrap()).push(Dense::new(1));
    let model: Model<f64> = net.init([2], 0).unwrap();
    let test = |cx| CriticalTest::new().context(cx).model(&model, &MeanSquaredError::new(), &xor()).unwrap();
    let first = test(Context::training(1, 0));
    assert_eq!(first, test(Context::training(1, 0)));
    assert_ne!(first.largest().value(), test(Context::training(2, 0)).largest().value());
    assert_ne!(first.largest().value(), test(Context::inference()).largest().value());
}

#[test]
fn what_does_not_fit_is_an_error() {
    let model: Model<f64> = net().init([3], 0).unwrap();
    assert!(matches!(critical_point(&model, &MeanSquaredError::new(), &xor()), Err(CheckError::Batch(_))));
    let model: Model<f64> = net().init([2], 0).unwrap();
    let classes = Batch::new(xor().x, Target::Classes(&[0, 1, 0, 9])).unwrap();
    let refused = critical_point(&model, &SoftmaxCrossEntropy::new(), &classes);
    assert!(matches!(refused, Err(CheckError::Loss(_))), "{refused:?}");
    let short = model_hessian_vector(&model, &MeanSquaredError::new(), &xor(), &[1.0]).unwrap_err();
    assert_eq!(short.to_string(), "v has 1 elements, θ has 9");
    let empty: Model<f64> = Tanh.init([1], 0).unwrap();
    let rows = Rows::new(&XOR, [1]).unwrap();
    let batch = Batch::new(rows, Target::Values(rows)).unwrap();
    let error = critical_point(&empty, &MeanSquaredError::new(), &batch).unwrap_err();
    assert_eq!(error, CheckError::Point(PointError::Empty));
}

/// The network and its loss once more, in the words of the course, for dual numbers: layers of tanh, and a softmax with
/// cross-entropy at the end.
fn cross_entropy<N: Number>(theta: &[N], sizes: &[usize], x: &[f64], classes: &[usize]) -> N {
    let mut total = N::from(0.0);
    for (x, &class) in x.chunks(sizes[0]).zip(classes) {
        let mut a: Vec<N> = x.iter().map(|&x| N::from(x)).collect();
        let mut from = 0;
        for (layer, pair) in sizes.windows(2).enumerate() {
            let [inputs, outputs] = [pair[0], pair[1]];
            let (w, b) = (&theta[from..], &theta[from + inputs * outputs..]);
            let z = (0..outputs).map(|o| b[o] + (0..inputs).map(|i| w[o * inputs + i] * a[i]).sum::<N>());
            a = if layer + 2 < sizes.len() { z.map(N::tanh).collect() } else { z.collect() };
            from += (inputs + 1) * outputs;
        }
        total += a.iter().map(|z| z.exp()).sum::<N>().ln() - a[class];
    }
    total / classes.len() as f64
}

/// The eigenvalues of a network's loss, found by Lanczos on differences of the library's gradients, against those of the exact
/// Hessian by dual numbers: an oracle that shares nothing with them. No sign may be wrong: softmax leaves flat directions.
#[test]
fn eigenvalues_are_those_of_the_exact_hessian() {
    let loss = SoftmaxCrossEntropy::new();
    for seed in 0..60 {
        let draw = |key, n, size: f64| -> Vec<f64> {
            crate::unit(n, seed, key).iter().map(|x| x * size * (n as f64).sqrt()).collect()
        };
        let sizes = [3, 1 + seed as usize % 5, 3];
        let net = Sequential::new().push(Dense::new(sizes[1])).push(Tanh).push(Dense::new(3));
        let mut model: Model<f64> = net.init([3], seed).unwrap();
        let n = model.theta().len();
        model.theta_mut().copy_from_slice(&draw(1, n, 10f64.powi(seed as i32 % 3 - 1)));
        let x = draw(2, 15, 1.0);
        let classes = [0, 1, 2, (seed % 3) as usize, 1];
        let batch = Batch::new(Rows::new(&x, [3]).unwrap(), Target::Classes(&classes)).unwrap();

        let column = |j: usize| {
            let basis: Vec<f64> = (0..n).map(|i| if i == j { 1.0 } else { 0.0 }).collect();
            exact_hessian_vector(|t| cross_entropy(t, &sizes, &x, &classes), model.theta(), &basis)
        };
        let columns: Vec<f64> = (0..n).flat_map(column).collect();
        let exact = nalgebra::DMatrix::from_vec(n, n, columns).symmetric_eigenvalues();
        let size = exact.amax();

        let point = critical_point(&model, &loss, &batch).unwrap();
        let (low, high) = (point.smallest(), point.largest());
        assert!((low.value() - exact.min()).abs() <= low.bound(), "{seed}: {} {point}", exact.min());
        assert!((high.value() - exact.max()).abs() <= high.bound(), "{seed}: {} {point}", exact.max());
        let below = |limit: f64| exact.iter().filter(|x| **x < limit).count();
        let down = below(-3.0 * point.noise())..=below(-1e-14 * size);
        assert!(down.contains(&point.downward()), "{seed}: {exact} {point}");
        // Round-off is that of the gradient, which may be large where H is small.
        assert!(point.noise() < 3e-9 * size + 1e-12 * point.gradient_norm(), "{seed}: {point}");

        let v = crate::unit(n, seed, 3);
        let hv = model_hessian_vector(&model, &loss, &batch, &v).unwrap();
        let right = exact_hessian_vector(|t| cross_entropy(t, &sizes, &x, &classes), model.theta(), &v);
        let off: Vec<f64> = hv.product().iter().zip(&right).map(|(a, b)| a - b).collect();
        assert!(crate::norm(&off) <= hv.error(), "{seed}: {} {hv}", crate::norm(&off));
    }
}
