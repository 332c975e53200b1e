//! What holds for every function of an element: its derivative, its limits, its place beside a product.

use super::*;
use nn_core::{AnyKernel, BindErrorKind, Context, InputGradient, Layer, Network, Rows, Scalar, Workspace};
use tensor_ops::Real;

use crate::{Dense, Sequential};

/// One of each, with settings that put kinks where tests look.
fn functions() -> Vec<Box<dyn Any>> {
    vec![
        Box::new(Celu::new(0.5)),
        Box::new(Celu::new(-2.0)),
        Box::new(Elu::new(1.7)),
        Box::new(Elu::new(0.0)),
        Box::new(Elu::new(-1.5)),
        Box::new(Gelu),
        Box::new(GeluTanh),
        Box::new(HardShrink::new(0.25)),
        Box::new(HardShrink::new(0.0)),
        Box::new(HardSigmoid::new()),
        Box::new(HardSigmoid::new().slope(-0.25).offset(0.75)),
        Box::new(HardSwish),
        Box::new(HardTanh::new(-2.0, 0.5)),
        Box::new(LeakyRelu::new(0.2)),
        Box::new(LeakyRelu::new(0.0)),
        Box::new(LeakyRelu::new(-0.5)),
        Box::new(LogSigmoid),
        Box::new(Mish),
        Box::new(Relu),
        Box::new(Relu6),
        Box::new(Selu),
        Box::new(Sigmoid),
        Box::new(Silu),
        Box::new(SoftShrink::new(0.5)),
        Box::new(SoftShrink::new(0.0)),
        Box::new(Softplus::new()),
        Box::new(Softplus::new().beta(-3.0)),
        Box::new(Softplus::new().beta(0.5).threshold(1.0)),
        Box::new(Softsign),
        Box::new(Tanh),
        Box::new(TanhShrink),
        Box::new(Threshold::new(0.5, -1.0)),
        Box::new(Threshold::new(0.5, 3.0)),
    ]
}

/// A layer that is a kernel for both types, and can stand between two products with one weight.
trait Any: Layer {
    fn kernel(&self) -> &dyn AnyKernel;
    fn between_products(&self) -> Network;
}

impl<K: AnyKernel + Layer + Clone> Any for K {
    fn kernel(&self) -> &dyn AnyKernel {
        self
    }
    fn between_products(&self) -> Network {
        let product = Dense::new(1).without_bias();
        Sequential::new().push(product.clone()).push(self.clone()).push(product).bind([1]).unwrap()
    }
}

/// y and dx of a layer by itself, at every x with dy = 1.
fn step<T: Scalar>(layer: &dyn Layer, x: &[T]) -> (Vec<T>, Vec<T>) {
    let network = Network::bind(layer, [1].into()).unwrap();
    let mut ws = Workspace::training(&network, x.len()).unwrap();
    let (rows, cx) = (Rows::new(x, [1]).unwrap(), Context::training(0, 0));
    let y = network.forward(&[], &[], rows, &cx, &mut ws).data().to_vec();
    ws.output_gradient_mut(&network).fill(T::ONE);
    network.backward(&[], &[], rows, &cx, &mut ws, InputGradient::Compute);
    (y, ws.input_gradient(&network).unwrap().data().to_vec())
}

/// From the smallest number to beyond the largest, both signs, and every kink of `functions`.
fn edges<T: Real>() -> Vec<T> {
    let tiny = if T::NAME == "f32" { 1e-45 } else { 5e-324 };
    let most = if T::NAME == "f32" { f64::from(f32::MAX) } else { f64::MAX };
    let mut x = vec![
        0.0, tiny, 1e-30, 1e-8, 0.25, 0.5, 1.0, 2.0, 3.0, 6.0, 20.0, 30.0, 88.0, 104.0, 800.0, 1e4, 1e30,
    ];
    x.extend([most, f64::INFINITY]);
    x.iter().flat_map(|&x| [T::from_f64(x), T::from_f64(-x)]).collect()
}

fn same<T: Real>(a: &[T], b: &[T]) -> bool {
    a.iter().zip(b).all(|(a, b)| a.bits() == b.bits() || a.is_nan() && b.is_nan())
}

/// What is computed in place has the bits of what is computed apart: at kinks, at infinities, for NaN.
fn in_place_is_apart<T: Scalar>() {
    let mut x = edges::<T>();
    x.extend((0..2000).map(|i| T::from_f64(f64::from(i - 1000) * 0.011)));
    x.push(T::from_f64(f64::NAN));
    let mut in_place = 0;
    for layer in functions() {
        let Some(function) = T::of(layer.kernel()).pointwise() else { continue };
        let (y, dx) = step(&*layer, &x);
        let (mut place, mut gradient) = (x.clone(), vec![T::ONE; x.len()]);
        function.apply(&mut place);
        function.pull_back(&place, &mut gradient);
        assert!(same(&place, &y), "{layer:?}: y");
        assert!(
            same(&gradient, &dx),
            "{layer:?}: dx {:?}",
            x.iter().zip(gradient.iter().zip(&dx)).find(|(_, (a, b))| a.bits() != b.bits())
        );
        in_place += 1;
    }
    assert_eq!(in_place, 20);
}

#[test]
fn in_place_is_as_apart() {
    in_place_is_apart::<f32>();
    in_place_is_apart::<f64>();
}

/// Against a difference quotient over ±12, at steps that meet no kink.
#[test]
fn derivatives_are_slopes() {
    let h = 1e-5;
    let x: Vec<f64> = (0..2400).map(|i| f64::from(i - 1200) * 0.01 + 0.0037).collect();
    let moved = |h: f64| -> Vec<f64> { x.iter().map(|x| x + h).collect() };
    for layer in functions() {
        let (after, before) = (step(&*layer, &moved(h)).0, step(&*layer, &moved(-h)).0);
        let dx = step(&*layer, &x).1;
        for i in 0..x.len() {
            let slope = (after[i] - before[i]) / (2.0 * h);
            assert!(
                (slope - dx[i]).abs() <= 2e-8 * (1.0 + slope.abs()),
                "{layer:?} at {}: {} {slope}",
                x[i],
                dx[i]
            );
        }
    }
}

/// A number goes to a number, NaN to NaN; f32 agrees with f64.
#[test]
fn no_number_becomes_none() {
    let (wide, narrow) = (edges::<f64>(), edges::<f32>());
    let widened: Vec<f64> = narrow.iter().map(|&x| f64::from(x)).collect();
    for layer in functions() {
        // It says so itself.
        if format!("{layer:?}") == "LeakyRelu { slope: 0.0 }" {
            continue;
        }
        let (y, dx) = step(&*layer, &wide);
        assert!(!y.iter().chain(&dx).any(|y| y.is_nan()), "{layer:?}: {y:?} {dx:?}");
        let (y32, dx32) = step(&*layer, &narrow);
        let (y64, dx64) = step(&*layer, &widened);
        for (a, b) in y32.iter().chain(&dx32).zip(y64.iter().chain(&dx64)) {
            let b = *b as f32;
            assert!(*a == b || (a - b).abs() <= 1e-6 * (1.0 + b.abs()), "{layer:?}: {a} in f32, {b}");
        }
        assert!(step(&*layer, &[f64::NAN]).0[0].is_nan(), "{layer:?}");
        assert!(step(&*layer, &[f32::NAN]).0[0].is_nan(), "{layer:?}");
    }
}

#[test]
fn limits_are_taken() {
    let (inf, zero) = (f64::INFINITY, 0.0);
    let limits: [(&dyn Layer, [f64; 4]); 16] = [
        (&Celu::new(0.5), [-0.5, inf, zero, 1.0]),
        (&Elu::new(1.7), [-1.7, inf, zero, 1.0]),
        (&Gelu, [zero, inf, zero, 1.0]),
        (&GeluTanh, [zero, inf, zero, 1.0]),
        (&HardSigmoid::new(), [zero, 1.0, zero, zero]),
        (&HardSwish, [zero, inf, zero, 1.0]),
        (&LogSigmoid, [-inf, zero, 1.0, zero]),
        (&Mish, [zero, inf, zero, 1.0]),
        (&Relu6, [zero, 6.0, zero, zero]),
        (&Silu, [zero, inf, zero, 1.0]),
        (&SoftShrink::new(0.5), [-inf, inf, 1.0, 1.0]),
        (&Softplus::new(), [zero, inf, zero, 1.0]),
        (&Softsign, [-1.0, 1.0, zero, zero]),
        (&TanhShrink, [-inf, inf, 1.0, 1.0]),
        (&LeakyRelu::new(0.25), [-inf, inf, 0.25, 1.0]),
        (&Threshold::new(0.5, -1.0), [-1.0, inf, zero, 1.0]),
    ];
    for (layer, [below, above, slope_below, slope_above]) in limits {
        let (y, dx) = step(layer, &[-inf, inf]);
        assert_eq!((y, dx), (vec![below, above], vec![slope_below, slope_above]), "{layer:?}");
    }
}

/// Up to the rounding of the functions they are made of.
#[test]
fn monotone_functions_rise() {
    let x: Vec<f32> = (0..200_000).map(|i| (i - 100_000) as f32 * 2e-4).collect();
    let rising: [&dyn Layer; 12] = [
        &Celu::default(),
        &Elu::default(),
        &HardSigmoid::new(),
        &HardTanh::default(),
        &LeakyRelu::default(),
        &LogSigmoid,
        &Relu6,
        &Selu,
        &SoftShrink::default(),
        &Softplus::new(),
        &Softsign,
        &TanhShrink,
    ];
    for layer in rising {
        let (y, dx) = step(layer, &x);
        assert!(dx.iter().all(|&dx| dx >= 0.0), "{layer:?}");
        for (i, pair) in y.windows(2).enumerate() {
            // TanhShrink has the error of x itself.
            assert!(pair[1] >= pair[0] - 2e-7 * x[i].abs().max(1.0), "{layer:?} at {}", x[i]);
        }
    }
}

#[test]
fn bad_settings_are_named() {
    let nan = f64::NAN;
    let bad: [(&dyn Layer, &str); 14] = [
        (&LeakyRelu::new(nan), "slope NaN"),
        (&Elu::new(nan), "alpha NaN"),
        (&Celu::new(0.0), "alpha 0"),
        (&HardTanh::new(1.0, -1.0), "min 1"),
        (&HardTanh::new(nan, 1.0), "min NaN"),
        (&HardSigmoid::new().slope(nan), "slope NaN"),
        (&HardSigmoid::new().offset(f64::INFINITY), "offset inf"),
        (&HardShrink::new(-0.5), "lambda -0.5"),
        (&SoftShrink::new(-0.5), "lambda -0.5"),
        (&SoftShrink::new(nan), "lambda NaN"),
        (&Softplus::new().beta(0.0), "beta 0"),
        (&Softplus::new().threshold(nan), "threshold NaN"),
        (&Threshold::new(nan, 0.0), "threshold NaN"),
        (&Glu::new(), "axis -1 of length 3"),
    ];
    for (layer, what) in bad {
        let error = Network::bind(layer, [3].into()).expect_err(what);
        assert!(matches!(error.kind, BindErrorKind::Setting { .. }), "{error}");
        assert!(error.to_string().contains(what), "{error}");
    }
}

/// The whole way: between two products, where the function is computed in place, as by itself.
#[test]
fn beside_products() {
    let x: Vec<f64> = (0..64).map(|i| f64::from(i - 32) * 0.2).collect();
    for layer in functions() {
        let alone = step(&*layer, &x);
        let network = layer.between_products();
        let theta = vec![1.0; network.theta_layout().len()];
        let mut ws = Workspace::training(&network, x.len()).unwrap();
        let (rows, cx) = (Rows::new(&x, [1]).unwrap(), Context::training(0, 0));
        let y = network.forward(&theta, &[], rows, &cx, &mut ws).data().to_vec();
        ws.output_gradient_mut(&network).fill(1.0);
        network.backward(&theta, &[], rows, &cx, &mut ws, InputGradient::Compute);
        let dx = ws.input_gradient(&network).unwrap().data().to_vec();
        // A product adds its term to 0, where -0 loses its sign.
        assert_eq!((y, dx), alone, "{layer:?}");
    }
}

/// PyTorch's choices where there are two derivatives.
#[test]
fn kinks_have_their_slopes() {
    let kinks: [(&dyn Layer, f64, f64); 16] = [
        (&Relu, 0.0, 0.0),
        (&Relu6, 0.0, 0.0),
        (&Relu6, 6.0, 0.0),
        (&LeakyRelu::new(0.2), 0.0, 0.2),
        (&Elu::new(1.7), 0.0, 1.7),
        (&Selu, 0.0, 1.0507009873554805 * 1.6732632423543772),
        (&HardTanh::new(-2.0, 0.5), -2.0, 0.0),
        (&HardTanh::new(-2.0, 0.5), 0.5, 0.0),
        (&HardSigmoid::new(), -3.0, 0.0),
        (&HardSigmoid::new(), 3.0, 0.0),
        (&HardSwish, -3.0, 0.0),
        (&HardSwish, 3.0, 1.0),
        (&HardShrink::new(0.5), -0.5, 0.0),
        (&SoftShrink::new(0.5), 0.5, 0.0),
        (&Threshold::new(0.5, 3.0), 0.5, 0.0),
        (&Threshold::new(0.5, -1.0), 0.5, 0.0),
    ];
    for (layer, x, slope) in kinks {
        assert_eq!(step(layer, &[x]).1, [slope], "{layer:?} at {x}");
        assert_eq!(step(layer, &[x as f32]).1, [slope as f32], "{layer:?} at {x} in f32");
    }
}
