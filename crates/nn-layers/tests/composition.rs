//! What composition promises, on networks large enough that work is divided.

use std::sync::{Mutex, PoisonError};

use nn_core::{Batch, Context, Layer, Model, Rows, Target, Workspace};
use nn_layers::init::{FitNext, Gain, LeCunNormal, Normal, Orthogonal, Scaled, Sparse, Uniform};
use nn_layers::{
    Conv2d, Dense, Dropout, Frozen, Gelu, LeakyRelu, MeanSquaredError, Parallel, Relu, Repeat, Residual,
    Sequential, Shared, Tanh,
};
use tensor_ops::pool;
use tensor_ops::random::Stream;

const WIDTH: usize = 200;
const SAMPLES: usize = 70;

/// Shared by position and inside a block, beside frozen parts.
fn network(shares: bool) -> Sequential {
    let cell = |name: &'static str| -> Sequential {
        let dense = Dense::new(WIDTH);
        let net = Sequential::new();
        let net = if shares { net.push(Shared::new(name, dense)) } else { net.push(dense) };
        net.push(Tanh)
    };
    Sequential::new()
        .push(Dense::new(WIDTH))
        .push(Repeat::new(2, cell("a")))
        .push(Frozen::new(Sequential::new().push(Dense::new(WIDTH)).push(Relu)))
        .push(Residual::new(cell("a")))
        .push(Dense::new(3))
}

fn values(key: u64, n: usize) -> Vec<f32> {
    let mut values = vec![0.0f32; n];
    Stream::new(3, key, 0).uniform(0, -1.0, 1.0, &mut values);
    values
}

/// The number of threads is one for the process.
fn on_threads<R>(threads: usize, f: impl FnOnce() -> R) -> R {
    static LOCK: Mutex<()> = Mutex::new(());
    let _alone = LOCK.lock().unwrap_or_else(PoisonError::into_inner);
    let before = pool::threads();
    pool::set_threads(threads);
    let result = f();
    pool::set_threads(before);
    result
}

fn with_batch<R>(f: impl FnOnce(&Batch<'_, f32>) -> R) -> R {
    let (x, t) = (values(0, SAMPLES * 20), values(1, SAMPLES * 3));
    let x = Rows::new(&x, [20]).expect("whole samples");
    let t = Rows::new(&t, [3]).expect("whole samples");
    f(&Batch::new(x, Target::Values(t)).expect("a batch"))
}

fn step(model: &mut Model<f32>, batch: &Batch<'_, f32>, ws: &mut Workspace<f32>, number: u64) -> f32 {
    let cx = Context::training(4, number);
    model.step(batch, &MeanSquaredError::new(), &cx, ws, &mut [], &|part| {
        part.theta.iter_mut().zip(part.gradient).for_each(|(theta, g)| *theta -= 0.05 * *g);
    })
}

#[test]
fn equal_bits_on_any_number_of_threads() {
    let run = |threads| {
        on_threads(threads, || {
            with_batch(|batch| {
                let mut model: Model<f32> = network(true).init([20], 1).expect("a network");
                let mut ws = model.workspace(SAMPLES).expect("a workspace");
                ws.fill(f32::NAN);
                let losses: Vec<f32> = (0..4).map(|i| step(&mut model, batch, &mut ws, i)).collect();
                assert!(losses[3] < losses[0], "{losses:?}");
                model.fingerprint()
            })
        })
    };
    let one = run(1);
    assert_eq!([run(2), run(4)], [one; 2]);
}

#[test]
fn the_gradient_of_what_is_shared_is_the_sum_of_the_copies() {
    with_batch(|batch| {
        let mut shared: Model<f32> = network(true).init([20], 1).expect("a network");
        let mut copies: Model<f32> = network(false).init([20], 1).expect("a network");
        let names = ["1.0.0", "1.1.0", "3.body.0"];
        for part in ["weight", "bias"] {
            for name in names {
                let from = shared.parameter(&format!("a.{part}")).expect("a tensor").1.to_vec();
                copies.parameter_mut(&format!("{name}.{part}")).expect("a tensor").copy_from_slice(&from);
            }
        }
        let gradient = |model: &mut Model<f32>, names: &[&str], part: &str| -> Vec<f32> {
            let mut ws = model.workspace(SAMPLES).expect("a workspace");
            model.loss_and_gradient(batch, &MeanSquaredError::new(), &Context::training(0, 0), &mut ws);
            let layout = model.network().theta_layout();
            let of =
                |name: &&str| &ws.gradient()[layout.get(&format!("{name}.{part}")).expect("a name").range()];
            let mut sum = vec![0.0; of(&names[0]).len()];
            names.iter().for_each(|name| sum.iter_mut().zip(of(name)).for_each(|(sum, g)| *sum += *g));
            sum
        };
        for part in ["weight", "bias"] {
            // One after the other, so to the bit.
            assert_eq!(gradient(&mut shared, &["a"], part), gradient(&mut copies, &names, part), "{part}");
        }
        assert_eq!(shared.parameter("2.0.weight"), copies.parameter("2.0.weight"));
        assert!(shared.network().theta_layout().get("2.0.weight").is_none());
    });
}

#[test]
fn a_step_with_shared_and_frozen_parts_allocates_nothing() {
    with_batch(|batch| {
        let mut model: Model<f32> = network(true).init([20], 1).expect("a network");
        let mut ws = model.workspace(SAMPLES).expect("a workspace");
        nn_check::suite::count_allocations(|| {
            step(&mut model, batch, &mut ws, 0);
        });
        let count = nn_check::suite::count_allocations(|| {
            step(&mut model, batch, &mut ws, 1);
        });
        assert_eq!(count, 0);
    });
}

/// By what the default start of a convolution differs from LeCun's, which draws the same numbers.
fn gain<L: Layer>(net: impl Fn(Conv2d) -> L) -> f64 {
    let conv = || Conv2d::new(5, [3, 3]);
    let by_default: Model<f64> = net(conv()).init([4, 6, 6], 0).expect("a network");
    let plain: Model<f64> = net(conv().init_weight(LeCunNormal)).init([4, 6, 6], 0).expect("a network");
    by_default.theta()[0] / plain.theta()[0]
}

#[test]
fn the_default_fits_what_follows_through_blocks() {
    let net = Sequential::new;
    let two = |conv: Conv2d| Parallel::sum().push(conv).push(Conv2d::new(5, [3, 3]));
    let cases = [
        (gain(|conv| net().push(net().push(conv)).push(LeakyRelu::new(0.5))), (2.0f64 / 1.25).sqrt()),
        (gain(|conv| net().push(conv).push(Gelu)), 2f64.sqrt()),
        (gain(|conv| net().push(conv).push(net().push(Relu))), 2f64.sqrt()),
        (gain(|conv| net().push(conv).push(Tanh)), 1.0),
        // Two branches meet before the ReLU; each goes into a sum.
        (gain(|conv| net().push(two(conv)).push(Relu)), 1.0),
        (gain(|conv| net().push(conv)), 1.0),
    ];
    for (i, (found, expected)) in cases.into_iter().enumerate() {
        assert!((found / expected - 1.0).abs() < 1e-12, "case {i}: {found}, expected {expected}");
    }
}

#[test]
fn a_layer_at_the_end_changes_no_other_even_its_own_kind() {
    let net = || Sequential::new().push(Dense::new(8)).push(Relu).push(Dense::new(4).init_weight(FitNext));
    let short: Model<f32> = net().init([3], 9).expect("a network");
    let long = net().push(Dropout::new(0.5).expect("a rate")).push(Dense::new(2));
    let long: Model<f32> = long.init([3], 9).expect("a network");
    assert_eq!(short.theta(), &long.theta()[..short.theta().len()]);
}

#[test]
fn a_start_that_cannot_be_is_refused_when_bound() {
    let refused = |net: Dense| Sequential::new().push(net).bind([4]).unwrap_err().to_string();
    let dense = || Dense::new(3);
    for (net, words) in [
        (dense().init_weight(Normal::new(0.0, -1.0)), "deviation >= 0"),
        (dense().init_weight(Uniform::new(1.0, 0.0)), "low <= high"),
        (dense().init_weight(Scaled::new().gain(f64::NAN)), "gain NaN"),
        (dense().init_weight(Sparse::new(1.5, 1.0)), "a share in [0, 1]"),
        (dense().init_bias(Orthogonal::new().gain(Gain::Tanh)), "at least two axes"),
    ] {
        let error = refused(net);
        assert!(error.starts_with("layers.0 (Dense): 0.") && error.contains(words), "{error}");
    }
}
